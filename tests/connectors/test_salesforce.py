"""The Salesforce connector, spoken to over real HTTP: the sandbox, and servers that misbehave."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError, validate

from support_salesforce import (
    DONE,
    GONE,
    REFUSED,
    RETRY,
    START,
    TYPE,
    App,
    Message,
    Org,
    Receive,
    Send,
    by_hand,
    created,
    lead,
    listed,
    opened,
    says,
    served,
)
from syncline import (
    ActionRequest,
    ConnectorError,
    FatalError,
    FieldType,
    Gone,
    GoneKind,
    Outcome,
    Position,
    RetriableError,
    UnknownOutcomeError,
    Usage,
    Value,
    Write,
)
from syncline_salesforce import reading, soql, syncline_register_activity_templates

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def crm(org: Org, tmp_path: Path) -> Generator[Connector]:
    with opened(org, tmp_path) as connector:
        yield connector


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


# What it says of itself


def test_it_describes_what_the_org_describes_and_asks_once(crm: Connector, org: Org) -> None:
    described = crm.describe()

    assert [each.name for each in described.objects] == [
        "Lead",
        "Contact",
        "Account",
        "Task",
        "Event",
        "User",
    ]
    assert crm.describe() == described
    assert org.spent == ["describe"] * 6
    assert (described.prices.unit, described.prices.write_size) == ("call", 200)
    found = described.get("Lead")
    assert found is not None
    assert found.key_field == "Syncline_Key__c"
    assert found.get("Address") is None
    status, email, company = (found.get(name) for name in ("Status", "Email", "Company"))
    assert status is not None
    assert email is not None
    assert company is not None
    # Not nillable, and yet not required: the org fills it in.
    assert (status.required, status.values[0]) == (False, "Open - Not Contacted")
    assert (email.type, email.length, email.required) == (FieldType.EMAIL, 80, False)
    assert (company.type, company.required, company.updatable) == (FieldType.TEXT, True, True)


def test_an_object_that_the_user_may_not_see_is_left_out(crm: Connector, org: Org) -> None:
    missing = [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
    org.faults.append(("GET", "Task/describe", says(404, missing)))

    assert crm.describe().get("Task") is None
    with pytest.raises(FatalError, match="shows no object Task"):
        crm.read("Task", ["00TSb0000000001AAA"], ["Subject"])


def test_an_org_without_our_key_field_is_told_what_to_add(crm: Connector, org: Org) -> None:
    bare: dict[str, Any] = {"name": "Lead", "label": "Lead", "createable": True, "fields": []}
    org.faults.append(("GET", "Lead/describe", says(200, bare)))

    with pytest.raises(FatalError, match="no field for our key") as caught:
        crm.write("Lead", [lead("k")])

    assert "Syncline_Key__c" in caught.value.hint


def test_inactive_picklist_values_are_left_out(crm: Connector, org: Org) -> None:
    values = [{"value": "Old", "active": False}, {"value": "New", "active": True}]
    raw = {
        "name": "Stage__c",
        "label": "Stage",
        "type": "multipicklist",
        "length": 4099,
        "picklistValues": values,
        "restrictedPicklist": True,
        "createable": True,
        "updateable": False,
        "nillable": True,
        "defaultedOnCreate": False,
        "externalId": False,
    }
    bare: dict[str, Any] = {"name": "Lead", "label": "Lead", "createable": True, "fields": [raw]}
    org.faults.append(("GET", "Lead/describe", says(200, bare)))

    found = crm.describe().get("Lead")

    assert found is not None
    assert found.key_field is None
    only = found.fields[0]
    assert (only.type, only.values, only.restricted) == (FieldType.MULTI_PICKLIST, ("New",), True)
    assert (only.creatable, only.updatable, only.length) == (True, False, 4099)


# Listing


def test_equal_times_are_neither_repeated_nor_passed_over(
    crm: Connector, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven records of one second, in pages of three."""
    ids = created(crm, *[lead(f"k{number}") for number in range(7)])
    monkeypatch.setattr(reading, "PAGE", 3)

    pages = list(crm.changes("Lead", ["LastName"], None))

    assert [len(page.records) for page in pages] == [3, 3, 1]
    assert [record.id for page in pages for record in page.records] == ids
    assert pages[0].position == Position(modified=START, id=ids[2])
    assert listed(crm, pages[0].position) == ids[3:]
    assert listed(crm, pages[-1].position) == []


