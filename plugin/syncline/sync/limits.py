"""How much may still be spent: our limit, the vendor's own, and the thresholds (K6). Pure.

At 80 % of either limit a person is told. From 95 % on, only what cannot wait is done, until less
than 75 % is used: without that gap it would stop and start with every call that comes free.
"""

from __future__ import annotations

__all__ = ["RESUME", "STOP", "WARN", "Limit", "Room", "believed", "cap", "level_of", "room_of",
           "share_of"]  # fmt: skip

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ..ledger.spent import WINDOW, Level, Spent, Stated

#: Percent of a limit.
WARN, STOP, RESUME = 80, 95, 75
#: A vendor that had nothing left is asked again after this time, by one call.
_ASK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The limit that the rules set for 24 hours; None for a side that has none."""

    most: int | None
    #: What counts: the vendor's units, or each record that is read or written (Koncert's way).
    counted: Literal["calls", "actions"] = "calls"

    def measure(self, units: int, records: int) -> int:
        """Return the one of both that this limit counts."""
        return units if self.counted == "calls" else records


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What may still be spent; None where nothing limits it."""

    units: int | None
    records: int | None

    def takes(self, units: int, records: int = 0) -> bool:
        """Tell whether that much fits; what costs nothing always does."""
        return _fits(units, self.units) and _fits(records, self.records)

    def rows(self, rows: int, *, call: int, each: int = 0) -> int:
        """Return how many of *rows* one call may carry that costs *call*, and *each* for a row."""
        if not _fits(call, self.units):
            return 0
        if each and self.units is not None:
            rows = min(rows, (self.units - call) // each)
        return rows if self.records is None else max(0, min(rows, self.records))


def _fits(wanted: int, room: int | None) -> bool:
    return room is None or wanted <= 0 or wanted <= room


def cap(most: int, percent: int) -> int:
    """Return so many percent of a limit, rounded up: of a very small one nothing is kept back."""
    return -(-most * percent // 100)


def believed(spent: Spent, now: datetime) -> Stated | None:
    """Return the vendor's word, unless it is older than a day: by then it is another day's."""
    stated = spent.stated
    if stated is None or stated.allowed <= 0 or abs(now - stated.at) > WINDOW:
        return None
    return stated


def share_of(spent: Spent, limit: Limit, now: datetime) -> float:
    """Return how much of the limit is used, 1.0 for all: ours or the vendor's, the fuller one."""
    share = 0.0
    if limit.most is not None:
        used = limit.measure(spent.units, spent.records)
        share = used / limit.most if limit.most else 1.0
    stated = believed(spent, now)
    if stated is not None:
        share = max(share, (stated.used + spent.after) / stated.allowed)
    return share


def level_of(before: Level, share: float) -> Level:
    """Return the level at a share of use, coming from another."""
    percent = share * 100
    if percent >= STOP or (before is Level.STOPPED and percent >= RESUME):
        return Level.STOPPED
    return Level.WARNED if percent >= WARN else Level.OK


def room_of(spent: Spent, limit: Limit, level: Level, now: datetime, *, essential: bool) -> Room:
    """Return what may be spent on work that cannot wait (*essential*), or on the rest of it."""
    percent = 100 if essential else STOP
    closed = level is Level.STOPPED and not essential
    ours: int | None = None
    if limit.most is not None:
        used = limit.measure(spent.units, spent.records)
        ours = 0 if closed else max(0, cap(limit.most, percent) - used)
    vendor = _left(spent, now, percent)
    if closed and vendor is not None:
        vendor = 0
    if limit.counted == "actions":
        return Room(units=vendor, records=ours)
    both = [each for each in (ours, vendor) if each is not None]
    return Room(units=min(both, default=None), records=None)


def _left(spent: Spent, now: datetime, percent: int) -> int | None:
    """Return what the vendor has left for us by its own word; None when it says nothing."""
    stated = believed(spent, now)
    if stated is None:
        return None
    left = max(0, cap(stated.allowed, percent) - stated.used - spent.after)
    latest = max(stated.at, spent.latest or stated.at)
    if left == 0 and percent == 100 and now - latest >= _ASK_AGAIN:
        # Only an answer can tell that calls came free; the vendor refuses it if none did.
        return stated.allowed
    return left
