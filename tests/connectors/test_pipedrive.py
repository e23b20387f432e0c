"""The Pipedrive connector, spoken to over real HTTP: what it says of itself, lists and reads."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support_pipedrive import START, TYPE, Company, context_of, opened, says, standing
from syncline import (
    ActionRequest,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FatalError,
    FieldType,
    Gone,
    GoneKind,
    Identity,
    Operator,
    OutcomeStatus,
    Position,
    Usage,
    Value,
    Write,
)
from syncline_pipedrive import listing, syncline_register_activity_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from syncline import Connector, ObjectType, Page

DONE = OutcomeStatus.DONE


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
        yield connector


def person(key: str, **values: Value) -> Write:
    return Write(key=key, values={"last_name": "Lovelace", **values})


def created(crm: Connector, *writes: Write, name: str = "person") -> list[str]:
    """Create records and return their ids."""
    outcomes = crm.write(name, writes)
    assert [each.status for each in outcomes] == [DONE] * len(writes), outcomes
    return [each.id or "" for each in outcomes]


def listed(
    crm: Connector, since: Position | None = None, name: str = "person", **more: Any
) -> list[str]:
    pages = crm.changes(name, ["id"], since, **more)
    return [record.id for page in pages for record in page.records]


def ends(pages: list[Page]) -> list[Gone]:
    return [each for page in pages for each in page.gone]


def seen(crm: Connector, name: str = "person") -> ObjectType:
    found = crm.describe().get(name)
    assert found is not None
    return found


# What it says of itself


def test_it_describes_seven_kinds_of_records_for_70_tokens(
    crm: Connector, company: Company
) -> None:
    described = crm.describe()

    assert [each.name for each in described.objects] == [
        "person", "organization", "lead", "deal", "activity", "note", "user",
    ]  # fmt: skip
    assert company.tokens() == company.counted() == 70
    prices = described.prices
    assert (prices.unit, prices.page, prices.write, prices.write_size) == ("token", 10, 5, 1)
    kind = described.get("person")
    assert kind is not None
    assert (kind.key_field, kind.deletable) == ("Syncline_key", True)
    assert [each.name for each in kind.fields if each.required] == ["last_name"]
    key, name = kind.get("Syncline_key"), kind.get("name")
    assert key is not None
    assert name is not None
    assert (key.creatable, key.updatable, name.updatable) == (False, False, False)


def test_own_fields_are_called_by_their_labels_and_options_too(crm: Connector) -> None:
    """No rule ever holds a hash of forty signs, nor the number of an option."""
    field = seen(crm).get("Lead_source")

    assert field is not None
    assert (field.label, field.type, field.restricted) == ("Lead source", FieldType.PICKLIST, True)
    assert field.values == ("Web", "Event", "Referral")
    assert len(field.code) == 40
    stage = seen(crm, "deal").get("stage")
    assert stage is not None
    assert stage.values == ("Qualified", "Contact made", "Proposal made", "Negotiation")


def test_every_type_of_own_field_is_described_or_left_out(crm: Connector, company: Company) -> None:
    types = {
        "Budget": "monetary", "Trial": "daterange", "Call at": "time", "Office": "address",
        "Hours": "timerange", "Coach": "user", "Parent": "org", "Friend": "people",
        "Weight": "double", "Born": "date", "About": "text", "Area": "varchar_auto",
    }  # fmt: skip
    for name, type_ in types.items():
        company.by_hand("field", kind="person", field_name=name, field_type=type_)
    company.by_hand(
        "field", field_name="Tags", field_type="set", options=[{"label": "A"}, {"label": "B"}]
    )

    kind = seen(crm)

    found = {each.label: each.type for each in kind.fields if each.code}
    assert (
        found
        | {
            "Budget": FieldType.NUMBER,
            "Budget currency": FieldType.TEXT,
            "Trial until": FieldType.DATE,
            "Coach": FieldType.PICKLIST,
            "Parent": FieldType.REFERENCE,
            "Tags": FieldType.MULTI_PICKLIST,
            "Office": FieldType.TEXT,
            "Hours until": FieldType.TEXT,
            "Born": FieldType.DATE,
            "Weight": FieldType.NUMBER,
        }
        == found
    )


def test_fields_that_share_a_label_are_refused_when_they_are_used_and_not_before(
    crm: Connector, company: Company
) -> None:
    for _ in range(2):
        company.by_hand("field", kind="person", field_name="Region", field_type="varchar")

    field = seen(crm).get("Region")

    assert field is not None
    assert (field.creatable, field.updatable) == (False, False)
    assert "several fields" in field.label
    assert listed(crm) == []
    with pytest.raises(
        FatalError, match="Several fields of person in Pipedrive are called Region"
    ) as caught:
        list(crm.changes("person", ["Region"], None))
    assert "Rename all but one" in caught.value.hint


def test_an_own_field_with_a_standard_name_gets_another(crm: Connector, company: Company) -> None:
    company.by_hand("field", kind="person", field_name="email", field_type="varchar")

    kind = seen(crm)

    assert [each.name for each in kind.fields if each.label == "email"] == ["own_email"]


def test_a_company_without_our_key_field_is_told_what_to_add(
    crm: Connector, company: Company
) -> None:
    code = next(
        each["field_code"]
        for each in company.api("GET", "/api/v2/personFields?limit=500")
        if each["field_name"] == "Syncline key"
    )
    company.by_hand("rename", code=code, name="Something else")

    assert seen(crm).key_field is None
    with pytest.raises(FatalError, match="no field for our key") as caught:
        crm.write("person", [person("k")])
    assert '"Syncline key" (text) to persons' in caught.value.hint
    with pytest.raises(FatalError, match="no place for our key"):
        crm.write("note", [Write(key="k", values={"content": "x"})])


@pytest.mark.parametrize("name", ["person", "organization", "lead", "deal", "activity"])
def test_every_kind_costs_what_it_says(crm: Connector, company: Company, name: str) -> None:
    """Leads are of the older API, where all costs twice as much; a plan is priced so (B3)."""
    prices = crm.describe().prices_of(name)
    (whose,) = created(crm, person("whose"))
    values: dict[str, dict[str, Value]] = {
        "person": {"last_name": "Lovelace"},
        "organization": {"name": "Acme"},
        "lead": {"title": "An offer", "person_id": whose},
        "deal": {"title": "An order"},
        "activity": {"subject": "A call", "type": "Call", "person_id": whose},
    }
    field = {"person": "LinkedIn", "organization": "name", "activity": "subject"}
    (id_,) = created(crm, Write(key="k", values=values[name]), name=name)
    crm.lookup(name, ["k"])  # the first asks for the number of the field, once
    end = list(crm.changes(name, ["id"], None))[-1].position
    other = Write(key="l", values=values[name])
    changed = Write(id=id_, values={field.get(name, "title"): "Anew"})
    calls: list[tuple[int, Callable[[], object]]] = [
        (prices.page, lambda: list(crm.changes(name, ["id"], None))),
        (prices.poll, lambda: list(crm.changes(name, ["id"], end))),
        (prices.look, lambda: crm.read(name, [id_], ["id"])),
        (prices.lookup, lambda: crm.lookup(name, ["k"])),
        (prices.write, lambda: created(crm, other, name=name)),
        (prices.write, lambda: created(crm, changed, name=name)),
        (prices.delete, lambda: crm.delete(name, [id_])),
    ]
    counted: list[int] = []
    for _price, call in calls:
        before = company.counted()
        call()
        counted.append(company.counted() - before)
    assert counted == [price for price, _call in calls]


def test_what_was_described_lately_is_not_asked_for_again(company: Company, tmp_path: Path) -> None:
    """A cycle without a change of fields spends nothing on them (B3)."""
    with opened(company, tmp_path) as first:
        described = first.describe()
        created(first, person("k", Lead_source="Web", owner="sandbox@example.com"))
    company.spent.clear()

    with opened(company, tmp_path, described) as crm:
        (page,) = crm.changes("person", ["Lead_source", "owner", "Syncline_key"], None)
        crm.write("person", [Write(id=page.records[0].id, values={"Lead_source": "Event"})])

    assert company.spent == [(10, "list"), (5, "write")]
    assert dict(page.records[0].values) == {
        "Lead_source": "Web",
        "owner": "sandbox@example.com",
        "Syncline_key": "k",
    }


def test_an_option_that_is_new_since_the_description_is_asked_for_once(
    company: Company, tmp_path: Path
) -> None:
    with opened(company, tmp_path) as first:
        described = first.describe()
        ids = created(first, person("k"), person("l"))
    kind = described.get("person")
    assert kind is not None
    field = kind.get("Lead_source")
    assert field is not None
    company.by_hand("option", code=field.code, label="Podcast")
    company.spent.clear()

    with opened(company, tmp_path, described) as crm:
        new = crm.write("person", [Write(id=ids[0], values={"Lead_source": "Podcast"})])[0]
        none = crm.write("person", [Write(id=ids[1], values={"Lead_source": "Radio"})])[0]
        (record,) = crm.read("person", [ids[0]], ["Lead_source"])

    assert (new.status, none.status, none.code) == (DONE, OutcomeStatus.REFUSED, "UNKNOWN_OPTION")
    assert record.values["Lead_source"] == "Podcast"
    assert company.spent == [(10, "describe"), (5, "write"), (1, "read")]


def test_it_says_whom_the_company_takes_us_for(company: Company, tmp_path: Path) -> None:
    """One call tells user, company and version (RP1)."""
    assert TYPE.identify is not None

    assert TYPE.identify(context_of(company, tmp_path)) == Identity(
        user="sandbox@example.com",
        account="Sandbox (sandbox.pipedrive.com)",
        scopes=(),
        version="v2, and v1 for leads, notes and users",
    )
    assert company.counted() == 2


# Listing


def test_equal_times_are_neither_repeated_nor_passed_over(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve records of one second, in pages of five; ids compare as texts, whatever they are."""
    ids = sorted(created(crm, *[person(f"k{number}") for number in range(12)]))
    monkeypatch.setattr(listing, "PAGE", 5)

    pages = list(crm.changes("person", ["last_name"], None))

    assert [len(page.records) for page in pages] == [5, 5, 2]
    assert [record.id for page in pages for record in page.records] == ids
    assert ids[:3] == ["1", "10", "11"]
    assert pages[1].position == Position(modified=START, id=ids[9])
    assert listed(crm, pages[0].position) == ids[5:]
    assert listed(crm, pages[1].position) == ids[10:]
    assert listed(crm, pages[2].position) == []


