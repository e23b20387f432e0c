"""Who may come in, how often in a day, and how often in a moment."""

from __future__ import annotations

__all__ = ["PORTAL", "PRIVATE_TOKEN", "Gate", "Limits"]

import secrets
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syncline import Fault

from .wire import Refusal, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from syncline import Faults

    from .store import Store

PORTAL = 145_000_001
#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
PRIVATE_TOKEN = "pat-na1-sandbox"  # noqa: S105 - as above

_BURST = timedelta(seconds=10)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests the portal answers; None: as many as come."""

    daily: int = 250_000
    ten_seconds: int | None = None
    #: Searches in one second.
    searches: int | None = None


class Gate:
    """The tokens that are valid, and the count of requests."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], faults: Faults, limits: Limits
    ) -> None:
        self._store = store
        self._now = now
        self._faults = faults
        self._limits = limits
        self._day: date | None = None
        self._used = 0
        self._recent: deque[datetime] = deque()
        self._searches: deque[datetime] = deque()

    def enter(self, authorization: str, *, search: bool) -> None:
        """Count one request; refuse it without a valid token, or beyond a limit."""
        self._admit(authorization)
        today = self._now().date()
        if today != self._day:
            self._day, self._used = today, 0
        if self._used >= self._limits.daily:
            raise _too_many("You have reached your daily limit.", "DAILY")
        if self._faults.strikes(Fault.LIMIT):
            raise _rolling("ten_secondly_rolling", 1)
        self._count(self._recent, self._limits.ten_seconds, _BURST, "ten_secondly_rolling")
        if search:
            self._count(self._searches, self._limits.searches, _SECOND, "secondly")
        self._used += 1

    def headers(self, *, search: bool) -> dict[str, str]:
        """Return what an answer tells of the limits; that of a search tells less."""
        found = {
            "X-HubSpot-RateLimit-Daily": str(self._limits.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(self._limits.daily - self._used),
        }
        if search:
            return found
        most = self._limits.ten_seconds or 100
        left = max(0, most - len(self._recent))
        return found | {
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(left),
            "X-HubSpot-RateLimit-Secondly": "10",
            "X-HubSpot-RateLimit-Secondly-Remaining": "9",
        }

    def _admit(self, authorization: str) -> None:
        kind, _, token = authorization.partition(" ")
        if kind.casefold() == "bearer":
            if secrets.compare_digest(token.encode(), PRIVATE_TOKEN.encode()):
                return
            grant = self._store.table("grants").get(token)
            if grant is not None and grant["kind"] == "access":
                over = self._now() - moment_of(grant["expires"])
                if over < timedelta(0):
                    return
                late = int(over.total_seconds())
                words = f"The OAuth token used to make this call expired {late} second(s) ago."
                raise Refusal(words, "EXPIRED_AUTHENTICATION", status=401)
        raise Refusal(
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and "
            "you can find more details at https://developers.hubspot.com/docs/methods/auth/"
            "oauth-overview",
            "INVALID_AUTHENTICATION",
            status=401,
        )

    def _count(self, seen: deque[datetime], most: int | None, span: timedelta, what: str) -> None:
        now = self._now()
        while seen and now - seen[0] >= span:
            seen.popleft()
        if most is not None and len(seen) >= most:
            raise _rolling(what, 1 + int((span - (now - seen[0])).total_seconds()))
        seen.append(now)


def _rolling(what: str, seconds: int) -> Refusal:
    refusal = _too_many(f"You have reached your {what} limit.", what.upper())
    refusal.headers["Retry-After"] = str(seconds)
    return refusal


def _too_many(words: str, policy: str) -> Refusal:
    more: dict[str, Any] = {"errorType": "RATE_LIMIT", "policyName": policy}
    return Refusal(words, "RATE_LIMITS", status=429, more=more)
