"""When the next cycle is due: a table, and what holds of any numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from syncline.schedule.due import FIRST_WAIT, LEAST_GAP, mark_at, may_wake, next_due

NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def at(clock: str) -> datetime:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return NINE.replace(hour=hours, minute=minutes, second=seconds)


@pytest.mark.parametrize(
    ("now", "failures", "retry_after", "due"),
    [
        # A cycle that took a moment, and one that took until the mark or over it.
        ("09:00:01", 0, None, "09:15:00"),
        ("09:14:59", 0, None, "09:15:00"),
        ("09:15:00", 0, None, "09:30:00"),
        # A long cycle, or a machine that slept: missed marks are not made up for.
        ("09:47:00", 0, None, "10:00:00"),
        ("17:22:30", 0, None, "17:30:00"),
        # Passing faults: growing waits, at the latest the next mark.
        ("09:00:10", 1, None, "09:00:40"),
        ("09:00:50", 2, None, "09:01:50"),
        ("09:02:00", 3, None, "09:04:00"),
        ("09:04:00", 4, None, "09:08:00"),
        ("09:08:00", 5, None, "09:15:00"),
        ("09:15:10", 6, None, "09:30:00"),
        ("09:15:10", 5000, None, "09:30:00"),
        ("09:14:50", 1, None, "09:15:00"),
        # What a system asks for makes a wait longer, and passes over no mark.
        ("09:00:10", 1, 10.0, "09:00:40"),
        ("09:00:10", 1, 300.0, "09:05:10"),
        ("09:00:10", 1, 3600.0, "09:15:00"),
        ("09:00:10", 0, 3600.0, "09:15:00"),
        ("08:50:00", 0, None, "09:00:00"),
    ],
)
def test_the_table(now: str, failures: int, retry_after: float | None, due: str) -> None:
    """Fixed marks, the same wherever and whenever a schedule began (K7)."""
    found = next_due(interval=QUARTER, now=at(now), failures=failures, retry_after=retry_after)
    assert found == at(due)


@given(
    minutes=st.integers(5, 240),
    since=st.timedeltas(timedelta(-3), timedelta(4000)),
    failures=st.integers(0, 10_000),
    wish=st.none() | st.floats(0, 100_000),
)
def test_it_is_always_later_and_never_later_than_need_be(
    minutes: int, since: timedelta, failures: int, wish: float | None
) -> None:
    """A due time lies after now, and at the next mark at the latest, whatever was asked (K7)."""
    interval, now = timedelta(minutes=minutes), NINE + since
    mark = mark_at(interval, now) + interval
    assert now < mark <= now + interval
    assert mark_at(interval, mark) == mark
    due = next_due(interval=interval, now=now, failures=failures, retry_after=wish)
    assert now < due <= mark
    assert due >= min(mark, now + FIRST_WAIT)


@pytest.mark.parametrize(
    ("since", "failed", "may"),
    [
        (None, False, True),
        (LEAST_GAP, False, True),
        (LEAST_GAP / 2, False, False),
        (-LEAST_GAP, False, True),
        (timedelta(hours=1), True, False),
    ],
)
def test_who_asks_early(since: timedelta | None, failed: bool, may: bool) -> None:
    """No oftener than every ten seconds, and not while a fault is waited out."""
    began = None if since is None else NINE - since
    assert may_wake(now=NINE, began=began, failed=failed) is may
