"""Cadences as documents, due touches, outcomes and history: the local cadence at work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import syncline_schemas
from support import CADENCE, CRM, HEAD, World, local_world
from syncline import TouchDone, Workspace, WorkspaceError
from syncline.people import trail

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName   <-> first_name
    LastName    <-> last_name          required
    Company     <-> company_name       required, default "Unknown"
    Email       <-> email
    Status       -> integration_status
    Description  -> integration_reason
}

workflow "Closed leads leave" on Lead {
    when Status in "Closed - Converted", "Closed - Not Converted"
    then exit cadence
}

workflow "Hot leads move" on Lead {
    when Rating = "Hot"
    then move to cadence "Re-engage"
}

workflow "Warm leads go on" on Lead {
    when Rating = "Warm"
    then move to next touch
}

activity call on outcome "Connected" -> Task {
    Subject = "Call: {outcome}"
}

allow email on Mon to Fri from 08:00 to 18:00 in the prospect's time zone, not on holidays
allow call  on Mon to Fri from 09:00 to 17:00 in "Europe/Paris", at least 10 minutes apart
allow sms   on Mon to Sun in "UTC", at most 2 a day per user
allow task  on Mon to Sun in "UTC", at most 3 a day
"""
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Open a workspace on Monday, 2 November 2026, at nine."""
    with local_world(tmp_path, RULES) as made:
        yield made


def opened(world: World) -> Workspace:
    return Workspace(world.folder, now=world.clock, registry=world.registry, who="ops")


def documents(*touches: tuple[str, int], name: str = "Small") -> dict[str, Any]:
    return {
        "version": 1,
        "cadences": [
            {"name": name, "touches": [{"channel": each, "day": day} for each, day in touches]}
        ],
    }


def reasons(workspace: Workspace, prospect: str) -> list[tuple[str, str]]:
    return [(each.what, each.reason) for each in workspace.touches.history(prospect)]


# -- documents


def test_what_is_exported_is_imported_without_a_change(world: World) -> None:
    """A person edits cadences as a document of its schema; unedited, it changes nothing."""
    from syncline.cadence_documents import cadences_to

    with opened(world) as workspace:
        document = cadences_to(workspace.touches.cadences())
        assert syncline_schemas.check("cadence", document) == []
        assert set(workspace.touches.put_cadences(document).values()) == {"same"}
        text = '{"channel": "email", "day": 2, "template": "intro", "subject": "Hello"}'
        document["cadences"] = [{"name": "Nurture Q3", "touches": [json.loads(text)]}]
        assert workspace.touches.put_cadences(document) == {"Nurture Q3": "changed"}
        with workspace.ledger.begin() as db:
            (line,) = trail.read(db, kind="cadence")
        assert (line.who, line.about, line.new) == ("ops", "Nurture Q3", "changed")
        (first, *_) = cadences_to(workspace.touches.cadences())["cadences"]
    assert first["touches"] == [json.loads(text)]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "is not of type 'object'"),
        ({"version": 2, "cadences": []}, "newer version of Syncline"),
        (documents(("fax", 1)), "cadences.0.touches.0.channel: 'fax' is not one of"),
        (documents(("email", 0)), "cadences.0.touches.0.day: 0 is less than the minimum of 1"),
        (documents(name=" "), "' ' will not do: a cadence has a name"),
        (documents(), "touches: [] should be non-empty"),
        (documents(("email", 5), ("call", 3)), 'touch 2 of "Small" is on day 3, before the one'),
        (
            {"version": 1, "cadences": [*documents(("sms", 1))["cadences"]] * 2},
            '"Small" stands there twice',
        ),
    ],
)
def test_a_document_that_will_not_do_is_told_and_changes_nothing(
    world: World, document: Any, told: str
) -> None:
    """Each slip has its place and its words."""
    with opened(world) as workspace:
        before = workspace.touches.cadences()
        with pytest.raises(WorkspaceError) as caught:
            workspace.touches.put_cadences(document)
        assert told in caught.value.message
        assert workspace.touches.cadences() == before


def test_who_is_past_the_end_of_a_shortened_cadence_has_finished_it(world: World) -> None:
    """K11: nobody stays at a touch that is gone."""
    with opened(world) as workspace:
        touches = workspace.touches
        touches.put_cadences(documents(("call", 1), ("call", 1), ("call", 2)))
        prospect = world.prospect("Ann")
        touches.enrol(prospect, "Small")
        touches.done(TouchDone(prospect=prospect, outcome="Busy"))
        assert touches.put_cadences(documents(("call", 1))) == {"Small": "changed"}
        assert touches.due() == []
        assert reasons(workspace, prospect)[-1] == ("finished Small", "The cadence was shortened")


# -- what is due


def test_a_touch_is_due_from_its_day_where_the_prospect_is(world: World) -> None:
    """K11, B11: day 1 at once, later days at midnight in the prospect's own zone."""
    with opened(world) as workspace:
        touches = workspace.touches
        touches.put_cadences(documents(("sms", 1), ("sms", 3)))
        for name, zone in (("Ann", "Asia/Tokyo"), ("Bob", "America/New_York")):
            touches.enrol(world.prospect(name, time_zone=zone), "Small")
        assert [each.waiting.name for each in touches.due()] == ["Ann Doe", "Bob Doe"]
        for each in touches.due():
            touches.done(TouchDone(prospect=each.waiting.prospect, outcome="Sent"))
        assert touches.due() == []
        # Entered on Monday at nine: Wednesday begins in Tokyo fourteen hours before New York.
        found = {
            each.waiting.name: each.since.isoformat()
            for each in touches.due(datetime(2026, 11, 5, tzinfo=UTC))
        }
    assert found == {
        "Ann Doe": "2026-11-03T15:00:00+00:00",
        "Bob Doe": "2026-11-04T05:00:00+00:00",
    }


