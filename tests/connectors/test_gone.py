"""Records that end, and come back: alike in the embedded CRM and in Salesforce (B9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from support import CRM, START, World, local_world, sandbox_world
from syncline import Gone, GoneKind, OutcomeStatus, Position, Write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DONE, REFUSED, GONE = OutcomeStatus.DONE, OutcomeStatus.REFUSED, OutcomeStatus.GONE
CONVERTED = "CANNOT_UPDATE_CONVERTED_LEAD"


@pytest.fixture(params=["local", "salesforce"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Make a world whose CRM is the embedded one, then one whose CRM speaks HTTP."""
    made = local_world if request.param == "local" else sandbox_world
    with made(tmp_path) as found:
        yield found


def listed(
    world: World, since: Position | None, what: str = "Lead"
) -> tuple[list[str], list[Gone], Position]:
    """Return the ids of the records, what went, and where the listing goes on."""
    pages = list(world.hand(CRM).changes(what, ["LastName"], since))
    records = [record.id for page in pages for record in page.records]
    return records, [gone for page in pages for gone in page.gone], pages[-1].position


def test_a_deletion_is_listed_at_its_time_and_once(world: World) -> None:
    """A record that was deleted comes as gone, not as a record, and not again."""
    kept, lost = world.lead("Ann"), world.lead("Bob")
    *_, since = listed(world, None)
    world.delete(CRM, "Lead", lost)

    records, (gone,), after = listed(world, since)

    assert records == []
    assert (gone.object, gone.id, gone.kind, gone.into) == ("Lead", lost, GoneKind.DELETED, None)
    assert timedelta(0) <= world.clock.now - gone.at < timedelta(seconds=2)
    assert after == Position(modified=gone.at, id=lost)
    assert listed(world, after)[:2] == ([], [])
    assert [r.id for r in world.hand(CRM).read("Lead", [kept, lost], ["LastName"])] == [kept]


@pytest.mark.parametrize("what", ["Lead", "Contact"])
def test_a_merge_names_the_record_that_takes_the_place(world: World, what: str) -> None:
    """The loser of a merge is gone, into the winner; its tasks are the winner's."""
    ids = [
        world.lead(name) if what == "Lead" else world.add(CRM, what, LastName=name)
        for name in ("Ann", "Bob")
    ]
    task = world.add(CRM, "Task", Subject="Call", WhoId=ids[0])
    *_, since = listed(world, None, what)
    world.merge(CRM, what, ids[0], ids[1])

    records, (gone,), _ = listed(world, since, what)

    assert (gone.id, gone.kind, gone.into) == (ids[0], GoneKind.MERGED, (what, ids[1]))
    assert set(records) <= {ids[1]}
    assert world.read(CRM, "Task", task)["WhoId"] == ids[1]


@pytest.mark.parametrize("named", [False, True])
def test_a_conversion_names_the_contact(world: World, named: bool) -> None:
    """A converted lead is gone, into a contact; it can still be read, and says so."""
    lead = world.lead("Ann", City="London")
    task = world.add(CRM, "Task", Subject="Call", WhoId=lead)
    given = world.add(CRM, "Contact", LastName="Roe") if named else None
    *_, since = listed(world, None)
    contact = world.convert(lead, given)

    records, (gone,), _ = listed(world, since)

    assert (gone.id, gone.kind, gone.into) == (lead, GoneKind.CONVERTED, ("Contact", contact))
    assert records == []
    seen = world.read(CRM, "Lead", lead)
    assert (seen["IsConverted"], seen["ConvertedContactId"]) == (True, contact)
    made = world.read(CRM, "Contact", contact)
    if named:
        assert (contact, made["LastName"]) == (given, "Roe")
    else:
        assert (made["Email"], made["MailingCity"]) == ("ann@example.com", "London")
    assert world.read(CRM, "Task", task)["WhoId"] == contact


def test_what_ended_stays_as_it_ended(world: World) -> None:
    """A contact that is merged later lists its lead no second time, and is its own end."""
    lead = world.lead("Ann")
    contact, other = world.convert(lead), world.add(CRM, "Contact", LastName="Roe")
    *_, since = listed(world, Position(modified=START))
    *_, before = listed(world, None, "Contact")
    world.merge(CRM, "Contact", contact, other)

    assert listed(world, since)[:2] == ([], [])
    assert [each.into for each in listed(world, before, "Contact")[1]] == [("Contact", other)]
    assert world.read(CRM, "Lead", lead)["ConvertedContactId"] == contact


def test_an_undeleted_record_is_a_change(world: World) -> None:
    """What comes out of the bin is listed like a record that changed, with what it held."""
    lead = world.lead("Ann", City="London")
    world.delete(CRM, "Lead", lead)
    *_, since = listed(world, Position(modified=world.clock.now - timedelta(hours=1)))
    world.undelete(CRM, "Lead", lead)

    records, gone, _ = listed(world, since)

    assert (records, gone) == ([lead], [])
    assert world.read(CRM, "Lead", lead)["City"] == "London"


def test_the_loser_of_a_merge_does_not_come_back(world: World) -> None:
    """Only what was deleted can be taken out of the bin."""
    loser, winner = world.lead("Ann"), world.lead("Bob")
    world.merge(CRM, "Lead", loser, winner)

    with pytest.raises(AssertionError, match="UNDELETE_FAILED"):
        world.undelete(CRM, "Lead", loser)
    with pytest.raises(AssertionError, match="UNDELETE_FAILED"):
        world.undelete(CRM, "Lead", winner)


