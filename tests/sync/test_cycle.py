"""Whole cycles, end to end: between two files, and between Salesforce over HTTP and a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from support import CADENCE, CRM, HEAD, RULES, World, counts, meddled
from syncline import Outcome, Value, WorkspaceError, Write
from syncline.sync.plan import Fate
from syncline.sync.report import Report

WIDE = RULES.replace(
    "    Email     <-> email\n",
    "    Email     <-> email\n    Title <-> job_title\n"
    "    Description <-> notes  hold on conflict\n",
)
CALLS = """
activity call on outcome "Connected", "Left Voicemail" -> Task {
    Subject               = "Call: {outcome} ({list_name})"
    Description           = "{comments}"
    CallDurationInSeconds = duration
}
"""


def row_of(text: str) -> str:
    """Return the usual rules with one more row in the map."""
    return RULES.replace("    Email     <-> email\n", f"    Email <-> email\n    {text}\n")


def the_prospect(world: World, **values: Value) -> str:
    return str(world.one(CADENCE, "prospect", **values)["id"])


# The first run, and the quiet after it


def test_a_first_run_links_creates_and_fills_and_then_nothing_moves(world: World) -> None:
    """Matched by e-mail, else created on the other side; the next runs write nothing (E8)."""
    world.rules(WIDE)
    world.lead("Ann", Title="CEO")
    world.prospect("Ann", email="ANN@example.com", notes="met in May")
    world.lead("Bob")
    world.prospect("Cyd")
    report = world.settle()
    assert counts(report) == {"written": 4}
    assert [p["first_name"] for p in world.all(CADENCE, "prospect")] == ["Ann", "Cyd", "Bob"]
    assert [p["FirstName"] for p in world.all(CRM, "Lead")] == ["Ann", "Bob", "Cyd"]
    assert world.one(CADENCE, "prospect", first_name="Ann")["job_title"] == "CEO"
    assert world.one(CRM, "Lead", FirstName="Ann")["Description"] == "met in May"


def test_a_plan_writes_nothing_and_says_what_the_run_then_does(world: World) -> None:
    """What is planned is what is done, and only then (B3)."""
    world.lead("Ann")
    world.prospect("Bob")
    before = world.contents()
    preview = world.plan()
    assert world.contents() == before
    assert counts_of(preview.plan.counts()) == {"written": 2}
    report = world.run()
    assert report.counts == preview.plan.counts()
    assert {(s.side, s.object, str(s.kind)) for s in preview.plan.steps} == set(report.done)
    planned = {(w.field, w.new) for s in preview.plan.steps for w in s.writes}
    assert planned == {(line.field, line.new) for line in world.history(kind="create")}


def counts_of(found: Any) -> dict[str, int]:
    return {str(fate): n for fate, n in found.items() if n}


# Fields


@pytest.mark.parametrize("crm_last", [True, False])
def test_the_later_change_wins(world: World, crm_last: bool) -> None:
    """John becomes Johnathan here and Jon there: both become what was typed last (E3)."""
    lead = world.lead("John")
    world.settle()
    prospect = the_prospect(world)
    edits: list[Callable[[], None]] = [
        lambda: world.change(CADENCE, "prospect", prospect, first_name="Johnathan"),
        lambda: world.change(CRM, "Lead", lead, FirstName="Jon"),
    ]
    for edit in edits if crm_last else reversed(edits):
        edit()
    world.settle()
    wanted = "Jon" if crm_last else "Johnathan"
    assert world.read(CRM, "Lead", lead)["FirstName"] == wanted
    assert world.read(CADENCE, "prospect", prospect)["first_name"] == wanted
    (line,) = [line for line in world.history(kind="update") if line.lost]
    assert list(line.lost or ()) in (["cadence", "Johnathan"], ["crm", "Jon"])


def test_a_default_is_used_only_when_a_lead_is_created(world: World) -> None:
    """The company that nobody typed is Unknown in the new lead, and stays blank here (E4)."""
    world.rules(RULES.replace('required, default "Unknown"', 'default "Unknown"'))
    world.prospect("Ann", company_name="")
    world.settle()
    assert world.one(CRM, "Lead")["Company"] == "Unknown"
    assert not world.one(CADENCE, "prospect").get("company_name")


@pytest.mark.parametrize(("arrow", "word"), [("->", "always"), ("<-", "on create")])
def test_a_creation_carries_all_mapped_fields_and_an_update_only_what_may_go(
    world: World, arrow: str, word: str
) -> None:
    """The direction binds updates; a creation carries everything (E7, K2)."""
    world.rules(row_of(f"Title {arrow} job_title {word}"))
    prospect = world.prospect("Ann", job_title="CEO")
    world.settle()
    assert world.one(CRM, "Lead")["Title"] == "CEO"
    world.change(CADENCE, "prospect", prospect, job_title="CTO")
    report = world.settle()
    assert counts(report) == {"skipped": 1}
    assert world.one(CRM, "Lead")["Title"] == "CEO"


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("to cadence always", "new"),
        ("to cadence never", "old"),
        ("to cadence when blank", "old"),
        ("to cadence on create", "old"),
    ],
)
def test_each_direction_has_its_own_rule(world: World, rule: str, wanted: str) -> None:
    """A change goes to the cadence by the field's rule, and still to the CRM (K2)."""
    world.rules(row_of(f"Title <-> job_title {rule}"))
    lead = world.lead("Ann", Title="old")
    world.prospect("Ann", job_title="old")
    world.settle()
    world.change(CRM, "Lead", lead, Title="new")
    world.settle()
    prospect = the_prospect(world)
    assert world.read(CADENCE, "prospect", prospect)["job_title"] == wanted
    world.change(CADENCE, "prospect", prospect, job_title="newer")
    world.settle()
    assert world.read(CRM, "Lead", lead)["Title"] == "newer"


