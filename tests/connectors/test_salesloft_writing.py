"""The Salesloft connector, spoken to over real HTTP: what it writes, and what it does to people."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from support_salesloft import Team, created, done, opened, served
from syncline import (
    ActionRequest,
    Connector,
    FatalError,
    Fault,
    Faults,
    OutcomeStatus,
    RetriableError,
    UnknownOutcomeError,
    Value,
    Write,
)

DONE, REFUSED, RETRY = OutcomeStatus.DONE, OutcomeStatus.REFUSED, OutcomeStatus.RETRY
GONE = OutcomeStatus.GONE
#: Cadences of a new sandbox, and their ids.
NURTURE, LEADS = 1, 2


@pytest.fixture
def team(tmp_path: Path) -> Generator[Team]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def loft(team: Team) -> Generator[Connector]:
    with opened(team) as connector:
        connector.describe()
        yield connector


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


def update(id_: str, **values: Value) -> Write:
    return Write(id=id_, values=values)


# Writing


def test_a_creation_repeated_is_one_person(team: Team, loft: Connector) -> None:
    """No upsert by our key, and yet one effect: the second is refused, and the first bears it."""
    before = team.spent.total
    first = created(loft, "k1", first_name="Ada")
    assert team.spent.total == before + 1

    again = created(loft, "k1", first_name="Augusta")

    assert again == first
    assert [row["first_name"] for row in team.get("/people")] == ["Augusta"]
    assert loft.lookup("prospect", ["k1", "K1", "k2"]) == {"k1": first}


def test_somebody_elses_person_is_not_taken_over(team: Team, loft: Connector) -> None:
    """A person who has the address and not our key stays as it is."""
    team.person("Ada", title="Countess")
    values: dict[str, Value] = {"email_address": "ADA@example.com", "title": "Ours"}

    (outcome,) = loft.write("prospect", [Write(key="k1", values=values)])

    assert (outcome.status, outcome.code) == (REFUSED, "422")
    assert outcome.message == "email_address has already been taken"
    assert team.get("/people/1")["title"] == "Countess"


def test_an_update_sets_what_is_given_and_blank_clears(team: Team, loft: Connector) -> None:
    ada = created(
        loft, "k1", first_name="Ada", title="Countess", tags=("maths",), do_not_contact=True,
        **{"Lead Score": "7", "Renewal Date": "2027-01-31"},
    )  # fmt: skip
    values: dict[str, Value] = {
        "title": None, "tags": None, "do_not_contact": None, "Lead Score": "",
        "owner": "sam@orchard.example.com", "person_stage": "Working",
    }  # fmt: skip

    done(loft.write("prospect", [update(ada, **values)]))

    row = team.get(f"/people/{ada}")
    assert (row["first_name"], row["title"], row["tags"]) == ("Ada", None, [])
    assert (row["do_not_contact"], row["owner"]["id"], row["person_stage"]["id"]) == (False, 2, 2)
    assert row["custom_fields"] == {"Syncline Key": "k1", "Renewal Date": "2027-01-31"}


BAD: list[tuple[dict[str, Value], str, str]] = [
    ({"email_address": "nobody"}, "422", "email_address is not a valid email address"),
    ({"job_seniority": "king"}, "422", "job_seniority must be one of"),
    ({"owner": "kim@orchard.example.com"}, "422", "owner_id is not an active user"),
    ({"owner": "nobody@example.com"}, "UNKNOWN_NAME", "owner: the team has none called nobody@"),
    ({"person_stage": "Lost"}, "UNKNOWN_NAME", "person_stage: the team has none called Lost"),
    ({"account_id": "001Sb"}, "UNKNOWN_NAME", "account_id: 001Sb is no id of Salesloft"),
    ({"shoe_size": "9"}, "UNKNOWN_NAME", "shoe_size is no field of a person"),
]


def test_a_bad_row_is_refused_and_keeps_no_other_from_being_written(
    team: Team, loft: Connector
) -> None:
    """An owner who has left the team is among them."""
    rows = [
        Write(key=f"bad{number}", values={"email_address": f"a{number}@example.com", **values})
        for number, (values, _, _) in enumerate(BAD)
    ]
    good = Write(key="good", values={"email_address": "b@example.com"})

    *outcomes, last = loft.write("prospect", [*rows, good])

    assert [(each.status, each.code) for each in outcomes] == [
        (REFUSED, code) for _, code, _ in BAD
    ]
    for outcome, (_, _, words) in zip(outcomes, BAD, strict=True):
        assert words in outcome.message
    assert last.status is DONE
    assert [row["email_address"] for row in team.get("/people")] == ["b@example.com"]


def test_what_is_gone_is_told_and_a_deletion_again_is_done(team: Team, loft: Connector) -> None:
    ada = created(loft, "k1")
    for _ in range(2):
        done(loft.delete("prospect", [ada]))

    (outcome,) = loft.write("prospect", [update(ada, title="x")])

    assert (outcome.status, outcome.id) == (GONE, ada)
    assert loft.lookup("prospect", ["k1"]) == {}
    assert created(loft, "k1") != ada


def test_an_account_is_written_by_its_domain(team: Team, loft: Connector) -> None:
    values: dict[str, Value] = {"name": "Engines", "domain": "engines.example", "size": "12"}
    rows = [Write(key=f"k{n}", values=values) for n in (1, 1, 2)]

    first, again, twin = loft.write("account", rows)

    assert (first.status, again.id) == (DONE, first.id)
    assert (twin.status, twin.message) == (REFUSED, "domain has already been taken")
    ada = created(loft, "k3", account_id=first.id)
    assert team.get(f"/people/{ada}")["account"]["id"] == int(first.id or 0)
    done(loft.write("account", [update(first.id or "", owner=None)]))
    assert team.get(f"/accounts/{first.id}")["owner"] is None


def test_an_activity_cannot_be_written(loft: Connector) -> None:
    with pytest.raises(FatalError, match="activity cannot be written"):
        loft.write("activity", [Write(key="k", values={})])


def test_a_refusal_of_one_record_is_its_outcome(team: Team, loft: Connector) -> None:
    for status, fate in {403: REFUSED, 404: GONE, 409: RETRY, 422: REFUSED}.items():
        with team.relay.answering(status, b'{"error": "No"}'):
            (outcome,) = loft.write("prospect", [update("1", title="x")])
        assert (outcome.status, outcome.code, outcome.message) == (fate, str(status), "No")


def test_an_answer_that_was_lost_is_not_asked_for_again(team: Team, loft: Connector) -> None:
    row = Write(key="k1", values={"email_address": "ada@example.com"})
    before = len(team.heard)
    with team.relay.lost_answer(), pytest.raises(UnknownOutcomeError):
        loft.write("prospect", [row, row])
    assert team.heard[before:] == ["POST /v2/people.json"]

    (made,) = loft.lookup("prospect", ["k1"]).values()
    assert done(loft.write("prospect", [row])) == made


def test_rows_that_are_done_stand_when_the_connection_fails(team: Team, loft: Connector) -> None:
    ada = created(loft, "k9")
    rows = [
        Write(key="k1", values={"email_address": "k1@example.com"}),
        update(ada, title="x"),
        Write(key="k2", values={"email_address": "k2@example.com"}),
    ]
    with team.relay.answering(429, b"{}", which=lambda method, _path, _body: method == "PUT"):
        outcomes = loft.write("prospect", rows)
    assert [each.status for each in outcomes] == [DONE, RETRY, RETRY]

    with team.relay.answering(429, b"{}"), pytest.raises(RetriableError):
        loft.write("prospect", rows)


# Actions


def act(loft: Connector, action: str, person: str, target: str | None = None) -> Any:
    request = ActionRequest(key="kit", action=action, prospect=person, target=target)
    (outcome,) = loft.act([request])
    return outcome


def test_actions_reach_a_state_and_again_change_nothing(team: Team, loft: Connector) -> None:
    """K11: enrol, move and exit; a person may be on several cadences, and leaves all of them."""
    ada = team.person("Ada")
    steps = [
        ("enrol", "New leads", [(LEADS, "staged")]),
        ("enrol", "Nurture Q3", [(LEADS, "staged"), (NURTURE, "staged")]),
        ("move", "Nurture Q3", [(LEADS, "removed"), (NURTURE, "staged")]),
        ("move", "New leads", [(LEADS, "staged"), (NURTURE, "removed")]),
        ("exit", None, [(LEADS, "removed"), (NURTURE, "removed")]),
    ]
    for action, target, wanted in steps:
        for _ in range(2):
            assert act(loft, action, ada, target).status is DONE
            assert team.on(ada) == wanted
        stamps = [row["updated_at"] for row in team.get(f"/cadence_memberships?person_id={ada}")]
        assert act(loft, action, ada, target).status is DONE
        again = [row["updated_at"] for row in team.get(f"/cadence_memberships?person_id={ada}")]
        assert again == stamps


def test_a_move_that_was_cut_off_is_ended_by_the_next(team: Team, loft: Connector) -> None:
    """Added and not yet removed: asked again, it only removes."""
    ada = team.person("Ada")
    act(loft, "enrol", ada, "New leads")
    with (
        team.relay.lost_answer(lambda method, _path, _body: method == "POST"),
        pytest.raises(UnknownOutcomeError),
    ):
        act(loft, "move", ada, "Nurture Q3")
    assert team.on(ada) == [(LEADS, "staged"), (NURTURE, "staged")]

    assert act(loft, "move", ada, "Nurture Q3").status is DONE
    assert team.on(ada) == [(LEADS, "removed"), (NURTURE, "staged")]


def test_what_cannot_be_done_is_refused(team: Team, loft: Connector) -> None:
    """A platform does what it declared, and nothing in its place (vendors.md)."""
    ada, bob = team.person("Ada"), team.person("Bob", do_not_contact=True)
    team.by_hand("archive", id=3)
    found = [
        act(loft, "next touch", ada),
        act(loft, "move", ada, "New leads"),
        act(loft, "move", ada, "No such cadence"),
        act(loft, "enrol", ada),
        act(loft, "enrol", ada, "Re-engage"),
        act(loft, "enrol", bob, "New leads"),
    ]

    assert [(each.status, each.code) for each in found] == [
        (REFUSED, "UNKNOWN_ACTION"),
        (REFUSED, "NOT_ENROLLED"),
        (REFUSED, "UNKNOWN_CADENCE"),
        (REFUSED, "UNKNOWN_CADENCE"),
        (REFUSED, "422"),
        (REFUSED, "422"),
    ]
    assert found[-1].message == "person is marked as do not contact"
    assert team.on(ada) == []


def test_a_person_who_is_gone_is_told_whatever_is_asked(team: Team, loft: Connector) -> None:
    found = [
        act(loft, "enrol", "99", "New leads"),
        act(loft, "move", "99", "New leads"),
        act(loft, "exit", "99"),
    ]

    assert [(each.status, each.id) for each in found] == [(GONE, "99")] * 3


def test_a_membership_that_is_at_work_is_tried_again_later(team: Team, loft: Connector) -> None:
    ada = team.person("Ada")
    act(loft, "enrol", ada, "New leads")
    team.by_hand("busy", id=1)

    outcome = act(loft, "exit", ada)

    assert (outcome.status, outcome.code) == (RETRY, "PROCESSING")
    team.by_hand("finish", id=1)
    assert act(loft, "exit", ada).status is DONE


def test_another_request_that_has_hold_of_a_person_passes(tmp_path: Path) -> None:
    with served(tmp_path, faults=Faults(shares={Fault.ROW: 1.0})) as team, opened(team) as loft:
        ada = team.person("Ada")

        outcome = act(loft, "enrol", ada, "New leads")

    assert (outcome.status, outcome.message) == (RETRY, "Conflict")


def test_an_action_costs_what_it_says_at_most(team: Team, loft: Connector) -> None:
    ada = team.person("Ada")
    price = loft.describe().prices.action
    costs: list[int] = []
    for action, target in (("enrol", "New leads"), ("move", "Nurture Q3"), ("exit", None)):
        before = team.spent.total
        act(loft, action, ada, target)
        costs.append(team.spent.total - before)

    assert costs == [2, 3, 2]
    assert max(costs) == price
