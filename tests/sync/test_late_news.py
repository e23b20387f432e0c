"""What comes back of our own doings, beside what people did meanwhile: each told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support import CADENCE, CRM, HEAD, World, meddled
from syncline import Outcome, RetriableError, UnknownOutcomeError, Value, Write
from syncline.sync.echo import made_of

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required
    Email     <-> email
    City      <-> city
    Phone     <-> phone
    deletes <->
}
"""
)


@pytest.mark.parametrize(
    ("written", "seen", "length", "ours"),
    [
        ("Dmitri16", "Dmitri1", 40, False),
        ("Dmitri16", "Dmitri1", None, True),
        ("Dmitri16", "Dmitri1", 7, True),
        ("(415) 555-0101", "4155550101", 40, True),
        ("(415) 555-0101", "+14155550101", 40, True),
        ("Oslo ", "oslo", 40, True),
        ("Oslo", "Rome", 40, False),
        ("0167 ext. 9", "4155550167", 40, False),
        ("-", "4155550167", 40, False),
        ("+14155550119", "+1415555011", None, False),
        ("+14155550119", "+1415555011", 11, True),
        ("415.555.0172x", "4155550172", 40, True),
        ("415.555.0172x", "4155550167", 40, False),
        ("Oslo", "-", None, False),
        (3.125, 3.12, None, True),
    ],
)
def test_a_text_that_has_room_is_not_cut(
    written: Value, seen: Value, length: int | None, ours: bool
) -> None:
    """A text shorter than its field that lost its end was edited by a person (B12)."""
    assert made_of(written, seen, length) is ours


