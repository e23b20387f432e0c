"""The stretches of time in which a zone's clocks show certain hours of a certain day (B11)."""

from __future__ import annotations

__all__ = ["Stretch", "stretches"]

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

#: From a moment (included) to another (left out), in UTC.
Stretch: TypeAlias = tuple[datetime, datetime]

#: No clock is further from UTC.
_FURTHEST = timedelta(hours=27)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=32_768)
def stretches(zone: ZoneInfo, day: date, start: int, end: int) -> tuple[Stretch, ...]:
    """Return when the clocks of *zone* show *day*, from minute *start* up to minute *end*.

    That is one stretch on most days. Where the clocks go forward over all of it there is none;
    where they go back it may be longer than it looks, or two.
    """
    midnight = datetime.combine(day, time(), UTC)
    shown = midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)
    found: list[Stretch] = []
    for since, until, offset in _offsets(zone, midnight - _FURTHEST, midnight + 2 * _FURTHEST):
        first, last = max(shown[0] - offset, since), min(shown[1] - offset, until)
        if first >= last:
            continue
        if found and found[-1][1] == first:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return tuple(found)


def _offsets(
    zone: ZoneInfo, since: datetime, until: datetime
) -> list[tuple[datetime, datetime, timedelta]]:
    """Return the stretches of one offset each between two moments, hardly ever more than two."""
    before, after = _offset(zone, since), _offset(zone, until)
    if before == after:
        return [(since, until, before)]
    low, high = since, until
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return [(since, high, before), (high, until, after)]


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
