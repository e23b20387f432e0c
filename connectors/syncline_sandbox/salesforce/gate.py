"""Who is inside, and how many calls they may make in a day."""

from __future__ import annotations

__all__ = ["Gate"]

import secrets
from typing import TYPE_CHECKING

from syncline import Fault

from .start import ORG
from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from syncline import Faults


class Gate:
    """The sessions, which die with the process, and the count of the day's calls."""

    def __init__(self, now: Callable[[], datetime], faults: Faults, allowance: int) -> None:
        self._now = now
        self._faults = faults
        self._allowance = allowance
        self._sessions: dict[str, str] = {}
        self._day: date | None = None
        self._used = 0

    def open(self, user: str) -> str:
        """Begin a session of a user; return its token."""
        token = f"{ORG[:15]}!{secrets.token_urlsafe(48)}"
        self._sessions[token] = user
        return token

    def close(self, token: str) -> bool:
        """End a session; tell whether there was one."""
        return self._sessions.pop(token, None) is not None

    def close_all(self) -> None:
        """End every session, as if its time were over."""
        self._sessions.clear()

    def user(self, authorization: str) -> str | None:
        """Return whose session a header names."""
        kind, _, token = authorization.partition(" ")
        return self._sessions.get(token) if kind.casefold() in {"bearer", "oauth"} else None

    def enter(self, authorization: str) -> None:
        """Count one call; refuse it without a session, or beyond the day's allowance."""
        if self.user(authorization) is None:
            raise Refusal("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        self.spend(1)

    def spend(self, calls: int) -> None:
        """Count calls; refuse all of them when there is no room for each."""
        today = self._now().date()
        if today != self._day:
            self._day, self._used = today, 0
        if self._used + calls > self._allowance or self._faults.strikes(Fault.LIMIT):
            raise Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        self._used += calls

    def usage(self) -> str:
        """Return the header that every metered answer carries."""
        return f"api-usage={self._used}/{self._allowance}"

    def limit(self) -> dict[str, int]:
        """Return the day's allowance and what is left of it."""
        return {"Max": self._allowance, "Remaining": self._allowance - self._used}
