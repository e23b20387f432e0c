"""What a cycle keeps, whatever goes wrong around it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from support import CADENCE, CRM, RULES, World, meddled
from syncline import ActionRequest, FatalError, Outcome, Write
from syncline.plugins import load_plugins
from syncline.sync.plan import Fate

EXTRA = RULES.replace(
    "    Email     <-> email\n",
    "    Email     <-> email\n    Title <-> job_title\n"
    "    Description <-> notes hold on conflict\n",
)
TOUCH = '\nworkflow "Onwards" on Lead {{ when {} then move to next touch }}\n'
CALLS = '\nactivity call on outcome {} -> Task {{ Subject = "Call: {{outcome}}" }}\n'


def test_an_action_that_could_not_be_done_fires_again(world: World) -> None:
    """A workflow on `changed to` whose action was refused is asked again (K11)."""
    world.rules(RULES + TOUCH.format('Status changed to "Working - Contacted"'))
    lead = world.lead("Ann")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect")["id"])
    world.change(CRM, "Lead", lead, Status="Working - Contacted")
    assert world.run().counts[Fate.FAILED]  # in no cadence
    world.enrol(prospect)
    world.run()
    assert world.states() == [("New leads", "active", 2)]


@pytest.mark.parametrize("test", ['Status changed to "Working - Contacted"', "is new"])
def test_an_action_put_off_by_a_fault_fires_in_the_next_run(world: World, test: str) -> None:
    """A run cut off before its actions leaves them for the next one (promise 8, K11)."""
    world.rules(RULES)
    lead = world.lead("Ann")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect")["id"])
    world.enrol(prospect)
    world.enrol(world.prospect("Bob"), "Re-engage")
    world.rules(RULES + TOUCH.format(test))
    world.lead("Bob") if test == "is new" else None
    if test != "is new":
        world.settle()
        world.change(CRM, "Lead", lead, Status="Working - Contacted")

    def around(_act: Callable[..., Any]) -> Callable[..., Any]:
        def broken(_requests: Sequence[ActionRequest]) -> list[Outcome]:
            raise FatalError("the cadence is closed")

        return broken

    assert world.run(meddled(world, CADENCE, "act", around)).state == "failed"
    world.run()
    touched = ("Re-engage", "active", 2) if test == "is new" else ("New leads", "active", 2)
    assert touched in world.states()


def test_an_action_whose_connector_broke_after_its_effect_is_not_done_twice(world: World) -> None:
    """An outcome that nobody knows is asked for under its own key, whatever changed since (K11)."""
    world.rules(RULES + TOUCH.format('Status = "Working - Contacted"'))
    lead = world.lead("Ann")
    world.settle()
    world.enrol(str(world.one(CADENCE, "prospect")["id"]))
    world.change(CRM, "Lead", lead, Status="Working - Contacted")

    def around(act: Callable[..., Any]) -> Callable[..., Any]:
        def broken(requests: Sequence[ActionRequest]) -> list[Outcome]:
            act(requests)
            raise RuntimeError("boom")

        return broken

    world.run(meddled(world, CADENCE, "act", around))
    world.change(CRM, "Lead", lead, FirstName="Anna")
    world.settle()
    assert world.states() == [("New leads", "active", 2)]


def test_one_address_in_two_maps_makes_one_prospect(world: World) -> None:
    """A lead and a contact of one person make one prospect, in one run as in two (E8)."""
    world.rules(
        RULES
        + "map Contact <-> prospect { match Email = email\n FirstName <-> first_name\n"
        + " LastName <-> last_name\n Email <-> email }\n"
    )
    world.lead("Ann")
    world.add(CRM, "Contact", FirstName="Ann", LastName="Doe", Email="ann@example.com")
    world.run()
    world.run()
    assert len(world.all(CADENCE, "prospect")) == 1


def test_a_second_edit_within_one_second_is_seen(world: World) -> None:
    """Salesforce keeps whole seconds: a record's time alone does not tell that it was seen."""
    lead = world.lead("Ann")
    world.settle()
    world.clock.tick *= 0
    world.clock.now = world.clock.now.replace(microsecond=200_000)
    for name, millis in (("A1", 200), ("A2", 800)):
        world.clock.now = world.clock.now.replace(microsecond=millis * 1000)
        world.hand(CRM).write("Lead", [Write(id=lead, values={"FirstName": name})])
        with world.workspace() as workspace:
            workspace.run()
    world.run()
    assert world.one(CADENCE, "prospect")["first_name"] == "A2"


def test_an_activity_that_waited_follows_its_prospect_after_a_recovery(local: World) -> None:
    """A creation found by looking wakes what waited for it, like any other (promise 8, K4)."""
    local.rules(RULES.replace(', default "Unknown"', "") + CALLS.format('"Connected"'))
    lone = local.prospect("Lou", company_name="")
    local.call(lone, "Connected")
    local.run()
    local.change(CADENCE, "prospect", lone, company_name="Lou and Son")

    class KilledError(BaseException):
        """The process ends here."""

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def dies(name: str, writes: Sequence[Write]) -> list[Outcome]:
            write(name, writes)
            raise KilledError

        return dies

    with pytest.raises(KilledError):
        local.run(meddled(local, CRM, "write", around))
    local.run()
    local.run()
    assert len(local.all(CRM, "Lead")) == 1
    assert len(local.all(CRM, "Task")) == 1