def test_a_record_without_what_is_required_is_skipped_with_the_reason(world: World) -> None:
    """It waits, with its reason, and goes through once somebody fills it in (RS5, B8)."""
    world.rules(RULES.replace(', default "Unknown"', ""))
    prospect = world.prospect("Ann", company_name="")
    assert counts(world.settle()) == {"skipped": 1}
    assert world.reasons("skip") == ["Company is required and blank"]
    world.change(CADENCE, "prospect", prospect, company_name="Acme")
    assert counts(world.settle()) == {"written": 1}
    assert world.one(CRM, "Lead")["Company"] == "Acme"


def test_a_held_conflict_waits_for_a_person_and_is_released_by_one(world: World) -> None:
    """Neither side is written, whatever else is, until they agree (B4)."""
    world.rules(WIDE)
    lead = world.lead("Ann")
    world.settle()
    prospect = the_prospect(world)
    world.change(CADENCE, "prospect", prospect, notes="theirs")
    world.change(CRM, "Lead", lead, Description="ours", Title="CEO")
    for _ in range(3):
        assert world.run().waiting["held"]
    found = world.read(CADENCE, "prospect", prospect)
    assert (found["notes"], found["job_title"]) == ("theirs", "CEO")
    assert world.read(CRM, "Lead", lead)["Description"] == "ours"
    world.change(CRM, "Lead", lead, Description="theirs")
    assert not world.settle().waiting.get("held")
    world.change(CRM, "Lead", lead, Description="both again")
    world.settle()
    assert world.read(CADENCE, "prospect", prospect)["notes"] == "both again"


def test_an_edit_between_our_reading_and_our_writing_is_not_taken_for_an_echo(world: World) -> None:
    """Another field edited before our write lands is synchronised in the next run (B12)."""
    lead = world.lead("Ann")
    world.settle()
    prospect = the_prospect(world)
    world.change(CADENCE, "prospect", prospect, last_name="New")

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def meanwhile(name: str, writes: Sequence[Write]) -> list[Outcome]:
            world.change(CRM, "Lead", lead, FirstName="Edited")
            done: list[Outcome] = write(name, writes)
            return done

        return meanwhile

    world.run(meddled(world, CRM, "write", around))
    world.settle()
    found = world.read(CADENCE, "prospect", prospect)
    assert (found["first_name"], found["last_name"]) == ("Edited", "New")
    assert world.read(CRM, "Lead", lead)["LastName"] == "New"


def test_a_mapping_added_later_gets_its_values_without_a_change_of_the_records(
    world: World,
) -> None:
    """A new row takes effect when the rules are resumed (E5)."""
    world.lead("Ann", Title="CEO")
    world.settle()
    world.rules(WIDE)
    world.settle()
    assert world.one(CADENCE, "prospect")["job_title"] == "CEO"


def test_a_locked_row_is_not_taken_away_behind_anybodys_back(world: World) -> None:
    """It is freed by a run without the word, and changed only then (RP5)."""
    locked = RULES.replace("<-> email", "<-> email locked")
    world.rules(locked)
    world.lead("Ann")
    world.settle()
    world.rules(locked.replace("    Email     <-> email locked\n", ""))
    with pytest.raises(WorkspaceError, match="the locked row Email to email"):
        world.run()
    world.rules(RULES)
    world.settle()
    world.rules(RULES.replace("    Email     <-> email\n", ""))
    world.agree()
    world.settle()


# Directions


