"""Connectors that give what no connector may: told by name, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World
from syncline import Outcome, OutcomeStatus, Page


def _without_zone(page: Page) -> Any:
    return replace(page, server_time=page.server_time.replace(tzinfo=None))


def _of_year_one(page: Page) -> Any:
    return replace(page, server_time=datetime(1, 1, 1, tzinfo=UTC))


def _without_id(page: Page) -> Any:
    nothing: Any = None
    return replace(page, records=tuple(replace(r, id=nothing) for r in page.records))


def _with_bytes(page: Page) -> Any:
    bytes_: Any = b"x"
    return replace(
        page, records=tuple(replace(r, values={**r.values, "City": bytes_}) for r in page.records)
    )


def _nothing_like_it(page: Page) -> Any:
    return {"records": page.records}


@pytest.mark.parametrize(
    "odd", [_without_zone, _of_year_one, _without_id, _with_bytes, _nothing_like_it]
)
def test_a_page_that_is_no_page_is_the_connectors_fault(
    local: World, odd: Callable[[Page], Any]
) -> None:
    """The report names the connector; the next run, with a sound one, does all."""
    local.lead("Ann")

    def around(changes: Callable[..., Iterator[Page]]) -> Callable[..., Iterator[Any]]:
        return lambda *given: map(odd, changes(*given))

    report = local.run(support.meddled(local, CRM, "changes", around))
    assert report.state == "failed"
    assert "the connector local broke in `changes`" in report.faults[0][0]
    local.settle()
    assert len(local.all(CADENCE, "prospect")) == 1


@pytest.mark.parametrize("given", [None, 7, [Outcome(status=OutcomeStatus.DONE)]])
def test_outcomes_that_are_none_leave_it_open_what_was_done(local: World, given: Any) -> None:
    """What was written is looked up, and no twin is made."""
    local.lead("Ann")

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def odd(*asked: Any) -> Any:
            write(*asked)
            return given

        return odd

    assert local.run(support.meddled(local, CADENCE, "write", around)).state in {"stopped", "done"}
    local.settle()
    assert len(local.all(CADENCE, "prospect")) == 1
