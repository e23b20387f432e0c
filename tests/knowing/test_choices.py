"""A person's choice in the engine: used once, when it is written, and not before (B4, B12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from support import CADENCE, CRM, RULES, World, counts, meddled
from syncline import Outcome, OutcomeStatus, Write

HOLDING = RULES.replace(
    "    City      <-> city\n", "    City <-> city\n    Title <-> job_title  hold on conflict\n"
)


def held(world: World) -> tuple[str, str]:
    world.rules(HOLDING)
    lead, prospect = world.lead("Ann", Title="CEO"), world.prospect("Ann", job_title="CTO")
    assert counts(world.run()) == {"held": 2}
    with world.workspace() as workspace:
        workspace.resolve(lead, take=CRM)
    return lead, prospect


def test_a_choice_outlives_a_write_that_was_put_off(local: World) -> None:
    """A lock in the system defers the row; the choice waits with it."""
    _lead, prospect = held(local)

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def write(_name: str, rows: Sequence[Write]) -> list[Outcome]:
            return [Outcome(status=OutcomeStatus.RETRY, message="locked") for _ in rows]

        return write

    assert counts(local.run(meddled(local, CADENCE, "write", around))) == {"deferred": 2}
    local.settle()
    assert local.read(CADENCE, "prospect", prospect)["job_title"] == "CEO"


def test_a_choice_that_came_too_late_decides_nothing_later(local: World) -> None:
    """Both sides agreed meanwhile: the next conflict is held again."""
    lead, prospect = held(local)
    local.change(CADENCE, "prospect", prospect, job_title="CEO")
    local.settle()
    local.change(CRM, "Lead", lead, Title="Chair")
    local.change(CADENCE, "prospect", prospect, job_title="Board")
    assert counts(local.run()) == {"held": 2}


def test_a_field_that_went_back_and_forth_is_decided(local: World) -> None:
    """The breaker holds it for a person, whose word is written (B12)."""
    lead, prospect = local.lead("Ann", City="Oslo"), local.prospect("Ann")
    local.settle()
    report = None
    for city in ("Rome", "Oslo") * 4:
        local.change(CADENCE, "prospect", prospect, city=city)
        report = local.run()
        if counts(report).get("held"):
            break
    assert report is not None
    assert counts(report) == {"held": 1}
    with local.workspace() as workspace:
        workspace.resolve(lead, "City", take=CRM)
    local.settle()
    cities = {
        local.read(CRM, "Lead", lead)["City"],
        local.read(CADENCE, "prospect", prospect)["city"],
    }
    assert len(cities) == 1


def test_the_reason_names_who_deleted_a_partner(local: World) -> None:
    """A record whose partner an undo deleted says so when it changes."""
    lead = local.lead("Ann")
    run = local.settle().run
    local.clock.forward(minutes=1)
    with local.workspace() as workspace:
        workspace.undo(run)
    local.clock.forward(minutes=1)
    local.change(CRM, "Lead", lead, City="Oslo")
    assert counts(local.run()) == {"skipped": 1}
    assert local.reasons("skip")[0] == f"its prospect was deleted by the undo of run {run}"
