"""Calls to one team's API: the token of the moment, the points of the minute, a page at a time."""

from __future__ import annotations

__all__ = ["REFUSALS", "Reply", "Session"]

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from syncline import FatalError, Http

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from syncline import Context, Token

API_URL = "https://api.salesloft.com"
PAGE = 100

#: What says no to one record and not to the connection: no permission for it, it is not there,
#: another request has hold of it, its values do not do.
REFUSALS = frozenset({403, 404, 409, 422})

#: What a page beyond so many costs, the deepest first; all others cost one point.
_DEEP = ((500, 30), (250, 10), (150, 8), (100, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its status, its JSON, and the vendor's time."""

    status: int
    body: Any = field(repr=False)
    server_time: datetime


class Session:
    """Speaks to the API with the token that the workspace keeps."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._token: Token | None = None
        self._told = context.now()
        self._http = Http(
            context.settings.get("url", API_URL),
            spend=context.spend,
            authorize=self._proof,
            refresh=self._renew,
            now=context.now,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        word: str,
        params: Sequence[tuple[str, str]] = (),
        json: Any = None,
        accept: Collection[int] = (),
        price: int = 1,
    ) -> Reply:
        """Call a resource by its path below ``/v2``, as in ``/people.json``."""
        self._wait(price)
        answer = self._http.request(
            method,
            f"/v2{path}?{urlencode(params)}" if params else f"/v2{path}",
            word=word,
            price=price,
            json=json,
            accept=accept,
        )
        self._told = self._context.now()
        time = answer.server_time or self._told
        return Reply(status=answer.status, body=answer.body, server_time=time)

    def pages(
        self, path: str, params: Sequence[tuple[str, str]], *, word: str
    ) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any], datetime]]:
        """Yield the rows of each page of a listing, what it says of its paging, and its time."""
        page = 1
        while True:
            numbered = (*params, ("per_page", str(PAGE)), ("page", str(page)))
            reply = self.call("GET", path, word=word, params=numbered, price=_price(page))
            try:
                rows, paging = reply.body["data"], reply.body["metadata"]["paging"]
            except (KeyError, TypeError) as err:
                raise FatalError("Salesloft answered a listing with something else.") from err
            yield rows, paging, reply.server_time
            if not paging.get("next_page"):
                return
            page += 1

    def all(
        self, path: str, params: Sequence[tuple[str, str]] = (), *, word: str
    ) -> list[dict[str, Any]]:
        """Return every row of a short listing."""
        return [row for rows, _, _ in self.pages(path, params, word=word) for row in rows]

    def close(self) -> None:
        """Let go of the sockets."""
        self._http.close()

    def _proof(self) -> dict[str, str]:
        self._token = self._context.access.token()
        return {"Authorization": f"Bearer {self._token.text.reveal()}"}

    def _renew(self) -> None:
        assert self._token is not None
        self._context.access.renew(self._token)

    def _wait(self, price: int) -> None:
        """Sit out the minute when the team has spent its points, for a refusal costs a whole run.

        The limit is told by the minute alone. ``usage`` says nothing of it: the budget would take
        it for a day's.
        """
        headers = self._http.last_headers
        left = headers.get("x-ratelimit-remaining-minute", "")
        if not left.isdigit() or int(left) >= price:
            return
        try:
            second = parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC).second
        except ValueError:
            second = 0
        passed = (self._context.now() - self._told).total_seconds()
        if (rest := 60 - second - passed) > 0:
            sleep(rest)


def _price(page: int) -> int:
    return next((cost for beyond, cost in _DEEP if page > beyond), 1)