def test_a_time_alone_includes_its_own_instant(crm: Connector, org: Org) -> None:
    ids = created(crm, lead("k"))

    assert listed(crm, Position(modified=START)) == ids
    assert listed(crm, Position(modified=START, id=ids[0])) == []
    assert listed(crm, Position(modified=START + timedelta(milliseconds=1))) == []
    assert listed(crm, Position(modified=START - timedelta(milliseconds=1))) == ids


def test_nothing_changed_is_one_empty_page_that_tells_the_time(crm: Connector, org: Org) -> None:
    org.now += timedelta(hours=1)
    since = Position(modified=START, id="00QSb0000000001MAA")

    (page,) = crm.changes("Lead", ["LastName"], since)

    assert (page.records, page.position, page.server_time) == ((), since, org.now)


def test_more_rows_than_one_answer_carries_are_all_read(crm: Connector, org: Org) -> None:
    """Wide rows make the org answer in parts smaller than the batch size asked for."""
    ids = created(crm, *[lead(f"k{number}") for number in range(450)])

    async def narrow(scope: Message, receive: Receive, send: Send) -> None:
        named = [pair for pair in scope["headers"] if pair[0] != b"sforce-query-options"]
        scope["headers"] = [*named, (b"sforce-query-options", b"batchSize=200")]
        await org.app(scope, receive, send)

    org.faults.append(("GET", "/query", narrow))

    assert listed(crm) == ids
    assert org.spent.count("list") == 3


def test_values_come_in_our_own_forms(crm: Connector, org: Org) -> None:
    values: dict[str, Value] = {
        "Email": "ada@example.com",
        "NumberOfEmployees": 12,
        "AnnualRevenue": 1.5,
        "IsUnreadByOwner": True,
        "FirstName": "",
    }
    created(crm, lead("k", **values))
    names = [*values, "CreatedDate", "Id", "LeadSource", "Syncline_Key__c"]

    (page,) = crm.changes("Lead", names, None)
    (record,) = page.records

    assert record.modified == START
    assert dict(record.values) == {
        **values,
        "FirstName": None,
        "CreatedDate": "2026-11-22T15:40:00Z",
        "Id": record.id,
        "LeadSource": None,
        "Syncline_Key__c": "k",
    }


def test_an_updated_record_is_listed_again_and_a_deleted_one_is_not(
    crm: Connector, org: Org
) -> None:
    first, second = created(crm, lead("a"), lead("b"))
    (page,) = crm.changes("Lead", ["LastName"], None)
    org.now += timedelta(seconds=1)
    crm.write("Lead", [Write(id=first, values={"LastName": "King"})])

    assert listed(crm, page.position) == [first]
    assert sorted(listed(crm)) == sorted([first, second])


# Reading


def test_both_forms_of_an_id_read_one_record(crm: Connector, org: Org) -> None:
    (record_id,) = created(crm, lead("k"))

    found = crm.read("Lead", [record_id[:15], record_id, "00QSb0000zzzzzz"], ["LastName"])

    assert [(record.id, dict(record.values)) for record in found] == [
        (record_id, {"LastName": "Lovelace"})
    ]


def test_many_ids_are_read_in_urls_of_bearable_length(crm: Connector, org: Org) -> None:
    ids = created(crm, *[lead(f"k{number}") for number in range(1200)])
    org.heard.clear()

    found = crm.read("Lead", ids, ["LastName", "Email"])

    assert sorted(record.id for record in found) == sorted(ids)
    assert 2 <= len(org.heard) <= 4


def test_keys_are_looked_up_whatever_they_hold(crm: Connector, org: Org) -> None:
    """A key is a value: nothing in it can end the query's string."""
    keys = ["plain", "it's", 'dou"ble', "back\\slash", "') OR Name LIKE '%", "new\nline", "100%_"]
    ids = created(crm, *[lead(key) for key in keys])

    assert crm.lookup("Lead", [*keys, "missing", "' OR '' = '"]) == dict(
        zip(keys, ids, strict=True)
    )
    assert crm.lookup("Lead", []) == {}


# Writing


def test_a_creation_repeated_is_one_record(crm: Connector, org: Org) -> None:
    (first,) = created(crm, lead("k"))
    (again,) = created(crm, lead("k"))

    assert (again, listed(crm)) == (first, [first])


