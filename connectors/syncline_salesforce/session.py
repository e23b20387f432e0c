"""A session with one org: its token, renewed once, and the org's own limits."""

from __future__ import annotations

__all__ = ["Reply", "Session", "identify"]

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from syncline import ConnectorError, FatalError, Http, Identity, RetriableError, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from syncline import Context, Token

_USAGE = re.compile(r"\bapi-usage=(\d+)/(\d+)")
VERSION = "v62.0"

_HEADERS = {
    # Comes back in change events, and so tells our own writes from those of others.
    "Sforce-Call-Options": "client=Syncline",
    "Sforce-Query-Options": "batchSize=2000",
}
#: An update by a machine neither runs assignment rules nor fills "recently viewed".
_WRITE_HEADERS = {"Sforce-Auto-Assign": "FALSE", "Sforce-Mru": "updateMru=false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its status, its JSON or the text of a sheet, its headers, and the org's time."""

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    server_time: datetime


class Session:
    """Calls to one org; a token is asked for on first use."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._http: Http | None = None
        self._token: Token | None = None
        self._root = f"/services/data/{context.settings.get('api_version', VERSION)}"

    def call(
        self,
        method: str,
        path: str,
        *,
        word: str,
        price: int = 1,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        sheet: str | None = None,
        accept: Collection[int] = (),
        writes: bool | None = None,
    ) -> Reply:
        """Call a resource by its path below ``/services/data/vNN``, or by its whole path.

        *sheet* is a body of comma-separated values.
        """
        if self._http is None:
            self._http = self._opened()
        headers = _HEADERS if method == "GET" else {**_HEADERS, **_WRITE_HEADERS}
        if sheet is not None:
            headers = {**headers, "Content-Type": "text/csv; charset=UTF-8"}
        answer = self._http.request(
            method,
            path if path.startswith("/services/") else self._root + path,
            word=word,
            price=price,
            params=params,
            json=json,
            content=None if sheet is None else sheet.encode(),
            headers=headers,
            accept=accept,
            writes=writes,
        )
        time = answer.server_time or self._context.now()
        return Reply(
            status=answer.status, body=answer.body, headers=answer.headers, server_time=time
        )

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

    def query_url(self, text: str) -> str:
        """Return the address of a query, for a request that holds others."""
        return f"{self._root}/query?q={quote_plus(text)}"

    def renew(self) -> None:
        """Take another token than the one in use, which the org no longer takes."""
        assert self._token is not None
        self._token = self._context.access.renew(self._token)

    def usage(self) -> Usage | None:
        """Return what the latest answer said of the org's daily limit."""
        text = self._http.last_headers.get("Sforce-Limit-Info", "") if self._http else ""
        found = _USAGE.search(text)
        return Usage(used=int(found[1]), allowed=int(found[2])) if found else None

    def close(self) -> None:
        """Let go of the sockets."""
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
        self._token = self._context.access.token()
        return Http(
            # The org's records may lie elsewhere than where people log in.
            self._token.extras.get("instance_url") or self._context.settings["url"],
            spend=self._context.spend,
            authorize=self._proof,
            refresh=self.renew,
            explain=_explain,
            now=self._context.now,
        )

    def _proof(self) -> Mapping[str, str]:
        assert self._token is not None
        return {"Authorization": f"Bearer {self._token.text.reveal()}"}


def identify(context: Context) -> Identity:
    """Return whom the org takes us for; the question counts as no call."""
    session = Session(context)
    try:
        scopes = context.access.token().extras.get("scope", "").split()
        path = "/services/oauth2/userinfo"
        try:
            reply = session.call("GET", path, word="identify", price=0)
        except FatalError:
            # Here, and nowhere else, a dead session is a 403.
            session.renew()
            reply = session.call("GET", path, word="identify", price=0)
        said: dict[str, Any] = reply.body or {}
        return Identity(
            user=str(said.get("preferred_username", "")),
            account=str(said.get("organization_id", "")),
            scopes=tuple(scopes),
            version=str(context.settings.get("api_version", VERSION)),
        )
    finally:
        session.close()


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
