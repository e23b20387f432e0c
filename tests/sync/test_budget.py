"""The budget: a sliding day of calls, kept in the ledger and shared by every process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, strategies as st

import support
from support import CADENCE, CRM
from support_properties import examples
from syncline import Usage
from syncline.ledger.database import Ledger
from syncline.ledger.spent import POLL, Level
from syncline.sync.meter import BudgetReachedError, Meter

DAY = timedelta(hours=24)


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Ledger]:
    with ExitStack() as stack:
        where: Path | str = tmp_path / "ledger.sqlite"
        if request.param == "postgres":
            where = stack.enter_context(support.postgres())
        found = Ledger(where)
        stack.callback(found.close)
        yield found


def meter(ledger: Ledger, clock: support.Clock, limit: int = 5) -> Meter:
    found = Meter(ledger, clock, {CRM: limit})
    found.start()
    return found


# -- the window


def test_calls_count_up_to_the_limit_and_not_beyond(ledger: Ledger) -> None:
    """What would pass the limit is refused before it is made (K6)."""
    found = meter(ledger, support.Clock())
    found.spend(CRM, 3, "list")
    room = found.room(CRM, essential=True)
    assert (room.takes(2), room.takes(3)) == (True, False)
    with pytest.raises(BudgetReachedError, match="has too little left; what is left over waits"):
        found.spend(CRM, 3, "write")
    found.spend(CRM, 2, "write")
    assert (found.stand(CRM).used, found.spent[CRM]) == (5, 5)
    assert found.tally[CRM] == {"list": 3, "write": 2}
    with pytest.raises(BudgetReachedError, match="the CRM's limit of calls in 24 hours is reached"):
        found.spend(CRM, 1, "write")


@pytest.mark.parametrize(("counted", "word"), [("calls", "tokens"), ("actions", "actions")])
def test_what_does_not_fit_is_told_in_the_vendor_s_unit(
    ledger: Ledger, counted: Literal["calls", "actions"], word: str
) -> None:
    """K6: the word of rules, calls, stands for what the vendor counts; actions are our own."""
    found = Meter(ledger, support.Clock(), {CRM: 5}, counted, lambda _side: "token")
    found.start()
    found.spend(CRM, 5, "write", 5)
    with pytest.raises(BudgetReachedError, match=f"the CRM's limit of {word} in 24 hours is"):
        found.spend(CRM, 1, "write", 1)


def test_a_side_without_a_limit_has_none(ledger: Ledger) -> None:
    """The limit of `at most` is the CRM's (K6)."""
    found = meter(ledger, support.Clock(), 0)
    found.spend(CADENCE, 10_000, "write")
    assert found.room(CADENCE, essential=False).takes(10_000)


def test_calls_of_earlier_runs_count_for_a_day_and_then_come_free(ledger: Ledger) -> None:
    """The window slides: 24 hours after a call its price is free again (K6)."""
    clock = support.Clock()
    first = meter(ledger, clock)
    first.spend(CRM, 2, "list")
    clock.forward(hours=12)
    first.spend(CRM, 1, "list")
    assert meter(ledger, clock).stand(CRM).used == 3
    clock.forward(hours=12, seconds=1)
    assert meter(ledger, clock).stand(CRM).used == 1
    clock.forward(hours=12)
    assert meter(ledger, clock).stand(CRM).used == 0


MINUTES = st.integers(-600, 900)


@examples(40)
@given(st.lists(st.tuples(MINUTES, st.integers(1, 4)), max_size=25), st.integers(1, 10))
def test_no_day_ever_holds_more_than_the_limit_whatever_the_clock_does(
    calls: list[tuple[int, int]], limit: int
) -> None:
    """Never over, though the clock goes back; and all is used that the window leaves (K6)."""
    clock = support.Clock(tick=timedelta(0))
    ledger = Ledger(None)
    found = meter(ledger, clock, limit)
    made: list[tuple[timedelta, int]] = []
    back = False
    for minutes, price in calls:
        back = back or minutes < 0
        clock.forward(minutes=minutes)
        now = clock.now - support.START
        used = sum(spent for at, spent in made if at > now - DAY)
        try:
            found.spend(CRM, price, "x")
        except BudgetReachedError:
            assert back or used + price > limit
        else:
            made.append((now, price))
            assert used + price <= limit
    ledger.close()


def test_a_clock_that_was_a_year_ahead_blocks_nobody_for_a_year(ledger: Ledger) -> None:
    """Calls from beyond tomorrow count as made now: a day later they are free (K6)."""
    clock = support.Clock()
    clock.forward(days=365)
    meter(ledger, clock).spend(CRM, 5, "list")
    clock.forward(days=-365)
    found = meter(ledger, clock)
    assert not found.room(CRM, essential=True).takes(1)
    clock.forward(hours=25)
    assert meter(ledger, clock).stand(CRM).used == 0


