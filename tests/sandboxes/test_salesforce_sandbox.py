"""The sandbox answers as the vendor does: shapes are held against recorded answers."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support_salesforce_sandbox import (
    ROOT,
    Org,
    by_hand,
    recorded,
    same_shape,
    served,
    sign_in,
)
from syncline_sandbox.salesforce.wire import id_of, is_id

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


# Shapes


def test_answers_have_the_recorded_shapes(org: Org) -> None:
    made = org.call("POST", "/sobjects/Contact", {"LastName": "Somebody", "Email": "a@b.example"})
    same_shape(made, "create-201")
    path = f"/sobjects/Contact/{made.json()['id']}"
    assert made.headers["Location"] == ROOT + path
    same_shape(org.call("PATCH", path, {"FirstName": "Ann"}), "update-204")
    same_shape(org.call("DELETE", path), "delete-204")
    same_shape(org.call("DELETE", path), "delete-404")

    by_key = "/sobjects/Lead/Syncline_Key__c/a::1"
    row: dict[str, Any] = {"LastName": "L", "Company": "C"}
    same_shape(org.call("PATCH", by_key, row), "upsert-201")
    same_shape(org.call("PATCH", by_key, row), "upsert-204")

    row["attributes"] = {"type": "Lead"}
    batch = {"allOrNone": False, "records": [row]}
    same_shape(org.call("POST", "/composite/sobjects", batch), "collections-create")
    keyed = {"records": [{**row, "Syncline_Key__c": "b"}]}
    created = org.call("PATCH", "/composite/sobjects/Lead/Syncline_Key__c", keyed)
    same_shape(created, "collections-upsert")
    update = {"records": [{"attributes": {"type": "Lead"}, "Id": created.json()[0]["id"]}]}
    same_shape(org.call("PATCH", "/composite/sobjects", update), "collections-update")

    org.call("POST", "/sobjects/Account", {"Name": "Engines"})
    text = "SELECT Id, Name, AnnualRevenue FROM Account"
    same_shape(org.call("GET", "/query", params={"q": text}), "query-many")
    text = "SELECT Id FROM Account WHERE Name = 'nobody'"
    same_shape(org.call("GET", "/query", params={"q": text}), "query-zero")
    same_shape(org.call("GET", "/limits/recordCount?sObjects=Account"), "record-count")
    same_shape(sign_in(org.http), "oauth-token")


def test_descriptions_have_the_recorded_keys(org: Org) -> None:
    wanted = recorded("describe-lead")["body"]
    got = org.call("GET", "/sobjects/Lead/describe").json()

    assert set(got) == set(wanted)
    fields = {each["name"]: each for each in got["fields"]}
    for field in wanted["fields"]:
        assert fields[field["name"]] == field
    for name in ("Contact", "Account", "Task", "Event"):
        other = org.call("GET", f"/sobjects/{name}/describe").json()
        assert set(other) == set(wanted)
        assert {frozenset(each) for each in other["fields"]} == {frozenset(wanted["fields"][0])}
        assert "Syncline_Key__c" in {each["name"] for each in other["fields"]}

    objects = org.call("GET", "/sobjects").json()
    summary = recorded("describe-global")["body"]
    assert set(objects) == set(summary)
    assert set(objects["sobjects"][0]) == set(summary["sobjects"][0])
    names = {"limits", "sobjects", "query", "queryAll", "identity"}
    assert names <= set(org.call("GET", "").json()) & set(recorded("resources")["body"])


def test_times_are_whole_seconds_in_the_vendors_form(org: Org) -> None:
    org.lead()

    (row,) = org.query("SELECT SystemModstamp FROM Lead")["records"]

    sample = recorded("query-modstamp")["body"]["records"][0]["SystemModstamp"]
    assert row["SystemModstamp"] == "2026-11-22T15:40:00.000+0000"
    assert len(row["SystemModstamp"]) == len(sample)


def test_ids_carry_the_vendors_checksum() -> None:
    recorded_ids = [
        recorded("create-201")["body"]["id"],
        *(row["Id"] for row in recorded("query-many")["body"]["records"]),
        recorded("collections-upsert")["body"][0]["id"],
    ]
    assert all(is_id(each) and is_id(each[:15]) for each in recorded_ids)
    assert not is_id(recorded_ids[0][:15] + "AAA")
    assert not is_id("short")

    made = [id_of("00Q", number) for number in (1, 61, 62, 5000)]
    assert all(is_id(each) and len(each) == 18 for each in made)
    assert sorted(made) == made


# Who may come in


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "x"}, "invalid_client_id"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_secret": "ä"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_are_refused(org: Org, form: dict[str, str], error: str) -> None:
    answer = sign_in(org.http, **form)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic x", "Bearer"])
def test_a_call_without_the_token_is_refused(org: Org, header: str) -> None:
    answer = org.call("GET", "/limits", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.json() == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]


def test_the_daily_allowance_ends_and_comes_back_the_next_day(tmp_path: Path) -> None:
    with served(tmp_path, allowance=2) as org:
        used = [org.call("GET", "/limits").headers["Sforce-Limit-Info"] for _ in range(2)]
        assert used == ["api-usage=1/2", "api-usage=2/2"]
        refused = org.call("GET", "/limits")
        assert refused.status_code == 403
        assert refused.json() == [
            {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
        ]
        org.now += timedelta(days=1)
        answer = org.call("GET", "/limits")
        assert answer.json() == {"DailyApiRequests": {"Max": 2, "Remaining": 1}}


# Checks of values


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ({"Status": ""}, "REQUIRED_FIELD_MISSING", "[Status]"),
        ({"City": "x" * 41}, "STRING_TOO_LONG", "City: data value too large"),
        (
            {"CleanStatus": "Odd"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Clean Status: bad value for restricted picklist field: Odd",
        ),
        ({"CreatedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "CreatedDate"),
        ({"Email": "a@b"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: a@b"),
        (
            {"Nonsense__c": 1},
            "INVALID_FIELD",
            "No such column 'Nonsense__c' on sobject of type Lead",
        ),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of int"),
        ({"NumberOfEmployees": 1.5}, "JSON_PARSER_ERROR", "VALUE_NUMBER_FLOAT value 1.5"),
        ({"LastName": 5}, "JSON_PARSER_ERROR", "instance of string"),
        ({"LastName": ["x"]}, "JSON_PARSER_ERROR", "START_ARRAY"),
        ({"IsUnreadByOwner": "yes"}, "JSON_PARSER_ERROR", "boolean"),
        ({"EmailBouncedDate": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "EmailBouncedDate"),
        ({"Syncline_Key__c": "TAKEN"}, "DUPLICATE_VALUE", "duplicates value on record with id"),
        ({"OwnerId": "nobody"}, "MALFORMED_ID", "id value of incorrect type: nobody"),
    ],
)
def test_a_bad_value_is_refused_in_the_vendors_words(
    org: Org, values: dict[str, Any], code: str, words: str
) -> None:
    org.lead(Syncline_Key__c="taken")
    row = {"LastName": "L", "Company": "C", **values}

    alone = org.call("POST", "/sobjects/Lead", row)
    (error,) = alone.json()
    assert (alone.status_code, error["errorCode"]) == (400, code)
    assert words in error["message"]

    good = {"attributes": {"type": "Lead"}, "LastName": "Good", "Company": "C"}
    rows = [{**good, **row}, good]
    (bad, fine) = org.call("POST", "/composite/sobjects", {"records": rows}).json()
    assert (bad["success"], bad["errors"][0]["statusCode"]) == (False, code)
    assert set(bad["errors"][0]) == {"statusCode", "message", "fields"}
    assert fine["success"] is True


def test_references_must_lead_somewhere(org: Org) -> None:
    lead = org.lead()

    def task(who: str) -> Any:
        return org.call("POST", "/sobjects/Task", {"Subject": "x", "WhoId": who}).json()

    assert task(lead[:15])["success"] is True
    assert task(id_of("00Q", 999))[0]["errorCode"] == "INVALID_CROSS_REFERENCE_KEY"
    org.call("DELETE", f"/sobjects/Lead/{lead}")
    assert task(lead)[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_a_converted_lead_refuses_updates(org: Org) -> None:
    lead = org.lead(IsConverted=True)

    answer = org.call("PATCH", f"/sobjects/Lead/{lead}", {"Title": "x"})

    assert answer.json()[0]["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_nothing_new_refers_to_a_converted_lead(org: Org) -> None:
    lead = org.lead()
    by_hand(org, "convert", lead=lead)

    (error,) = org.call("POST", "/sobjects/Task", {"Subject": "x", "WhoId": lead}).json()

    assert error["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert error["fields"] == ["WhoId"]


def test_an_event_needs_a_time(org: Org) -> None:
    assert org.call("POST", "/sobjects/Event", {"Subject": "x"}).status_code == 400
    day = {"Subject": "x", "IsAllDayEvent": True, "ActivityDate": "2026-11-22"}
    assert org.call("POST", "/sobjects/Event", day).status_code == 201


def test_defaults_and_derived_fields_are_filled_in(org: Org) -> None:
    lead = org.lead(FirstName=" Ada ", LastName="Lovelace")
    row = org.call("GET", f"/sobjects/Lead/{lead}").json()
    assert (row["Name"], row["Status"]) == ("Ada Lovelace", "Open - Not Contacted")
    assert (row["IsConverted"], row["IsDeleted"]) == (False, False)
    task = org.call("POST", "/sobjects/Task", {"Status": "Completed"}).json()["id"]
    row = org.call("GET", f"/sobjects/Task/{task}?fields=IsClosed,Priority").json()
    assert (row["IsClosed"], row["Priority"]) == (True, "Normal")


def test_all_or_none_undoes_what_was_done(org: Org) -> None:
    good = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}
    body = {"allOrNone": True, "records": [good, {"attributes": {"type": "Lead"}}]}

    results = org.call("POST", "/composite/sobjects", body).json()

    assert [each["errors"][0]["statusCode"] for each in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert org.query("SELECT count() FROM Lead")["totalSize"] == 0


def test_a_key_or_an_id_stands_once_in_a_batch(org: Org) -> None:
    row = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}
    keyed = [{**row, "Syncline_Key__c": key} for key in ("a", "A")]
    path = "/composite/sobjects/Lead/Syncline_Key__c"
    first, second = org.call("PATCH", path, {"records": keyed}).json()
    assert (first["created"], second["errors"][0]["statusCode"]) == (True, "DUPLICATE_VALUE")

    again = [
        {"attributes": {"type": "Lead"}, "Id": each} for each in (first["id"], first["id"][:15])
    ]
    _, second = org.call("PATCH", "/composite/sobjects", {"records": again}).json()
    assert second["errors"][0]["statusCode"] == "DUPLICATE_VALUE"


BAD_REQUESTS: list[tuple[str, str, Any, int, str]] = [
    ("PATCH", "/composite/sobjects/Lead/Email", {"records": [{}]}, 404, "NOT_FOUND"),
    ("PATCH", "/composite/sobjects/Nothing/Email", {"records": [{}]}, 404, "NOT_FOUND"),
    ("POST", "/composite/sobjects", {"records": [{}] * 201}, 400, "EXCEEDED_ID_LIMIT"),
    ("POST", "/composite/sobjects", {"records": 5}, 400, "JSON_PARSER_ERROR"),
    ("POST", "/composite/sobjects", [], 400, "JSON_PARSER_ERROR"),
    ("POST", "/sobjects/Lead", [1], 400, "JSON_PARSER_ERROR"),
    ("POST", "/sobjects/Nothing", {}, 404, "NOT_FOUND"),
    ("GET", "/sobjects/Lead/00QSb0000zzzzzz", None, 404, "NOT_FOUND"),
    ("PATCH", "/sobjects/Lead/00QSb0000zzzzzz", {}, 400, "INVALID_CROSS_REFERENCE_KEY"),
    ("DELETE", "/sobjects/Lead/nonsense", None, 400, "MALFORMED_ID"),
    ("GET", "/query/01gSb0000000009-5", None, 400, "INVALID_QUERY_LOCATOR"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), BAD_REQUESTS)
def test_a_bad_request_is_refused_whole(
    org: Org, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = org.call(method, path, body)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_a_body_that_is_no_json_is_refused(org: Org) -> None:
    answer = org.http.post(f"{ROOT}/sobjects/Lead", content=b'{"a":')

    assert answer.json()[0]["errorCode"] == "JSON_PARSER_ERROR"


# SOQL


@pytest.fixture
def people(org: Org) -> Org:
    org.lead(LastName="Ada", NumberOfEmployees=5, Title="Countess", City="London")
    org.now += timedelta(seconds=1)
    org.lead(LastName="bob", NumberOfEmployees=15, IsUnreadByOwner=True)
    org.lead(LastName="O'Hara", City="Paris_1", Title="100%")
    return org


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("WHERE LastName = 'ADA'", ["Ada"]),
        ("where lastname != 'ada' order by lastname", ["bob", "O'Hara"]),
        (r"WHERE LastName = 'O\'Hara'", ["O'Hara"]),
        ("WHERE LastName < 'b'", ["Ada"]),
        ("WHERE NumberOfEmployees >= 5 AND NumberOfEmployees < 15", ["Ada"]),
        ("WHERE NumberOfEmployees = null", ["O'Hara"]),
        ("WHERE NumberOfEmployees != null AND NOT LastName = 'Ada'", ["bob"]),
        ("WHERE City != 'London'", ["bob", "O'Hara"]),
        ("WHERE City LIKE 'lon%'", ["Ada"]),
        (r"WHERE City LIKE 'Paris\_1'", ["O'Hara"]),
        (r"WHERE Title LIKE '100\%'", ["O'Hara"]),
        ("WHERE City LIKE 'p_ris%'", ["O'Hara"]),
        ("WHERE LastName IN ('ada', 'BOB')", ["Ada", "bob"]),
        ("WHERE LastName NOT IN ('ada', 'BOB')", ["O'Hara"]),
        ("WHERE IsUnreadByOwner = TRUE", ["bob"]),
        ("WHERE (LastName = 'Ada' OR LastName = 'bob') AND City = null", ["bob"]),
        ("WHERE SystemModstamp > 2026-11-22T15:40:00Z", ["bob", "O'Hara"]),
        ("WHERE SystemModstamp > 2026-11-22T16:40:00.999+01:00", ["bob", "O'Hara"]),
        ("WHERE SystemModstamp <= 2026-11-22T15:40:00.000+0000", ["Ada"]),
        ("ORDER BY LastName DESC", ["O'Hara", "bob", "Ada"]),
        ("ORDER BY NumberOfEmployees", ["O'Hara", "Ada", "bob"]),
        ("ORDER BY NumberOfEmployees DESC NULLS LAST", ["bob", "Ada", "O'Hara"]),
        ("ORDER BY SystemModstamp DESC, LastName DESC", ["O'Hara", "bob", "Ada"]),
        ("ORDER BY LastName LIMIT 1 OFFSET 1", ["bob"]),
        ("LIMIT 0", []),
    ],
)
def test_soql_means_what_the_vendor_means(people: Org, where: str, names: list[str]) -> None:
    assert people.names(where) == names


def test_a_count_has_no_records(people: Org) -> None:
    answer = people.query("SELECT COUNT() FROM Lead WHERE LastName LIKE 'a%'")

    assert answer == {"totalSize": 1, "done": True, "records": []}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT Id", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT FROM Lead", "MALFORMED_QUERY", "unexpected token: 'Lead'"),
        ("SELECT Id FROM Lead WHERE Id = 'x' AND Id = 'y' OR Id = 'z'", "MALFORMED_QUERY", "OR"),
        ("SELECT Id FROM Lead WHERE LastName = 'open", "MALFORMED_QUERY", ""),
        ("SELECT Id FROM Lead GROUP BY Id", "MALFORMED_QUERY", ""),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-13-01T00:00:00Z", "MALFORMED_QUERY", ""),
        ("SELECT Nonsense FROM Lead", "INVALID_FIELD", "No such column 'Nonsense' on entity"),
        ("SELECT Nobody.Name FROM Lead", "INVALID_FIELD", "relationship 'Nobody'"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "not be enclosed"),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "should be enclosed"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(
    org: Org, text: str, code: str, words: str
) -> None:
    (error,) = org.query(text)

    assert (error["errorCode"], words in error["message"]) == (code, True)


def test_both_forms_of_an_id_are_one_in_a_query(people: Org) -> None:
    (row,) = people.query("SELECT Id FROM Lead LIMIT 1")["records"]

    for form in (row["Id"], row["Id"][:15]):
        assert people.query(f"SELECT Id FROM Lead WHERE Id IN ('{form}')")["totalSize"] == 1


def test_deleted_records_are_seen_by_query_all_alone(people: Org) -> None:
    (row,) = people.query("SELECT Id FROM Lead WHERE LastName = 'Ada'")["records"]
    people.call("DELETE", f"/sobjects/Lead/{row['Id']}")

    assert people.names("WHERE LastName = 'Ada'") == []
    text = "SELECT Id, IsDeleted FROM Lead WHERE IsDeleted = true"
    (gone,) = people.call("GET", "/queryAll", params={"q": text}).json()["records"]
    assert (gone["Id"], gone["IsDeleted"]) == (row["Id"], True)


def test_deletions_come_two_hundred_at_a_time_and_fail_alone(org: Org) -> None:
    """Rows of several objects may stand in one request, each with its own result (B9)."""
    first, second = org.lead(), org.lead()
    task = org.call("POST", "/sobjects/Task", {"Subject": "x"}).json()["id"]
    org.call("DELETE", f"/sobjects/Lead/{first}")
    missing = id_of("00Q", 999)
    ids = ",".join((second, first, missing, "nonsense", task))

    answer = org.call("DELETE", "/composite/sobjects", params={"ids": ids, "allOrNone": "false"})

    assert answer.status_code == 200
    done, *refused, also = answer.json()
    assert done == {"id": second, "success": True, "errors": []}
    assert also["id"] == task
    assert [each["errors"][0]["statusCode"] for each in refused] == [
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
    ]
    assert org.query("SELECT count() FROM Lead")["totalSize"] == 0


def test_all_or_none_of_deletions_deletes_none(org: Org) -> None:
    """One row that fails brings the others back."""
    ids = f"{org.lead()},{id_of('00Q', 999)}"

    results = org.call("DELETE", f"/composite/sobjects?ids={ids}&allOrNone=true").json()

    assert [each["errors"][0]["statusCode"] for each in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INVALID_CROSS_REFERENCE_KEY",
    ]
    assert org.query("SELECT count() FROM Lead")["totalSize"] == 1


@pytest.mark.parametrize(
    ("ids", "code"),
    [("", "MISSING_ARGUMENT"), (",".join(["x"] * 201), "EXCEEDED_ID_LIMIT")],
)
def test_a_request_to_delete_none_or_too_many_is_refused(org: Org, ids: str, code: str) -> None:
    answer = org.call("DELETE", "/composite/sobjects", params={"ids": ids})

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_ends_leave_the_vendors_marks(org: Org) -> None:
    """Deleted, merged and converted rows tell how they ended, at the time when they did (B9)."""
    deleted, loser, winner, lead = (org.lead(Syncline_Key__c=key) for key in "abcd")
    before = org.query(f"SELECT SystemModstamp FROM Lead WHERE Id = '{winner}'")["records"][0]
    org.now += timedelta(hours=1)
    org.call("DELETE", f"/sobjects/Lead/{deleted}")
    assert by_hand(org, "merge", loser=loser, winner=winner).json()["id"] == winner
    contact = by_hand(org, "convert", lead=lead).json()["id"]

    text = (
        "SELECT Id, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId, ConvertedAccountId,"
        " ConvertedDate, Status, SystemModstamp, LastModifiedDate FROM Lead ORDER BY Id"
    )
    rows = org.call("GET", "/queryAll", params={"q": text}).json()["records"]

    assert [(row["IsDeleted"], row["MasterRecordId"]) for row in rows] == [
        (True, None),
        (True, winner),
        (False, None),
        (False, None),
    ]
    assert [row["IsConverted"] for row in rows] == [False, False, False, True]
    assert (rows[3]["ConvertedContactId"], rows[3]["ConvertedDate"]) == (contact, "2026-11-22")
    assert rows[3]["Status"] == "Closed - Converted"
    account = org.call("GET", f"/sobjects/Account/{rows[3]['ConvertedAccountId']}").json()
    made = org.call("GET", f"/sobjects/Contact/{contact}").json()
    assert (account["Name"], made["AccountId"]) == ("C", account["Id"])
    # A contact is no lead: our key stays where it was.
    assert made["Syncline_Key__c"] is None
    times = [row["SystemModstamp"] for row in rows]
    assert times[0] < times[1] == times[2] < times[3]
    assert times == [row["LastModifiedDate"] for row in rows]
    assert before["SystemModstamp"] < times[2]


@pytest.mark.parametrize(
    ("what", "ids", "status", "code"),
    [
        ("dance", {}, 404, "NOT_FOUND"),
        ("merge", {}, 400, "INVALID_CROSS_REFERENCE_KEY"),
        ("merge", {"loser": 7, "winner": "x"}, 400, "INVALID_CROSS_REFERENCE_KEY"),
        ("undelete", {"id": None}, 400, "INVALID_CROSS_REFERENCE_KEY"),
        ("convert", {"lead": "x"}, 400, "MALFORMED_ID"),
    ],
)
def test_a_hand_that_asks_for_nonsense_is_told(
    org: Org, what: str, ids: dict[str, Any], status: int, code: str
) -> None:
    answer = by_hand(org, what, **ids)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_hands_use_up_no_calls(tmp_path: Path) -> None:
    """What people do by hand is no call of a program."""
    with served(tmp_path, allowance=2) as org:
        lead = org.lead()
        for _ in range(3):
            by_hand(org, "undelete", id=lead)
        assert "Sforce-Limit-Info" not in by_hand(org, "undelete", id=lead).headers
        assert org.call("GET", "/limits").json()["DailyApiRequests"]["Remaining"] == 0


def test_a_long_answer_comes_in_parts_of_the_size_asked_for(org: Org) -> None:
    row = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}
    for _ in range(3):
        org.call("POST", "/composite/sobjects", {"records": [row] * 150})

    options = {"Sforce-Query-Options": "batchSize=200"}
    part = org.query("SELECT Id FROM Lead", headers=options)
    sizes = [len(part["records"])]
    while not part["done"]:
        part = org.http.get(part["nextRecordsUrl"]).json()
        sizes.append(len(part["records"]))

    assert (sizes, part["totalSize"]) == ([200, 200, 50], 450)


# Keeping


def test_what_was_done_is_there_after_a_restart(tmp_path: Path) -> None:
    with served(tmp_path) as org:
        first = org.lead(Syncline_Key__c="k", LastName="Ada")
    with served(tmp_path) as org:
        assert org.names("") == ["Ada"]
        row = {"LastName": "Bob", "Company": "C"}
        assert org.call("PATCH", "/sobjects/Lead/Syncline_Key__c/K", row).status_code == 204
        assert org.lead() != first
        assert org.names("WHERE Syncline_Key__c = 'k'") == ["Bob"]


def test_a_request_is_one_replacement_of_the_file(
    org: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    replace = Path.replace

    def count(self: Path, target: Path) -> Path:
        written.append(1)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", count)
    row = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}
    org.call("POST", "/composite/sobjects", {"records": [row] * 200})
    org.names("")

    assert written == [1]


def test_ten_thousand_leads_stay_quick(tmp_path: Path) -> None:
    with served(tmp_path) as org:
        row = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}
        path = "/composite/sobjects/Lead/Syncline_Key__c"
        for start in range(0, 10_000, 200):
            rows = [{**row, "Syncline_Key__c": f"k{at}"} for at in range(start, start + 200)]
            assert all(
                each["success"] for each in org.call("PATCH", path, {"records": rows}).json()
            )
        began = time.process_time()
        rows = [{**row, "Syncline_Key__c": f"k{at}"} for at in range(0, 10_000, 50)]
        org.call("PATCH", path, {"records": rows})
        assert org.query("SELECT count() FROM Lead WHERE LastName = 'L'")["totalSize"] == 10_000

    # Measured: 0.15 s of a core. A scan for each row would take more than ten times as long.
    assert time.process_time() - began < 2.0
