"""The HubSpot connector, spoken to over real HTTP: describing, listing, reading, and what ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings, strategies as st

from support_hubspot import (
    START,
    Pass,
    Portal,
    created,
    ends,
    listed,
    opened,
    person,
    says,
    served,
)
from syncline import (
    ActionRequest,
    FatalError,
    FieldType,
    Gone,
    GoneKind,
    OutcomeStatus,
    Position,
    Value,
    Write,
)
from syncline_hubspot import listing

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector


@pytest.fixture
def portal(tmp_path: Path) -> Generator[Portal]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def crm(portal: Portal, tmp_path: Path) -> Generator[Connector]:
    with opened(portal, tmp_path) as connector:
        yield connector


# What it says of itself


def test_it_describes_what_the_portal_describes_and_asks_once(
    crm: Connector, portal: Portal
) -> None:
    """B2: types, labels, lengths, what is required and what is read-only."""
    described = crm.describe()

    names = [each.name for each in described.objects]
    assert names == [
        "contact", "company", "deal", "task", "call", "meeting", "note", "email", "communication",
        "owner",
    ]  # fmt: skip
    assert crm.describe() == described
    assert portal.spent == ["describe"] * 9
    assert (described.prices.unit, described.prices.write_size) == ("request", 100)
    contact, deal, call = (described.get(each) for each in ("contact", "deal", "call"))
    assert contact is not None
    assert deal is not None
    assert call is not None
    assert (contact.key_field, contact.deletable) == ("syncline_key", True)
    types = {
        name: found.type
        for name in (
            "email", "phone", "firstname", "lifecyclestage", "topics", "renewal_date", "createdate",
            "hs_email_optout", "associatedcompanyid", "hs_object_id", "hubspot_owner_email",
        )
        if (found := contact.get(name)) is not None
    }  # fmt: skip
    assert types == {
        "email": FieldType.EMAIL,
        "phone": FieldType.PHONE,
        "firstname": FieldType.TEXT,
        "lifecyclestage": FieldType.PICKLIST,
        "topics": FieldType.MULTI_PICKLIST,
        "renewal_date": FieldType.DATE,
        "createdate": FieldType.DATETIME,
        "hs_email_optout": FieldType.BOOLEAN,
        "associatedcompanyid": FieldType.REFERENCE,
        "hs_object_id": FieldType.ID,
        "hubspot_owner_email": FieldType.EMAIL,
    }
    closed = [field.name for field in contact.fields if not field.updatable]
    assert {"createdate", "hs_email_domain", "syncline_key", "associatedcompanyid"} <= set(closed)
    assert "firstname" not in closed
    firstname, message = contact.get("firstname"), contact.get("message")
    stage = deal.get("dealstage")
    assert firstname is not None
    assert message is not None
    assert stage is not None
    assert (firstname.label, firstname.length, message.length) == ("First Name", None, 65_536)
    assert (stage.required, stage.values[-1], stage.codes[-1]) == (
        True,
        "Closed Lost",
        "closedlost",
    )
    assert {field.name for field in call.fields if field.required} == {"hs_timestamp"}
    assert call.get("associated_contact_id") is not None


def test_what_rules_read_costs_no_describe(portal: Portal, tmp_path: Path) -> None:
    """Budget is not wasted on describes: what was described lately is not asked for again."""
    with opened(portal, tmp_path) as crm:
        known = crm.describe()
        created(crm, person("k", lifecyclestage="Customer"))
    portal.spent.clear()
    with opened(portal, tmp_path, known) as crm:
        (page,) = crm.changes("contact", ["lifecyclestage"], None)

    assert page.records[0].values == {"lifecyclestage": "Customer"}
    assert portal.spent == ["list"]


def test_an_object_that_the_app_may_not_see_is_left_out(crm: Connector, portal: Portal) -> None:
    body = {"status": "error", "message": "no", "category": "MISSING_SCOPES"}
    portal.faults.append(("GET", "properties/deals", says(403, body)))

    assert crm.describe().get("deal") is None
    with pytest.raises(FatalError, match="shows no object deal"):
        crm.read("deal", ["1"], ["dealname"])
    with pytest.raises(FatalError, match="shows no object ticket"):
        listed(crm, name="ticket")


def test_an_app_that_sees_nothing_is_told_which_scopes_it_lacks(
    crm: Connector, portal: Portal
) -> None:
    body = {"status": "error", "message": "no", "category": "MISSING_SCOPES"}
    portal.faults += [("GET", "", says(403, body))] * 9

    with pytest.raises(FatalError, match="shows no object") as caught:
        crm.describe()
    assert "scopes" in caught.value.hint


def test_a_portal_without_our_key_is_told_what_to_add(crm: Connector, portal: Portal) -> None:
    portal.faults.append(("GET", "properties/contacts", says(200, {"results": []})))

    with pytest.raises(FatalError, match="no property for our key") as caught:
        crm.write("contact", [person("k")])

    assert "syncline_key" in caught.value.hint
    assert "unique" in caught.value.hint
    assert portal.paths() == ["GET contacts"]


# Listing


def walked(crm: Connector, since: Position | None) -> list[tuple[int, str]]:
    """Return how many records each page holds, and where it ends."""
    pages = crm.changes("contact", ["lastname"], since)
    return [(len(page.records), page.position.id) for page in pages]


def test_equal_times_are_neither_repeated_nor_passed_over(
    crm: Connector, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that loop on equal timestamps: seven records of one instant, in pages of three."""
    ids = created(crm, *[person(f"k{number}") for number in range(7)])
    monkeypatch.setattr(listing, "PAGE", 3)

    pages = list(crm.changes("contact", ["lastname"], None))

    found = [record.id for page in pages for record in page.records]
    assert found == ids
    full = next(page for page in pages if page.records)
    assert full.position == Position(modified=START, id=ids[2])
    for page in pages:
        later = ids[ids.index(page.position.id) + 1 :] if page.position.id else ids
        assert listed(crm, page.position) == later


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Connector, Portal]]:
    """Give one portal to all examples of a property."""
    folder = tmp_path_factory.mktemp("portal")
    with served(folder) as portal, opened(portal, folder) as crm:
        yield crm, portal


