"""The budget: a sliding day of calls, kept in the ledger."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import CADENCE, CRM
from syncline.ledger.database import Ledger
from syncline.sync.meter import BudgetReachedError, Meter


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    found = Ledger(tmp_path / "ledger.sqlite")
    yield found
    found.close()


def meter(ledger: Ledger, clock: support.Clock, limit: int = 5) -> Meter:
    return Meter(ledger, clock, {CRM: limit, CADENCE: None})


def flushed(found: Meter, ledger: Ledger) -> None:
    with ledger.begin() as db:
        found.flush(db, 1)


def test_calls_count_up_to_the_limit_and_not_beyond(ledger: Ledger) -> None:
    """What would pass the limit is refused before it is made (K6)."""
    found = meter(ledger, support.Clock())
    found.spend(CRM, 3, "list")
    assert (found.has_room(CRM, 2), found.has_room(CRM, 3)) == (True, False)
    with pytest.raises(BudgetReachedError, match="the CRM's limit of calls in 24 hours"):
        found.spend(CRM, 3, "write")
    found.spend(CRM, 2, "write")
    assert (found.used(CRM), found.spent[CRM]) == (5, 5)


def test_a_side_without_a_limit_has_none(ledger: Ledger) -> None:
    """The limit of `at most` is the CRM's (K6)."""
    found = meter(ledger, support.Clock(), 0)
    found.spend(CADENCE, 10_000, "write")
    assert found.has_room(CADENCE, 10_000)


def test_calls_of_earlier_runs_count_for_a_day_and_then_come_free(ledger: Ledger) -> None:
    """The window slides: 24 hours after a call its price is free again (K6)."""
    clock = support.Clock()
    first = meter(ledger, clock)
    first.spend(CRM, 2, "list")
    clock.forward(hours=12)
    first.spend(CRM, 1, "list")
    flushed(first, ledger)
    assert meter(ledger, clock).used(CRM) == 3
    clock.forward(hours=12, seconds=1)
    assert meter(ledger, clock).used(CRM) == 1
    clock.forward(hours=12)
    assert meter(ledger, clock).used(CRM) == 0


def test_a_call_is_written_once_however_often_the_meter_is_flushed(ledger: Ledger) -> None:
    """The sum in the ledger is the sum of the calls (K6)."""
    clock = support.Clock()
    found = meter(ledger, clock)
    found.spend(CRM, 2, "list")
    for _ in range(3):
        flushed(found, ledger)
    assert meter(ledger, clock).used(CRM) == 2
