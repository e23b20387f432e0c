"""A session with one org: logging in, renewing it once, and the org's own limits."""

from __future__ import annotations

__all__ = ["Reply", "Session"]

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncline import ConnectorError, FatalError, Http, RetriableError, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from syncline import Context

_USAGE = re.compile(r"\bapi-usage=(\d+)/(\d+)")

_HEADERS = {
    # Comes back in change events, and so tells our own writes from those of others.
    "Sforce-Call-Options": "client=Syncline",
    "Sforce-Query-Options": "batchSize=2000",
}
#: An update by a machine neither runs assignment rules nor fills "recently viewed".
_WRITE_HEADERS = {"Sforce-Auto-Assign": "FALSE", "Sforce-Mru": "updateMru=false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its status, its JSON, and the org's time."""

    status: int
    body: Any = field(repr=False)
    server_time: datetime


class Session:
    """Calls to one org, logged in on first use."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._login = Http(context.settings["url"], explain=_explain_login, now=context.now)
        self._http: Http | None = None
        self._token = ""
        self._root = f"/services/data/{context.settings.get('api_version', 'v62.0')}"

    def call(
        self,
        method: str,
        path: str,
        *,
        word: str,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        accept: Collection[int] = (),
    ) -> Reply:
        """Call a resource by its path below ``/services/data/vNN``, or by its whole path."""
        if self._http is None:
            self._http = self._opened()
        answer = self._http.request(
            method,
            path if path.startswith("/services/") else self._root + path,
            word=word,
            params=params,
            json=json,
            headers=_HEADERS if method == "GET" else {**_HEADERS, **_WRITE_HEADERS},
            accept=accept,
        )
        time = answer.server_time or self._context.now()
        return Reply(status=answer.status, body=answer.body, server_time=time)

    def query(
        self, text: str, word: str, *, everything: bool = False
    ) -> tuple[list[dict[str, Any]], datetime]:
        """Return all rows of a query and the time at which the org began to answer.

        *everything* is also what was deleted, merged or archived.
        """
        rows: list[dict[str, Any]] = []
        times: list[datetime] = []
        try:
            for reply in self._parts("/queryAll" if everything else "/query", text, word):
                rows += reply.body["records"]
                times.append(reply.server_time)
        except (KeyError, TypeError) as err:
            raise FatalError("Salesforce answered a query with something else.") from err
        return rows, times[0]

    def usage(self) -> Usage | None:
        """Return what the latest answer said of the org's daily limit."""
        text = self._http.last_headers.get("Sforce-Limit-Info", "") if self._http else ""
        found = _USAGE.search(text)
        return Usage(used=int(found[1]), allowed=int(found[2])) if found else None

    def close(self) -> None:
        """Let go of the sockets."""
        self._login.close()
        if self._http is not None:
            self._http.close()

    def _parts(self, path: str, text: str, word: str) -> Iterator[Reply]:
        # Wide rows come in parts smaller than the batch asked for, so `done` alone tells the end.
        reply = self.call("GET", path, word=word, params={"q": text})
        while True:
            yield reply
            if reply.body["done"]:
                return
            reply = self.call("GET", reply.body["nextRecordsUrl"], word=word)

    def _opened(self) -> Http:
        return Http(
            self._log_in(),
            spend=self._context.spend,
            authorize=lambda: {"Authorization": f"Bearer {self._token}"},
            refresh=self._renew,
            explain=_explain,
            now=self._context.now,
        )

    def _renew(self) -> None:
        self._log_in()

    def _log_in(self) -> str:
        """Fetch a token by the client credentials; return the address of the org's instance."""
        answer = self._login.request(
            "POST",
            "/services/oauth2/token",
            word="login",
            form={
                "grant_type": "client_credentials",
                "client_id": self._context.settings["client_id"],
                "client_secret": self._context.secrets["client_secret"].reveal(),
            },
            # A token asked for twice does no harm, so a lost answer is simply asked for again.
            writes=False,
        )
        body: dict[str, Any] = answer.body or {}
        token, instance = str(body.get("access_token", "")), str(body.get("instance_url", ""))
        if not re.fullmatch(r"[!-~]+", token) or not instance:
            raise FatalError(
                "Salesforce let us in but gave no token.",
                hint="Check that the url is the org's own (…my.salesforce.com).",
            )
        self._token = token
        return instance


def _explain_login(status: int, code: str, message: str) -> ConnectorError | None:
    if not 400 <= status < 500 or status == 429:
        return None
    return FatalError(
        f"Salesforce refused the login: {': '.join(filter(None, (code, message)))}",
        hint="Check client_id, the client secret, and that the app allows client credentials.",
    )


def _explain(status: int, code: str, message: str) -> ConnectorError | None:
    if status != 403 or code != "REQUEST_LIMIT_EXCEEDED":
        return None
    if "Concurrent" in message:
        return RetriableError(
            f"Salesforce refused the call: {message}",
            hint="Other programs keep the org busy; run `syncline run` again later.",
        )
    return RetriableError(
        f"Salesforce refused the call: {message}",
        hint="The org's limit of calls in 24 hours is reached; run again when it has room.",
    )
