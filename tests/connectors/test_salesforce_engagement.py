"""Sales Engagement as a cadence, over real HTTP: who is in which cadence, and how that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support_salesforce import (
    DONE,
    ENGAGEMENT,
    GONE,
    REFUSED,
    Org,
    by_hand,
    created,
    lead,
    opened,
    says,
    served,
)
from syncline import ActionRequest, FatalError, Outcome, Side, UnknownOutcomeError, Write

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector

NEW, NURTURE = "New leads", "Nurture Q3"


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def cadence(org: Org, tmp_path: Path) -> Generator[Connector]:
    with opened(org, tmp_path, kind=ENGAGEMENT) as connector:
        connector.describe()
        org.heard.clear()
        org.spent.clear()
        yield connector


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


def ask(key: str, action: str, prospect: str, target: str | None = None) -> ActionRequest:
    return ActionRequest(key=key, action=action, prospect=prospect, target=target)


def memberships(cadence: Connector, prospect: str) -> list[tuple[object, object]]:
    """Return (cadence, state) of each, in the order in which they were made."""
    names = {
        record.id: record.values["Name"]
        for page in cadence.changes("ActionCadence", ["Name"], None)
        for record in page.records
    }
    fields = ["ActionCadenceId", "TargetId", "State"]
    found = [
        record
        for page in cadence.changes("ActionCadenceTracker", fields, None)
        for record in page.records
        if record.values["TargetId"] == prospect
    ]
    found.sort(key=lambda record: record.id)
    return [(names[str(each.values["ActionCadenceId"])], each.values["State"]) for each in found]


def test_it_says_honestly_what_it_can_do(cadence: Connector) -> None:
    """K11: three actions; the vendor has no move to the next touch, and so has it not."""
    described = cadence.describe()

    assert ENGAGEMENT.sides == {Side.CADENCE}
    assert [action.name for action in described.actions] == ["enrol", "exit", "move"]
    # Those alone that take prospects now.
    assert described.cadences == ("New leads", "Nurture Q3", "Re-engage")
    writable = {kind.name: kind.key_field is not None for kind in described.objects}
    assert writable == {
        "Lead": True, "Contact": True, "ActionCadenceTracker": False, "ActionCadence": False,
    }  # fmt: skip


def test_a_prospect_is_enrolled_moved_and_taken_out(cadence: Connector, org: Org) -> None:
    """K11: each action has its effect, seen in the memberships."""
    person, contact = created(cadence, lead("a"))[0], ""
    (made,) = cadence.write("Contact", [Write(key="c", values={"LastName": "Roe"})])
    contact = made.id or ""

    requests = [ask("1", "enrol", person, NEW), ask("2", "enrol", contact, NURTURE)]
    assert [each.status for each in cadence.act(requests)] == [DONE, DONE]
    assert memberships(cadence, person) == [(NEW, "Running")]

    (moved,) = cadence.act([ask("3", "move", person, NURTURE)])
    assert moved == Outcome(status=DONE, id=person)
    assert memberships(cadence, person) == [(NEW, "Complete"), (NURTURE, "Running")]

    cadence.act([ask("4", "exit", person), ask("5", "exit", contact)])
    assert memberships(cadence, person) == [(NEW, "Complete"), (NURTURE, "Complete")]
    assert memberships(cadence, contact) == [(NURTURE, "Complete")]


def test_the_same_key_twice_has_one_effect(cadence: Connector, org: Org) -> None:
    """K11: asked again, an action undoes nothing that others did meanwhile."""
    (person,) = created(cadence, lead("a"))
    cadence.act([ask("1", "enrol", person, NEW)])
    cadence.act([ask("2", "exit", person)])
    cadence.act([ask("3", "enrol", person, NEW)])
    before = memberships(cadence, person)

    for key, action, target in (("1", "enrol", NEW), ("2", "exit", None), ("3", "enrol", NEW)):
        assert cadence.act([ask(key, action, person, target)])[0].status is DONE

    assert memberships(cadence, person) == before == [(NEW, "Complete"), (NEW, "Running")]


def test_a_batch_is_a_few_calls_whatever_its_size(cadence: Connector, org: Org) -> None:
    """One question, one call an action of the vendor's, one note; never more than declared."""
    people = created(cadence, *[lead(f"k{number}") for number in range(50)])
    cadence.act([ask(f"e{at}", "enrol", each, NEW) for at, each in enumerate(people)])
    org.spent.clear()

    cadence.act([ask(f"m{at}", "move", each, NURTURE) for at, each in enumerate(people)])

    # The question, the note that it begins, out, in, the note that it is done.
    assert org.spent == ["act"] * 5
    assert cadence.describe().prices.action == 5
    org.spent.clear()
    cadence.act([ask("x", "exit", people[0])])
    assert org.spent == ["act"] * 3


def test_actions_of_one_prospect_are_done_in_their_order(cadence: Connector) -> None:
    """Two requests for one person in a batch see each other."""
    (person,) = created(cadence, lead("a"))

    outcomes = cadence.act(
        [
            ask("1", "enrol", person, NEW),
            ask("2", "move", person[:15], NURTURE),
            ask("3", "exit", person),
        ]
    )

    assert [each.status for each in outcomes] == [DONE] * 3
    assert memberships(cadence, person) == [(NEW, "Complete"), (NURTURE, "Complete")]


