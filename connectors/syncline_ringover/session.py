"""Calls to one team's API: the bare key, two requests a second, and answers without a body."""

from __future__ import annotations

__all__ = ["API_URL", "Session"]

from typing import TYPE_CHECKING, Any, cast

from syncline import FatalError, Http, Pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncline import Context, Token

API_URL = "https://public-api.ringover.com"
PAGE = 1000

#: The vendor takes two requests a second of one key.
_REQUESTS, _SECONDS = 2, 1.0


class Session:
    """Speaks to the API with the key that the workspace keeps."""

    def __init__(self, context: Context) -> None:
        self._access = context.access
        self._token: Token | None = None
        self._pace = Pace(_REQUESTS, _SECONDS, now=context.now, sleep=context.sleep)
        self._http = Http(
            context.settings.get("url", API_URL),
            spend=lambda _price, _word: self._pace.wait(),
            authorize=self._proof,
            refresh=self._renew,
            now=context.now,
            sleep=context.sleep,
        )

    def call(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return what a resource below ``/v2`` says; nothing at all (204) is an empty object."""
        answer = self._http.request("GET", f"/v2{path}", word="read", params=params)
        body: Any = {} if answer.status == 204 or answer.body is None else answer.body
        if not isinstance(body, dict):
            raise FatalError("Ringover answered with something else than an object.")
        return cast("dict[str, Any]", body)

    def pages(
        self, path: str, params: Mapping[str, str], key: str
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of each page of a listing by offsets; *key* is where they stand."""
        offset = 0
        while True:
            asked = {**params, "limit_count": str(PAGE), "limit_offset": str(offset)}
            rows: list[dict[str, Any]] = self.call(path, asked).get(key) or []
            if rows:
                yield rows
            if len(rows) < PAGE:
                return
            offset += PAGE

    def close(self) -> None:
        """Let go of the sockets."""
        self._http.close()

    def _proof(self) -> dict[str, str]:
        self._token = self._access.token()
        # The key stands alone: with `Bearer` before it the vendor takes it for another.
        return {"Authorization": self._token.text.reveal()}

    def _renew(self) -> None:
        assert self._token is not None
        self._access.renew(self._token)
