"""Owners by their e-mail, and what becomes of one who is no active user, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support_salesforce import DONE, REFUSED, Org, created, lead, opened, served
from syncline import FatalError, FieldType, Value, Write

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector

RITA, OWEN, GINA = (f"{name}@sandbox.example" for name in ("rita", "owen", "gina"))
#: Who owns what nobody was named for: the user whose token it is.
SAM = "sam@sandbox.example"


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def crm(org: Org, tmp_path: Path) -> Generator[Connector]:
    with opened(org, tmp_path) as connector:
        connector.describe()
        org.spent.clear()
        yield connector


def owner(crm: Connector, record_id: str, name: str = "Lead") -> object:
    (record,) = crm.read(name, [record_id], ["OwnerEmail"])
    return record.values["OwnerEmail"]


def test_the_owner_is_a_field_by_e_mail_in_every_object_that_has_one(crm: Connector) -> None:
    """An id of a user means nothing outside of the org; rules speak of addresses (RS6)."""
    for name in ("Lead", "Contact", "Account", "Task", "Event"):
        kind = crm.describe().get(name)
        assert kind is not None
        field = kind.get("OwnerEmail")
        assert field is not None
        assert (field.label, field.type) == ("Owner e-mail", FieldType.EMAIL)
        assert (field.creatable, field.updatable, field.required) == (True, True, False)
    users = crm.describe().get("User")
    assert users is not None
    assert users.get("OwnerEmail") is None
    assert (users.key_field, users.deletable) == (None, False)


def test_users_can_be_read(crm: Connector) -> None:
    """Active and inactive ones, with their addresses."""
    (page,) = crm.changes("User", ["Email", "IsActive"], None)

    assert {(each.values["Email"], each.values["IsActive"]) for each in page.records} == {
        (SAM, True), (RITA, True), (OWEN, True), (GINA, False),
    }  # fmt: skip


def test_an_owner_is_read_and_written_by_e_mail(crm: Connector, org: Org) -> None:
    """The address's case does not count; the users of a batch are asked for once in a run."""
    first, second, third = created(
        crm, lead("a", OwnerEmail=RITA.upper()), lead("b"), lead("c", OwnerEmail=None)
    )
    assert [owner(crm, each) for each in (first, second, third)] == [RITA, SAM, SAM]

    crm.write("Lead", [Write(id=second, values={"OwnerEmail": RITA}) for _ in range(1)])
    crm.write("Lead", [Write(id=third, values={"OwnerEmail": OWEN})])

    assert [owner(crm, each) for each in (second, third)] == [RITA, OWEN]
    assert org.spent.count("owners") == 2
    (page,) = crm.changes("Lead", ["OwnerEmail"], None)
    assert {each.values["OwnerEmail"] for each in page.records} == {RITA, OWEN}


def test_a_batch_without_owners_asks_for_no_users(crm: Connector, org: Org) -> None:
    """A record that names no owner costs nothing more than before."""
    created(crm, lead("a"))

    assert org.spent == ["write"]


@pytest.mark.parametrize(
    ("address", "code"),
    [(GINA, "INACTIVE_OWNER"), ("nobody@example.com", "UNKNOWN_OWNER")],
)
def test_an_owner_who_is_no_active_user_is_refused_alone(
    crm: Connector, org: Org, address: str, code: str
) -> None:
    """Faults of inactive owners: the record says so, and the others of its batch are written."""
    refused, done = crm.write("Lead", [lead("a", OwnerEmail=address), lead("b", OwnerEmail=RITA)])

    assert (refused.status, refused.code) == (REFUSED, code)
    assert address in refused.message
    assert done.status is DONE


def test_a_blank_leaves_the_owner_as_it_is(crm: Connector) -> None:
    """A blank clears any other field; no record is without an owner."""
    (record_id,) = created(crm, lead("a", OwnerEmail=RITA))

    values: dict[str, Value] = {"OwnerEmail": "", "City": "Paris"}
    (outcome,) = crm.write("Lead", [Write(id=record_id, values=values)])

    assert outcome.status is DONE
    (record,) = crm.read("Lead", [record_id], ["OwnerEmail", "City"])
    assert dict(record.values) == {"OwnerEmail": RITA, "City": "Paris"}


def test_two_active_users_with_one_address_are_no_owner(crm: Connector, org: Org) -> None:
    """Guessing would give a person's records to another."""
    user = {
        "LastName": "Rep", "Username": "rita.two@sandbox.example", "Email": RITA, "Alias": "rita2",
        "CommunityNickname": "rita2", "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_GB",
        "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US", "IsActive": True,
    }  # fmt: skip
    session: Any = vars(crm)["_session"]
    assert session.call("POST", "/sobjects/User", word="by hand", json=user).status == 201

    (outcome,) = crm.write("Lead", [lead("a", OwnerEmail=RITA)])

    assert (outcome.status, outcome.code) == (REFUSED, "AMBIGUOUS_OWNER")


def test_an_admin_may_keep_the_owner_that_a_record_has(org: Org, tmp_path: Path) -> None:
    """``other_owner = "keep"``: the rest of the record is written."""
    with opened(org, tmp_path, other_owner="keep") as crm:
        (record_id,) = created(crm, lead("a", OwnerEmail=RITA))
        values = {"OwnerEmail": GINA, "City": "Paris"}
        (outcome,) = crm.write("Lead", [Write(id=record_id, values=values)])

        assert outcome.status is DONE
        (record,) = crm.read("Lead", [record_id], ["OwnerEmail", "City"])
    assert dict(record.values) == {"OwnerEmail": RITA, "City": "Paris"}


def test_an_admin_may_name_who_gets_the_records_of_others(org: Org, tmp_path: Path) -> None:
    """``other_owner`` may be an active user's address; any other is an error that says where."""
    with opened(org, tmp_path, other_owner=OWEN) as crm:
        (record_id,) = created(crm, lead("a", OwnerEmail=GINA))
        assert owner(crm, record_id) == OWEN
    with opened(org, tmp_path, other_owner=GINA) as crm:
        with pytest.raises(FatalError, match="not one active user") as caught:
            crm.write("Lead", [lead("b", OwnerEmail="nobody@example.com")])
        assert "other_owner" in caught.value.hint