def test_what_may_go_out_now_counts_for_the_others(world: World) -> None:
    """RS7, B11: of five due, as many are open as the caps take; the rest say what they wait for."""
    with opened(world) as workspace:
        touches = workspace.touches
        touches.put_cadences(documents(("task", 1), ("sms", 1)))
        people = [world.prospect(f"P{n}", owner=f"u{n % 2}") for n in range(5)]
        for prospect in people:
            touches.enrol(prospect, "Small")
        now = world.clock.now + timedelta(minutes=1)
        found = touches.due(now)
        assert [each.is_open(now) for each in found] == [True] * 3 + [False] * 2
        assert found[3].allowed.reason == "the 3 a day are used up on 2 November 2026"
        assert [each.waiting.prospect for each in touches.due(now, user="u1")] == people[1::2]
        for prospect in people:
            touches.done(TouchDone(prospect=prospect, outcome="Done"))
        # Five tasks went out, and none of an SMS: two a user are open.
        now += timedelta(hours=1)
        assert [each.is_open(now) for each in touches.due(now)] == [True] * 4 + [False]
        assert touches.due(now)[4].allowed.reason == (
            "the 2 a day of u0 are used up on 2 November 2026"
        )


def test_a_users_own_settings_count(world: World) -> None:
    """RS8, RS9, B11: a person's time zone and daily cap bind the touches that are theirs."""
    with opened(world) as workspace:
        workspace.preferences.set("time_zone", "Asia/Tokyo", person="ann")
        workspace.preferences.set("daily_cap_task", 1, person="ann")
        touches = workspace.touches
        touches.put_cadences(documents(("task", 1), ("task", 1)))
        prospect = world.prospect("Jo", owner="ann")
        touches.enrol(prospect, "Small")
        touches.done(TouchDone(prospect=prospect, outcome="Done"))
        found = workspace.next_allowed(prospect, "task")
    assert found.reason == "the 1 a day of ann are used up on 2 November 2026"


def test_when_a_prospect_may_be_touched(world: World) -> None:
    """RS7, B11: by channel whatever the touch, or by the touch that it is at, with its reasons."""
    with opened(world) as workspace:
        prospect = world.prospect("Ann", country="France")
        armistice = datetime(2026, 11, 11, 8, tzinfo=UTC)
        found = workspace.next_allowed("ann@example.com", "email", armistice)
        assert found.at == datetime(2026, 11, 12, 7, tzinfo=UTC)
        assert found.reason == "11 November 2026 is Armistice Day in FR"
        assert workspace.touches.next_touches(prospect) == []
        workspace.touches.enrol(prospect, "Nurture Q3")
        ((one, allowed),) = workspace.touches.next_touches(prospect, armistice)
        assert (one.number, one.touch.channel, allowed) == (1, "email", found)
        with pytest.raises(WorkspaceError, match="did you mean email"):
            workspace.next_allowed(prospect, "emial")
        with pytest.raises(WorkspaceError, match="there is no prospect nobody"):
            workspace.next_allowed("nobody@x.example", "email")


