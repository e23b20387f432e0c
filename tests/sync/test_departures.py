"""Records that go: deleted, merged, converted, and those that come back (B9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World
from syncline import Gone, GoneKind, RetriableError, Side

MAP = """
map Lead <-> prospect {{
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required, default "Unknown"
    Email     <-> email
    {deletes}
}}
"""
CONTACTS = """
map Contact <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Email     <-> email
}
"""


def rules(deletes: str = "", more: str = "") -> str:
    return support.HEAD + MAP.format(deletes=deletes) + more


def down(_call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what cannot be done just now."""

    def around(*_args: Any) -> Any:
        raise RetriableError("no connection")

    return around


def cut(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a listing that breaks off at its end."""

    def around(*args: Any, **more: Any) -> Iterator[Any]:
        yield from call(*args, **more)
        raise RetriableError("no connection")

    return around


def linked(world: World, *names: str) -> list[tuple[str, str]]:
    """Return (lead, prospect) of people whose records are linked."""
    leads = [world.lead(name) for name in names]
    world.settle()
    found: list[tuple[str, str]] = []
    for name, lead in zip(names, leads, strict=True):
        prospect = world.one(CADENCE, "prospect", first_name=name)
        found.append((lead, str(prospect["id"])))
    return found


def prospects(world: World) -> list[str]:
    return sorted(str(row["first_name"]) for row in world.all(CADENCE, "prospect"))


def leads(world: World) -> list[str]:
    return sorted(str(row["FirstName"]) for row in world.all(CRM, "Lead"))


def test_a_deleted_lead_leaves_its_prospect_and_is_not_made_again(world: World) -> None:
    """Without a word of the rules nothing is deleted across, and nothing comes back (B9)."""
    world.rules(rules())
    (lead, prospect), _other = linked(world, "Ann", "Bob")
    world.delete(CRM, "Lead", lead)
    report = world.settle()
    assert support.counts(report) == {"skipped": 1}
    assert prospects(world) == ["Ann", "Bob"]
    assert world.reasons("gone") == ["deleted in the CRM; its prospect is kept"]
    world.change(CADENCE, "prospect", prospect, first_name="Anna")
    world.settle()
    assert leads(world) == ["Bob"]
    assert "its Lead was deleted in the CRM" in world.reasons("skip")[0]


@pytest.mark.parametrize(
    ("arrow", "gone", "kept"),
    [("->", CRM, []), ("<-", CADENCE, []), ("<->", CRM, []), ("<->", CADENCE, [])],
)
def test_a_deletion_flows_where_the_map_says_so(
    world: World, arrow: str, gone: Side, kept: list[str]
) -> None:
    """`deletes ->` takes the prospect with its lead, `deletes <-` the lead with its prospect."""
    world.rules(rules(f"deletes {arrow}"))
    ((lead, prospect),) = linked(world, "Ann")
    world.delete(gone, *(("Lead", lead) if gone is CRM else ("prospect", prospect)))
    report = world.settle()
    assert support.counts(report) == {"written": 1}
    assert (prospects(world), leads(world)) == (kept, kept)


@pytest.mark.parametrize(("arrow", "gone"), [("->", CADENCE), ("<-", CRM)])
def test_a_deletion_does_not_flow_against_the_arrow(world: World, arrow: str, gone: Side) -> None:
    """The other way it is told of, and the partner stays."""
    world.rules(rules(f"deletes {arrow}"))
    ((lead, prospect),) = linked(world, "Ann")
    world.delete(gone, *(("Lead", lead) if gone is CRM else ("prospect", prospect)))
    world.settle()
    assert len(prospects(world)) + len(leads(world)) == 1


def test_workflows_answer_what_happens_to_a_record(world: World) -> None:
    """`is deleted` acts on the prospect, once (B9, K11)."""
    world.rules(rules(more='workflow "Gone" on Lead { when is deleted  then exit cadence }\n'))
    (lead, prospect), _other = linked(world, "Ann", "Bob")
    world.enrol(prospect)
    world.delete(CRM, "Lead", lead)
    assert support.counts(world.settle()) == {"written": 1}
    assert [state for _name, state, _touch in world.states()] == ["exited"]


def test_an_undeleted_lead_is_linked_again_and_catches_up(world: World) -> None:
    """What changed on either side while it was gone flows when it is back (B9)."""
    world.rules(rules(more='workflow "Back" on Lead { when is undeleted  then exit cadence }\n'))
    ((lead, prospect),) = linked(world, "Ann")
    world.enrol(prospect)
    world.delete(CRM, "Lead", lead)
    world.settle()
    world.change(CADENCE, "prospect", prospect, last_name="While you were out")
    world.settle()
    world.undelete(CRM, "Lead", lead)
    world.settle()
    assert world.read(CRM, "Lead", lead)["LastName"] == "While you were out"
    assert (leads(world), prospects(world)) == (["Ann"], ["Ann"])
    assert [state for _name, state, _touch in world.states()] == ["exited"]


def test_what_the_rules_deleted_is_made_anew_when_the_other_comes_back(world: World) -> None:
    """A lead undeleted after its prospect went with it gets a prospect again, and one only."""
    world.rules(rules("deletes ->"))
    ((lead, _prospect),) = linked(world, "Ann")
    world.delete(CRM, "Lead", lead)
    world.settle()
    world.undelete(CRM, "Lead", lead)
    world.settle()
    assert prospects(world) == ["Ann"]


def test_a_merged_lead_hands_its_prospect_to_the_one_that_stays(world: World) -> None:
    """A lead that had no partner takes over that of the lead merged into it."""
    world.rules(
        rules().replace("sync crm to cadence\n", 'sync crm to cadence where City = "Rome"\n')
    )
    loser = world.lead("Ann", City="Rome")
    winner = world.lead("Anna", City="Oslo")
    world.settle()
    assert prospects(world) == ["Ann"]
    world.merge(CRM, "Lead", loser, winner)
    world.change(CRM, "Lead", winner, City="Rome")
    world.settle()
    assert len(prospects(world)) == 1
    world.change(CRM, "Lead", winner, LastName="Merged")
    world.settle()
    assert world.one(CADENCE, "prospect")["last_name"] == "Merged"


def test_a_merge_of_two_linked_leads_leaves_the_second_prospect_alone(world: World) -> None:
    """The lead that stays keeps its own prospect; the other's is told of, never merged (B9)."""
    world.rules(rules())
    (loser, _one), (winner, _two) = linked(world, "Ann", "Bob")
    world.merge(CRM, "Lead", loser, winner)
    world.settle()
    assert prospects(world) == ["Ann", "Bob"]
    assert "which is linked to" in world.reasons("gone")[0]


@pytest.mark.parametrize("who", ["a twin", "of another map", "the prospect"])
def test_who_was_held_for_a_record_that_went_is_asked_again(world: World, who: str) -> None:
    """A hold that names somebody who is no longer there does not last (E8, B9)."""
    world.rules(rules(more=CONTACTS))
    lead = world.lead("Ann")
    if who == "a twin":
        world.lead("Bob", Email="ann@example.com")
        world.settle()
    else:
        world.settle()
        contact = {"FirstName": "Cyd", "LastName": "D", "Email": "ann@example.com"}
        world.add(CRM, "Contact", **contact)
        world.settle()
    assert world.reasons("hold")
    if who == "the prospect":
        world.delete(CADENCE, "prospect", str(world.one(CADENCE, "prospect")["id"]))
    else:
        world.delete(CRM, "Lead", lead)
    assert not world.settle().waiting
    names = {"a twin": ["Bob"], "of another map": ["Cyd"], "the prospect": ["Cyd"]}
    assert prospects(world) == names[who]


def test_no_activity_goes_to_a_record_that_is_gone(world: World) -> None:
    """A call waits until its prospect has a partner again, and appears then (K4, B9)."""
    task = 'activity call -> Task { Subject = "Call: {outcome}" }\n'
    world.rules(rules(more=task))
    ((lead, prospect),) = linked(world, "Ann")
    world.delete(CRM, "Lead", lead)
    world.settle()
    world.call(prospect, "Connected")
    world.settle()
    assert world.all(CRM, "Task") == []
    world.undelete(CRM, "Lead", lead)
    world.settle()
    assert len(world.all(CRM, "Task")) == 1


def test_what_is_owed_to_a_merged_prospect_is_done_once_for_the_one_that_stays(
    world: World,
) -> None:
    """The action that could not be done before the merge is not fired again beside it (K11)."""
    more = 'workflow "On" on Lead { when Status = "Working - Contacted" then move to next touch }\n'
    world.rules(rules(more=more).replace("sync cadence to crm\n", ""))
    ((lead, loser),) = linked(world, "Ann")
    winner = world.prospect("Anna")
    world.enrol(winner)
    world.settle()
    world.change(CRM, "Lead", lead, Status="Working - Contacted")
    world.run(support.meddled(world, CADENCE, "act", down))
    world.merge(CADENCE, "prospect", loser, winner)
    world.change(CRM, "Lead", lead, LastName="Roe")
    world.settle()
    assert world.states() == [("New leads", "active", 2)]


def test_a_partner_that_went_before_it_was_linked_is_none(world: World) -> None:
    """Both were read when the run broke off; then the prospect is merged: the lead is new (B9)."""
    world.rules(rules())
    world.lead("Ann")
    read = world.prospect("Ann")
    assert world.run(support.meddled(world, CADENCE, "changes", cut)).state == "stopped"
    world.merge(CADENCE, "prospect", read, world.prospect("Bob"))
    assert [str(step.kind) for step in world.plan().plan.steps] == ["create", "create"]
    world.settle()
    assert (leads(world), prospects(world)) == (["Ann", "Bob"], ["Ann", "Bob"])


def test_a_converted_lead_hands_its_prospect_to_the_contact(world: World) -> None:
    """From then on the prospect and the contact are kept in step; no twin is made (B9)."""
    more = CONTACTS + 'workflow "Won" on Lead { when is converted  then exit cadence }\n'
    world.rules(rules(more=more))
    ((lead, prospect),) = linked(world, "Ann")
    world.enrol(prospect)
    contact = world.convert(lead)
    world.settle()
    assert prospects(world) == ["Ann"]
    assert [state for _name, state, _touch in world.states()] == ["exited"]
    world.change(CRM, "Contact", contact, LastName="Customer")
    world.settle()
    assert world.read(CADENCE, "prospect", prospect)["last_name"] == "Customer"
    world.change(CADENCE, "prospect", prospect, first_name="Anna")
    world.settle()
    assert world.read(CRM, "Contact", contact)["FirstName"] == "Anna"
    assert len(world.all(CRM, "Contact")) == 1


def test_a_new_lead_takes_over_the_prospect_of_a_deleted_one(world: World) -> None:
    """A prospect whose lead is gone is free to be matched again."""
    world.rules(rules())
    ((lead, prospect),) = linked(world, "Ann")
    world.delete(CRM, "Lead", lead)
    world.settle()
    again = world.lead("Ann", LastName="Again")
    world.settle()
    assert prospects(world) == ["Ann"]
    world.change(CADENCE, "prospect", prospect, last_name="Linked")
    world.settle()
    assert world.read(CRM, "Lead", again)["LastName"] == "Linked"


def test_a_write_that_meets_a_record_that_is_gone_is_no_failure(world: World) -> None:
    """A prospect deleted between reading and writing is dealt with as any other deletion."""
    world.rules(rules())
    ((lead, prospect),) = linked(world, "Ann")
    world.change(CRM, "Lead", lead, FirstName="Anna")

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def late(name: str, writes: Any) -> Any:
            if name == "prospect":
                world.delete(CADENCE, "prospect", prospect)
            return write(name, writes)

        return late

    first = world.run(support.meddled(world, CADENCE, "write", around))
    assert support.counts(first) == {"deferred": 1}
    world.settle()
    assert prospects(world) == []
    assert "deleted in the cadence; its Lead is kept" in world.reasons("gone")


def test_a_listing_that_deletes_a_mass_stops_the_run_and_asks(world: World) -> None:
    """More than `max deletes` of the linked records: nothing is written until a person says so."""
    world.rules(rules("deletes ->"))
    people = linked(world, *(f"P{n}" for n in range(12)))
    for lead, _prospect in people[:7]:
        world.delete(CRM, "Lead", lead)
    world.clock.forward(minutes=1)
    report = world.run()
    assert report.state == "failed"
    assert "7 of 12 Lead records are said to be deleted" in report.faults[0][0]
    assert len(prospects(world)) == 12
    with world.workspace() as workspace:
        report = workspace.run(allow_deletes=True)
    assert (report.state, len(prospects(world))) == ("done", 5)


def test_a_listing_that_is_wrong_about_a_mass_is_not_believed(world: World) -> None:
    """Records said to be deleted that are there after all stay linked, and the run goes on."""
    world.rules(rules("deletes ->"))
    people = linked(world, *(f"P{n}" for n in range(12)))

    def around(changes: Callable[..., Any]) -> Callable[..., Any]:
        def lies(name: str, *asked: Any, **more: Any) -> Any:
            for page in changes(name, *asked, **more):
                gone = tuple(
                    Gone(object=name, id=lead, kind=GoneKind.DELETED, at=page.server_time)
                    for lead, _ in people[:9]
                )
                yield replace(page, gone=gone) if name == "Lead" else page

        return lies

    report = world.run(support.meddled(world, CRM, "changes", around))
    assert (report.state, len(prospects(world))) == ("done", 12)
    world.settle()
    assert len(prospects(world)) == 12


def test_a_listing_in_the_middle_of_a_run_is_not_believed_either(world: World) -> None:
    """A run that lasts lists again between its plans: who is said to be gone is looked for."""
    world.rules(rules("deletes <->"))
    people = linked(world, *(f"P{n}" for n in range(12)))
    world.delete(CRM, "Lead", people[11][0])
    listings: list[str] = []

    def around(changes: Callable[..., Any]) -> Callable[..., Any]:
        def lies(name: str, *asked: Any, **more: Any) -> Any:
            again = listings.count(name) == 1
            listings.append(name)
            for page in changes(name, *asked, **more):
                gone = tuple(
                    Gone(object=name, id=prospect, kind=GoneKind.DELETED, at=page.server_time)
                    for _, prospect in people[:9]
                )
                yield replace(page, gone=(*page.gone, *gone)) if again else page
            if not again:
                world.clock.forward(minutes=2)

        return lies

    world.run(support.meddled(world, CADENCE, "changes", around))
    assert listings.count("prospect") > 1
    assert len(prospects(world)) == 11
    world.settle()
    assert (len(leads(world)), len(prospects(world))) == (11, 11)


def test_a_task_that_a_person_deleted_is_not_written_again(world: World) -> None:
    """An edit of the call that it came from meets a task that is gone, and lets it rest (K4)."""
    task = 'activity call -> Task { Subject = "Call: {outcome}" }\n'
    world.rules(rules(more=task))
    ((_lead, prospect),) = linked(world, "Ann")
    call = world.call(prospect, "Connected")
    world.settle()
    (made,) = world.all(CRM, "Task")
    world.delete(CRM, "Task", str(made["Id"]))
    world.change(CADENCE, "activity", call, outcome="Left Voicemail")
    first = world.run()
    assert support.counts(first) == {"deferred": 1}
    world.settle()
    assert world.all(CRM, "Task") == []
    world.change(CADENCE, "activity", call, outcome="Connected")
    world.settle()
    assert "its Task was deleted in the CRM" in world.reasons("skip")[0]
