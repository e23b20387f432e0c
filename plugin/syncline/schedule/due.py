"""When the next cycle is due. Pure: every time is handed in."""

from __future__ import annotations

__all__ = ["FIRST_WAIT", "LEAST", "LEAST_GAP", "MOST", "mark_at", "may_wake", "next_due"]

from datetime import UTC, datetime, timedelta

#: Minutes between two marks, at least and at most (K7).
LEAST, MOST = 5, 240
#: After a passing fault; it doubles with each that follows, up to the interval.
FIRST_WAIT = timedelta(seconds=30)
#: Wakes start cycles no closer together than this.
LEAST_GAP = timedelta(seconds=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def mark_at(interval: timedelta, now: datetime) -> datetime:
    """Return the last mark up to *now* (K7).

    Marks are the same for all machines, whenever they began: with 15 minutes, each quarter of an
    hour. Two schedules on one ledger share them, and the work.
    """
    return now - (now - _EPOCH) % interval


def next_due(
    *,
    interval: timedelta,
    now: datetime,
    failures: int,
    retry_after: float | None = None,
) -> datetime:
    """Return when the next cycle is due, *now* being the end of the last.

    A mark that was missed is past: it is not made up for.

    Args:
        interval: between two marks.
        now: the time.
        failures: how many cycles in a row have met a passing fault.
        retry_after: seconds that a system asked to be left alone for. No mark is passed over for
            it: the other system is read as ever, and the breaker keeps this one's peace.

    """
    mark = mark_at(interval, now) + interval
    if not failures:
        return mark
    # No more doublings than it takes to pass any interval.
    wait = FIRST_WAIT * (1 << min(failures - 1, 16))
    return min(mark, now + max(wait, timedelta(seconds=retry_after or 0.0)))


def may_wake(*, now: datetime, began: datetime | None, failed: bool) -> bool:
    """Tell whether somebody may start a cycle before it is due.

    Not right after one *began*, and not while a fault is waited out: a system that is ill, or a
    password that is wrong, is not asked again with every webhook.
    """
    return not failed and (began is None or abs(now - began) >= LEAST_GAP)