@pytest.mark.parametrize(
    ("flow", "made"),
    [("sync crm to cadence", (1, 2)), ("sync cadence to crm", (2, 1))],
)
def test_a_direction_that_is_off_lets_nothing_through(
    world: World, flow: str, made: tuple[int, int]
) -> None:
    """Each direction is switched on by its own line (K8, K9)."""
    both = "sync crm to cadence\nsync cadence to crm\n"
    world.rules(RULES.replace(both, flow + "\n"))
    world.lead("Ann")
    world.prospect("Bob")
    report = world.settle()
    assert counts(report) == {"written": 1, "skipped": 1}
    assert (len(world.all(CRM, "Lead")), len(world.all(CADENCE, "prospect"))) == made


def test_criteria_choose_what_goes_to_the_cadence(world: World) -> None:
    """A lead that does not fit is left, with a reason, until it fits (K8)."""
    world.rules(
        RULES.replace("sync crm to cadence\n", 'sync crm to cadence where Rating = "Hot"\n')
    )
    lead = world.lead("Ann", Rating="Cold")
    world.lead("Bob", Rating="Hot")
    assert counts(world.settle()) == {"written": 1, "skipped": 1}
    assert "criteria" in world.reasons("skip")[0]
    world.change(CRM, "Lead", lead, Rating="Hot")
    world.settle()
    assert len(world.all(CADENCE, "prospect")) == 2


# Activities


def test_a_call_becomes_a_task_once_and_edits_of_it_follow(world: World) -> None:
    """By its outcome, in the CRM's activity history, with templates filled in (K3, K4, K5)."""
    world.rules(RULES + CALLS)
    lead = world.lead("Ann")
    world.settle()
    prospect = the_prospect(world)
    call = world.call(prospect, "Connected", list_name="May", comments="Asked", duration=90)
    world.call(prospect, "Busy")
    assert counts(world.settle()) == {"written": 1, "skipped": 1}
    task = world.one(CRM, "Task")
    assert (task["Subject"], task["Description"]) == ("Call: Connected (May)", "Asked")
    assert (task["CallDurationInSeconds"], task["WhoId"]) == (90, lead)
    assert (task["Status"], task["ActivityDate"]) == ("Completed", "2026-11-02")
    world.change(CADENCE, "activity", call, comments="Asked again")
    world.settle()
    assert world.one(CRM, "Task")["Description"] == "Asked again"


def test_a_call_waits_for_its_prospect_to_have_a_lead(world: World) -> None:
    """It is not lost while its prospect is not ready (K4, B8)."""
    world.rules(RULES.replace(', default "Unknown"', "") + CALLS)
    prospect = world.prospect("Ann", company_name="")
    world.call(prospect, "Connected")
    assert counts(world.settle()) == {"skipped": 2}
    world.change(CADENCE, "prospect", prospect, company_name="Acme")
    world.settle()
    assert world.one(CRM, "Task")["WhoId"] == world.one(CRM, "Lead")["Id"]


# Workflows


@pytest.mark.parametrize(
    ("action", "states"),
    [
        ("exit cadence", [("New leads", "exited", 1)]),
        ("move to next touch", [("New leads", "active", 2)]),
        (
            'move to cadence "Nurture Q3"',
            [("New leads", "moved", 1), ("Nurture Q3", "active", 1)],
        ),
    ],
)
def test_a_workflow_acts_on_the_prospect_when_its_lead_begins_to_fit(
    world: World, action: str, states: list[tuple[Value, Value, Value]]
) -> None:
    """Exit, move, next touch; once, however often the lead changes after that (K10, K11)."""
    world.rules(RULES + f'workflow "W" on Lead {{ when Rating = "Cold" then {action} }}\n')
    lead = world.lead("Ann", Rating="Hot")
    world.settle()
    world.enrol(the_prospect(world))
    world.settle()
    assert world.states() == [("New leads", "active", 1)]
    world.change(CRM, "Lead", lead, Rating="Cold")
    world.settle()
    world.change(CRM, "Lead", lead, Title="CEO", LastName="Roe")
    world.settle()
    assert world.states() == states
    (line,) = world.history(kind="action")
    assert 'workflow "W"' in line.reason


@pytest.mark.parametrize(("word", "touch"), [("", 3), (" every time", 4)])
def test_a_workflow_fires_when_it_begins_to_hold_or_at_every_change(
    world: World, word: str, touch: int
) -> None:
    """Once for each time it begins to hold; `every time`, once for each change (K10, K11)."""
    test = f'when Rating = "Cold"{word} then move to next touch'
    world.rules(RULES + f'workflow "W" on Lead {{ {test} }}\n')
    lead = world.lead("Ann")
    world.settle()
    world.enrol(the_prospect(world))
    for rating, name in (("Cold", "A"), ("Cold", "B"), ("Hot", "B"), ("Cold", "B")):
        world.change(CRM, "Lead", lead, Rating=rating, LastName=name)
        world.settle()
    assert world.states() == [("New leads", "active", touch)]


