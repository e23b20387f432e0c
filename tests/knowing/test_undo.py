"""Taking a run back: priced first, applied like any plan, and itself a run (B6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import syncline_schemas
from support import CADENCE, CRM, RULES, World, command, meddled
from syncline import (
    Outcome,
    OutcomeStatus,
    RetriableError,
    UnknownOutcomeError,
    WorkspaceError,
    Write,
)
from syncline.sync.undone import Undone

TITLES = RULES.replace("    City      <-> city\n", "    City <-> city\n    Title <-> job_title\n")
FLOWS = (
    TITLES
    + """
workflow "Closed" on Lead { when Status = "Closed - Converted"  then exit cadence }
activity call on outcome "Connected" -> Task { Subject = "Call: {outcome}" }
"""
)


def undo(world: World, run: int, **words: Any) -> Undone:
    """Take a run back a minute after whatever happened last."""
    world.clock.forward(minutes=1)
    with world.workspace(words.pop("registry", None)) as workspace:
        found = workspace.undo(run, **words)
    world.clock.forward(minutes=1)
    return found


def silent(world: World) -> None:
    """Do two cycles, which must write nothing."""
    for _ in range(2):
        report = world.run()
        assert (report.state, report.writes) == ("done", 0), world.history(run=report.run)


def test_every_field_comes_back_and_the_next_cycle_writes_nothing(world: World) -> None:
    """Updates of both sides go back to what was there, and both sides rest in that state."""
    world.rules(TITLES)
    lead, prospect = world.lead("Ann", Title="CEO"), world.prospect("Ann", job_title="CEO")
    world.settle()
    world.change(CRM, "Lead", lead, Title="Chair")
    world.change(CADENCE, "prospect", prospect, city="Oslo")
    before = world.contents()
    run = world.settle().run
    after = world.contents()
    undone = undo(world, run)
    assert (undone.state, undone.exit_code, undone.left, undone.stays) == ("done", 0, 0, ())
    assert undone.done == {(CRM, "Lead", "update"): 1, (CADENCE, "prospect", "update"): 1}
    assert world.contents() == before
    silent(world)
    assert world.contents() == before
    assert {line.reason for line in world.history(run=undone.run)} == {f"the undo of run {run}"}
    # What is changed from now on flows as ever.
    world.change(CRM, "Lead", lead, Title="Board")
    world.settle()
    assert world.read(CADENCE, "prospect", prospect)["job_title"] == "Board"
    assert after != before


def test_an_undo_is_undone_like_any_run(world: World) -> None:
    """Fields, and records that were new, come back; the two are linked as before."""
    world.rules(TITLES)
    world.lead("Ann", Title="CEO")
    world.prospect("Bob", city="Rome")
    before = world.contents()
    run = world.settle().run
    after = world.contents()
    first = undo(world, run)
    assert first.done == {(CRM, "Lead", "delete"): 1, (CADENCE, "prospect", "delete"): 1}
    assert world.contents() == before
    silent(world)
    second = undo(world, first.run)
    assert second.done == {(CRM, "Lead", "create"): 1, (CADENCE, "prospect", "create"): 1}
    assert world.contents() == after
    silent(world)
    world.change(CRM, "Lead", str(world.one(CRM, "Lead", FirstName="Bob")["Id"]), City="Oslo")
    world.settle()
    assert world.one(CADENCE, "prospect", first_name="Bob")["city"] == "Oslo"
    third = undo(world, second.run)
    assert (third.state, world.contents() != after) == ("done", True)
    assert [each.forcible for each in third.stays] == [True]


def test_a_conflicts_losing_value_comes_back(world: World) -> None:
    """What gave way in a conflict stands again on its own side."""
    world.rules(TITLES.replace("Title <-> job_title", "Title <-> job_title  crm wins"))
    world.lead("Ann", Title="CEO")
    prospect = world.prospect("Ann", job_title="CTO")
    run = world.settle().run
    assert world.read(CADENCE, "prospect", prospect)["job_title"] == "CEO"
    undo(world, run)
    assert world.read(CADENCE, "prospect", prospect)["job_title"] == "CTO"
    silent(world)


def test_what_was_changed_since_stays_unless_it_is_forced(world: World) -> None:
    """A later edit is listed and left; `force` writes over it."""
    lead, prospect = world.lead("Ann"), world.prospect("Ann")
    world.settle()
    world.change(CRM, "Lead", lead, City="Oslo", Company="Beta")
    run = world.settle().run
    world.change(CADENCE, "prospect", prospect, city="Rome")
    undone = undo(world, run)
    assert undone.exit_code == 3
    assert [(each.field, each.reason) for each in undone.stays] == [
        ("city", "it was changed since")
    ]
    there = world.read(CADENCE, "prospect", prospect)
    assert (there["city"], there["company_name"]) == ("Rome", "Acme")
    assert undo(world, run, force=True).exit_code == 0
    assert world.read(CADENCE, "prospect", prospect)["city"] is None
    silent(world)


def test_a_new_record_that_was_changed_since_is_not_deleted(world: World) -> None:
    """A deletion would lose what somebody wrote into it, in whichever mapped field."""
    world.lead("Ann")
    run = world.run().run
    prospect = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.change(CADENCE, "prospect", prospect, city="Rome")
    undone = undo(world, run)
    assert [each.reason for each in undone.stays] == ["it was changed since: city"]
    assert len(world.all(CADENCE, "prospect")) == 1
    assert undo(world, run, force=True).done == {(CADENCE, "prospect", "delete"): 1}


def test_actions_and_links_stay_and_are_listed(local: World) -> None:
    """An exit cannot be taken back, and a link writes nothing."""
    local.rules(FLOWS)
    local.lead("Ann", Status="Closed - Converted")
    prospect = local.prospect("Ann", job_title="CTO")
    local.enrol(prospect)
    run = local.settle().run
    undone = undo(local, run)
    assert sorted((each.kind, each.reason) for each in undone.stays) == [
        ("action", 'what a workflow did cannot be taken back: exit: workflow "Closed"'),
        ("link", "the two stay linked; that writes nothing"),
    ]
    assert local.read(CADENCE, "prospect", prospect)["job_title"] == "CTO"
    silent(local)
    assert local.states() == [("New leads", "exited", 1)]


def test_an_activity_that_was_written_into_the_crm_is_taken_out(world: World) -> None:
    """A Task made of a call goes, comes back with the undo of the undo, and is no twin."""
    world.rules(FLOWS)
    world.lead("Ann")
    prospect = world.prospect("Ann")
    world.settle()
    world.call(prospect, "Connected")
    run = world.settle().run
    first = undo(world, run)
    assert first.done == {(CRM, "Task", "delete"): 1}
    assert world.all(CRM, "Task") == []
    silent(world)
    undo(world, first.run)
    silent(world)
    assert [task["Subject"] for task in world.all(CRM, "Task")] == ["Call: Connected"]


def test_what_the_rules_deleted_is_listed(local: World) -> None:
    """Its partner is gone: bringing that back makes it anew, and an undo does not."""
    local.rules(RULES.replace("    match Email", "    deletes <->\n    match Email"))
    lead = local.lead("Ann")
    for name in ("Bob", "Cyd"):
        local.lead(name)
    local.settle()
    local.delete(CRM, "Lead", lead)
    local.clock.forward(minutes=1)
    with local.workspace() as workspace:
        run = workspace.run(allow_deletes=True).run
    assert len(local.all(CADENCE, "prospect")) == 2
    undone = undo(local, run)
    (found,) = undone.stays
    assert (found.kind, found.forcible) == ("delete", False)
    assert found.reason.startswith("it was deleted because its partner went")
    local.undelete(CRM, "Lead", lead)
    local.settle()
    assert len(local.all(CADENCE, "prospect")) == 3


def test_a_plan_of_an_undo_writes_nothing_and_is_priced(world: World) -> None:
    """`undo --plan` shows what the undo then does, and what it costs in each side's unit."""
    world.lead("Ann")
    world.prospect("Bob")
    run = world.settle().run
    before = world.contents()
    with world.workspace() as workspace:
        planned = workspace.plan_undo(run)
    assert world.contents() == before
    undone = undo(world, run)
    kinds = [(s.side, s.object, str(s.kind)) for s in planned.preview.plan.steps]
    assert sorted(kinds) == sorted(undone.done)
    assert planned.preview.price == undone.calls


