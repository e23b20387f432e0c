"""When time alone may change what a criterion says: early perhaps, never late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from support_language import NOON, compiled
from support_properties import examples
from syncline import Side
from syncline.rules.values import Clock

if TYPE_CHECKING:
    from syncline import Value
    from syncline.rules.compiled import WorkflowRule

_RULES: dict[str, WorkflowRule] = {}
_HEAD = "connect crm to desk\nconnect cadence to mill\n"
_MAP = "map Thing <-> item {\n match Email = email\n}\n"


def workflow(criterion: str) -> WorkflowRule:
    """Return a workflow of *criterion*; the same text is compiled once."""
    if criterion not in _RULES:
        text = f'workflow "w" on Thing {{\n when {criterion}\n then exit cadence\n}}\n'
        _RULES[criterion] = compiled(text).workflows["w"]
    return _RULES[criterion]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- exactly, where it can be told -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "value", "due"),
    [
        ("Date before today", "2026-11-25", "2026-11-26T00:00"),
        ("Date before today", "2026-11-22", "2026-11-23T00:00"),
        ("Date before today", "2026-11-20", None),
        ("Date after today", "2026-11-25", "2026-11-25T00:00"),
        ("Date = today", "2026-11-22", "2026-11-23T00:00"),
        ("Date != today", "2026-11-25", "2026-11-25T00:00"),
        ("Date before 30 days ago", "2026-11-01", "2026-12-02T00:00"),
        ("not Date before 2 weeks ago", "2026-11-20", "2026-12-05T00:00"),
        ("Date before 5 hours ago", "2026-11-22", "2026-11-23T05:00"),
        ("Date in the last 7 days", "2026-11-20", "2026-11-28T00:00"),
        ("Date in the last 7 days", "2026-11-25", "2026-11-25T00:00"),
        ("Date in the next 7 days", "2026-12-05", "2026-11-28T00:00"),
        ("Date in today, tomorrow", "2026-11-23", "2026-11-23T00:00"),
        ("Date between yesterday and tomorrow", "2026-11-24", "2026-11-23T00:00"),
        ("Datetime = today", "2026-11-23T08:00:00Z", "2026-11-23T00:00"),
        ("Datetime before 30 days ago", "2026-11-20T10:00:00Z", "2026-12-20T10:00:00.000001"),
        ("Datetime <= now", "2026-11-22T12:30:00Z", "2026-11-22T12:30"),
        ("Datetime in the last 90 minutes", "2026-11-22T11:00:00Z", "2026-11-22T12:30:00.000001"),
        ('weekday(today) = "Mon"', None, "2026-11-23T00:00"),
        ("Date < add_days(today, 5)", "2026-12-24", "2026-11-23T00:00"),
        ("all { Date before today   Number > 5 }", "2026-11-25", "2026-11-26T00:00"),
        ("any { Date before today   Date after 5 days ago }", "2026-11-20", "2026-11-25T00:00"),
        ("Date was today", "2026-11-24", "2026-11-24T00:00"),
    ],
)
def test_when_a_comparison_turns(criterion: str, value: str | None, due: str | None) -> None:
    """What is due is the very moment, by the field's own value and the offset."""
    name = "Datetime" if "Datetime" in criterion else "Date"

    found = workflow(criterion).due({name: value}, NOON)

    assert found == (None if due is None else at(due))


@pytest.mark.parametrize(
    "criterion",
    [
        'Text = "a"', "Date before 2026-11-30", "Date changed to today", "is new", "is deleted",
        "Date < Date2", "all { Number > 5   Picklist = \"Red\" }",
    ],
)  # fmt: skip
def test_time_alone_changes_nothing(criterion: str) -> None:
    """Where no row compares with the clock, no moment is due."""
    record: dict[str, Value] = {"Date": "2026-11-25", "Date2": "2026-11-26"}

    assert workflow(criterion).due(record, NOON) is None


@pytest.mark.parametrize("value", [None, "", "soon", 5, True])
@pytest.mark.parametrize("criterion", ["Date before today", "Datetime in the next 5 hours"])
def test_a_blank_never_turns(criterion: str, value: Value) -> None:
    """What is no date compares with nothing, now and later."""
    assert workflow(criterion).due({"Date": value, "Datetime": value}, NOON) is None


