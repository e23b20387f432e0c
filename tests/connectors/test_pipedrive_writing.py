"""The Pipedrive connector over real HTTP: what it writes, refuses, deletes and finds by our key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support_pipedrive import Company, opened, says, standing
from syncline import FatalError, OutcomeStatus, UnknownOutcomeError, Value, Write

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector, Outcome

DONE, REFUSED, GONE = OutcomeStatus.DONE, OutcomeStatus.REFUSED, OutcomeStatus.GONE


@pytest.fixture(scope="module")
def server() -> Generator[Company]:
    with standing() as found:
        yield found


@pytest.fixture
def company(server: Company, tmp_path: Path) -> Company:
    return server.renewed(tmp_path)


@pytest.fixture
def crm(company: Company, tmp_path: Path) -> Generator[Connector]:
    with opened(company, tmp_path) as connector:
        connector.describe()
        company.spent.clear()
        company.heard.clear()
        yield connector


def created(crm: Connector, name: str = "person", /, *, key: str = "k", **values: Value) -> str:
    """Create a record and return its id."""
    usual: dict[str, Value] = {"last_name": "Lovelace"} if name == "person" else {}
    (outcome,) = crm.write(name, [Write(key=key, values={**usual, **values})])
    assert outcome.status is DONE, outcome
    return outcome.id or ""


def updated(crm: Connector, id_: str, name: str = "person", /, **values: Value) -> Outcome:
    (outcome,) = crm.write(name, [Write(id=id_, values=values)])
    return outcome


def held(crm: Connector, id_: str, *names: str, kind: str = "person") -> tuple[Value, ...]:
    (record,) = crm.read(kind, [id_], names)
    return tuple(record.values[name] for name in names)


# What is sent


def test_only_what_changed_is_sent_in_one_call_a_record(crm: Connector, company: Company) -> None:
    id_ = created(crm, first_name="Ada", LinkedIn="x")
    company.heard.clear()
    company.spent.clear()

    assert updated(crm, id_, Lead_source="Web").status is DONE

    ((method, path, _, body),) = company.heard
    assert (method, path) == ("PATCH", f"/api/v2/persons/{id_}")
    assert list(body) == ["custom_fields"]
    assert list(body["custom_fields"].values()) == [400]
    assert company.spent == [(5, "write")]


def test_the_price_of_everything_is_the_one_that_the_vendor_counts(
    crm: Connector, company: Company
) -> None:
    """K6: tokens by kind of call and version of the API, to the last one."""
    before = company.counted()
    who = created(crm, organization="Acme", email="a@example.com")
    made = {
        "organization": created(crm, "organization", name="Beta"),
        "deal": created(crm, "deal", title="D", person_id=who),
        "lead": created(crm, "lead", title="L", person_id=who),
        "activity": created(crm, "activity", subject="A", type="Call", person_id=who),
    }
    for name, id_ in made.items():
        list(crm.changes(name, ["id"], None))
        crm.read(name, [id_], ["id"])
        crm.lookup(name, ["k"])
        crm.delete(name, [id_])
    updated(crm, who, first_name="A", phone="1")

    assert company.tokens() == company.counted() - before
    by_word = {word: price for price, word in company.spent}
    assert by_word["delete"] in {3, 6}


def test_a_first_name_with_a_space_comes_back_as_it_was_written(
    crm: Connector, company: Company
) -> None:
    """A whole name is split at its first space: both parts are sent, always."""
    id_ = created(crm, first_name="Mary Ann", last_name="de Vries")
    assert held(crm, id_, "first_name", "last_name") == ("Mary Ann", "de Vries")

    updated(crm, id_, last_name="Smith")

    assert held(crm, id_, "first_name", "last_name", "name") == (
        "Mary Ann", "Smith", "Mary Ann Smith",
    )  # fmt: skip
    updated(crm, id_, first_name=None)
    assert held(crm, id_, "first_name", "last_name") == (None, "Smith")


def test_other_addresses_and_phones_of_a_person_are_kept(crm: Connector, company: Company) -> None:
    """Rules speak of the primary phone and e-mail (RP5)."""
    mails = [
        {"value": "old@example.com", "primary": True, "label": "home"},
        {"value": "second@example.com", "primary": False, "label": "work"},
    ]
    row = company.api("POST", "/api/v2/persons", {"name": "Ada", "emails": mails})
    id_ = str(row["id"])

    updated(crm, id_, email="new@example.com")
    after = company.api("GET", f"/api/v2/persons/{id_}")["emails"]
    assert after == [{**mails[0], "value": "new@example.com"}, mails[1]]

    updated(crm, id_, email="second@example.com")
    after = company.api("GET", f"/api/v2/persons/{id_}")["emails"]
    assert [(each["value"], each["primary"]) for each in after] == [
        ("second@example.com", True), ("new@example.com", False),
    ]  # fmt: skip

    updated(crm, id_, email=None)
    assert held(crm, id_, "email") == ("new@example.com",)


def test_an_organisation_is_found_by_its_name_or_made(crm: Connector, company: Company) -> None:
    """A person gets the organisation that is required (RP4)."""
    acme = company.api("POST", "/api/v2/organizations", {"name": "Acme"})["id"]
    first = created(crm, key="a", organization=" acme ")
    second = created(crm, key="b", organization="Newcomer")
    third = created(crm, key="c", organization="newcomer")

    assert held(crm, first, "organization", "org_id") == ("Acme", str(acme))
    assert held(crm, second, "organization") == ("Newcomer",)
    assert held(crm, third, "org_id") == held(crm, second, "org_id")
    assert company.paths().count("GET search") == 2
    updated(crm, third, organization=None)
    assert held(crm, third, "organization", "org_id") == (None, None)


def test_a_name_that_several_organisations_have_is_refused(
    crm: Connector, company: Company
) -> None:
    for _ in range(2):
        company.api("POST", "/api/v2/organizations", {"name": "Acme"})

    (outcome,) = crm.write("person", [Write(key="k", values={"last_name": "X",
                                                             "organization": "Acme"})])  # fmt: skip

    assert (outcome.status, outcome.code) == (REFUSED, "AMBIGUOUS_ORGANIZATION")
    assert "2 organisations are called" in outcome.message


def test_parts_of_an_address_are_written_beside_those_that_stand(
    crm: Connector, company: Company
) -> None:
    """RP6: postal code and country."""
    id_ = created(crm, "organization", name="Acme", postal_code="10115", country="Germany")
    assert held(crm, id_, "address", kind="organization") == ("10115, Germany",)

    updated(crm, id_, "organization", city="Berlin")

    assert held(crm, id_, "postal_code", "city", "country", kind="organization") == (
        "10115", "Berlin", "Germany",
    )  # fmt: skip
    updated(crm, id_, "organization", address="1 Main St, Boston")
    assert held(crm, id_, "address", "city", kind="organization") == ("1 Main St, Boston", None)
    updated(crm, id_, "organization", address=None)
    assert held(crm, id_, "address", kind="organization") == (None,)


def test_amounts_ranges_and_choices_of_own_fields_go_and_come(
    crm: Connector, company: Company, tmp_path: Path
) -> None:
    for name, kind in {"Budget": "monetary", "Trial": "daterange", "Coach": "user",
                       "Weight": "double", "Friend": "people"}.items():  # fmt: skip
        company.by_hand("field", kind="person", field_name=name, field_type=kind)
    company.by_hand(
        "field", field_name="Tags", field_type="set", options=[{"label": "A"}, {"label": "B"}]
    )
    with opened(company, tmp_path) as again:
        other = created(again, key="o")
        id_ = created(
            again, Budget=5, Budget_currency="EUR", Trial="2026-01-01", Trial_until="2026-02-01",
            Coach="sandbox@example.com", Weight=1.5, Friend=other, Tags=("A", "B"),
        )  # fmt: skip
        updated(again, id_, Budget=7)
        names = ("Budget", "Budget_currency", "Trial_until", "Coach", "Weight", "Friend", "Tags")
        assert held(again, id_, *names) == (
            7, "EUR", "2026-02-01", "sandbox@example.com", 1.5, other, ("A", "B"),
        )  # fmt: skip
        for name in names:
            assert updated(again, id_, **{name: None}).status is DONE
        updated(again, id_, Budget=None, Trial=None)
        assert held(again, id_, *names) == (None,) * 7


def test_labels_are_chosen_by_their_names(crm: Connector, company: Company) -> None:
    id_ = created(crm, labels=("Hot lead", "Customer"))
    assert held(crm, id_, "labels") == (("Hot lead", "Customer"),)

    assert updated(crm, id_, labels=None).status is DONE
    assert held(crm, id_, "labels") == (None,)
    assert updated(crm, id_, labels=("Cold",)).code == "UNKNOWN_OPTION"


def test_leads_carry_the_own_fields_of_deals_and_their_amounts(
    crm: Connector, company: Company, tmp_path: Path
) -> None:
    company.by_hand(
        "field", kind="deal", field_name="Tier", field_type="enum", options=[{"label": "A"}]
    )
    with opened(company, tmp_path) as again:
        who = created(again)
        id_ = created(again, "lead", title="L", person_id=who, value=5, currency="EUR", Tier="A",
                      organization="Acme")  # fmt: skip
        updated(again, id_, "lead", value=8)
        names = ("value", "currency", "Tier", "person_id", "organization", "Syncline_key")
        assert held(again, id_, *names, kind="lead") == (8, "EUR", "A", who, "Acme", "k")


def test_an_activity_happens_with_a_person_and_keeps_the_others(
    crm: Connector, company: Company
) -> None:
    """The person is the primary participant (K3, K4)."""
    ada, bob = created(crm, key="a"), created(crm, key="b")
    id_ = created(crm, "activity", subject="Call", type="Call", person_id=ada, done=True,
                  due_date="2026-11-21", note="spoke", duration="00:05")  # fmt: skip
    assert held(crm, id_, "person_id", "done", "due_date", "note", kind="activity") == (
        ada, True, "2026-11-21", "spoke",
    )  # fmt: skip
    people = [{"person_id": int(ada), "primary": True}, {"person_id": int(bob), "primary": False}]
    company.api("PATCH", f"/api/v2/activities/{id_}", {"participants": people})

    updated(crm, id_, "activity", person_id=bob)

    row = company.api("GET", f"/api/v2/activities/{id_}")
    assert row["person_id"] == int(bob)
    assert row["public_description"] == "k"
    assert held(crm, id_, "syncline_key", kind="activity") == ("k",)


def test_notes_are_edited_and_deleted_and_never_made(crm: Connector, company: Company) -> None:
    who = created(crm)
    id_ = str(company.api("POST", "/v1/notes", {"content": "a", "person_id": int(who)})["id"])

    assert updated(crm, id_, "note", content="b").status is DONE
    assert held(crm, id_, "content", "author", "person_id", kind="note") == (
        "b", "sandbox@example.com", who,
    )  # fmt: skip
    assert crm.delete("note", [id_])[0].status is DONE
    assert crm.read("note", [id_], ["content"]) == []


# Owners


def test_owners_are_users_by_their_addresses(crm: Connector, company: Company) -> None:
    company.by_hand("user", name="Bo", email="Bo@example.com")
    id_ = created(crm, owner="bo@EXAMPLE.com")

    assert held(crm, id_, "owner") == ("Bo@example.com",)
    assert updated(crm, id_, owner=None).status is DONE
    assert held(crm, id_, "owner") == ("Bo@example.com",)


@pytest.mark.parametrize(
    ("owners", "status", "owner"),
    [
        ("refuse", REFUSED, "sandbox@example.com"),
        ("keep", DONE, "sandbox@example.com"),
        ("kim@example.com", DONE, "kim@example.com"),
    ],
)
def test_owners_who_left_are_refused_kept_or_replaced_as_the_setting_says(
    company: Company, tmp_path: Path, owners: str, status: OutcomeStatus, owner: str
) -> None:
    """One of the fifteen faults: records of people who left are lost or fail for ever."""
    company.by_hand("user", name="Kim", email="kim@example.com")
    left = company.by_hand("user", name="Bo", email="bo@example.com")
    company.by_hand("user", id=left, active=False)
    with opened(company, tmp_path, other_owner=owners) as crm:
        id_ = created(crm, first_name="Ada")

        outcome = updated(crm, id_, owner="bo@example.com", first_name="A")
        unknown = updated(crm, id_, owner="nobody@example.com")

        assert (outcome.status, unknown.status) == (status, status)
        if status is REFUSED:
            assert (outcome.code, unknown.code) == ("INACTIVE_OWNER", "UNKNOWN_OWNER")
            assert "bo@example.com is not active" in outcome.message
        assert held(crm, id_, "owner") == (owner,)


def test_an_other_owner_who_is_nobody_is_told(company: Company, tmp_path: Path) -> None:
    with opened(company, tmp_path, other_owner="gone@example.com") as crm:
        id_ = created(crm)
        with pytest.raises(FatalError, match="No active user") as caught:
            updated(crm, id_, owner="nobody@example.com")
    assert "other_owner" in caught.value.hint


def test_records_of_somebody_who_left_are_still_read_with_the_address(
    company: Company, tmp_path: Path
) -> None:
    bo = company.by_hand("user", name="Bo", email="bo@example.com")
    with opened(company, tmp_path) as crm:
        id_ = created(crm, owner="bo@example.com")
        company.by_hand("user", id=bo, active=False)
    with opened(company, tmp_path) as crm:
        assert held(crm, id_, "owner") == ("bo@example.com",)


# What is refused


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Lead_source": "Telepathy"}, 'Lead source has no option "Telepathy"'),
        ({"last_name": "", "first_name": ""}, "can not both be empty"),
        ({"LinkedIn": "x" * 256}, "longer than maximum length 255"),
        ({"org_id": "999"}, "was not found"),
    ],
)
def test_a_bad_value_is_refused_with_the_words_of_whom_it_displeased(
    crm: Connector, values: dict[str, Any], words: str
) -> None:
    """Restricted picklists, lengths, references: told, and not tried for ever."""
    id_ = created(crm, first_name="Ada")

    outcome = updated(crm, id_, **values)
    (new,) = crm.write("person", [Write(key="n", values={"last_name": "X", **values})])

    assert (outcome.status, new.status) == (REFUSED, REFUSED)
    assert words in outcome.message
    assert outcome.code


def test_a_refused_row_keeps_no_other_from_being_written(crm: Connector) -> None:
    """One bad row fails by itself."""
    rows = [
        Write(key="a", values={"last_name": "A"}),
        Write(key="b", values={"last_name": "B", "Lead_source": "Telepathy"}),
        Write(key="c", values={"last_name": "C"}),
    ]

    assert [each.status for each in crm.write("person", rows)] == [DONE, REFUSED, DONE]


def test_an_option_label_that_two_options_share_is_read_and_not_written(
    company: Company, tmp_path: Path
) -> None:
    company.by_hand(
        "field", field_name="Tier", field_type="enum", options=[{"label": "A"}, {"label": "A"}]
    )
    with opened(company, tmp_path) as crm:
        id_ = created(crm)
        kind = crm.describe().get("person")
        assert kind is not None
        field = kind.get("Tier")
        assert field is not None
        assert field.values == ("A",)
        last = int(field.codes[0].split("|")[1])
        company.api("PATCH", f"/api/v2/persons/{id_}", {"custom_fields": {field.code: last}})

        assert held(crm, id_, "Tier") == ("A",)
        assert updated(crm, id_, Tier="A").code == "AMBIGUOUS_OPTION"


# Records that are not there


def test_a_write_to_a_record_that_went_is_gone_and_a_second_deletion_done(
    crm: Connector, company: Company
) -> None:
    id_ = created(crm)
    for _ in range(2):
        assert [each.status for each in crm.delete("person", [id_, "99"])] == [DONE, DONE]

    assert updated(crm, id_, LinkedIn="x").status is GONE
    assert updated(crm, id_, first_name="X").status is GONE
    assert updated(crm, "77", LinkedIn="x").status is GONE


def test_the_key_of_a_deleted_record_is_free(crm: Connector, company: Company) -> None:
    first = created(crm)
    company.by_hand("delete", id=int(first))

    second = created(crm)

    assert second != first
    assert crm.lookup("person", ["k"]) == {"k": second}


def test_a_value_that_refers_to_nothing_is_no_record_that_went(crm: Connector) -> None:
    """The vendor has one answer, 404, for both."""
    id_ = created(crm)

    outcome = updated(crm, id_, org_id="12345")

    assert (outcome.status, outcome.id) == (REFUSED, id_)


# One creation, one record


def test_a_creation_repeated_is_one_record(crm: Connector, company: Company) -> None:
    first = created(crm, LinkedIn="a")
    again = created(crm, LinkedIn="b")

    assert first == again
    assert held(crm, first, "LinkedIn") == ("b",)
    assert company.paths().count("POST persons") == 1


@pytest.mark.parametrize("name", ["person", "organization", "deal", "lead", "activity"])
def test_an_answer_that_never_came_is_looked_up_before_the_creation_is_repeated(
    crm: Connector, company: Company, name: str
) -> None:
    """Duplicates after a retry: there is no upsert, and none is made."""
    path = {"organization": "organizations", "activity": "activities"}.get(name, f"{name}s")
    title = {"person": "last_name", "organization": "name", "activity": "subject"}
    values: dict[str, Value] = {title.get(name, "title"): "X"}
    if name == "lead":
        values["person_id"] = created(crm, key="p")
    company.faults.append(("POST", path, says(200, {}, after=company.app, cut=1)))
    write = Write(key="inst:prospect:7", values=values)

    with pytest.raises(UnknownOutcomeError):
        crm.write(name, [write])
    found = crm.lookup(name, ["inst:prospect:7", "inst:prospect:70"])
    (outcome,) = crm.write(name, [write])

    assert outcome.status is DONE
    assert found == {"inst:prospect:7": outcome.id}
    assert len([1 for page in crm.changes(name, ["id"], None) for _ in page.records]) == 1


def test_an_answer_that_never_came_to_nothing_done_is_created_after_the_look(
    crm: Connector, company: Company
) -> None:
    company.faults.append(("POST", "persons", says(200, {}, cut=1)))
    write = Write(key="k", values={"last_name": "X"})

    with pytest.raises(UnknownOutcomeError):
        crm.write("person", [write])
    (outcome,) = crm.write("person", [write])

    assert outcome.status is DONE
    assert crm.lookup("person", ["k"]) == {"k": outcome.id}


def test_a_look_leaves_no_filter_behind_and_takes_sixteen_keys(
    crm: Connector, company: Company
) -> None:
    ids = [created(crm, key=f"inst:{n}") for n in range(18)]
    company.spent.clear()

    found = crm.lookup("person", [f"inst:{n}" for n in range(20)])

    assert found == {f"inst:{n}": id_ for n, id_ in enumerate(ids)}
    assert company.tokens() == 2 * 26
    assert company.api("GET", "/v1/filters") == []


def test_keys_are_compared_letter_by_letter(crm: Connector) -> None:
    """The vendor's filter ignores case."""
    created(crm, key="Inst:A")

    assert crm.lookup("person", ["inst:a", "Inst:A"]) == {"Inst:A": "1"}