def test_a_workspace_that_stays_open_counts_a_sliding_day_and_each_run_by_itself(
    local: World,
) -> None:
    """Calls older than 24 hours come free again, and a report counts its own run (K6, K7)."""
    with local.workspace() as workspace:
        found: list[tuple[int, int]] = []
        for _ in range(4):
            local.clock.forward(hours=13)
            report = workspace.run()
            found.append((report.calls[CRM], report.used[CRM]))
    assert found == [(1, 1), (1, 2), (1, 2), (1, 2)]


def test_calls_of_a_run_that_was_cut_off_are_counted(local: World) -> None:
    """The budget holds for calls that were made, whatever became of their run (promise 5)."""
    local.lead("Ann")

    def around(changes: Callable[..., Any]) -> Callable[..., Any]:
        def dies(*args: Any, **more: Any) -> Any:
            yield from changes(*args, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        return dies

    child = os.fork()
    if child == 0:
        try:
            local.run(meddled(local, CADENCE, "changes", around))
        finally:
            os._exit(1)  # whatever went wrong, the child does no other test
    _child, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert local.run().used[CRM] == 2


def test_a_run_killed_while_it_lists_an_empty_object_can_be_run_again(local: World) -> None:
    """The place in a listing of nothing can be read back from the ledger (promise 8)."""

    class KilledError(BaseException):
        """The process ends here."""

    def around(changes: Callable[..., Any]) -> Callable[..., Any]:
        def dies(*args: Any, **more: Any) -> Any:
            yield from changes(*args, **more)
            raise KilledError

        return dies

    local.lead("Ann")
    with pytest.raises(KilledError):
        local.run(meddled(local, CADENCE, "changes", around))
    local.settle()


def test_an_outcome_ticked_later_picks_up_the_calls_that_waited(world: World) -> None:
    """A change of the rules asks again for what they left alone (K5, E5)."""
    world.rules(RULES + CALLS.format('"Connected"'))
    world.call(world.prospect("Ann"), "Left Voicemail")
    world.settle()
    world.rules(RULES + CALLS.format('"Connected", "Left Voicemail"'))
    world.settle()
    assert len(world.all(CRM, "Task")) == 1


def test_a_row_added_between_two_fields_read_before_gets_its_values(world: World) -> None:
    """A mapping added later takes effect without a change of the records (E5)."""
    before = RULES.replace(
        "    Email     <->", "    Title -> job_title\n    Description -> notes\n    Email <->"
    )
    world.rules(before)
    world.lead("Ann", Title="CEO", Description="D")
    world.settle()
    world.rules(
        before.replace("    Title -> job_title\n    Description -> notes\n", "    Title -> notes\n")
    )
    world.agree()
    world.settle()
    assert world.one(CADENCE, "prospect")["notes"] == "CEO"


def test_the_second_run_asks_for_no_description(sandbox: World) -> None:
    """What a system said of itself is remembered for a day: no call is spent on it (K6)."""
    sandbox.lead("Ann")
    sandbox.settle()
    sandbox.change(CADENCE, "prospect", str(sandbox.one(CADENCE, "prospect")["id"]), first_name="X")
    sandbox.close()
    del sandbox.heard[:]
    sandbox.run()
    assert "GET describe" not in sandbox.heard


def test_a_plugin_that_raises_before_a_plan_is_applied_is_told_in_words(local: World) -> None:
    """Whatever a plugin raises becomes one of our errors, never a traceback."""
    import syncline

    class Raises:
        @syncline.hookimpl
        def syncline_before_apply(self, plan: object) -> None:
            raise ValueError("boom")

    local.lead("Ann")
    report = local.run(load_plugins(extra=[("raises", Raises())]))
    assert (report.state, report.exit_code) == ("failed", 3)
    assert "boom" in report.faults[0][0]


def test_a_lock_that_lasts_four_runs_does_not_lay_a_record_to_rest(local: World) -> None:
    """A row that may be tried later is deferred; only refusals count as attempts."""
    from syncline import OutcomeStatus

    local.lead("Ann")

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def locked(_name: str, writes: Sequence[Write]) -> list[Outcome]:
            one = Outcome(status=OutcomeStatus.RETRY, code="UNABLE_TO_LOCK_ROW", message="locked")
            return [one for _ in writes]

        return locked

    for _ in range(4):
        local.run(meddled(local, CADENCE, "write", around))
    local.run()
    assert len(local.all(CADENCE, "prospect")) == 1


def test_a_plan_does_not_unlock_a_row(local: World) -> None:
    """A locked row is free only after a run without the word; a plan changes nothing (RP5)."""
    from syncline import WorkspaceError

    local.rules(RULES.replace("<-> email", "<-> email locked"))
    local.settle()
    local.rules(RULES)
    local.plan()
    local.rules(RULES.replace("    Email     <-> email\n", ""))
    with pytest.raises(WorkspaceError, match="locked row"):
        local.run()


def test_a_workflow_fires_as_time_goes_by(local: World) -> None:
    """Nobody has touched the record: the clock alone makes it fit (K10)."""
    local.rules(
        RULES + 'workflow "Idle" on Lead { when LastActivityDate before 30 days ago '
        "then exit cadence }\n"
    )
    local.lead("Ann", LastActivityDate="2026-10-20")
    local.settle()
    local.enrol(str(local.one(CADENCE, "prospect")["id"]))
    local.settle()
    assert local.states() == [("New leads", "active", 1)]
    local.clock.forward(days=20)
    local.settle()
    assert local.states() == [("New leads", "exited", 1)]