def test_a_mixed_batch_keeps_its_order_and_one_bad_row_fails_alone(
    crm: Connector, org: Org
) -> None:
    (standing,) = created(crm, lead("standing"))
    org.heard.clear()

    outcomes = crm.write(
        "Lead",
        [
            lead("one"),
            Write(id=standing, values={"Title": "Countess"}),
            lead("two", Email="no address"),
            Write(id="00QSb0000zzzzzz", values={"Title": "Nobody"}),
            lead("three", LastName="x" * 81),
        ],
    )

    assert [outcome.status for outcome in outcomes] == [DONE, DONE, REFUSED, GONE, REFUSED]
    assert outcomes[1] == Outcome(status=DONE, id=standing)
    assert [outcome.code for outcome in outcomes[2:]] == [
        "INVALID_EMAIL_ADDRESS",
        "INVALID_CROSS_REFERENCE_KEY",
        "STRING_TOO_LONG",
    ]
    assert "max length=80" in outcomes[4].message
    # The last one looks whether it is that very record which is gone.
    assert org.paths() == ["PATCH Syncline_Key__c", "PATCH sobjects", "GET query"]


def test_blanks_clear_and_headers_keep_the_org_quiet(crm: Connector, org: Org) -> None:
    (record_id,) = created(crm, lead("k", Title="Countess", City="London", State="x"))
    blanks: dict[str, Value] = {"Title": None, "City": "", "State": "  ", "Industry": ()}

    crm.write("Lead", [Write(id=record_id, values=blanks)])

    _, _, headers, body = org.heard[-1]
    (row,) = json.loads(body)["records"]
    assert {name: row[name] for name in blanks} == dict.fromkeys(blanks)
    (record,) = crm.read("Lead", [record_id], ["Title", "City", "State"])
    assert set(record.values.values()) == {None}
    assert headers["sforce-auto-assign"] == "FALSE"
    assert headers["sforce-call-options"] == "client=Syncline"
    assert headers["sforce-mru"] == "updateMru=false"


def test_a_multi_picklist_is_sent_with_semicolons(crm: Connector, org: Org) -> None:
    crm.write("Lead", [lead("k", Description=("a", "b"))])

    assert json.loads(org.heard[-1][3])["records"][0]["Description"] == "a;b"


def test_a_creation_repeated_stands_though_a_field_is_fixed_by_now(
    crm: Connector, org: Org
) -> None:
    """A task's subtype can be given once; the vendor refuses it on what is by then an update."""
    task = Write(key="t", values={"Subject": "Call", "TaskSubtype": "Call"})
    (first,) = crm.write("Task", [task])
    (again,) = crm.write("Task", [task])

    assert first.status is DONE
    assert again == Outcome(status=DONE, id=first.id)


def test_a_locked_row_is_tried_again_later(crm: Connector, org: Org) -> None:
    locked: dict[str, Any] = {"statusCode": "UNABLE_TO_LOCK_ROW", "message": "busy", "fields": []}
    org.faults.append(("PATCH", "composite", says(200, [{"success": False, "errors": [locked]}])))

    (outcome,) = crm.write("Lead", [lead("k")])

    assert (outcome.status, outcome.code) == (RETRY, "UNABLE_TO_LOCK_ROW")


ERROR = [{"errorCode": "UNKNOWN_EXCEPTION", "message": "oh"}]


@pytest.mark.parametrize(
    ("status", "body", "cut"),
    [
        (500, ERROR, 0),
        (200, "<html><title>Hello</title>", 0),
        (200, [{"success": True}], 5),
        (200, [], 0),
        (200, None, 0),
    ],
    ids=["500", "web page", "half a body", "too few results", "null"],
)
def test_a_write_without_a_readable_answer_is_looked_for_not_repeated(
    crm: Connector, org: Org, status: int, body: Any, cut: int
) -> None:
    crm.describe()
    org.heard.clear()
    org.faults.append(("PATCH", "composite", says(status, body, after=org.app, cut=cut)))

    with pytest.raises(UnknownOutcomeError):
        crm.write("Lead", [lead("k")])

    assert org.paths() == ["PATCH Syncline_Key__c"]
    assert list(crm.lookup("Lead", ["k"])) == ["k"]


def test_a_passing_fault_after_the_creations_leaves_their_outcomes(
    crm: Connector, org: Org
) -> None:
    (standing,) = created(crm, lead("standing"))
    busy = says(503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}])
    org.faults += [("PATCH", "composite/sobjects", org.app), *[("PATCH", "composite", busy)] * 4]

    outcomes = crm.write("Lead", [Write(id=standing, values={"Title": "x"}), lead("new")])

    assert [outcome.status for outcome in outcomes] == [RETRY, DONE]


