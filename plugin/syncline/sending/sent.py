"""What went out already: the history that caps and gaps are counted in."""

from __future__ import annotations

__all__ = ["Sent"]

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from .windows import Stretch


class Sent:
    """The moments at which each channel was used, by everybody and by each user.

    Moments are aware; they may be added in any order, and may lie ahead (what is planned).
    """

    def __init__(self, touches: Iterable[tuple[str, str, datetime]] = ()) -> None:
        self._all: defaultdict[str, list[datetime]] = defaultdict(list)
        self._own: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
        for channel, user, at in touches:
            self._all[channel].append(at)
            self._own[channel, user].append(at)
        for moments in (*self._all.values(), *self._own.values()):
            moments.sort()

    def add(self, channel: str, user: str, at: datetime) -> None:
        """Take one more into account."""
        insort(self._all[channel], at)
        insort(self._own[channel, user], at)

    def count(self, channel: str, user: str | None, within: Iterable[Stretch]) -> int:
        """Return how many went out in those stretches: by *user*, or by everybody."""
        moments = self._moments(channel, user)
        return sum(
            bisect_left(moments, until) - bisect_left(moments, since) for since, until in within
        )

    def last_near(self, channel: str, user: str, at: datetime, gap: timedelta) -> datetime | None:
        """Return the latest of *user* that is less than *gap* away from *at*, on either side."""
        moments = self._moments(channel, user)
        place = bisect_left(moments, at + gap)
        if place and moments[place - 1] > at - gap:
            return moments[place - 1]
        return None

    def _moments(self, channel: str, user: str | None) -> list[datetime]:
        # Not by [..]: a question leaves nothing behind.
        if user is None:
            return self._all.get(channel, [])
        return self._own.get((channel, user), [])
