"""Forecasts and limits, as tables: when a budget runs out, and when enough comes free."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from syncline.ledger.spent import Level, Slice, Spent, Stated
from syncline.model import Side
from syncline.sync.forecast import Use, free_at, rate_of, runs_out
from syncline.sync.limits import Limit, Room, level_of, room_of, share_of
from syncline.sync.standing import Book, standing

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def uses(*found: tuple[float, int]) -> list[Use]:
    """Return uses from (hours ago, amount)."""
    return [Use(NOW - ago * HOUR, amount) for ago, amount in found]


def after(hours: float) -> datetime:
    return NOW + hours * HOUR


# -- when something fits


@pytest.mark.parametrize(
    ("found", "most", "needed", "wanted"),
    [
        ([], 10, 10, NOW),
        ([(1, 6)], 10, 4, NOW),
        ([(1, 6)], 10, 5, after(23)),
        ([(20, 3), (1, 6)], 10, 4, after(4)),
        ([(20, 3), (1, 6)], 10, 5, after(23)),
        # Of two days' work one half is done as soon as it fits, the other a day later.
        ([(1, 6)], 10, 14, after(24)),
        ([(1, 6)], 10, 20, after(47)),
        ([(1, 6)], 10, 25, after(71)),
        ([(1, 6)], 0, 1, None),
        # A clock that went back: what was made later counts until a day after that.
        ([(-2, 6)], 6, 1, after(26)),
    ],
)
def test_when_enough_comes_free(
    found: list[tuple[float, int]], most: int, needed: int, wanted: datetime | None
) -> None:
    """Each call comes free a day after it was made; what is too much for a day takes more (K6)."""
    assert free_at(uses(*found), NOW, most, needed) == wanted


@given(
    st.lists(st.tuples(st.floats(0, 24, exclude_max=True), st.integers(1, 9)), max_size=12),
    st.integers(1, 40),
    st.integers(0, 40),
)
def test_what_fits_then_did_not_fit_before(
    found: list[tuple[float, int]], most: int, needed: int
) -> None:
    """The moment is the first at which the window has the room (K6)."""
    moment = free_at(uses(*found), NOW, most, min(needed, most))
    assert moment is not None

    def used(at: datetime) -> int:
        return sum(use.amount for use in uses(*found) if use.at > at - 24 * HOUR)

    assert used(moment) + min(needed, most) <= most
    if moment > NOW:
        assert used(moment - timedelta(microseconds=1)) + min(needed, most) > most


# -- when it runs out


@pytest.mark.parametrize(
    ("found", "most", "wanted"),
    [
        ([], 10, None),
        ([(1, 10)], 10, NOW),
        # 30 in the last three hours, 10 an hour: 70 are left.
        ([(2.5, 10), (1.5, 10), (0.5, 10), (12, 0)], 100, after(7)),
        # The same pace, but 60 of yesterday come free before it is reached.
        ([(23, 60), (2.5, 10), (1.5, 10), (0.5, 10)], 110, after(8)),
        ([(23, 60), (2.5, 10), (1.5, 10), (0.5, 10)], 280, None),
        # Long ago: there is no pace.
        ([(10, 90)], 100, None),
        # Somebody began ten minutes ago: half an hour is the least that tells a pace.
        ([(1 / 6, 10)], 100, after(4.5)),
    ],
)
def test_when_the_budget_runs_out(
    found: list[tuple[float, int]], most: int, wanted: datetime | None
) -> None:
    """At the pace of the last hours, with what comes free meanwhile (K6)."""
    told = runs_out(uses(*found), NOW, most)
    assert (told is None) == (wanted is None)
    if told is not None and wanted is not None:
        assert abs(told - wanted) < timedelta(seconds=1)


def test_the_pace_is_that_of_the_last_three_hours() -> None:
    """What was spent before tells nothing of now."""
    assert rate_of(uses((5, 100), (2, 6), (1, 3)), NOW) == 3.0
    assert rate_of(uses((5, 100)), NOW) == 0.0


# -- thresholds


@pytest.mark.parametrize(
    ("before", "percent", "wanted"),
    [
        ("ok", 79, "ok"),
        ("ok", 80, "warned"),
        ("ok", 94, "warned"),
        ("ok", 95, "stopped"),
        ("warned", 79, "ok"),
        ("warned", 95, "stopped"),
        ("stopped", 94, "stopped"),
        ("stopped", 80, "stopped"),
        ("stopped", 75, "stopped"),
        ("stopped", 74, "ok"),
        ("stopped", 120, "stopped"),
    ],
)
def test_the_levels_of_a_budget(before: str, percent: int, wanted: str) -> None:
    """Warned at 80 %, stopped at 95 %, and going on under 75 % (K6)."""
    assert level_of(Level(before), percent / 100) is Level(wanted)


def spent(units: int = 0, records: int = 0, stated: Stated | None = None, later: int = 0) -> Spent:
    return Spent(units=units, records=records, latest=None, stated=stated, after=later)


def said(used: int, allowed: int, hours: float = 1) -> Stated:
    return Stated(used=used, allowed=allowed, at=NOW - hours * HOUR)


CALLS = Limit(most=100)
ACTIONS = Limit(most=100, counted="actions")
NONE = Limit(most=None)


@pytest.mark.parametrize(
    ("found", "limit", "level", "essential", "other"),
    [
        (spent(60), CALLS, "ok", (40, None), (35, None)),
        (spent(96), CALLS, "stopped", (4, None), (0, None)),
        (spent(80), CALLS, "stopped", (20, None), (0, None)),
        (spent(120), CALLS, "stopped", (0, None), (0, None)),
        (spent(60), NONE, "ok", (None, None), (None, None)),
        (spent(60, 30), ACTIONS, "ok", (None, 70), (None, 65)),
        # The vendor's own word, with what was spent since: the smaller counts.
        (spent(10, stated=said(900, 1000), later=30), CALLS, "ok", (70, None), (20, None)),
        (spent(60, stated=said(100, 1000)), CALLS, "ok", (40, None), (35, None)),
        (spent(5, stated=said(900, 1000)), NONE, "ok", (100, None), (50, None)),
        (spent(5, 60, stated=said(900, 1000)), ACTIONS, "ok", (100, 40), (50, 35)),
        # A word of more than a day ago is of another day.
        (spent(5, stated=said(1000, 1000, 25)), NONE, "ok", (None, None), (None, None)),
        # Nothing was left, and nobody has asked for an hour: one call may.
        (spent(5, stated=said(1000, 1000, 0.5)), NONE, "stopped", (0, None), (0, None)),
        (spent(5, stated=said(1000, 1000, 1)), NONE, "stopped", (1000, None), (0, None)),
    ],
)
def test_what_may_still_be_spent(
    found: Spent,
    limit: Limit,
    level: str,
    essential: tuple[int | None, int | None],
    other: tuple[int | None, int | None],
) -> None:
    """The smaller of what our limit and what the vendor leaves; some is kept back (K6)."""
    for wanted, is_essential in ((essential, True), (other, False)):
        room = room_of(found, limit, Level(level), NOW, essential=is_essential)
        assert (room.units, room.records) == wanted


def test_the_fuller_of_both_limits_tells_how_full_it_is() -> None:
    """A vendor whose limit others use up is nearly full for us too (K6)."""
    assert share_of(spent(50), CALLS, NOW) == 0.5
    assert share_of(spent(50, stated=said(800, 1000), later=20), CALLS, NOW) == 0.82
    assert share_of(spent(50, 90), ACTIONS, NOW) == 0.9


@pytest.mark.parametrize(
    ("room", "rows", "call", "each", "wanted"),
    [
        (Room(units=5, records=None), 200, 5, 0, 200),
        (Room(units=4, records=None), 200, 5, 0, 0),
        (Room(units=4, records=None), 50, 0, 1, 4),
        (Room(units=0, records=None), 50, 0, 1, 0),
        (Room(units=None, records=120), 200, 1, 0, 120),
        (Room(units=None, records=0), 200, 1, 0, 0),
        (Room(units=None, records=None), 200, 1, 1, 200),
        (Room(units=0, records=None), 50, 0, 0, 50),
    ],
)
def test_how_many_rows_one_call_may_carry(
    room: Room, rows: int, call: int, each: int, wanted: int
) -> None:
    """Of a batch that does not fit as a whole, as much is sent as does (K6)."""
    assert room.rows(rows, call=call, each=each) == wanted


# -- how it stands


def test_a_stopped_budget_says_until_when() -> None:
    """What waits goes on when less than 75 % is used, and when it fits (K6)."""
    slices = [Slice(NOW - 20 * HOUR, 30, 0), Slice(NOW - 2 * HOUR, 66, 0)]
    book = Book(spent=spent(96), slices=slices, spent_on={"write": 96}, before=Level.WARNED)
    found = standing(Side.CRM, CALLS, NOW, book, (10, 400), "call")
    assert (found.level, found.used, found.waits) == (Level.STOPPED, 96, 10)
    assert (found.resumes, found.fits) == (after(4), after(4))
    assert standing(Side.CRM, CALLS, NOW, book, (40, 0), "call").fits == after(22)
    assert "was used to 95 %" in found.why_waiting


def test_what_others_spend_with_the_vendor_does_not_come_free() -> None:
    """The vendor counts more than we spent; what we know of comes free, the rest stays (K6)."""
    slices = [Slice(NOW - 20 * HOUR, 40, 0)]
    book = Book(
        spent=spent(40, stated=said(96, 100)),
        slices=slices,
        spent_on={},
        before=Level.OK,
    )
    found = standing(Side.CRM, Limit(most=1000), NOW, book, (20, 0), "call")
    assert found.level is Level.STOPPED
    assert (found.resumes, found.fits) == (after(4), after(4))
    assert found.why_waiting == "the CRM itself counts 96 of the 100 that it allows"
    full = replace(book, spent=spent(40, stated=said(140, 100)))
    assert standing(Side.CRM, Limit(most=1000), NOW, full, (1, 0), "call").fits is None