def test_a_file_that_was_spoiled_by_hand_is_told_and_left_alone(world: World) -> None:
    """A cadence without a day ends no command in a traceback, and stays for a person to mend."""
    prospect = world.prospect("Ann")
    file = world.folder / "data" / "cadence.json"
    with opened(world) as workspace:
        workspace.touches.enrol(prospect, "New leads")
    spoiled = json.loads(file.read_text("utf-8"))
    for cadence in spoiled["cadence"].values():
        del cadence["touches"][0]["day"]
    file.write_text(json.dumps(spoiled), "utf-8")
    before = file.read_bytes()
    with opened(world) as workspace:
        with pytest.raises(WorkspaceError, match=r"cadence\.json is damaged .* 'day'"):
            workspace.touches.due()
        with pytest.raises(WorkspaceError, match=r"cadence\.json is damaged .* 'day'"):
            workspace.touches.cadences()
    assert file.read_bytes() == before


# -- outcomes


def test_an_outcome_becomes_an_activity_and_goes_on(world: World) -> None:
    """K3, K4, K11: the activity has what the touch says, and the rules bring it to the CRM."""
    with opened(world) as workspace:
        world.lead("Ann")
        workspace.run()
        touches = workspace.touches
        prospect = str(world.one(CADENCE, "prospect")["id"])
        touches.enrol(prospect, "New leads")
        done = TouchDone(prospect=prospect, outcome="Connected", user="bob", duration=61)
        touches.done(done)
        (activity,) = world.all(CADENCE, "activity")
        assert activity.items() >= {
            "kind": "call", "outcome": "Connected", "user": "bob", "duration": 61, "touch": 1,
        }.items()  # fmt: skip
        assert reasons(workspace, prospect) == [
            ("entered New leads", "ops asked for it"),
            ("touch 2 of New leads", "call: Connected, by ops"),
        ]
        workspace.run()
        assert [task["Subject"] for task in world.all(CRM, "Task")] == ["Call: Connected"]


def test_an_outcome_said_twice_counts_once(world: World) -> None:
    """K11: by its number a touch is done once, after the last one too; another is refused."""
    with opened(world) as workspace:
        touches = workspace.touches
        touches.put_cadences(documents(("call", 1), ("call", 1)))
        prospect = world.prospect("Ann")
        touches.enrol(prospect, "Small")
        for number in (1, 1, 2, 2, 1):
            touches.done(TouchDone(prospect=prospect, outcome="Busy", number=number))
        assert len(world.all(CADENCE, "activity")) == 2
        assert [what for what, _ in reasons(workspace, prospect)][-1] == "finished Small"
        with pytest.raises(WorkspaceError, match="is in no cadence"):
            touches.done(TouchDone(prospect=prospect, outcome="Busy"))
        touches.enrol(prospect, "New leads")
        with pytest.raises(WorkspaceError, match="is at touch 1, not at 3"):
            touches.done(TouchDone(prospect=prospect, outcome="Busy", number=3))
        with pytest.raises(WorkspaceError, match="Say the outcome"):
            touches.done(TouchDone(prospect=prospect, outcome=" "))


# -- several cadences


def test_one_cadence_a_person_unless_allowed(world: World) -> None:
    """K11: a second cadence is refused; where several are allowed, actions reach each of them."""
    prospect = world.prospect("Ann")
    with opened(world) as workspace:
        workspace.touches.enrol(prospect, "New leads")
        with pytest.raises(WorkspaceError, match="is in New leads: move it, or let it exit"):
            workspace.touches.enrol(prospect, "Nurture Q3")
    settings = world.folder / "syncline.toml"
    settings.write_text(
        settings.read_text("utf-8") + "[connections.local]\nseveral_cadences = true\n", "utf-8"
    )
    with opened(world) as workspace:
        touches = workspace.touches
        touches.enrol(prospect, "Nurture Q3")
        with pytest.raises(WorkspaceError, match="is in New leads and Nurture Q3: say in which"):
            touches.done(TouchDone(prospect=prospect, outcome="Busy"))
        touches.done(TouchDone(prospect=prospect, outcome="Busy", cadence="Nurture Q3"))
        assert {(t.cadence, t.number) for t, _ in touches.next_touches(prospect)} == {
            ("New leads", 1),
            ("Nurture Q3", 2),
        }
        touches.leave(prospect)
        assert touches.next_touches(prospect) == []


