"""Who may come in, and how many points a team spends in a minute."""

from __future__ import annotations

__all__ = ["API_KEY", "Gate"]

import secrets
from typing import TYPE_CHECKING

from syncline import Fault

from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from syncline import Faults

    from .oauth import Oauth

#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
API_KEY = "ak_" + "5a" * 32

#: What a page beyond so many costs, the deepest first.
_DEEP = ((500, 30), (250, 10), (150, 8), (100, 3))


class Gate:
    """Counts the points of the minute; the whole team shares them."""

    def __init__(
        self, now: Callable[[], datetime], faults: Faults, allowance: int, oauth: Oauth
    ) -> None:
        self._now = now
        self._faults = faults
        self._allowance = allowance
        self._oauth = oauth
        self._minute: datetime | None = None
        self._used = 0

    def enter(self, authorization: str, page: str) -> dict[str, str]:
        """Count one request and return the headers that tell of it.

        Refuse it without a token, or beyond what is left of the minute.
        """
        kind, _, token = authorization.partition(" ")
        known = secrets.compare_digest(token.encode(), API_KEY.encode()) or self._oauth.knows(token)
        if kind.casefold() != "bearer" or not known:
            raise Refusal(401, "Invalid Bearer token")
        minute = self._now().replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._used = minute, 0
        cost = cost_of(page)
        if self._used + cost > self._allowance or self._faults.strikes(Fault.LIMIT):
            raise Refusal(429, "Too Many Requests")
        self._used += cost
        return {"x-ratelimit-endpoint-cost": str(cost), **self.left()}

    def left(self) -> dict[str, str]:
        """Return the header that every answer carries."""
        return {"x-ratelimit-remaining-minute": str(self._allowance - self._used)}


def cost_of(page: str) -> int:
    """Return the points of a request for that page of a listing; most cost one."""
    number = int(page) if page.isascii() and page.isdigit() else 1
    return next((cost for beyond, cost in _DEEP if number > beyond), 1)