# -- thresholds


def test_what_can_wait_stops_at_95_percent_and_goes_on_under_75(ledger: Ledger) -> None:
    """The level is kept in the ledger: another process knows it (K6)."""
    clock = support.Clock()
    found = meter(ledger, clock, 20)
    found.spend(CRM, 4, "write")
    clock.forward(hours=1)
    found.spend(CRM, 12, "write")
    assert found.stand(CRM).level is Level.WARNED
    clock.forward(hours=1)
    found.spend(CRM, 3, "write", essential=False)
    with pytest.raises(BudgetReachedError, match="used to 95 %, and new records and updates wait"):
        found.spend(CRM, 1, "write", essential=False)
    found.spend(CRM, 1, "act")
    clock.forward(hours=22)
    other = meter(ledger, clock, 20)
    assert other.stand(CRM).used == 16
    assert not other.room(CRM, essential=False).takes(1)
    stands = other.stand(CRM, (3, 0))
    assert stands.level is Level.STOPPED
    assert stands.fits == stands.resumes
    assert stands.resumes is not None
    clock.now = stands.resumes
    meter(ledger, clock, 20).spend(CRM, 3, "page", essential=False)


def test_looking_for_changes_leaves_half_of_the_limit(ledger: Ledger) -> None:
    """However often it syncs, there is room left to write what it finds (K6)."""
    clock = support.Clock()
    found = meter(ledger, clock, 12)
    for _ in range(3):
        found.admit(CRM, 2)
        found.spend(CRM, 1, POLL)
        found.spend(CRM, 1, POLL)
    with pytest.raises(BudgetReachedError, match="has taken 50 % of its 12 calls"):
        found.admit(CRM, 2)
    found.spend(CRM, 6, "write")
    clock.forward(hours=24, seconds=1)
    meter(ledger, clock, 12).admit(CRM, 2)


# -- what the vendor says


def test_what_the_vendor_says_is_known_to_every_process_for_a_day(ledger: Ledger) -> None:
    """Others use up the vendor's limit too: the smaller room counts (K6)."""
    clock = support.Clock()
    found = meter(ledger, clock, 1000)
    found.spend(CRM, 1, "list")
    found.hear(CRM, Usage(used=990, allowed=1000))
    found.spend(CRM, 4, "list")
    other = meter(ledger, clock, 1000)
    assert other.room(CRM, essential=True).units == 6
    assert other.stand(CRM).level is Level.STOPPED
    with pytest.raises(BudgetReachedError, match="itself counts 994 of the 1,000 that it allows"):
        other.spend(CRM, 7, "write")
    clock.forward(hours=25)
    assert meter(ledger, clock, 1000).room(CRM, essential=True).units == 1000


def test_a_vendor_that_had_nothing_left_is_asked_again_after_an_hour(ledger: Ledger) -> None:
    """Only an answer can tell that calls came free, so one is asked for (K6)."""
    clock = support.Clock()
    found = meter(ledger, clock, 1000)
    found.hear(CRM, Usage(used=1000, allowed=1000))
    assert not found.room(CRM, essential=True).takes(1)
    clock.forward(hours=1)
    found.spend(CRM, 1, POLL)
    with pytest.raises(BudgetReachedError):
        found.spend(CRM, 1, POLL)
    found.hear(CRM, Usage(used=100, allowed=1000))
    found.spend(CRM, 1, POLL)


# -- several processes


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_processes_that_share_a_ledger_never_pass_its_limit_together(
    where: str, tmp_path: Path
) -> None:
    """Each call is reserved before it is made: the server hears as many as are allowed (K6)."""
    with ExitStack() as stack:
        address = stack.enter_context(support.postgres()) if where == "postgres" else ""
        rules, clock = support.RULES.replace("5000", "40"), support.Clock(datetime.now(UTC))
        world = stack.enter_context(support.sandbox_world(tmp_path, rules, clock, ledger=address))
        with world.workspace() as workspace:
            _ = workspace.rules, workspace.ledger  # what all of them need is there
            before = workspace.meter.stand(CRM).used
        world.heard.clear()
        here = Path(__file__).parent
        spenders = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(here / "spender.py"), str(world.folder)],
                    env={**os.environ, "PYTHONPATH": str(here.parent)},
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(3)
        ]
        answered = [int(each.communicate(timeout=60)[0]) for each in spenders]
    assert sum(answered) == 40 - before
    assert len([call for call in world.heard if "token" not in call]) == 40 - before
