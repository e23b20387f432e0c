"""Activities both ways: each appears across once, follows its edits, and goes by rule."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from support import CADENCE, CRM, RULES, World, local_world, sandbox_world

BOTH_WAYS = RULES + (
    """
activity call -> Task {
    deletes
    Subject     = "Call: {outcome}"
    Description = "{comments}"
}

activity task <- Task where TaskSubtype = "Task" and Subject starts with "Ask" {
    deletes
    comments = "{Subject}: {Description}"
    user     = "the CRM"
}

activity meeting <- Event {
    comments = Subject
    at       = StartDateTime
}
"""
)


@pytest.fixture(params=["local", "salesforce"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[World]:
    make = local_world if request.param == "local" else sandbox_world
    with make(tmp_path, BOTH_WAYS) as found:
        yield found


@pytest.fixture
def ann(world: World) -> tuple[str, str]:
    """Return the ids of Ann, in the CRM and in the cadence."""
    lead = world.lead("Ann")
    world.settle()
    return lead, str(world.one(CADENCE, "prospect", first_name="Ann")["id"])


def asked(world: World, lead: str, **values: str) -> str:
    given = {"WhoId": lead, "Subject": "Ask again", "Description": "by phone"}
    return world.add(CRM, "Task", **{**given, "TaskSubtype": "Task", **values})


def recorded(world: World) -> list[tuple[object, object, object]]:
    return [(a["kind"], a["prospect_id"], a["comments"]) for a in world.all(CADENCE, "activity")]


def test_what_the_crm_recorded_appears_in_the_cadence_once(
    world: World, ann: tuple[str, str]
) -> None:
    """With its person, by the criteria; its edits follow, and it is never sent back (RS2, K4)."""
    lead, prospect = ann
    task = asked(world, lead)
    asked(world, lead, Subject="Something else")
    world.settle()
    assert recorded(world) == [("task", prospect, "Ask again: by phone")]
    world.change(CRM, "Task", task, Description="by mail")
    world.settle()
    assert recorded(world) == [("task", prospect, "Ask again: by mail")]
    assert len(world.all(CRM, "Task")) == 2


def test_a_copy_is_nobodys_source(world: World, ann: tuple[str, str]) -> None:
    """A call becomes a task that fits the other rule, and an edit of a copy goes nowhere (RS2)."""
    _lead, prospect = ann
    world.add(
        CADENCE, "activity", prospect_id=prospect, kind="call", outcome="x", comments="Hello",
        at="2026-11-02T10:00:00Z",
    )  # fmt: skip
    world.settle()
    (task,) = world.all(CRM, "Task")
    world.change(CRM, "Task", str(task["Id"]), Subject="Ask me", Description="Changed")
    world.settle()
    assert [each["Description"] for each in world.all(CRM, "Task")] == ["Changed"]
    assert recorded(world) == [("call", prospect, "Hello")]


def test_a_meeting_keeps_its_hour(world: World, ann: tuple[str, str]) -> None:
    """A moment goes across as it is, and no day is shifted."""
    lead, _prospect = ann
    world.add(
        CRM, "Event", WhoId=lead, Subject="Lunch", StartDateTime="2026-11-05T23:30:00Z",
        EndDateTime="2026-11-06T00:30:00Z", DurationInMinutes=60,
    )  # fmt: skip
    world.settle()
    (found,) = world.all(CADENCE, "activity")
    assert (found["kind"], found["comments"]) == ("meeting", "Lunch")
    assert str(found["at"]).startswith("2026-11-05T23:30:00")


def test_it_waits_for_its_person(world: World) -> None:
    """A task of somebody whom no map brings over yet appears when one does (B8)."""
    lead = world.lead("Bob", LastName="Roe", Email=None)
    world.rules(
        BOTH_WAYS.replace("sync crm to cadence\n", "sync crm to cadence where City is not blank\n")
    )
    asked(world, lead)
    world.settle()
    assert recorded(world) == []
    world.change(CRM, "Lead", lead, City="Rome", Email="bob@example.com")
    world.settle()
    assert [each[2] for each in recorded(world)] == ["Ask again: by phone"]


def test_a_deletion_goes_on_where_the_rule_says_so(world: World, ann: tuple[str, str]) -> None:
    """Of what was recorded to its copy, either way; of a copy to nobody (RS2)."""
    lead, prospect = ann
    task = asked(world, lead)
    call = world.add(
        CADENCE, "activity", prospect_id=prospect, kind="call", at="2026-11-02T10:00:00Z"
    )
    event = world.add(
        CRM, "Event", WhoId=lead, Subject="Lunch", StartDateTime="2026-11-05T12:00:00Z",
        EndDateTime="2026-11-05T13:00:00Z", DurationInMinutes=60,
    )  # fmt: skip
    world.settle()
    assert (len(world.all(CRM, "Task")), len(recorded(world))) == (2, 3)
    world.clock.forward(seconds=5)
    world.hand(CRM).delete("Task", [task])
    world.hand(CADENCE).delete("activity", [call])
    world.hand(CRM).delete("Event", [event])
    world.settle()
    assert world.all(CRM, "Task") == []
    assert [each[0] for each in recorded(world)] == ["meeting"]


def test_a_lost_ledger_makes_no_second_copy(world: World, ann: tuple[str, str]) -> None:
    """What we once made is known by our key, on either side (promise 3)."""
    lead, prospect = ann
    asked(world, lead)
    world.add(CADENCE, "activity", prospect_id=prospect, kind="call", at="2026-11-02T10:00:00Z")
    world.settle()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (world.folder / name).unlink(missing_ok=True)
    world.settle()
    assert (len(world.all(CRM, "Task")), len(recorded(world))) == (2, 2)
