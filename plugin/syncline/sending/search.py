"""The earliest moment at which a channel may be used (RS7, B11).

A moment is allowed when one line of the channel allows it: its day, hours, holidays, cap and gap.
The answer is the earliest such moment that is not before the one asked for. So it is never early,
asked again at its own answer it gives it again, and asked later it never answers earlier.
"""

from __future__ import annotations

__all__ = ["HORIZON", "next_allowed"]

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .answer import Allowed, Delay, DelayKind
from .days_off import country_named, holiday
from .line import Sending, always
from .sent import Sent
from .windows import Stretch, stretches
from .wording import Words
from .zones import Place, zone_for

#: How far ahead is looked: what opens in no year never opens.
HORIZON = timedelta(days=366)
_WHOLE = (0, 1440)
_DAY = timedelta(days=1)


def next_allowed(
    lines: Iterable[Sending], channel: str, place: Place, after: datetime, sent: Sent
) -> Allowed:
    """Return the earliest moment from *after* (aware) on at which *channel* may be used.

    A channel without a line may be used at any time, as often as the user's own cap lets it.
    """
    after = after.astimezone(UTC)
    own = [line for line in lines if line.channel == channel]
    if not own:
        if place.user_cap is None:
            return Allowed(at=after)
        own = [always(channel)]
    searches = [_Search(line, place, after, sent) for line in own]
    found = [stretch for search in searches if (stretch := search.run()) is not None]
    best = min(found, key=lambda stretch: (stretch[0], -stretch[1].timestamp()), default=None)
    delays = {
        delay.reason: delay
        for search in searches
        for delay in reversed(search.delays)
        if best is None or delay.at < best[0]
    }
    return Allowed(
        at=None if best is None else best[0],
        until=None if best is None else best[1],
        delays=tuple(sorted(delays.values(), key=lambda delay: (delay.at, delay.line))),
    )


class _Search:
    """The search by one line; ``delays`` collects what stood in the way."""

    def __init__(self, line: Sending, place: Place, after: datetime, sent: Sent) -> None:
        self._line = line
        self._user = place.user
        self._own_cap = place.user_cap
        self._after = after
        self._sent = sent
        self._zone: ZoneInfo = zone_for(line.zone, place.zone, place.country, place.user_zone)
        country = country_named(place.country) if place.country else None
        self._country = country if line.holidays == "prospect" else line.holidays
        self._words = Words(line, self._zone, place.user)
        self.delays: list[Delay] = []

    def run(self) -> Stretch | None:
        """Return the earliest moment and the end of its window; None if there is none."""
        if self._after > datetime.max.replace(tzinfo=UTC) - 2 * HORIZON:
            return None
        first = self._after.astimezone(self._zone).date()
        # A clock that goes back at midnight shows yesterday again: the day before comes first.
        for step in range(-1, HORIZON.days + 1):
            found = self._on(first + step * _DAY)
            if found is not None:
                return found
        return None

    def _on(self, day: date) -> Stretch | None:
        whole = stretches(self._zone, day, *_WHOLE)
        if not whole or whole[-1][1] <= self._after:
            return None
        since = max(whole[0][0], self._after)
        line = self._line
        if day.weekday() not in line.days:
            self._delay(DelayKind.DAY, self._words.days(), since)
            return None
        if self._country and (name := holiday(self._country, day)) is not None:
            self._delay(DelayKind.HOLIDAY, self._words.holiday(day, name, self._country), since)
            return None
        windows = stretches(self._zone, day, line.start, line.end)
        if not windows:
            self._delay(DelayKind.CLOCK, self._words.skipped(day), since)
            return None
        if since == self._after and not any(a <= since < b for a, b in windows):
            self._delay(DelayKind.HOURS, self._words.hours(since), since)
        if self._is_full(day, whole, since):
            return None
        for opens, closes in windows:
            moment = self._apart(max(opens, self._after), closes)
            if moment is not None:
                return moment, closes
        return None

    def _is_full(self, day: date, whole: tuple[Stretch, ...], since: datetime) -> bool:
        """Tell whether the line's cap of the day, or the user's own, is used up in its zone."""
        line = self._line
        own, cap = line.per_user, line.per_day
        if cap is not None and self._count(whole, own=own) >= cap:
            kind = DelayKind.USER_CAP if own else DelayKind.CAP
            self._delay(kind, self._words.cap(day, cap, own=own), since)
            return True
        cap = self._own_cap
        if cap is not None and self._count(whole, own=True) >= cap:
            self._delay(DelayKind.USER_CAP, self._words.cap(day, cap, own=True), since)
            return True
        return False

    def _count(self, whole: tuple[Stretch, ...], *, own: bool) -> int:
        return self._sent.count(self._line.channel, self._user if own else None, whole)

    def _apart(self, moment: datetime, closes: datetime) -> datetime | None:
        """Return the first moment from this one on that is far enough from all others."""
        line = self._line
        while moment < closes:
            if line.gap is None:
                return moment
            other = self._sent.last_near(line.channel, self._user, moment, line.gap)
            if other is None:
                return moment
            self._delay(DelayKind.GAP, self._words.gap(other), moment)
            moment = other + line.gap
        return None

    def _delay(self, kind: DelayKind, reason: str, at: datetime) -> None:
        self.delays.append(Delay(kind=kind, reason=reason, at=at, line=self._line.line))