def test_taking_back_twice_does_nothing_more(local: World) -> None:
    """Everything is as it was before already."""
    local.lead("Ann")
    run = local.settle().run
    undo(local, run)
    again = undo(local, run)
    assert (again.state, again.done, again.left) == ("done", {}, 0)


def test_an_unknown_run_is_told(local: World) -> None:
    """There is no such run, and nothing is opened for it."""
    local.run()
    with local.workspace() as workspace, pytest.raises(WorkspaceError, match="there is no run 7"):
        workspace.undo(7)


def test_a_refused_deletion_is_told_and_the_rest_goes_back(local: World) -> None:
    """A record that cannot be deleted is left, counted, and named in the log."""
    local.lead("Ann")
    run = local.settle().run

    def around(_delete: Callable[..., Any]) -> Callable[..., Any]:
        def delete(name: str, ids: Sequence[str]) -> list[Outcome]:
            return [Outcome(status=OutcomeStatus.REFUSED, code="NO", message=name) for _ in ids]

        return delete

    undone = undo(local, run, registry=meddled(local, CADENCE, "delete", around))
    assert (undone.state, undone.left, undone.exit_code) == ("stopped", 1, 2)
    assert local.reasons("fail") == ["NO: prospect"]
    assert undo(local, run).done == {(CADENCE, "prospect", "delete"): 1}


