"""Requests to one portal: the token of the connection, limits, and HubSpot's own refusals."""

from __future__ import annotations

__all__ = ["Reply", "Session", "address"]

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncline import ConnectorError, FatalError, Http, RetriableError, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from syncline import Context, Token

_API = "https://api.hubapi.com"
#: HubSpot asks to leave a locked record alone for so many seconds.
_LOCKED = 2.0


def address(settings: Mapping[str, Any]) -> str:
    """Return where HubSpot's interface is."""
    return str(settings.get("url", _API)).rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its status, its JSON, and the portal's time."""

    status: int
    body: Any = field(repr=False)
    server_time: datetime

    @property
    def following(self) -> str | None:
        """Where the next page begins; None after the last."""
        paging: dict[str, Any] = self.body.get("paging") or {}
        after: dict[str, Any] = paging.get("next") or {}
        return str(after["after"]) if "after" in after else None


class Session:
    """Calls to one portal. The token is asked for with the first."""

    def __init__(self, context: Context) -> None:
        self._access = context.access
        self._now = context.now
        self._token: Token | None = None
        self._usage: Usage | None = None
        self._http = Http(
            address(context.settings),
            spend=context.spend,
            authorize=self._proof,
            refresh=self._renew,
            explain=_explain,
            now=context.now,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        word: str,
        price: int = 1,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        accept: Collection[int] = (),
        writes: bool | None = None,
    ) -> Reply:
        """Call a resource by its whole path; see ``syncline.Http`` for the rest."""
        answer = self._http.request(
            method,
            path,
            word=word,
            price=price,
            params=params,
            json=json,
            accept=accept,
            writes=writes,
        )
        self._note(answer.headers)
        time = answer.server_time or self._now()
        return Reply(status=answer.status, body=answer.body, server_time=time)

    def token(self) -> Token:
        """Return the token in use."""
        if self._token is None:
            self._token = self._access.token()
        return self._token

    def usage(self) -> Usage | None:
        """Return what HubSpot last said of the day's limit; not every answer tells."""
        return self._usage

    def close(self) -> None:
        """Let go of the sockets."""
        self._http.close()

    def _proof(self) -> Mapping[str, str]:
        # Asked for each time: one whose end is near is replaced before it is refused.
        self._token = self._access.token()
        return {"Authorization": f"Bearer {self._token.text.reveal()}"}

    def _renew(self) -> None:
        self._token = self._access.renew(self.token())

    def _note(self, headers: Mapping[str, str]) -> None:
        allowed = headers.get("X-HubSpot-RateLimit-Daily", "")
        left = headers.get("X-HubSpot-RateLimit-Daily-Remaining", "")
        if allowed.isdigit() and left.isdigit():
            self._usage = Usage(used=int(allowed) - int(left), allowed=int(allowed))


def _explain(status: int, code: str, message: str) -> ConnectorError | None:
    said = f"HubSpot refused the call: {': '.join(filter(None, (code, message)))}"
    if status == 429 and "daily" in message.casefold():
        return RetriableError(
            said, hint="The portal's limit of requests for the day is reached; run again tomorrow."
        )
    if status == 423:
        return RetriableError(said, retry_after=_LOCKED)
    if status == 403 and (code == "MISSING_SCOPES" or "permission" in message):
        return FatalError(
            said, hint="Give the app the scopes that docs/hubspot.md lists, and connect it again."
        )
    return None