@settings(max_examples=15, deadline=None)
@given(
    bursts=st.lists(st.integers(min_value=1, max_value=7), min_size=1, max_size=5),
    size=st.integers(min_value=1, max_value=5),
)
def test_any_bursts_in_pages_of_any_size_are_listed_once_and_in_order(
    standing: tuple[Connector, Portal], bursts: list[int], size: int
) -> None:
    """Records of few instants, in small pages: from every page on, exactly the rest is listed."""
    crm, portal = standing
    portal.now += timedelta(seconds=1)
    since = Position(modified=portal.now)
    ids: list[str] = []
    for burst in bursts:
        rows = [person(f"{portal.now.timestamp()}-{number}") for number in range(burst)]
        ids += sorted(created(crm, *rows), key=int)
        portal.now += timedelta(milliseconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "PAGE", size)
        pages = list(crm.changes("contact", ["lastname"], since))
        order = [record.id for page in pages for record in page.records]
        assert order == ids
        seen = 0
        for page in pages:
            seen += len(page.records)
            assert listed(crm, page.position) == ids[seen:]


def test_updates_are_not_lost_at_the_cursor(
    crm: Connector, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records change while they are listed, and a listing resumes from each of its pages."""
    monkeypatch.setattr(listing, "PAGE", 4)
    ids: list[str] = []
    for number in range(12):
        portal.now += timedelta(milliseconds=number % 3)
        ids += created(crm, person(f"k{number}"))
    found: list[str] = []
    for at, page in enumerate(crm.changes("contact", ["lastname"], None)):
        found += [record.id for record in page.records]
        if at == 0:
            portal.now += timedelta(milliseconds=1)
            crm.write("contact", [Write(id=ids[0], values={"lastname": "King"})])
            crm.write("contact", [Write(id=ids[11], values={"lastname": "King"})])

    assert sorted(set(found)) == sorted(ids)
    assert found.count(ids[0]) == 2
    assert found.count(ids[11]) == 1
    everything = list(crm.changes("contact", ["lastname"], None))
    order = [record.id for page in everything for record in page.records]
    for page in everything:
        seen = order.index(page.position.id) + 1
        assert listed(crm, page.position) == order[seen:]


def test_more_than_ten_thousand_rows_take_no_answer_beyond_the_ceiling(
    crm: Connector, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search shows 10,000 rows: every page is a search of its own, from its beginning."""
    monkeypatch.setattr("syncline_sandbox.hubspot.search.CEILING", 20)
    monkeypatch.setattr(listing, "PAGE", 10)
    ids: list[str] = []
    for number in range(45):
        portal.now += timedelta(milliseconds=number % 2)
        ids += created(crm, person(f"k{number}"))

    assert listed(crm) == ids
    assert all("after" not in portal.sent(at) for at in range(-4, 0))


def test_what_the_index_shows_late_is_in_the_next_listing(tmp_path: Path) -> None:
    """The search lags: with the overlap that the engine asks for, no change is lost for good."""
    with served(tmp_path, lag=timedelta(seconds=20)) as portal, opened(portal, tmp_path) as crm:
        (first,) = created(crm, person("a"))
        portal.now += timedelta(seconds=30)
        (late,) = created(crm, person("b"))
        crm.write("contact", [Write(id=first, values={"lastname": "King"})])
        pages = list(crm.changes("contact", ["lastname"], None))
        shown = {record.id: record.values["lastname"] for page in pages for record in page.records}
        assert shown == {first: "Lovelace"}

        overlap = Position(modified=pages[0].server_time - timedelta(minutes=2))
        portal.now += timedelta(minutes=1)

        assert sorted(listed(crm, overlap)) == sorted([first, late])
        assert crm.lookup("contact", ["b"]) == {"b": late}


def test_what_lies_in_the_bin_is_no_record_though_the_index_shows_it(tmp_path: Path) -> None:
    with served(tmp_path, lag=timedelta(seconds=20)) as portal, opened(portal, tmp_path) as crm:
        (lost,) = created(crm, person("a"))
        portal.now += timedelta(seconds=30)
        crm.delete("contact", [lost])

        pages = list(crm.changes("contact", ["lastname"], Position(modified=START)))

    assert [gone.id for page in pages for gone in page.gone] == [lost]
    assert [record for page in pages for record in page.records] == []


def test_a_time_alone_includes_its_own_instant(crm: Connector, portal: Portal) -> None:
    ids = created(crm, person("k"))

    assert listed(crm, Position(modified=START)) == ids
    assert listed(crm, Position(modified=START, id=ids[0])) == []
    assert listed(crm, Position(modified=START + timedelta(milliseconds=1))) == []
    assert listed(crm, Position(modified=START - timedelta(milliseconds=1))) == ids
    # HubSpot's clock runs in milliseconds, a position's may not.
    assert listed(crm, Position(modified=START + timedelta(microseconds=1))) == []


def test_nothing_changed_is_a_page_that_tells_the_time(crm: Connector, portal: Portal) -> None:
    """A cycle without a change costs two requests an object: the bin and the search."""
    portal.now += timedelta(hours=1)
    since = Position(modified=START, id="70000000001")
    crm.describe()
    portal.spent.clear()

    pages = list(crm.changes("contact", ["lastname"], Position(modified=START)))

    assert [(page.records, page.gone, page.server_time) for page in pages] == [
        ((), (), portal.now)
    ] * 2
    assert portal.spent == ["list", "list"]
    assert {page.position for page in crm.changes("contact", ["lastname"], since)} == {since}


def test_values_come_in_our_own_forms(crm: Connector, portal: Portal) -> None:
    """Dates are not off by a day; options come by their labels; blanks are None."""
    values: dict[str, Value] = {
        "email": "ada@example.com",
        "lifecyclestage": "Marketing Qualified Lead",
        "topics": ("Product news", "Events"),
        "renewal_date": "2026-11-22",
        "closedate": "2026-11-22T23:30:00Z",
        "hs_object_source_label": None,
        "firstname": "",
        "associatedcompanyid": None,
        "hs_email_optout": None,
    }
    given = {name: value for name, value in values.items() if value}
    (made,) = created(crm, person("k", **given))
    names = [*values, "createdate", "hs_object_id", "syncline_key"]

    (page,) = crm.changes("contact", names, None)
    (record,) = page.records

    assert record.modified == START
    assert dict(record.values) == {
        **values,
        "firstname": None,
        "hs_object_source_label": "INTEGRATION",
        "createdate": "2026-11-22T15:40:00Z",
        "hs_object_id": made,
        "syncline_key": "k",
    }
    (company,) = created(
        crm,
        Write(key="c", values={"name": "Engines", "annualrevenue": 1.5, "is_public": True}),
        name="company",
    )
    (found,) = crm.read("company", [company], ["annualrevenue", "numberofemployees", "is_public"])
    assert dict(found.values) == {
        "annualrevenue": 1.5,
        "numberofemployees": None,
        "is_public": True,
    }


def test_a_company_is_read_from_the_contact(crm: Connector, portal: Portal) -> None:
    """What a contact belongs to is a field that can be read, and not written."""
    (contact,) = created(crm, person("k"))
    (company,) = created(crm, Write(key="c", values={"name": "Engines"}), name="company")
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"
    assert portal.api("PUT", path).status_code == 200

    (record,) = crm.read("contact", [contact], ["associatedcompanyid"])

    assert record.values == {"associatedcompanyid": company}


# Reading


def test_many_records_are_read_a_hundred_at_a_time(crm: Connector, portal: Portal) -> None:
    ids = created(crm, *[person(f"k{number}") for number in range(120)])
    portal.spent.clear()

    found = crm.read("contact", [*ids, ids[0], "99"], ["lastname"])

    assert sorted(record.id for record in found) == sorted(ids)
    assert portal.spent == ["read", "read"]


def test_keys_are_looked_up_whatever_they_hold(crm: Connector, portal: Portal) -> None:
    keys = ["plain", "it's", 'dou"ble', "back\\slash", "new\nline", "a;b", "ä"]
    ids = created(crm, *[person(key) for key in keys])

    assert crm.lookup("contact", [*keys, "missing"]) == dict(zip(keys, ids, strict=True))
    assert crm.lookup("contact", []) == {}


# Ends of records (B9)


def test_a_deletion_is_listed_at_its_time_and_once(crm: Connector, portal: Portal) -> None:
    """Deletes are not unseen, though archiving leaves the modified date as it was."""
    kept, lost = created(crm, person("a"), person("b"))
    (page,) = crm.changes("contact", ["lastname"], None)
    portal.by_hand("archive", object="contact", id=lost)
    portal.now += timedelta(minutes=1)
    archived = START + timedelta(seconds=1)

    pages = list(crm.changes("contact", ["lastname"], page.position))

    gone = [each for one in pages for each in one.gone]
    assert gone == [Gone(object="contact", id=lost, kind=GoneKind.DELETED, at=archived)]
    assert not any(one.records for one in pages)
    assert pages[-1].position == Position(modified=archived, id=lost)
    assert ends(crm, pages[-1].position) == []
    assert ends(crm, pages[0].position) == gone
    assert listed(crm) == [kept]


@pytest.mark.parametrize("name", ["contact", "company"])
def test_a_merge_names_the_record_that_takes_the_place(
    crm: Connector, portal: Portal, name: str
) -> None:
    """Merges are not unseen: a contact keeps the winner's id, any other record gets a new one."""
    field = "lastname" if name == "contact" else "name"
    rows = [Write(key=key, values={field: key}) for key in ("a", "b")]
    winner, loser = created(crm, *rows, name=name)
    *_, page = crm.changes(name, [field], None)
    left = portal.by_hand("merge", object=name, winner=winner, loser=loser)
    at = START + timedelta(seconds=1)

    gone = ends(crm, page.position, name)

    lost = {loser} if name == "contact" else {winner, loser}
    assert {each.id for each in gone} == lost
    assert {(each.kind, each.at, each.into) for each in gone} == {
        (GoneKind.MERGED, at, (name, left))
    }
    assert listed(crm, page.position, name) == [left]
    # HubSpot answers for the one id with the other's record: that is not the one asked for.
    assert crm.read(name, [loser], [field]) == []


def test_a_merge_that_lies_in_the_bin_is_no_deletion(crm: Connector, portal: Portal) -> None:
    """A record that lives on in another is not told to be deleted, wherever it is listed."""
    winner, loser = created(crm, person("a"), person("b"))
    portal.by_hand("merge", object="contact", winner=winner, loser=loser)
    row: dict[str, Any] = {"id": loser, "archivedAt": "2026-11-22T15:40:01.000Z", "updatedAt": "x"}
    bin_: dict[str, Any] = {"results": [row | {"properties": {}, "archived": True}]}
    portal.faults.append(("GET", "objects/contacts", says(200, bin_)))

    gone = ends(crm, Position(modified=START))

    assert {(each.id, each.kind) for each in gone} == {(loser, GoneKind.MERGED)}


def test_a_restored_record_is_a_change(crm: Connector, portal: Portal) -> None:
    (lost,) = created(crm, person("a", city="London"))
    crm.delete("contact", [lost])
    *_, page = crm.changes("contact", ["city"], Position(modified=START))
    portal.by_hand("restore", object="contact", id=lost)

    assert listed(crm, page.position) == [lost]
    assert ends(crm, page.position) == []


def test_a_large_bin_is_read_to_its_end_once_an_hour(crm: Connector, portal: Portal) -> None:
    """A bin of 120 records costs one request in most listings, and loses no end."""
    ids = created(crm, *[person(f"k{number}") for number in range(121)])
    portal.now = START.replace(minute=50)
    for start in (0, 100):
        crm.delete("contact", ids[start : min(start + 100, 120)])
    portal.now = START.replace(minute=52)
    crm.delete("contact", [ids[120]])
    since = Position(modified=START.replace(minute=51))
    portal.spent.clear()

    # Within the hour, the last page is not looked at.
    assert ends(crm, since) == []
    assert portal.spent == ["list", "list"]

    portal.now += timedelta(minutes=20)
    portal.spent.clear()
    later = Position(modified=START.replace(minute=55))
    assert {each.id for each in ends(crm, later)} >= {ids[120]}
    assert portal.spent.count("list") == 3


def test_the_first_listing_names_no_end(crm: Connector, portal: Portal) -> None:
    """Nobody has seen what went before; the bin costs nothing then."""
    winner, loser, lost = created(crm, person("a"), person("b"), person("c"))
    portal.by_hand("merge", object="contact", winner=winner, loser=loser)
    crm.delete("contact", [lost])
    portal.spent.clear()

    (page,) = crm.changes("contact", ["lastname"], None)

    assert ([record.id for record in page.records], page.gone) == ([winner], ())
    assert portal.spent == ["list"]


# The rest of the protocol


def test_a_crm_does_no_cadence_actions(crm: Connector) -> None:
    with pytest.raises(FatalError, match="no cadence"):
        crm.act([ActionRequest(key="k", action="exit", prospect="p")])


def test_owners_are_listed_by_their_time(crm: Connector, portal: Portal) -> None:
    fields = ["email", "firstName", "userId", "createdAt"]
    (page,) = crm.changes("owner", fields, None)
    assert [record.values["email"] for record in page.records] == [
        "ada@sandbox.example",
        "ben@sandbox.example",
    ]
    assert page.records[0].values["userId"] == 10_000_001
    assert page.gone == ()
    left = portal.by_hand("leave", email="ben@sandbox.example")
    joined = portal.by_hand("join", email="dan@sandbox.example", firstName="Dan", lastName="Day")

    (page,) = crm.changes("owner", fields, page.position)

    assert [record.id for record in page.records] == [joined]
    assert [(each.id, each.kind) for each in page.gone] == [(left, GoneKind.DELETED)]
    assert [each.id for each in crm.read("owner", [left, joined], fields)] == [joined]


def test_a_token_that_ended_is_renewed_once(portal: Portal, tmp_path: Path) -> None:
    access = Pass(["dead", "pat-na1-sandbox"])
    with opened(portal, tmp_path, access=access) as crm:
        assert crm.write("contact", [person("k")])[0].status is OutcomeStatus.DONE
    assert access.renewed == 1

    with (
        opened(portal, tmp_path, access=Pass(["dead"])) as crm,
        pytest.raises(FatalError, match="no longer takes the token") as caught,
    ):
        listed(crm)
    assert "dead" not in caught.value.message


def test_a_listing_from_a_broken_server_never_reads_as_an_empty_one(
    crm: Connector, portal: Portal
) -> None:
    """What is no answer is an error: "success" with data missing does not pass."""
    crm.describe()
    broken: list[Any] = [{}, {"results": None}, {"results": [{"id": "x"}]}]
    for body in broken:
        portal.faults.append(("POST", "search", says(200, body)))
        with pytest.raises(FatalError, match="something else"):
            listed(crm)


def test_prices_are_those_of_the_calls(crm: Connector, portal: Portal) -> None:
    """B3: a page, a write and a look cost one request each, and every call is paid for."""
    described = crm.describe()
    prices = described.prices
    assert (prices.page, prices.poll, prices.write, prices.look) == (1, 2, 1, 1)
    portal.spent.clear()
    portal.heard.clear()
    (made,) = created(crm, person("k"))
    crm.write("contact", [Write(id=made, values={"city": "London"})])
    crm.lookup("contact", ["k"])
    crm.read("contact", [made], ["city"])
    crm.delete("contact", [made])

    assert portal.spent == ["write", "write", "read", "read", "delete"]
    assert len(portal.heard) == 5