def test_the_first_listing_names_no_ends(world: World) -> None:
    """From the beginning of time there is nobody to tell of what went before."""
    kept, deleted, merged, converted = map(world.lead, ("Ann", "Bob", "Cid", "Dee"))
    world.delete(CRM, "Lead", deleted)
    world.merge(CRM, "Lead", merged, kept)
    world.convert(converted)

    assert listed(world, None)[:2] == ([kept], [])


def test_ends_and_changes_come_in_one_order(world: World) -> None:
    """A position between them resumes at the next, be it a record or an end."""
    ids = [world.lead(name) for name in ("Ann", "Bob", "Cid", "Dee", "Eve")]
    *_, since = listed(world, None)
    world.change(CRM, "Lead", ids[1], City="Rome")
    world.delete(CRM, "Lead", ids[0])
    world.change(CRM, "Lead", ids[2], City="Oslo")
    world.convert(ids[3])

    records, gone, _ = listed(world, since)

    assert (records, [each.id for each in gone]) == ([ids[1], ids[2]], [ids[0], ids[3]])
    between = Position(modified=gone[0].at, id=ids[0])
    later, ends, _ = listed(world, between)
    assert (later, [each.id for each in ends]) == ([ids[2]], [ids[3]])


def test_a_write_to_what_is_gone_says_so_and_others_are_written(world: World) -> None:
    """An update meets deleted, merged, converted and unknown records, each with its own outcome."""
    kept, deleted, merged, converted = map(world.lead, ("Ann", "Bob", "Cid", "Dee"))
    world.delete(CRM, "Lead", deleted)
    world.merge(CRM, "Lead", merged, kept)
    world.convert(converted)
    never = "00Q000000000099" if world.crm == "local" else "00QSb0000zzzzzz"
    ids = [deleted, merged, converted, never, kept]

    outcomes = world.hand(CRM).write("Lead", [Write(id=id_, values={"City": "X"}) for id_ in ids])

    assert [each.status for each in outcomes] == [GONE, GONE, REFUSED, GONE, DONE]
    assert [each.id for each in outcomes] == ids
    assert [each.code for each in outcomes[:3]] == [
        "ENTITY_IS_DELETED",
        "ENTITY_IS_DELETED",
        CONVERTED,
    ]
    assert world.read(CRM, "Lead", kept)["City"] == "X"


def test_what_is_gone_already_is_deleted(world: World) -> None:
    """A deletion repeated is done, and moves no time stamp."""
    first, second = world.lead("Ann"), world.lead("Bob")
    *_, since = listed(world, None)
    world.delete(CRM, "Lead", first)
    _, before, position = listed(world, since)
    world.clock.forward(minutes=1)

    again = world.hand(CRM).delete("Lead", [first, second])

    assert [(each.status, each.id) for each in again] == [(DONE, first), (DONE, second)]
    assert [each.id for each in listed(world, position)[1]] == [second]
    assert [each.id for each in before] == [first]
    assert world.hand(CRM).delete("Lead", []) == []


def test_a_key_in_the_bin_is_free(world: World) -> None:
    """A creation under a deleted record's key makes a new one, and the old one stays away."""
    row = Write(key="k", values={"LastName": "Doe", "Company": "Acme"})
    hand = world.hand(CRM)
    (old,) = hand.write("Lead", [row])
    world.delete(CRM, "Lead", old.id or "")
    assert hand.lookup("Lead", ["k"]) == {}

    (new,), (same,) = hand.write("Lead", [row]), hand.write("Lead", [row])

    assert new.id == same.id != old.id
    assert hand.lookup("Lead", ["k"]) == {"k": new.id}
    with pytest.raises(AssertionError, match="DUPLICATE_VALUE"):
        world.undelete(CRM, "Lead", old.id or "")


def test_the_key_of_a_converted_lead_is_taken(world: World) -> None:
    """A creation under its key is refused, so that no second person comes to be."""
    row = Write(key="k", values={"LastName": "Doe", "Company": "Acme"})
    hand = world.hand(CRM)
    (made,) = hand.write("Lead", [row])
    world.convert(made.id or "")

    (again,) = hand.write("Lead", [row])

    assert (again.status, again.code) == (REFUSED, CONVERTED)
    assert hand.lookup("Lead", ["k"]) == {"k": made.id}


def test_people_are_told_what_cannot_be(world: World) -> None:
    """Nobody merges a record with itself, a task, or what is gone; nobody converts twice."""
    lead, other = world.lead("Ann"), world.lead("Bob")
    tasks = [world.add(CRM, "Task", Subject=name) for name in ("Call", "Mail")]
    for what, loser, winner in (("Lead", lead, lead), ("Task", *tasks)):
        with pytest.raises(AssertionError, match="INVALID_OPERATION"):
            world.merge(CRM, what, loser, winner)
    world.convert(lead)
    with pytest.raises(AssertionError, match=CONVERTED):
        world.convert(lead)
    with pytest.raises(AssertionError, match=CONVERTED):
        world.merge(CRM, "Lead", lead, other)
    world.delete(CRM, "Lead", other)
    with pytest.raises(AssertionError, match="ENTITY_IS_DELETED"):
        world.convert(other)


def test_every_object_of_the_crm_is_deletable(world: World) -> None:
    """The description says which records we may delete."""
    kinds = world.hand(CRM).describe().objects

    assert [kind.name for kind in kinds if kind.deletable] == [
        "Lead",
        "Contact",
        "Account",
        "Task",
        "Event",
    ]