def test_a_day_ends_where_the_clock_stands() -> None:
    """Day-grained comparisons turn at midnight of the clock's zone."""
    east = Clock(datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Tokyo")))

    due = workflow("Date before today").due({"Date": "2026-11-22"}, east)

    assert due == at("2026-11-22T15:00")


def test_what_nobody_can_tell_is_asked_each_minute() -> None:
    """What reads the clock in a way of its own is asked again at the next minute."""
    late = Clock(NOON.now + timedelta(seconds=20))

    assert workflow('weekday(5 hours ago) = "Mon"').due({}, late) == at("2026-11-22T12:01")


def test_a_direction_says_when_it_is_due() -> None:
    """K8: the criteria of a direction turn with time as those of a workflow do."""
    flow = "sync crm to cadence where Date before today\nsync cadence to crm where text is blank\n"
    rule = compiled(f"{_HEAD}{flow}{_MAP}").maps["Thing", "item"]

    assert rule.due[Side.CRM]({"Date": "2026-11-22"}, NOON) == at("2026-11-23T00:00")
    assert rule.due[Side.CADENCE]({"date": "2026-11-22"}, NOON) is None


def test_a_direction_for_all_is_never_due() -> None:
    """K8: without ``where`` there is nothing to turn."""
    text = f"{_HEAD}sync crm to cadence\n{_MAP}"

    assert dict(compiled(text).maps["Thing", "item"].due) == {}


# -- never late ------------------------------------------------------------------------------------

_AMOUNTS = st.integers(0, 40)
_UNITS = st.sampled_from(["minutes", "hours", "days", "weeks", "months", "years"])
_MOMENTS = st.one_of(
    st.sampled_from(["today", "now", "yesterday", "tomorrow"]),
    st.builds("{} {} ago".format, _AMOUNTS, _UNITS),
    st.builds("{} {} from now".format, _AMOUNTS, _UNITS),
)
_ROWS = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["Date", "Datetime"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!=", "before", "after"]),
        _MOMENTS,
    ),
    st.builds(
        "{} in the {} {} {}".format,
        st.sampled_from(["Date", "Datetime"]),
        st.sampled_from(["last", "next"]),
        st.integers(1, 40),
        _UNITS,
    ),
    st.builds("Datetime between {} and {}".format, _MOMENTS, _MOMENTS),
    st.builds("Date in {}, {}".format, _MOMENTS, _MOMENTS),
    st.just("days_between(Date, today) > 3"),
)
_CRITERIA = _ROWS | st.builds("{} and not {}".format, _ROWS, _ROWS)
_ZONES: list[tzinfo] = [
    UTC, timezone(timedelta(hours=-9, minutes=-30)), ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata"),
    ZoneInfo("America/Havana"), ZoneInfo("Africa/Cairo"), ZoneInfo("America/Asuncion"),
]  # fmt: skip
_DAY = datetime.fromisoformat


def _late(day: str, minutes: int) -> datetime:
    return _DAY(day) + timedelta(minutes=minutes)


#: Near the ends of months, leap days, and the hours at which zones shift.
_STARTS = st.one_of(
    st.datetimes(_DAY("2019-01-01"), _DAY("2032-01-01")),
    st.builds(
        _late,
        st.sampled_from(
            [
                "2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2024-02-29", "2026-01-31",
                "2026-04-05", "2026-10-04", "2026-12-31",
            ]
        ),
        st.integers(-1440, 2880),
    ),
)  # fmt: skip


@examples(250)
@given(
    criterion=_CRITERIA,
    start=_STARTS,
    zone=st.sampled_from(_ZONES),
    apart=st.integers(-100_000, 100_000) | st.integers(-600, 600),
    data=st.data(),
)
def test_it_is_never_late(
    criterion: str, start: datetime, zone: tzinfo, apart: int, data: st.DataObject
) -> None:
    """Until what is due, a criterion says of a record at any moment what it says now."""
    rule = workflow(criterion)
    clock = Clock(start.replace(tzinfo=UTC).astimezone(zone))
    value = clock.now.astimezone(UTC) + timedelta(minutes=apart)
    record: dict[str, Value] = {"Date": value.date().isoformat(), "Datetime": value.isoformat()}
    before = rule.matches(record, record, clock)

    due = rule.due(record, clock)

    first = clock.now.astimezone(UTC)
    last = first + timedelta(days=2500) if due is None else due - timedelta(microseconds=1)
    assert due is None or due > first
    edges = [last, last - timedelta(seconds=1), last - timedelta(hours=1), first]
    spread = [first + (last - first) * (step / 23) for step in range(24)]
    drawn = data.draw(st.lists(st.datetimes(_naive(first), _naive(last)), max_size=8))
    for moment in [*edges, *spread, *(each.replace(tzinfo=UTC) for each in drawn)]:
        if first <= moment <= last:
            then = Clock(moment.astimezone(zone))
            assert rule.matches(record, record, then) is before, moment


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


@examples(60)
@given(criterion=_ROWS, start=_STARTS, zone=st.sampled_from(_ZONES), days=st.integers(-70, 70))
def test_each_turn_is_met(criterion: str, start: datetime, zone: tzinfo, days: int) -> None:
    """Asked again at each moment that is due, a criterion is known at every hour."""
    rule = workflow(criterion)
    here = start.replace(tzinfo=UTC)
    value = here + timedelta(days=days)
    record: dict[str, Value] = {"Date": value.date().isoformat(), "Datetime": value.isoformat()}
    known = rule.matches(record, record, Clock(here.astimezone(zone)))
    due = rule.due(record, Clock(here.astimezone(zone)))
    for _ in range(150):
        here += timedelta(hours=1)
        while due is not None and due <= here:
            clock = Clock(due.astimezone(zone))
            known, due = rule.matches(record, record, clock), rule.due(record, clock)
        assert rule.matches(record, record, Clock(here.astimezone(zone))) is known
