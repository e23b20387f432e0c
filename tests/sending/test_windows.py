"""The hours that a clock shows, on ordinary days and on those when it is put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, strategies as st

from syncline.sending.windows import stretches

ZONES = sorted(available_timezones())


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


@pytest.mark.parametrize(
    ("zone", "day", "hours", "found"),
    [
        # An ordinary day.
        ("Europe/Paris", "2026-06-01", (480, 1080), [("2026-06-01T06:00", "2026-06-01T16:00")]),
        ("UTC", "2026-06-01", (0, 1440), [("2026-06-01T00:00", "2026-06-02T00:00")]),
        # Forward at 02:00: the hour does not exist, or only its end does.
        ("Europe/Paris", "2026-03-29", (135, 165), []),
        ("Europe/Paris", "2026-03-29", (150, 240), [("2026-03-29T01:00", "2026-03-29T02:00")]),
        ("Europe/Paris", "2026-03-29", (0, 1440), [("2026-03-28T23:00", "2026-03-29T22:00")]),
        # Back at 03:00: the hour exists twice.
        (
            "Europe/Paris",
            "2026-10-25",
            (135, 165),
            [("2026-10-25T00:15", "2026-10-25T00:45"), ("2026-10-25T01:15", "2026-10-25T01:45")],
        ),
        ("Europe/Paris", "2026-10-25", (120, 180), [("2026-10-25T00:00", "2026-10-25T02:00")]),
        ("America/New_York", "2026-11-01", (0, 1440), [("2026-11-01T04:00", "2026-11-02T05:00")]),
        # Half an hour is enough in Lord Howe.
        ("Australia/Lord_Howe", "2026-10-04", (120, 150), []),
        # Samoa left out a whole day.
        ("Pacific/Apia", "2011-12-30", (0, 1440), []),
    ],
)
def test_the_hours_of_a_day(
    zone: str, day: str, hours: tuple[int, int], found: list[tuple[str, str]]
) -> None:
    """B11: hours that do not exist are none; hours that exist twice count twice."""
    got = stretches(ZoneInfo(zone), date.fromisoformat(day), *hours)
    assert list(got) == [(at(since), at(until)) for since, until in found]


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2000, 1, 1), date(2037, 1, 1)),
    start=st.integers(0, 1439),
    length=st.integers(1, 1440),
    minute=st.integers(-26 * 60, 50 * 60),
)
def test_a_moment_lies_in_the_stretches_when_the_clock_shows_so(
    zone: str, day: date, start: int, length: int, minute: int
) -> None:
    """B11: they are the moments at which a clock on the wall shows the hours, no others."""
    end = min(start + length, 1440)
    moment = datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minute)
    shown = moment.astimezone(ZoneInfo(zone))
    minutes = shown.hour * 60 + shown.minute
    wanted = shown.date() == day and start <= minutes < end
    got = stretches(ZoneInfo(zone), day, start, end)
    assert any(since <= moment < until for since, until in got) == wanted