def test_a_lost_answer_is_looked_up_by_whatever_runs_next(local: World) -> None:
    """An undo whose answer was lost is committed by the next run, and nothing flows back."""
    lead = local.lead("Ann")
    prospect = local.prospect("Ann")
    local.settle()
    local.change(CRM, "Lead", lead, City="Oslo")
    run = local.settle().run

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def lost(name: str, rows: Sequence[Write]) -> list[Outcome]:
            write(name, rows)
            raise UnknownOutcomeError("no answer")

        return lost

    def blind(_read: Callable[..., Any]) -> Callable[..., Any]:
        calls = iter((True, False))

        def read(*words: Any) -> Any:
            if next(calls, False):
                return _read(*words)
            raise RetriableError("no answer")

        return read

    usual = local.registry
    local.registry = meddled(local, CADENCE, "write", around)
    both = meddled(local, CADENCE, "read", blind)
    local.registry = usual
    undone = undo(local, run, registry=both)
    assert (undone.state, undone.exit_code, undone.left) == ("stopped", 2, 1)
    silent(local)
    assert local.read(CADENCE, "prospect", prospect)["city"] is None


@pytest.mark.parametrize("first", ["the undo", "a run"])
def test_a_run_whose_answer_was_lost_is_taken_back_whole(local: World, first: str) -> None:
    """What a run sent is what it wrote, whoever found out that it arrived."""
    lead = local.lead("Ann", City="Ulm")
    local.settle()
    local.change(CRM, "Lead", lead, City="Oslo")

    def lost(write: Callable[..., Any]) -> Callable[..., Any]:
        def wrote(*words: Any) -> Any:
            write(*words)
            raise UnknownOutcomeError("no answer")

        return wrote

    def blind(_read: Callable[..., Any]) -> Callable[..., Any]:
        def read(*_words: Any) -> Any:
            raise RetriableError("no answer")

        return read

    usual = local.registry
    local.registry = meddled(local, CADENCE, "read", blind)
    report = local.run(meddled(local, CADENCE, "write", lost))
    assert report.state == "stopped"
    local.registry = usual
    if first == "a run":
        assert local.run().recovered == 1
    undone = undo(local, report.run)
    assert undone.done == {(CADENCE, "prospect", "update"): 1}
    assert local.one(CADENCE, "prospect", first_name="Ann")["city"] == "Ulm"
    silent(local)


def test_the_command_shows_the_plan_and_asks(local: World) -> None:
    """Without a terminal and a yes nothing is taken back; `--json` keeps to undo.schema.json."""
    local.lead("Ann")
    run = str(local.settle().run)
    shown = command("undo", run, "--plan", folder=local.folder)
    assert f"What the undo of run {run} would do" in shown.stdout
    planned = json.loads(command("undo", run, "--plan", "--json", folder=local.folder).stdout)
    assert syncline_schemas.check("undo", planned) == []
    refused = command("undo", run, folder=local.folder)
    assert (refused.returncode, "Add `--yes`" in refused.stderr) == (3, True)
    assert len(local.all(CADENCE, "prospect")) == 1
    done = command("undo", run, "--yes", "--json", folder=local.folder)
    assert (done.returncode, syncline_schemas.check("undo", json.loads(done.stdout))) == (0, [])
    assert local.all(CADENCE, "prospect") == []
    told = command("undo", run, "--yes", folder=local.folder)
    assert "Nothing was written" in told.stdout