# -- statuses that act (RS12)


def test_a_status_that_disqualifies_ends_the_cadence_with_its_reason(world: World) -> None:
    """RS12, K11: no touch afterwards; prospect, enrolment and history keep status and reason."""
    with opened(world) as workspace:
        lead = world.lead("Ann", Status="Open - Not Contacted")
        workspace.run()
        prospect = str(world.one(CADENCE, "prospect")["id"])
        workspace.touches.enrol(prospect, "New leads")
        world.change(CRM, "Lead", lead, Status="Closed - Not Converted", Description="No budget")
        workspace.run()
        (kept,) = world.all(CADENCE, "prospect")
        assert kept["integration_status"] == "Closed - Not Converted"
        assert kept["integration_reason"] == "No budget"
        reason = 'workflow "Closed leads leave" (Closed - Not Converted: No budget)'
        (enrolment,) = world.all(CADENCE, "enrolment")
        assert (enrolment["state"], enrolment["reason"]) == ("exited", reason)
        assert reasons(workspace, prospect)[-1] == ("exited New leads", reason)
        assert workspace.touches.due(world.clock.now + timedelta(days=60)) == []
        # Run again, nothing happens twice.
        count = len(workspace.touches.history(prospect))
        workspace.run()
        assert len(workspace.touches.history(prospect)) == count


def test_a_converted_lead_ends_the_cadence(world: World) -> None:
    """RS12, B9: conversion is an event that a workflow answers; no touch comes after it."""
    workflow = (
        'workflow "Converted leads leave" on Lead {\n when is converted then exit cadence\n}\n'
    )
    world.rules(RULES + workflow)
    with opened(world) as workspace:
        lead = world.lead("Ann", Status="Open - Not Contacted")
        workspace.run()
        prospect = str(world.one(CADENCE, "prospect")["id"])
        workspace.touches.enrol(prospect, "New leads")
        world.convert(lead)
        workspace.run()
        assert workspace.touches.due() == []
        what, reason = reasons(workspace, prospect)[-1]
    assert what == "exited New leads"
    assert reason.startswith('workflow "Converted leads leave"')


def test_moving_and_going_on_are_in_the_history(world: World) -> None:
    """K11, RS12: each action of a workflow leaves one line that names it."""
    with opened(world) as workspace:
        lead = world.lead("Ann", Status="Open - Not Contacted")
        workspace.run()
        prospect = str(world.one(CADENCE, "prospect")["id"])
        workspace.touches.enrol(prospect, "New leads")
        for rating in ("Warm", "Hot"):
            world.change(CRM, "Lead", lead, Rating=rating)
            workspace.run()
        told = reasons(workspace, prospect)
    status = "(Open - Not Contacted)"
    assert told[1:] == [
        ("touch 2 of New leads", 'workflow "Warm leads go on"'),
        ("moved New leads", f'Moved to Re-engage: workflow "Hot leads move" {status}'),
        ("entered Re-engage", 'workflow "Hot leads move"'),
    ]


@pytest.mark.parametrize("how", ["delete", "merge"])
def test_who_was_deleted_or_merged_gets_no_touch(world: World, how: str) -> None:
    """B9, K11: nobody who left is due, and the history says why."""
    with opened(world) as workspace:
        gone, stays = world.prospect("Ann"), world.prospect("Bob")
        for prospect in (gone, stays):
            workspace.touches.enrol(prospect, "New leads")
        if how == "delete":
            world.delete(CADENCE, "prospect", gone)
        else:
            world.merge(CADENCE, "prospect", gone, stays)
        assert [each.waiting.prospect for each in workspace.touches.due()] == [stays]
        # What was merged is the winner's.
        told = workspace.touches.history(gone if how == "delete" else stays)
        left = [change.reason for change in told if change.what == "exited New leads"]
        assert left == [f"The prospect was {how}d"]


def test_another_cadence_says_that_its_touches_are_its_own(tmp_path: Path) -> None:
    """Commands of the cadence's side name the system that keeps it."""
    rules = RULES.replace("connect cadence to local", "connect cadence to salesloft")
    with (
        local_world(tmp_path, rules) as world,
        opened(world) as workspace,
        pytest.raises(WorkspaceError, match="Salesloft keeps its cadences and touches to itself"),
    ):
        workspace.touches.cadences()
