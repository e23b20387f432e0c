"""Connectors that give what no connector may: told by name, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World, counts, local_world, postgres
from syncline import Outcome, OutcomeStatus, Page, RetriableError, Value, Write


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
        return lambda *given, **more: map(odd, changes(*given, **more))

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


#: Half a sign, and the sign that ends a text in C.
BROKEN, MENDED = "a\ud800\0b", "a?\ufffdb"


@pytest.fixture(params=["file", "server"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[World]:
    """Yield a world whose ledger is a file, and one whose ledger is in PostgreSQL."""
    with ExitStack() as stack:
        address = stack.enter_context(postgres()) if request.param == "server" else ""
        yield stack.enter_context(local_world(tmp_path, ledger=address))


def _giving(**values: Value) -> Callable[[Page], Page]:
    def mend(page: Page) -> Page:
        records = tuple(
            replace(r, values={**r.values, **{k: v for k, v in values.items() if k in r.values}})
            for r in page.records
        )
        return replace(page, records=records)

    return mend


def _with_id(page: Page) -> Page:
    at = replace(page.position, id=page.position.id + BROKEN)
    records = tuple(replace(r, id=r.id + BROKEN) for r in page.records)
    return replace(page, records=records, position=at)


@pytest.mark.parametrize(
    "odd",
    [
        _giving(City=BROKEN),
        _giving(Email=f"{BROKEN}@example.com"),
        _giving(City=("a", BROKEN)),
        _with_id,
    ],
    ids=["value", "match field", "list", "id"],
)
def test_a_text_that_no_database_takes_is_mended(world: World, odd: Callable[[Page], Page]) -> None:
    """One such record stops nothing, on a file and on a server; the next run goes on (B8)."""
    world.lead("Ann")
    world.prospect("Bob")

    def around(changes: Callable[..., Iterator[Page]]) -> Callable[..., Iterator[Page]]:
        return lambda *given, **more: map(odd, changes(*given, **more))

    report = world.run(support.meddled(world, CRM, "changes", around))
    assert (report.state, report.faults) == ("done", ())
    assert len(world.all(CRM, "Lead")) == 2
    assert world.run().state == "done"


def test_what_is_written_of_a_broken_text_is_the_mended_one(local: World) -> None:
    """Half a sign becomes a question mark, NUL a sign that says that something was there."""
    local.lead("Ann")

    def around(changes: Callable[..., Iterator[Page]]) -> Callable[..., Iterator[Page]]:
        return lambda *given, **more: map(_giving(City=BROKEN), changes(*given, **more))

    odd = support.meddled(local, CRM, "changes", around)
    assert local.run(odd).writes == 1
    assert local.run(odd).writes == 0
    assert local.one(CADENCE, "prospect")["city"] == MENDED


def test_a_refusal_in_broken_words_is_a_refusal(world: World) -> None:
    """The record waits with the words, mended."""
    world.lead("Ann")

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(_name: str, writes: Sequence[Write]) -> list[Outcome]:
            refused = Outcome(status=OutcomeStatus.REFUSED, code=BROKEN, message=f"no {BROKEN}")
            return [refused] * len(writes)

        return refuse

    report = world.run(support.meddled(world, CADENCE, "write", around))
    assert (report.state, counts(report)) == ("done", {"failed": 1})
    (line,) = world.history()
    assert f"no {MENDED}" in line.reason
    world.settle()


@pytest.mark.parametrize("what", ["changes", "write"])
@pytest.mark.parametrize("error", [RetriableError, ValueError])
def test_an_error_in_broken_words_is_told_in_mended_ones(
    world: World, what: str, error: type[Exception]
) -> None:
    """It ends up in the report, and the next run does all."""
    world.lead("Ann")

    def around(_call: Callable[..., Any]) -> Callable[..., Any]:
        def fail(*_given: Any, **_more: Any) -> Any:
            raise error(f"no {BROKEN}")

        return fail

    report = world.run(support.meddled(world, CADENCE, what, around))
    assert report.state in {"stopped", "failed"}
    assert f"no {MENDED}" in report.faults[0][0]
    world.settle()
    assert len(world.all(CADENCE, "prospect")) == 1


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        (None, None),
        (0, 0.0),
        (7.5, 7.5),
        (10**18, 86_400.0),
        (-1.0, None),
        (float("inf"), None),
        (float("nan"), None),
    ],
)
def test_a_wish_to_be_left_alone_is_a_time_of_a_day_at_most(
    wish: float | None, kept: float | None
) -> None:
    """What is no time to come is no wish; what is longer than a day counts as a day."""
    assert RetriableError("busy", retry_after=wish).retry_after == kept