# Ends of records (B9); tests/connectors/test_gone.py has what is alike in every CRM


def ends(crm: Connector, since: Position, name: str = "Lead") -> list[Gone]:
    return [gone for page in crm.changes(name, ["LastName"], since) for gone in page.gone]


def test_changes_and_ends_are_one_call(crm: Connector, org: Org) -> None:
    """The bin costs no listing of its own; the first listing does not look into it."""
    kept, lost = created(crm, lead("a"), lead("b"))
    first = list(crm.changes("Lead", ["LastName"], None))[-1].position
    org.now += timedelta(seconds=1)
    crm.delete("Lead", [lost])
    crm.write("Lead", [Write(id=kept, values={"LastName": "King"})])
    org.heard.clear()

    (page,) = crm.changes("Lead", ["LastName"], first)

    assert [record.id for record in page.records] == [kept]
    assert [gone.id for gone in page.gone] == [lost]
    assert org.paths() == ["GET queryAll"]
    assert listed(crm) == [kept]
    assert org.paths()[-1] == "GET query"


def test_ends_fill_pages_like_records(
    crm: Connector, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven changes and ends of one second, in pages of three: none is lost at an edge."""
    ids = created(crm, *[lead(f"k{number}") for number in range(7)])
    since = Position(modified=START)
    crm.delete("Lead", ids[2:6])
    monkeypatch.setattr(reading, "PAGE", 3)

    pages = list(crm.changes("Lead", ["LastName"], since))

    assert [(len(page.records), len(page.gone)) for page in pages] == [(2, 1), (0, 3), (1, 0)]
    assert [page.position.id for page in pages] == [ids[2], ids[5], ids[6]]


def test_two_hundred_deletions_are_one_call(crm: Connector, org: Org) -> None:
    """Each row has its own outcome, in the order asked."""
    ids = created(crm, *[lead(f"k{number}") for number in range(199)])
    org.heard.clear()
    org.spent.clear()

    outcomes = crm.delete("Lead", [*ids[:100], "00QSb0000zzzzzz", *ids[100:]])

    assert [outcome.status for outcome in outcomes] == [DONE] * 200
    assert [outcome.id for outcome in outcomes] == [*ids[:100], "00QSb0000zzzzzz", *ids[100:]]
    assert (org.paths(), org.spent) == (["DELETE sobjects"], ["delete"])
    assert listed(crm) == []


def test_a_deletion_that_the_org_refuses_is_told(crm: Connector, org: Org) -> None:
    """A row that is refused or locked keeps its code, and the others are deleted."""
    ids = created(crm, lead("a"), lead("b"), lead("c"))
    codes = ["DELETE_FAILED", "UNABLE_TO_LOCK_ROW"]
    body: list[dict[str, Any]] = [
        *(
            {"success": False, "errors": [{"statusCode": code, "message": "no", "fields": []}]}
            for code in codes
        ),
        {"id": ids[2], "success": True, "errors": []},
    ]
    org.faults.append(("DELETE", "composite", says(200, body)))

    outcomes = crm.delete("Lead", ids)

    assert [outcome.status for outcome in outcomes] == [REFUSED, RETRY, DONE]
    assert [outcome.code for outcome in outcomes] == [*codes, ""]
    assert [outcome.id for outcome in outcomes] == ids


def test_a_deletion_without_an_answer_is_not_repeated(crm: Connector, org: Org) -> None:
    """Whether it took effect is unknown; the record is looked for before anything else."""
    (record_id,) = created(crm, lead("k"))
    org.heard.clear()
    org.faults.append(("DELETE", "composite", says(500, ERROR, after=org.app)))

    with pytest.raises(UnknownOutcomeError):
        crm.delete("Lead", [record_id])

    assert org.paths() == ["DELETE sobjects"]
    assert crm.read("Lead", [record_id], ["LastName"]) == []


def test_a_value_that_refers_to_what_is_gone_is_refused(crm: Connector, org: Org) -> None:
    """The vendor has one code for both; only a record that is itself gone is reported so."""
    (person,) = created(crm, lead("person"))
    (made,) = crm.write("Task", [Write(key="t", values={"Subject": "Call"})])
    crm.delete("Lead", [person])

    update = Write(id=made.id, values={"WhoId": person})
    creation = Write(key="u", values={"Subject": "Mail", "WhoId": person})
    outcomes = crm.write("Task", [update, creation])

    assert [each.status for each in outcomes] == [REFUSED, REFUSED]
    assert [each.code for each in outcomes] == ["ENTITY_IS_DELETED"] * 2


def test_what_cannot_be_made_certain_is_asked_again(crm: Connector, org: Org) -> None:
    """If the look at what is gone fails, the other rows stay written and these are retried."""
    kept, lost = created(crm, lead("a"), lead("b"))
    crm.delete("Lead", [lost])
    org.faults += [("GET", "/query", says(503, ERROR))] * 4

    rows = [Write(id=id_, values={"Title": "x"}) for id_ in (lost, kept)]
    outcomes = crm.write("Lead", rows)

    assert [each.status for each in outcomes] == [RETRY, DONE]


def test_a_converted_lead_that_is_deleted_stays_a_contact(crm: Connector, org: Org) -> None:
    """What counts of a converted lead is the contact, even if the lead goes into the bin."""
    (record_id,) = created(crm, lead("k"))
    contact = by_hand(org, "convert", lead=record_id)
    crm.delete("Lead", [record_id])

    (gone,) = ends(crm, Position(modified=START))

    assert (gone.kind, gone.into) == (GoneKind.CONVERTED, ("Contact", contact))


def test_a_contact_that_the_user_may_not_see_is_left_out(org: Org, tmp_path: Path) -> None:
    """Without the field, a conversion is told without its contact, and no query breaks."""
    with opened(org, tmp_path) as crm:
        (record_id,) = created(crm, lead("k"))
        full = crm.describe()
    by_hand(org, "convert", lead=record_id)
    kinds = [
        replace(kind, fields=tuple(f for f in kind.fields if f.name != "ConvertedContactId"))
        for kind in full.objects
    ]
    blind = replace(full, objects=tuple(kinds))
    with opened(org, tmp_path, description=blind) as crm:
        (gone,) = ends(crm, Position(modified=START))

    assert (gone.id, gone.kind, gone.into) == (record_id, GoneKind.CONVERTED, None)


def test_an_archived_activity_is_neither_a_change_nor_an_end(crm: Connector, org: Org) -> None:
    """The bin's listing shows what the org put away too; a usual query never did."""
    crm.describe()
    row = {"Id": "00TSb0000000001AAA", "SystemModstamp": "2026-11-22T15:40:00.000+0000"}
    rows = [{**row, "Subject": "old", "IsDeleted": False, "IsArchived": True}]
    body = {"totalSize": 1, "done": True, "records": rows}
    org.faults.append(("GET", "queryAll", says(200, body)))

    (page,) = crm.changes("Task", ["Subject"], Position(modified=START))

    assert (page.records, page.gone) == ((), ())
    assert page.position.id == row["Id"]


# Signing in, and limits


def test_a_wrong_secret_is_said_plainly_and_costs_nothing(org: Org, tmp_path: Path) -> None:
    with opened(org, tmp_path, client_id="other") as crm, pytest.raises(FatalError) as caught:
        crm.describe()

    assert "invalid_client_id: client identifier invalid" in caught.value.message
    assert "SYNCLINE_SALESFORCE_CLIENT_SECRET" in caught.value.hint
    assert org.spent == []


EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_an_expired_session_is_renewed_once(crm: Connector, org: Org) -> None:
    crm.describe()
    org.heard.clear()
    org.faults.append(("PATCH", "composite", says(401, EXPIRED)))

    assert crm.write("Lead", [lead("k")])[0].status is DONE
    assert org.paths() == ["PATCH Syncline_Key__c", "POST token", "PATCH Syncline_Key__c"]

    org.faults += [("GET", "query", says(401, EXPIRED))] * 2
    with pytest.raises(FatalError, match="INVALID_SESSION_ID: Session expired"):
        listed(crm)


@pytest.mark.parametrize(
    "token",
    [
        {"access_token": "t", "instance_url": "http://evil.example"},
        {"access_token": "two words", "instance_url": "https://a.example"},
        {},
    ],
)
def test_a_token_goes_nowhere_in_the_clear(crm: Connector, org: Org, token: Any) -> None:
    org.faults.append(("POST", "token", says(200, token)))

    with pytest.raises(FatalError):
        crm.describe()


def test_the_daily_limit_is_said_and_not_hammered(tmp_path: Path) -> None:
    with served(tmp_path, allowance=7) as org, opened(org, tmp_path) as crm:
        assert crm.usage() is None
        crm.describe()
        assert crm.usage() == Usage(used=6, allowed=7)
        listed(crm)
        with pytest.raises(RetriableError, match="TotalRequests Limit exceeded") as caught:
            listed(crm)

        assert crm.usage() == Usage(used=7, allowed=7)
    assert "24 hours" in caught.value.hint
    assert org.spent.count("list") == 2


def test_too_many_at_once_is_another_matter(crm: Connector, org: Org) -> None:
    words = "ConcurrentPerOrgLongTxn Limit exceeded."
    body = [{"message": words, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    org.faults.append(("GET", "describe", says(403, body)))

    with pytest.raises(RetriableError, match="ConcurrentPerOrgLongTxn") as caught:
        crm.describe()

    assert "Other programs" in caught.value.hint


def test_every_call_but_the_login_is_paid_for(crm: Connector, org: Org) -> None:
    created(crm, lead("k"))
    listed(crm)
    crm.lookup("Lead", ["k"])

    assert org.spent == ["describe", "write", "list", "look up"]
    assert len(org.heard) == 5


@pytest.mark.parametrize(
    ("fault", "expected", "words"),
    [
        (says(500, []), RetriableError, "answered GET /services/data/v62.0/query with 500"),
        (says(200, "<title>Log in</title>"), FatalError, 'a web page ("Log in")'),
        (says(200, {"a": 1}), FatalError, "something else"),
        (says(200, [1, 2], cut=2), RetriableError, "the connection broke"),
    ],
)
def test_a_listing_from_a_broken_server_never_reads_as_an_empty_one(
    crm: Connector, org: Org, fault: App, expected: type[ConnectorError], words: str
) -> None:
    crm.describe()
    org.faults += [("GET", "/query", fault)] * 4

    with pytest.raises(expected, match=re.escape(words)) as caught:
        listed(crm)

    assert type(caught.value) is expected


def test_a_field_that_is_not_there_is_named_by_the_org(crm: Connector) -> None:
    with pytest.raises(FatalError, match="No such column 'Nonsense__c'"):
        list(crm.changes("Lead", ["Nonsense__c"], None))


@pytest.mark.parametrize("name", ["Id FROM User", "a..b", "", "x'", "ä"])
def test_a_name_cannot_smuggle_in_a_query(name: str) -> None:
    with pytest.raises(FatalError, match="cannot be the name"):
        soql.select("Lead", [name])


def test_a_crm_does_no_cadence_actions(crm: Connector) -> None:
    with pytest.raises(FatalError, match="no cadence"):
        crm.act([ActionRequest(key="k", action="exit", prospect="p")])


# What it registers


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://example.my.salesforce.com", True),
        ("https://example.my.salesforce.com/", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://[::1]:80/", True),
        ("http://example.my.salesforce.com", False),
        ("http://127.0.0.1.example.com", False),
        ("https://user:word@example.com", False),
        ("https://example.com/path?x", False),
        ("example.com", False),
    ],
)
def test_its_settings_take_https_or_this_machine(url: str, fine: bool) -> None:
    Draft202012Validator.check_schema(TYPE.settings)
    settings = {"url": url, "client_id": "x"}

    assert allowed(settings) is fine
    assert not allowed({**settings, "typo": 1})


def allowed(settings: dict[str, Any]) -> bool:
    try:
        validate(settings, TYPE.settings)
    except ValidationError:
        return False
    return True


def test_every_activity_template_makes_a_record_that_the_org_takes(
    crm: Connector, org: Org
) -> None:
    """K3, K4: each kind of activity lands in the activity history of the person."""
    (person,) = created(crm, lead("person"))
    described = crm.describe()
    kinds: list[str] = []
    for template in syncline_register_activity_templates():
        kinds.append(template.kind)
        values = {template.person_field: person, "Subject": template.kind, **template.values}
        values[template.date_field or ""] = "2026-11-22"
        found = described.get(template.object)
        assert found is not None
        assert all(found.get(name) for name in values)

        (outcome,) = crm.write(template.object, [Write(key=template.kind, values=values)])

        assert outcome.status is DONE, outcome
    assert kinds == ["call", "email", "sms", "note", "task", "meeting"]
    assert len(listed_of(crm, "Task")) == 5
    assert len(listed_of(crm, "Event")) == 1


def listed_of(crm: Connector, name: str) -> list[str]:
    return [record.id for page in crm.changes(name, ["Subject"], None) for record in page.records]