# Duplicates, two maps, refusals


def test_duplicates_are_held_until_a_person_tells_them_apart(world: World) -> None:
    """Never guess: two leads with one address wait, and are then linked (E8, B8)."""
    world.lead("Ann")
    twin = world.lead("Bob", Email="ann@example.com")
    world.prospect("Ann")
    assert counts(world.settle()) == {"held": 3}
    assert len(world.all(CADENCE, "prospect")) == 1
    assert "2 Lead records have the same Email" in world.reasons("hold")[-1]
    world.change(CRM, "Lead", twin, Email="bob@example.com")
    report = world.settle()
    assert not report.waiting
    assert [p["first_name"] for p in world.all(CADENCE, "prospect")] == ["Ann", "Bob"]


@pytest.mark.parametrize("later", [False, True])
def test_an_address_that_we_write_is_known_at_once(world: World, later: bool) -> None:
    """Whoever has the address that a prospect is just given is held, in this run or after (E8)."""
    world.rules(
        RULES + "map Contact <-> prospect {\n match Email = email\n FirstName <-> first_name\n"
        " LastName <-> last_name\n Email <-> email\n}\n"
    )
    lead = world.lead("Ann")
    world.settle()
    world.change(CRM, "Lead", lead, Email="new@example.com")
    if later:
        world.run()
    world.add(CRM, "Contact", FirstName="Cyd", LastName="D", Email="new@example.com")
    world.settle()
    assert len(world.all(CADENCE, "prospect")) == 1
    assert f"is already linked to {lead}" in world.reasons("hold")[-1]


def test_two_maps_share_the_prospects(world: World) -> None:
    """A prospect belongs to the lead or the contact that it matches, and to one (K1)."""
    world.rules(
        RULES + "map Contact <-> prospect {\n match Email = email\n FirstName <-> first_name\n"
        " LastName <-> last_name\n Email <-> email\n}\n"
    )
    world.lead("Ann")
    contact = world.add(CRM, "Contact", FirstName="Cyd", LastName="D", Email="cyd@example.com")
    world.prospect("Ann")
    prospect = world.prospect("Cyd")
    world.prospect("Eve")
    world.settle()
    assert [len(world.all(CRM, kind)) for kind in ("Lead", "Contact")] == [2, 1]
    assert len(world.all(CADENCE, "prospect")) == 3
    world.change(CADENCE, "prospect", prospect, last_name="New")
    world.settle()
    assert world.read(CRM, "Contact", contact)["LastName"] == "New"


def test_a_row_that_is_refused_fails_alone_and_rests_after_three_attempts(world: World) -> None:
    """The vendor's own code is told; the others go through; a change wakes it (B8)."""
    long = world.prospect("Ann", city="A" * 60)
    world.prospect("Bob")
    first = world.run()
    assert counts(first) == {"written": 1, "failed": 1}
    assert "STRING_TOO_LONG" in world.reasons("fail")[0]
    assert [counts(world.run()).get("failed", 0) for _ in range(4)] == [1, 1, 0, 0]
    world.change(CADENCE, "prospect", long, city="Rome")
    world.settle()
    assert len(world.all(CRM, "Lead")) == 2


# The budget


def test_what_does_not_fit_the_budget_is_done_on_later_days_and_none_is_lost(world: World) -> None:
    """At the limit the remaining records wait for the next 24 hours (K6, promise 5)."""
    calls = 8 if world.url else 2
    world.rules(RULES.replace("5000", str(calls)) + CALLS)
    for name in ("Ann", "Bob"):
        prospect = world.prospect(name)
        world.call(prospect, "Connected")
    reports: list[Report] = []
    for _day in range(4):
        report = world.run()
        assert report.used[CRM] <= calls
        reports.append(report)
        world.clock.forward(hours=25)
    assert reports[0].counts[Fate.DEFERRED]
    assert reports[0].exit_code == 2
    assert "limit of calls" in reports[0].faults[0][0]
    assert not reports[-1].waiting
    assert [len(world.all(CRM, kind)) for kind in ("Lead", "Task")] == [2, 2]


def test_a_rule_head_alone_is_a_rule_file(local: World) -> None:
    """Without a map there is nothing to do, and that is no fault."""
    local.rules(HEAD)
    assert counts(local.settle()) == {}