@pytest.mark.parametrize(
    ("action", "target", "status", "code"),
    [
        ("enrol", "Nowhere", REFUSED, "UNKNOWN_CADENCE"),
        ("enrol", "Last year", REFUSED, "UNKNOWN_CADENCE"),
        ("enrol", None, REFUSED, "UNKNOWN_CADENCE"),
        ("move", NURTURE, REFUSED, "NOT_ENROLLED"),
        ("next touch", None, REFUSED, "UNKNOWN_ACTION"),
        ("exit", None, DONE, ""),
    ],
)
def test_an_action_that_cannot_be_done_is_refused_alone(
    cadence: Connector, action: str, target: str | None, status: object, code: str
) -> None:
    """Nobody is taken out of a cadence for one that does not take them in."""
    person, other = created(cadence, lead("a"), lead("b"))

    outcome, fine = cadence.act([ask("1", action, person, target), ask("2", "enrol", other, NEW)])

    assert (outcome.status, outcome.code) == (status, code)
    assert fine.status is DONE


def test_whoever_is_in_a_cadence_is_moved_not_enrolled(cadence: Connector) -> None:
    """A person is in one cadence at a time; where they are already, nothing is to do."""
    (person,) = created(cadence, lead("a"))
    cadence.act([ask("1", "enrol", person, NEW)])

    other, same = cadence.act([ask("2", "enrol", person, NURTURE), ask("3", "enrol", person, NEW)])

    assert (other.status, other.code) == (REFUSED, "ALREADY_ENROLLED")
    assert same.status is DONE
    assert memberships(cadence, person) == [(NEW, "Running")]


def test_a_prospect_that_is_gone_is_told_as_gone(cadence: Connector) -> None:
    """A deleted Lead, and an id of nobody."""
    (person,) = created(cadence, lead("a"))
    cadence.delete("Lead", [person])

    outcomes = cadence.act([ask("1", "enrol", person, NEW), ask("2", "exit", "00QSb0000zzzzzz")])

    assert [each.status for each in outcomes] == [GONE, GONE]


def test_a_converted_lead_leaves_its_cadence_by_itself(cadence: Connector, org: Org) -> None:
    """The vendor ends the membership, and refuses to let the lead in again, for that row alone."""
    person, other = created(cadence, lead("a"), lead("b"))
    cadence.act([ask("1", "enrol", person, NEW)])
    by_hand(org, "convert", lead=person)

    outcome, fine = cadence.act([ask("2", "enrol", person, NEW), ask("3", "enrol", other, NEW)])

    assert memberships(cadence, person) == [(NEW, "Complete")]
    assert (outcome.status, outcome.code) == (REFUSED, "INVALID_API_INPUT")
    assert "converted lead" in outcome.message
    assert fine.status is DONE


@pytest.mark.parametrize("part", ["removeTarget", "assignTarget"])
def test_a_move_that_was_cut_off_is_gone_on_with(cadence: Connector, org: Org, part: str) -> None:
    """The answer is lost between leaving and entering; asked again, the person is moved, once."""
    (person,) = created(cadence, lead("a"))
    cadence.act([ask("1", "enrol", person, NEW)])
    request = ask("2", "move", person, NURTURE)
    org.faults.append(("POST", part, says(500, [], after=org.app)))
    with pytest.raises(UnknownOutcomeError):
        cadence.act([request])

    for _ in range(2):
        assert cadence.act([request])[0].status is DONE

    assert memberships(cadence, person) == [(NEW, "Complete"), (NURTURE, "Running")]


def test_an_org_without_the_field_for_keys_goes_by_the_memberships(
    org: Org, cadence: Connector, tmp_path: Path
) -> None:
    """Without it an action asked for again does what is left to do, and no note is written."""
    full = cadence.describe()
    kinds = [
        replace(kind, fields=tuple(f for f in kind.fields if f.name != "Syncline_Actions__c"))
        for kind in full.objects
    ]
    bare = replace(full, objects=tuple(kinds))
    (person,) = created(cadence, lead("a"))
    with opened(org, tmp_path, bare, kind=ENGAGEMENT) as other:
        org.heard.clear()
        for _ in range(2):
            assert other.act([ask("1", "enrol", person, NEW)])[0].status is DONE
        assert org.paths().count("PATCH sobjects") == 0
        assert memberships(other, person) == [(NEW, "Running")]


def test_an_org_without_sales_engagement_says_what_to_check(cadence: Connector, org: Org) -> None:
    """A refusal of the object itself is told with what an admin can do."""
    (person,) = created(cadence, lead("a"))
    error = {"errorCode": "INVALID_TYPE", "message": "sObject type 'ActionCadenceTracker' is not"}
    part: dict[str, Any] = {
        "body": [error],
        "httpHeaders": {},
        "httpStatusCode": 400,
        "referenceId": "trackers",
    }
    org.faults.append(("POST", "/composite", says(200, {"compositeResponse": [part]})))

    with pytest.raises(FatalError, match="INVALID_TYPE") as caught:
        cadence.act([ask("1", "exit", person)])

    assert "permission set" in caught.value.hint


def test_prospects_are_read_and_written_like_any_record(cadence: Connector, org: Org) -> None:
    """Changes, keys and owners are those of the CRM's connector."""
    (person,) = created(cadence, lead("a", OwnerEmail="rita@sandbox.example"))

    (record,) = cadence.read("Lead", [person], ["LastName", "OwnerEmail"])

    assert dict(record.values) == {"LastName": "Lovelace", "OwnerEmail": "rita@sandbox.example"}
    assert cadence.lookup("Lead", ["a"]) == {"a": person}