def bare(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a write after which telephone numbers have lost their punctuation."""

    def around(name: str, writes: list[Write]) -> list[Outcome]:
        rows: list[Write] = []
        for write in writes:
            values = dict(write.values)
            if isinstance(phone := values.get("phone"), str):
                values["phone"] = "".join(sign for sign in phone if sign.isdigit())
            rows.append(replace(write, values=values))
        done: list[Outcome] = call(name, rows)
        return done

    return around


def unheard(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what does all of it, and whose answer is lost."""

    def around(*args: Any) -> Any:
        call(*args)
        raise UnknownOutcomeError("no answer")

    return around


def deaf(_call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what does nothing, and does not answer."""

    def around(*_args: Any) -> Any:
        raise UnknownOutcomeError("no answer")

    return around


def blind(_call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what cannot look."""

    def around(*_args: Any) -> Any:
        raise RetriableError("no connection")

    return around


def without_an_answer(world: World, look: str) -> None:
    """Run once; the cadence does all, makes phones bare, and what became of it is not known."""
    registry = world.registry
    for what, around in (("write", bare), ("write", unheard), (look, blind)):
        world.registry = meddled(world, CADENCE, what, around)
    assert world.run().state == "stopped"
    world.registry = registry


def test_what_was_written_is_known_though_a_person_edited_some_of_it(local: World) -> None:
    """What we wrote over stands in the history, found out about when one field has moved on."""
    local.rules(RULES)
    lead = local.lead("Ann", City="Oslo", Phone="(415) 555-0101")
    local.settle()
    prospect = str(local.one(CADENCE, "prospect", first_name="Ann")["id"])
    local.change(CRM, "Lead", lead, City="Rome", LastName="Roe")
    without_an_answer(local, "read")
    local.change(CADENCE, "prospect", prospect, last_name="Poe")
    local.settle()
    told = {(e.field, e.old, e.new) for e in local.history(kind="update")}
    assert {("city", "Oslo", "Rome"), ("last_name", "Doe", "Roe")} <= told
    assert local.read(CRM, "Lead", lead)["LastName"] == "Poe"
    assert local.read(CADENCE, "prospect", prospect)["city"] == "Rome"


@pytest.mark.parametrize("since", ["edited", "deleted"])
def test_what_may_have_been_written_over_is_told(local: World, since: str) -> None:
    """Nobody can see any more whether a write arrived: what it replaced is kept (promise 2)."""
    local.rules(RULES)
    lead = local.lead("Ann", City="Oslo")
    local.settle()
    prospect = str(local.one(CADENCE, "prospect", first_name="Ann")["id"])
    local.change(CADENCE, "prospect", prospect, city="Rome")
    local.run()
    local.change(CRM, "Lead", lead, City="Lima")
    without_an_answer(local, "read")
    if since == "edited":
        local.change(CADENCE, "prospect", prospect, city="Bern")
    else:
        local.delete(CADENCE, "prospect", prospect)
    local.run()
    (line,) = [e for e in local.history(kind="update") if (e.field, e.new) == ("city", "Lima")]
    assert line.old == "Rome"
    assert line.reason.endswith("nobody saw whether it arrived")


@pytest.mark.parametrize("kind", ["create", "update"])
def test_an_echo_of_a_write_nobody_heard_of_stays_where_it_is(local: World, kind: str) -> None:
    """What a system made of a write whose answer was lost does not go back to its source (B12)."""
    local.rules(RULES)
    lead = local.lead("Ann", Phone=None if kind == "update" else "(415) 555-0101")
    if kind == "update":
        local.settle()
        local.change(CRM, "Lead", lead, Phone="(415) 555-0101")
    without_an_answer(local, "lookup" if kind == "create" else "read")
    local.settle()
    assert local.one(CADENCE, "prospect", first_name="Ann")["phone"] == "4155550101"
    assert local.read(CRM, "Lead", lead)["Phone"] == "(415) 555-0101"


def test_an_echo_read_beside_a_later_edit_stays_where_it_is(local: World) -> None:
    """A person's edit of another field does not make our own write look like theirs (B12)."""
    local.rules(RULES)
    lead = local.lead("Ann")
    local.settle()
    local.change(CRM, "Lead", lead, Phone="(415) 555-0101")
    assert local.run(meddled(local, CADENCE, "write", bare)).state == "done"
    local.clock.forward(minutes=5)
    prospect = str(local.one(CADENCE, "prospect", first_name="Ann")["id"])
    local.change(CADENCE, "prospect", prospect, last_name="Poe")
    local.settle()
    found = local.read(CRM, "Lead", lead)
    assert (found["LastName"], found["Phone"]) == ("Poe", "(415) 555-0101")


def test_a_record_that_we_deleted_is_not_made_again_for_what_it_said_before(local: World) -> None:
    """A deletion both ways takes what waits of the partner along; else both would go round (B9)."""
    local.rules(RULES)
    lead = local.lead("Ann")
    local.settle()
    prospect = str(local.one(CADENCE, "prospect", first_name="Ann")["id"])
    local.change(CADENCE, "prospect", prospect, city="Oslo")
    local.delete(CRM, "Lead", lead)
    local.settle()
    assert local.run().writes == 0
    assert not local.all(CRM, "Lead")
    assert not local.all(CADENCE, "prospect")


def test_a_deletion_nobody_heard_of_is_not_repeated_for_one_who_is_back(local: World) -> None:
    """A deletion that did not arrive is planned again, or not at all: its lead may be back (B9)."""
    local.rules(RULES)
    lead = local.lead("Ann")
    local.settle()
    local.delete(CRM, "Lead", lead)
    assert local.run(meddled(local, CADENCE, "delete", deaf)).state == "stopped"
    local.undelete(CRM, "Lead", lead)
    local.settle()
    assert [row["first_name"] for row in local.all(CADENCE, "prospect")] == ["Ann"]
    assert len(local.all(CRM, "Lead")) == 1


def test_who_takes_a_place_meets_its_partner_as_it_is_now(local: World) -> None:
    """A new lead in the place of one that went is held against the prospect's newest edit (B9)."""
    local.rules(RULES.replace("deletes <->", ""))
    lead = local.lead("Ann")
    local.settle()
    prospect = str(local.one(CADENCE, "prospect", first_name="Ann")["id"])
    local.delete(CRM, "Lead", lead)
    local.settle()
    local.lead("Ann", LastName="Roe")
    local.change(CADENCE, "prospect", prospect, last_name="Poe")
    local.settle()
    (found,) = local.all(CRM, "Lead")
    kept = local.read(CADENCE, "prospect", prospect)["last_name"]
    assert found["LastName"] == kept
    told = {e.old for e in local.history(kind="update") if e.field in {"LastName", "last_name"}}
    assert told <= {"Roe", "Poe"}


@pytest.mark.parametrize("written", ["(415) 555-0101 x9", "none", "-", "0167"])
def test_a_number_put_in_the_place_of_what_we_wrote_goes_over(local: World, written: str) -> None:
    """What has no number in it, or the end of one, is not the number that a person typed (B12)."""
    local.rules(RULES)
    lead = local.lead("Ann", Phone=written)
    local.run()
    prospect = str(local.one(CADENCE, "prospect", first_name="Ann")["id"])
    local.clock.forward(minutes=5)
    local.change(CADENCE, "prospect", prospect, phone="4155550167")
    local.settle()
    assert local.read(CRM, "Lead", lead)["Phone"] == "4155550167"