def test_records_that_change_under_paging_are_not_lost(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids: list[str] = []
    for number in range(6):
        ids += created(crm, person(f"k{number}"))
        company.later(seconds=1)
    monkeypatch.setattr(listing, "PAGE", 2)

    found: list[str] = []
    for page in crm.changes("person", ["id"], None):
        found += [record.id for record in page.records]
        if len(found) == 1:
            company.by_hand("edit", id=int(ids[0]), values={"name": "Ada Byron"})

    assert found == [*ids, ids[0]]


@pytest.mark.parametrize("name", ["lead", "note"])
def test_leads_and_notes_of_one_second_fill_pages_and_shift_and_are_all_listed(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Version 1 counts pages from the front; five records of one second, in pages of two."""
    (one,) = created(crm, person("p"))
    path = f"/v1/{name}s"
    text = "title" if name == "lead" else "content"
    made = [
        str(company.api("POST", path, {text: f"n{n}", "person_id": int(one)})["id"])
        for n in range(5)
    ]
    company.later(seconds=5)
    made.append(str(company.api("POST", path, {text: "late", "person_id": int(one)})["id"]))
    monkeypatch.setattr(listing, "PAGE", 2)

    pages = list(crm.changes(name, ["id"], None))

    found = [record.id for page in pages for record in page.records]
    assert sorted(found) == sorted(made)
    assert found[-1] == made[-1]
    assert found[:-1] == sorted(made[:-1])
    middle = Position(modified=START, id=found[2])
    assert listed(crm, middle, name) == found[3:]


def test_a_note_that_moves_out_of_a_full_second_hides_no_other(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = created(crm, person("p"))
    for n in range(6):
        company.api("POST", "/v1/notes", {"content": f"n{n}", "person_id": int(one)})
    monkeypatch.setattr(listing, "PAGE", 3)

    async def shifting(scope: Any, receive: Any, send: Any) -> None:
        door = httpx.ASGITransport(app=company.app)
        company.later(seconds=1)
        async with httpx.AsyncClient(transport=door, base_url=company.url) as hand:
            edit = {"kind": "note", "id": 1, "values": {"content": "moved"}}
            await hand.post("/sandbox/pipedrive/edit", json=edit)
        await company.app(scope, receive, send)

    company.faults += [("GET", "/v1/notes", company.app), ("GET", "/v1/notes", shifting)]

    assert listed(crm, None, "note") == ["2", "3", "4", "5", "6", "1"]


def test_a_time_alone_includes_its_own_instant(crm: Connector, company: Company) -> None:
    ids = created(crm, person("k"))

    assert listed(crm, Position(modified=START)) == ids
    assert listed(crm, Position(modified=START, id=ids[0])) == []
    assert listed(crm, Position(modified=START + timedelta(milliseconds=1))) == []
    assert listed(crm, Position(modified=START - timedelta(milliseconds=1))) == ids


def test_nothing_changed_is_one_empty_page_that_tells_the_time(
    crm: Connector, company: Company
) -> None:
    company.later(hours=1)
    since = Position(modified=START, id="7")

    (page,) = crm.changes("person", ["last_name"], since)

    assert (page.records, page.position, page.server_time) == ((), since, company.now)


def test_a_page_costs_the_same_whatever_it_holds_and_so_is_as_large_as_may_be(
    crm: Connector, company: Company
) -> None:
    listed(crm)

    assert "limit=500" in company.heard[-1][2]


def test_values_come_in_our_own_forms(crm: Connector, company: Company) -> None:
    values: dict[str, Value] = {
        "first_name": "Mary Ann",
        "last_name": "de Vries",
        "email": "ada@example.com",
        "phone": "+49 30 1234",
        "Lead_source": "Event",
        "LinkedIn": "https://linkedin.example/in/ada",
        "Job_title": "",
    }
    created(crm, person("k", **values))
    names = [*values, "name", "add_time", "id", "Syncline_key", "organization", "owner"]

    (page,) = crm.changes("person", names, None)
    (record,) = page.records

    assert record.modified == START
    assert dict(record.values) == {
        **values,
        "Job_title": None,
        "name": "Mary Ann de Vries",
        "add_time": "2026-11-22T15:40:00Z",
        "id": record.id,
        "Syncline_key": "k",
        "organization": None,
        "owner": "sandbox@example.com",
    }


def test_dates_stay_on_their_day_and_times_keep_their_zone(
    crm: Connector, company: Company
) -> None:
    company.by_hand("field", kind="person", field_name="Born", field_type="date")
    created(crm, person("k", Born="1815-12-10"))

    (page,) = crm.changes("person", ["Born", "update_time"], None)

    assert dict(page.records[0].values) == {
        "Born": "1815-12-10",
        "update_time": "2026-11-22T15:40:00Z",
    }


def test_names_of_organisations_are_asked_for_once_and_by_the_hundred(
    crm: Connector, company: Company
) -> None:
    writes = [person(f"k{n}", organization=f"Firm {n}") for n in range(12)]
    created(crm, *writes)
    company.spent.clear()

    (page,) = crm.changes("person", ["organization"], None)
    (page,) = crm.changes("person", ["organization"], None)

    assert {r.values["organization"] for r in page.records} == {f"Firm {n}" for n in range(12)}
    assert company.spent == [(10, "list"), (10, "read"), (10, "list")]


def test_reading_takes_the_cheaper_way(crm: Connector, company: Company) -> None:
    ids = created(crm, *[person(f"k{n}") for n in range(12)])
    company.spent.clear()

    few = crm.read("person", [*ids[:3], "99"], ["last_name"])
    many = crm.read("person", [*ids, ids[0], "99", "no id"], ["last_name"])

    assert [record.id for record in few] == ids[:3]
    assert sorted(int(record.id) for record in many) == list(range(1, 13))
    assert company.spent == [(1, "read")] * 4 + [(10, "read")]


def test_users_are_read_and_listed_by_the_time_of_their_change(
    crm: Connector, company: Company
) -> None:
    number = company.by_hand("user", name="Bo", email="bo@example.com")

    assert listed(crm, None, "user") == ["1", str(number)]
    assert listed(crm, Position(modified=START - timedelta(days=1)), "user") == [str(number)]
    company.later(minutes=1)
    company.by_hand("user", id=number, active=False)
    assert listed(crm, Position(modified=START, id="99"), "user") == [str(number)]
    (bo,) = crm.read("user", [str(number)], ["email", "active"])
    assert dict(bo.values) == {"email": "bo@example.com", "active": False}


# Records that went


def test_a_deletion_is_listed_once_at_its_time_and_not_from_the_beginning(
    crm: Connector, company: Company
) -> None:
    """Who lists from the beginning has seen no record that went (B9)."""
    first, second = created(crm, person("k"), person("l"))
    since = Position(modified=START, id=second)
    company.later(minutes=1)
    company.by_hand("delete", id=int(first))

    pages = list(crm.changes("person", ["last_name"], since))

    expected = Gone(object="person", id=first, kind=GoneKind.DELETED, at=company.now)
    assert ends(pages) == [expected]
    assert listed(crm, None) == [second]
    assert ends(list(crm.changes("person", ["last_name"], None))) == []


@pytest.mark.parametrize("name", ["person", "organization"])
def test_a_merge_names_the_record_that_takes_over(
    crm: Connector, company: Company, name: str
) -> None:
    """The list of recent changes names the loser beside the winner (B9)."""
    writes = [Write(key=k, values={"last_name": "X"} if name == "person" else {"name": "X"})
              for k in ("k", "l")]  # fmt: skip
    loser, winner = created(crm, *writes, name=name)
    company.later(minutes=1)
    company.by_hand("merge", kind=name, loser=int(loser), winner=int(winner))

    pages = list(crm.changes(name, ["id"], Position(modified=START)))

    assert ends(pages) == [
        Gone(object=name, id=loser, kind=GoneKind.MERGED, at=company.now, into=(name, winner))
    ]
    assert [record.id for page in pages for record in page.records] == [winner]


def test_a_deal_tells_of_its_deletion_in_its_own_list(crm: Connector, company: Company) -> None:
    kept, gone = created(
        crm, Write(key="a", values={"title": "A"}), Write(key="b", values={"title": "B"}),
        name="deal",
    )  # fmt: skip
    company.later(minutes=1)
    company.by_hand("delete", kind="deal", id=int(gone))
    company.spent.clear()

    pages = list(crm.changes("deal", ["title"], Position(modified=START)))

    assert [record.id for page in pages for record in page.records] == [kept]
    assert [each.id for each in ends(pages)] == [gone]
    assert company.spent == [(10, "list")]
    assert listed(crm, None, "deal") == [kept]


def test_a_lead_that_became_a_deal_is_converted(crm: Connector, company: Company) -> None:
    """The deal tells which lead it was (B9)."""
    (who,) = created(crm, person("p"))
    (lead,) = created(crm, Write(key="l", values={"title": "L", "person_id": who}), name="lead")
    company.later(minutes=1)
    deal = company.by_hand("convert", lead=lead)

    pages = list(crm.changes("lead", ["title"], Position(modified=START)))

    assert ends(pages) == [
        Gone(object="lead", id=lead, kind=GoneKind.CONVERTED, at=company.now,
             into=("deal", str(deal)))
    ]  # fmt: skip
    assert [record.id for page in pages for record in page.records] == []


def test_ends_and_changes_share_pages_in_the_order_of_time(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = created(crm, *[person(f"k{n}") for n in range(4)])
    gone: list[str] = []
    for id_ in ids[:3]:
        company.later(minutes=1)
        company.by_hand("edit", id=int(ids[3]), values={"name": f"Ada {id_}"})
        company.by_hand("delete", id=int(id_))
        gone.append(id_)
        company.later(minutes=1)
        created(crm, person(f"new{id_}"))
    monkeypatch.setattr(listing, "PAGE", 2)

    pages = list(crm.changes("person", ["id"], Position(modified=START)))

    assert [each.id for each in ends(pages)] == gone
    for page in pages:
        assert all(each.at <= page.position.modified for each in page.gone)
    assert len(pages) > 1


def test_a_record_that_came_back_is_a_change(crm: Connector, company: Company) -> None:
    (id_,) = created(crm, person("k"))
    company.by_hand("delete", id=int(id_))
    company.later(minutes=1)
    company.by_hand("restore", id=int(id_))

    pages = list(crm.changes("person", ["id"], Position(modified=START + timedelta(seconds=1))))

    assert [record.id for page in pages for record in page.records] == [id_]
    assert ends(pages) == []


def test_no_deletion_is_lost_when_the_list_of_recent_changes_shifts(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are counted from the front: a record that changes makes room at the front."""
    ids = created(crm, *[person(f"k{n}") for n in range(7)])
    for id_ in ids[1:6]:
        company.later(seconds=1)
        company.by_hand("delete", id=int(id_))
    monkeypatch.setattr("syncline_pipedrive.ends._PAGE", 2)

    async def shifting(scope: Any, receive: Any, send: Any) -> None:
        door = httpx.ASGITransport(app=company.app)
        company.later(seconds=1)
        async with httpx.AsyncClient(transport=door, base_url=company.url) as hand:
            edit = {"id": int(ids[0]), "values": {"name": f"Ada {company.now:%M%S}"}}
            await hand.post("/sandbox/pipedrive/edit", json=edit)
        await company.app(scope, receive, send)

    company.faults += [("GET", "/v1/recents", company.app), ("GET", "/v1/recents", shifting)]
    pages = list(crm.changes("person", ["id"], Position(modified=START)))

    assert [each.id for each in ends(pages)] == ids[1:6]


def test_what_goes_between_the_two_calls_of_a_listing_is_in_the_next(
    crm: Connector, company: Company
) -> None:
    (id_,) = created(crm, person("k"))
    since = Position(modified=START, id=id_)

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await company.app(scope, receive, send)
        company.later(seconds=1)
        door = httpx.ASGITransport(app=company.app)
        async with httpx.AsyncClient(transport=door, base_url=company.url) as hand:
            await hand.post("/sandbox/pipedrive/delete", json={"id": int(id_)})
        company.later(seconds=1)

    company.faults.append(("GET", "/v1/recents", late))
    (page,) = crm.changes("person", ["id"], since)
    (again,) = crm.changes("person", ["id"], Position(modified=page.server_time))

    assert (page.records, page.gone) == ((), ())
    assert [each.id for each in again.gone] == [id_]


def test_an_entry_without_data_proves_nothing(crm: Connector, company: Company) -> None:
    """The recorded list of recent changes holds an entry whose data is null."""
    (id_,) = created(crm, person("k"))
    null = {"item": "person", "id": int(id_), "data": None}
    body = {"success": True, "data": [null], "additional_data": None}
    company.faults.append(("GET", "/v1/recents", says(200, body)))

    pages = list(crm.changes("person", ["id"], Position(modified=START)))

    assert ends(pages) == []


# Narrowing


def _in(field: str, *values: Value) -> Comparison:
    return Comparison(field=field, operator=Operator.IN, values=values)


@pytest.mark.parametrize(
    ("name", "condition", "taken"),
    [
        ("person", _in("owner", "Sandbox@example.com"), True),
        ("person", _in("owner", "nobody@example.com"), False),
        ("person", _in("owner", "sandbox@example.com", "nobody@example.com"), False),
        ("person", _in("last_name", "Lovelace"), False),
        ("person", _in("Lead_source", "Web"), False),
        ("deal", _in("status", "Open", "Won"), True),
        ("deal", _in("stage", "Negotiation"), True),
        ("deal", _in("stage", "Negotiation", "Qualified"), False),
        ("activity", _in("done", True), True),
        ("deal", Comparison(field="status", operator=Operator.NOT_IN, values=("Open",)), False),
        ("deal", AllOf(parts=(_in("status", "Open"), _in("stage", "Qualified"))), True),
        ("deal", AnyOf(parts=(_in("status", "Open"), _in("stage", "Qualified"))), False),
    ],
)
def test_it_narrows_by_ids_alone(
    crm: Connector, name: str, condition: Condition, taken: bool
) -> None:
    assert TYPE.narrows is not None
    assert TYPE.narrows(seen(crm, name), condition) is taken


def test_a_narrowed_list_holds_what_fits_and_who_went(crm: Connector, company: Company) -> None:
    company.by_hand("user", name="Bo", email="bo@example.com")
    mine, theirs = created(
        crm, person("k", owner="sandbox@example.com"), person("l", owner="bo@example.com")
    )

    assert listed(crm, None, where=_in("owner", "bo@example.com")) == [theirs]
    deals = created(
        crm,
        *(Write(key=s, values={"title": s, "status": s}) for s in ("Open", "Won", "Lost")),
        name="deal",
    )
    both: Condition = AllOf(parts=(_in("status", "Open", "Lost"), _in("stage", "Qualified")))
    assert listed(crm, None, "deal", where=both) == [deals[0], deals[2]]
    company.by_hand("delete", kind="deal", id=int(deals[1]))
    pages = list(crm.changes("deal", ["id"], Position(modified=START), where=both))
    assert [each.id for each in ends(pages)] == [deals[1]]
    assert mine not in listed(crm, None, where=_in("owner", "bo@example.com"))


def test_a_narrowed_list_is_what_would_have_been_kept_here(
    crm: Connector, company: Company
) -> None:
    """Every combination of what can be pushed down gives what an evaluation here gives."""
    company.by_hand("user", name="Bo", email="bo@example.com")
    owners, stages = ("sandbox@example.com", "bo@example.com"), ("Qualified", "Negotiation")
    names = ("status", "stage", "owner")
    rows = list(product(("Open", "Won", "Lost"), stages, owners))
    for at, row in enumerate(rows):
        values = {"title": "D", **dict(zip(names, row, strict=True))}
        created(crm, Write(key=str(at), values=values), name="deal")
    chosen: list[tuple[tuple[str, ...], ...]] = [
        ((), ("Open",), ("Won", "Lost")), ((), *((s,) for s in stages)), ((), (owners[1],)),
    ]  # fmt: skip

    for wanted in product(*chosen):
        parts = tuple(
            _in(name, *values) for name, values in zip(names, wanted, strict=True) if values
        )
        where = AllOf(parts=parts) if len(parts) > 1 else parts[0] if parts else None
        fits = [
            str(at)
            for at, row in enumerate(rows, start=1)
            if all(not few or value in few for few, value in zip(wanted, row, strict=True))
        ]
        assert listed(crm, None, "deal", where=where) == sorted(fits), wanted


# The rest of the protocol


def test_usage_is_what_the_last_answer_said_in_tokens(crm: Connector, company: Company) -> None:
    """The budget hears of what others spend too (K6)."""
    assert crm.usage() is None
    crm.describe()
    calls = len(company.heard)

    assert crm.usage() == Usage(used=70, allowed=30_000)
    assert len(company.heard) == calls


def test_a_crm_has_no_cadence_to_act_in(crm: Connector) -> None:
    with pytest.raises(FatalError, match="no cadence"):
        crm.act([ActionRequest(key="a", action="exit", prospect="1")])


def test_an_unknown_object_or_field_is_told_by_its_name(crm: Connector) -> None:
    with pytest.raises(FatalError, match="no product here"):
        crm.read("product", ["1"], [])
    with pytest.raises(FatalError, match="no field nickname in person"):
        crm.read("person", ["1"], ["nickname"])


def test_each_kind_of_activity_has_a_template(crm: Connector) -> None:
    """Whatever is recorded in a cadence can become an activity (K3, K4)."""
    templates = {each.kind: each for each in syncline_register_activity_templates()}
    kind = seen(crm, "activity")

    assert set(templates) == {"call", "email", "sms", "note", "meeting", "task"}
    for template in templates.values():
        assert template.object == "activity"
        assert kind.get(template.person_field) is not None
        type_ = kind.get("type")
        assert type_ is not None
        assert template.values["type"] in type_.values
