"""When a budget runs out, and when enough of it comes free again (K6). Pure.

Everything counts for 24 hours and then comes free, so the spending of the last day tells what the
next one brings.
"""

from __future__ import annotations

__all__ = ["Use", "free_at", "rate_of", "runs_out"]

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ..ledger.spent import WINDOW

#: The spending of this long tells how it will go on; of less than the second nothing is told.
_LOOK_BACK = timedelta(hours=3)
_LEAST = timedelta(minutes=30)


class Use(NamedTuple):
    """So much was used, for the last time at this moment."""

    at: datetime
    amount: int


def free_at(uses: Sequence[Use], now: datetime, most: int, needed: int) -> datetime | None:
    """Return when *needed* fits into *most* if nothing else is spent; None if it never does.

    What needs more than a whole day's limit is done over several; the moment is that of its end.
    """
    if needed > most:
        if most <= 0:
            return None
        days, rest = divmod(needed - 1, most)
        first = free_at(uses, now, most, rest + 1)
        return None if first is None else first + days * WINDOW
    used = sum(use.amount for use in uses)
    if used + needed <= most:
        return now
    for use in sorted(uses):
        used -= use.amount
        if used + needed <= most:
            return max(now, use.at + WINDOW)
    return None


def rate_of(uses: Sequence[Use], now: datetime) -> float:
    """Return what was used an hour, lately."""
    recent = [use for use in uses if use.at > now - _LOOK_BACK]
    if not recent:
        return 0.0
    # Somebody who began a moment ago has not spent at that pace for three hours.
    began = min(use.at for use in uses)
    span = min(_LOOK_BACK, max(_LEAST, now - began))
    return sum(use.amount for use in recent) / (span / timedelta(hours=1))


def runs_out(uses: Sequence[Use], now: datetime, most: int) -> datetime | None:
    """Return when the limit is reached if spending goes on as lately; None if within no day.

    After a day at one pace as much comes free as is spent: what has not run out by then will not.
    """
    used = float(sum(use.amount for use in uses))
    if used >= most:
        return now
    pace = rate_of(uses, now) / 3600
    if pace == 0:
        return None
    at = now
    for use in sorted(uses):
        free = max(now, use.at + WINDOW)
        reached = at + timedelta(seconds=(most - used) / pace)
        if reached <= free:
            return reached
        used += pace * (free - at).total_seconds() - use.amount
        at = free
    reached = at + timedelta(seconds=max(0.0, most - used) / pace)
    return reached if reached <= now + WINDOW else None
