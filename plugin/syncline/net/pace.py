"""How fast a vendor may be asked: so many units in so many seconds; who is early waits."""

from __future__ import annotations

__all__ = ["Pace"]

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta


class Pace:
    """Lets *units* through in any span of *seconds*; whoever comes too early sleeps.

    One connection keeps one pace. Other programs that use the same account are not known to it:
    a refusal of the vendor's still has to be borne.
    """

    def __init__(
        self,
        units: int,
        seconds: float,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._units = units
        self._span = timedelta(seconds=seconds)
        self._now = now
        self._sleep = sleep
        #: (when, how many) of what was let through, the oldest first.
        self._spent: deque[tuple[datetime, int]] = deque()

    def wait(self, units: int = 1) -> None:
        """Wait until *units* more fit; more than the whole span's count as the whole."""
        units = min(units, self._units)
        now = self._now()
        while sum(spent for _, spent in self._spent) + units > self._units:
            before, _ = self._spent.popleft()
            # A clock that was set back makes nobody wait longer than the span.
            pause = min(before + self._span - now, self._span)
            if pause > timedelta(0):
                self._sleep(pause.total_seconds())
                now += pause
        self._spent.append((now, units))
