"""Calls to one company's Pipedrive: the token of the moment, the price of each call, refusals."""

from __future__ import annotations

__all__ = ["RefusedError", "Reply", "Session"]

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncline import ConnectorError, FatalError, Http, RetriableError, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from syncline import Context, Token

#: The statuses of a no to one record, or to one request: bad values, nothing there, not allowed.
_REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 415, 422})
_LIMIT, _LEFT = "x-daily-ratelimit-token-limit", "x-daily-ratelimit-token-remaining"


class RefusedError(FatalError):
    """Pipedrive said no to one request, with its own code and words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"Pipedrive refused a request: {words} ({code})")
        self.status = status
        self.code = code
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its JSON, and the vendor's time."""

    body: Any = field(repr=False)
    server_time: datetime

    @property
    def data(self) -> Any:
        """What the answer is about."""
        try:
            return self.body["data"]
        except (KeyError, TypeError) as err:
            raise FatalError("Pipedrive answered with something else than data.") from err

    @property
    def more(self) -> dict[str, Any]:
        """What the answer says beside: where a list goes on."""
        return self.body.get("additional_data") or {}


class Session:
    """Speaks to one company with the token that the workspace keeps."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._http: Http | None = None
        self._token: Token | None = None
        self._price = 0

    def call(
        self,
        method: str,
        path: str,
        *,
        word: str,
        price: int,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        writes: bool | None = None,
    ) -> Reply:
        """Call a resource; *price* is what the vendor's specification says that it costs.

        Raises ``RefusedError`` for a no to this request.
        """
        if self._http is None:
            self._http = self._opened()
        self._price = price
        answer = self._http.request(
            method, path, word=word, price=price, params=params, json=json, writes=writes
        )
        time = answer.server_time or self._context.now()
        return Reply(body=answer.body, server_time=time)

    def usage(self) -> Usage | None:
        """Return what the latest answer said of the company's tokens of the day."""
        allowed, left = self._told(_LIMIT), self._told(_LEFT)
        if allowed is None or left is None:
            return None
        return Usage(used=max(0, allowed - left), allowed=allowed)

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the token in use may do; empty for an API token, which may all that its user may."""
        token = self._token or self._context.access.token()
        return tuple(token.extras.get("scope", "").split())

    def close(self) -> None:
        """Let go of the sockets."""
        if self._http is not None:
            self._http.close()

    def _opened(self) -> Http:
        token = self._context.access.token()
        url = token.extras.get("api_domain") or self._context.settings.get("url")
        if not url:
            raise FatalError(
                "It is not known where the company's Pipedrive is.",
                hint='Write url = "https://…pipedrive.com" into [connections.pipedrive].',
            )
        return Http(
            str(url),
            spend=self._context.spend,
            authorize=self._proof,
            refresh=self._renew,
            explain=self._explain,
            now=self._context.now,
        )

    def _proof(self) -> dict[str, str]:
        """Return who asks: an OAuth token came with the company's address, an API token alone."""
        self._token = self._context.access.token()
        text = self._token.text.reveal()
        if "api_domain" in self._token.extras:
            return {"Authorization": f"Bearer {text}"}
        return {"x-api-token": text}

    def _renew(self) -> None:
        assert self._token is not None
        self._context.access.renew(self._token)

    def _told(self, header: str) -> int | None:
        text = self._http.last_headers.get(header, "") if self._http is not None else ""
        return int(text) if text.isascii() and text.isdigit() else None

    def _explain(self, status: int, code: str, message: str) -> ConnectorError | None:
        if status == 429:
            return self._used_up()
        if status == 403 and not code:
            # A page for people, which Pipedrive's guard shows to those who go on after 429.
            return RetriableError(
                "Pipedrive has blocked this connection for a while: it was asked too often.",
                hint="Let other programs with this token rest; run again in some hours.",
            )
        if status not in _REFUSALS:
            return None
        words = f"{code}: {message}" if code.isupper() else code
        if status == 403 and "scope" in words.casefold():
            return FatalError(
                f"Pipedrive refused a request: {words}",
                hint="Give the app the scopes that docs/pipedrive.md names, and connect again.",
            )
        if code.isupper():
            return RefusedError(status, code, message)
        return RefusedError(status, str(status), code or message)

    def _used_up(self) -> ConnectorError | None:
        """Return the error of a day without tokens; None for too many calls in two seconds."""
        left = self._told(_LEFT)
        if left is None or left >= self._price:
            return None
        return RetriableError(
            f"Pipedrive refused the call: the company has {left} tokens left for today.",
            hint="They are new at midnight, by the time of Pipedrive's server; run again then.",
        )
