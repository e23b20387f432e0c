"""The sandbox's further resources: related fields, composite, jobs, Sales Engagement."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from support_salesforce_sandbox import ROOT, Org, by_hand, recorded, same_shape, served
from syncline import Fault, Faults
from syncline_sandbox.salesforce.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import httpx


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


def made(org: Org, name: str, **values: Any) -> str:
    answer = org.call("POST", f"/sobjects/{name}", values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


# Queries over more than one object


def test_further_answers_have_the_recorded_shapes(org: Org) -> None:
    """Aggregates, subqueries and composite answers look as the vendor's own."""
    first = made(org, "Contact", FirstName="Lindsay", LastName="L")
    second = made(org, "Contact", FirstName="George", LastName="G")
    made(
        org,
        "Opportunity",
        Name="Deal",
        StageName="Prospecting",
        CloseDate="2026-12-01",
        ContactId=second,
    )
    query = {"q": "select FirstName, (select Name from Opportunities) from Contact"}
    answer = org.call("GET", "/query", params=query)
    same_shape(answer, "query-subselect")
    # The shape of a list is that of its first row; the second has the child.
    wanted = recorded("query-subselect")["body"]["records"][1]
    child = answer.json()["records"][1]["Opportunities"]
    assert set(child) == set(wanted["Opportunities"])
    assert set(child["records"][0]) == set(wanted["Opportunities"]["records"][0])
    assert first != second
    same_shape(
        org.call("GET", "/query", params={"q": "select count(Id) from Contact"}), "query-aggregate"
    )
    part = {"referenceId": "a", "method": "GET", "url": f"{ROOT}/sobjects/Foo"}
    same_shape(org.call("POST", "/composite", {"compositeRequest": [part]}), "composite-404")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT LastName, Owner.Email FROM Lead WHERE Owner.Email = 'RITA@sandbox.example'", 1),
        ("SELECT LastName FROM Lead WHERE Owner.IsActive = true AND Lead.LastName LIKE 'a%'", 1),
        ("SELECT Id FROM Task WHERE Who.Name = 'ann'", 1),
        ("SELECT Id, Who.Name, What.Name FROM Task", 2),
        ("SELECT LastName FROM Lead ORDER BY Owner.Name DESC", 2),
        ("SELECT FIELDS(ALL) FROM Lead LIMIT 1", 1),
        ("SELECT Id FROM Lead WHERE CreatedDate = TODAY", 2),
        ("SELECT Id FROM Lead WHERE CreatedDate < TODAY", 0),
        ("SELECT Id FROM Lead WHERE CreatedDate >= LAST_N_DAYS:3", 2),
        ("SELECT Id FROM Lead WHERE CreatedDate > YESTERDAY AND CreatedDate <= NEXT_N_DAYS:1", 2),
        ("SELECT Id FROM Lead WHERE CreatedDate != TOMORROW", 2),
        ("SELECT Id FROM Task WHERE ActivityDate = TODAY", 1),
        (r"SELECT Id FROM Lead WHERE Company LIKE '100\%'", 1),
        (r"SELECT Id FROM Lead WHERE Company LIKE '10\_\%'", 0),
        ("SELECT Id FROM User WHERE IsActive = false", 1),
    ],
)
def test_soql_reaches_what_records_refer_to(org: Org, text: str, rows: int) -> None:
    """Relationship fields stand in the list, the condition and the order; days are words."""
    rita = org.query("SELECT Id FROM User WHERE FirstName = 'Rita'")["records"][0]["Id"]
    ann = org.lead(LastName="ann", Company="100%", OwnerId=rita)
    org.lead(LastName="Bob")
    made(org, "Task", Subject="Call", WhoId=ann, ActivityDate="2026-11-22")
    made(org, "Task", Subject="Call")

    answer = org.query(text)

    assert answer["totalSize"] == rows, answer


def test_a_related_record_is_an_object_in_its_row(org: Org) -> None:
    """It names its own kind; where nobody is referred to it is null."""
    lead = org.lead(LastName="Ann")
    made(org, "Task", Subject="a", WhoId=lead)
    made(org, "Task", Subject="b")

    first, second = org.query("SELECT Who.Name, Owner.Email FROM Task ORDER BY Subject")["records"]

    url = f"{ROOT}/sobjects/Lead/{lead}"
    assert first["Who"] == {"attributes": {"type": "Lead", "url": url}, "Name": "Ann"}
    assert second["Who"] is None
    assert first["Owner"]["Email"] == "sam@sandbox.example"


def test_totals_are_one_row_with_their_names(org: Org) -> None:
    """COUNT, MIN, MAX, SUM and AVG, by an alias or as the vendor numbers them."""
    for number in (1, 2, 6):
        org.lead(NumberOfEmployees=number)
    org.lead()
    text = (
        "SELECT COUNT(NumberOfEmployees), MIN(NumberOfEmployees) low, MAX(NumberOfEmployees),"
        " SUM(NumberOfEmployees) total, AVG(NumberOfEmployees) mean FROM Lead"
    )

    (row,) = org.query(text)["records"]

    assert row.pop("attributes") == {"type": "AggregateResult"}
    assert row == {"expr0": 3, "low": 1, "expr1": 6, "total": 9, "mean": 3.0}


# Composite


def parts(*given: tuple[str, str, str, Any]) -> list[dict[str, Any]]:
    return [
        {"referenceId": name, "method": method, "url": f"{ROOT}{path}", "body": body}
        for name, method, path, body in given
    ]


def test_parts_of_a_composite_request_refer_to_one_another(org: Org) -> None:
    """25 requests are one call; what one answered stands in the address or the body of the next."""
    before = org.call("GET", "/limits").json()["DailyApiRequests"]["Remaining"]
    request = parts(
        ("acc", "POST", "/sobjects/Account", {"Name": "Engines"}),
        ("con", "POST", "/sobjects/Contact", {"LastName": "Roe", "AccountId": "@{acc.id}"}),
        ("back", "GET", "/sobjects/Contact/@{con.id}?fields=AccountId,Account.Name", None),
        ("found", "GET", "/query?q=SELECT+Id+FROM+Contact", None),
        ("last", "PATCH", "/sobjects/Contact/@{found.records[0].Id}", {"Title": "x"}),
    )

    answer = org.call("POST", "/composite", {"compositeRequest": request})

    said = {each["referenceId"]: each for each in answer.json()["compositeResponse"]}
    assert [said[name]["httpStatusCode"] for name in said] == [201, 201, 200, 200, 204]
    assert said["back"]["body"]["Account"]["Name"] == "Engines"
    assert said["acc"]["httpHeaders"]["Location"].startswith(f"{ROOT}/sobjects/Account/001")
    after = org.call("GET", "/limits").json()["DailyApiRequests"]["Remaining"]
    assert before - after == 2


def test_all_or_none_of_a_composite_request_leaves_nothing(org: Org) -> None:
    """One part that fails halts the others and takes back what was done."""
    request = parts(
        ("a", "POST", "/sobjects/Account", {"Name": "Engines"}),
        ("b", "POST", "/sobjects/Lead", {"LastName": "x"}),
        ("c", "POST", "/sobjects/Account", {"Name": "Wheels"}),
    )
    body = {"compositeRequest": request, "allOrNone": True}

    said = org.call("POST", "/composite", body).json()["compositeResponse"]

    codes = [each["body"][0]["errorCode"] for each in said]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert org.query("SELECT count() FROM Account")["totalSize"] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "JSON_PARSER_ERROR"),
        (
            {"compositeRequest": parts(*[(str(n), "GET", "/limits", None) for n in range(26)])},
            "LIMIT_EXCEEDED",
        ),
        (
            {
                "compositeRequest": parts(
                    ("a", "GET", "/limits", None), ("a", "GET", "/limits", None)
                )
            },
            "INVALID_INPUT",
        ),
    ],
)
def test_a_composite_request_out_of_bounds_is_refused(org: Org, body: Any, code: str) -> None:
    """At most 25 parts, each under a name of its own."""
    answer = org.call("POST", "/composite", body)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/sobjects/Lead/@{nobody.id}", "PROCESSING_HALTED"),
        ("POST", "/composite", "INVALID_INPUT"),
        ("GET", "/query?q=SELECT", "MALFORMED_QUERY"),
        ("PUT", "/limits", "METHOD_NOT_ALLOWED"),
    ],
)
def test_a_part_that_cannot_be_answered_fails_by_itself(
    org: Org, method: str, path: str, code: str
) -> None:
    """The other parts are answered."""
    request = parts(("a", method, path, {}), ("b", "GET", "/limits", None))

    bad, good = org.call("POST", "/composite", {"compositeRequest": request}).json()[
        "compositeResponse"
    ]

    assert bad["body"][0]["errorCode"] == code
    assert good["httpStatusCode"] == 200


def test_each_part_of_a_batch_is_a_call(org: Org) -> None:
    """Composite batch saves a way, and no budget."""
    before = org.call("GET", "/limits").json()["DailyApiRequests"]["Remaining"]
    requests = [
        {"method": "GET", "url": "v62.0/limits"},
        {"method": "POST", "url": "v62.0/sobjects/Account", "richInput": {"Name": "Engines"}},
        {"method": "GET", "url": "v62.0/sobjects/Nothing/describe"},
        {"method": "GET", "url": "v62.0/limits"},
    ]

    answer = org.call("POST", "/composite/batch", {"batchRequests": requests}).json()

    assert answer["hasErrors"] is True
    assert [each["statusCode"] for each in answer["results"]] == [200, 201, 404, 200]
    after = org.call("GET", "/limits").json()["DailyApiRequests"]["Remaining"]
    assert before - after == 5
    body = {"batchRequests": requests[2:], "haltOnError": True}
    halted = org.call("POST", "/composite/batch", body).json()
    assert [each["statusCode"] for each in halted["results"]] == [404, 412]


# Collections, keys and replication


def test_records_are_read_by_their_ids_in_one_call(org: Org) -> None:
    """In the order asked, and null where there is none."""
    first, second = org.lead(LastName="A"), org.lead(LastName="B")
    ids = [second, id_of("00Q", 999), first[:15]]

    by_post = org.call(
        "POST", "/composite/sobjects/Lead", {"ids": ids, "fields": ["LastName"]}
    ).json()
    by_get = org.call("GET", f"/composite/sobjects/Lead?ids={','.join(ids)}&fields=LastName").json()

    assert by_post == by_get
    assert [each and each["LastName"] for each in by_post] == ["B", None, "A"]


def test_a_record_is_read_and_deleted_by_its_key(org: Org) -> None:
    """A key that nobody has, and a field that is none, are not found."""
    lead = org.lead(Syncline_Key__c="a/b")
    path = "/sobjects/Lead/Syncline_Key__c/a%2Fb"

    assert org.call("GET", f"{path}?fields=Id").json()["Id"] == lead
    assert org.call("DELETE", path).status_code == 204
    assert org.call("GET", path).status_code == 404
    assert org.call("GET", "/sobjects/Lead/City/x").status_code == 404


def test_what_was_deleted_and_changed_is_told_for_a_span(org: Org) -> None:
    """GetDeleted and getUpdated: ids and times, for at most 30 days back."""
    kept, lost = org.lead(), org.lead()
    org.now += timedelta(hours=1)
    org.call("DELETE", f"/sobjects/Lead/{lost}")
    org.call("PATCH", f"/sobjects/Lead/{kept}", {"City": "Paris"})
    span = {
        "start": (org.now - timedelta(minutes=1)).isoformat(),
        "end": (org.now + timedelta(minutes=1)).isoformat(),
    }

    gone = org.call("GET", "/sobjects/Lead/deleted/", params=span).json()
    changed = org.call("GET", "/sobjects/Lead/updated", params=span).json()

    assert [each["id"] for each in gone["deletedRecords"]] == [lost]
    assert set(gone) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    assert changed["ids"] == [kept]
    long_ago = {**span, "start": "2026-01-01T00:00:00Z"}
    assert org.call("GET", "/sobjects/Lead/deleted", params=long_ago).status_code == 400
    assert (
        org.call("GET", "/sobjects/Lead/updated", params={"start": "x", "end": "y"}).status_code
        == 400
    )


def test_a_row_of_a_batch_is_locked_when_the_dial_says_so(tmp_path: Path) -> None:
    """ROW strikes rows by themselves; LIMIT strikes a request, with the vendor's code."""
    with served(tmp_path, faults=Faults(shares={Fault.ROW: 1.0})) as org:
        row = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"}
        results = org.call("POST", "/composite/sobjects", {"records": [row, row]}).json()
        assert {each["errors"][0]["statusCode"] for each in results} == {"UNABLE_TO_LOCK_ROW"}
    with served(tmp_path, faults=Faults(shares={Fault.LIMIT: 1.0})) as org:
        answer = org.call("GET", "/sobjects")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (
            403,
            "REQUEST_LIMIT_EXCEEDED",
        )


# Jobs


def opened(org: Org, **more: str) -> Any:
    body = {"object": "Lead", "operation": "insert", "contentType": "CSV", **more}
    answer = org.call("POST", "/jobs/ingest", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def upload(org: Org, job: Any, text: str) -> httpx.Response:
    headers = {"Content-Type": "text/csv"}
    return org.http.put(f"/{job['contentUrl']}", content=text.encode(), headers=headers)


def closed(org: Org, job: Any, state: str = "UploadComplete") -> httpx.Response:
    return org.call("PATCH", f"/jobs/ingest/{job['id']}", {"state": state})


def sheet(org: Org, job: Any, name: str) -> list[dict[str, str]]:
    answer = org.call("GET", f"/jobs/ingest/{job['id']}/{name}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_job_goes_from_open_to_complete(org: Org) -> None:
    """Its rows take effect after it was closed; each has its result."""
    job = opened(org)
    assert (job["state"], job["contentUrl"]) == (
        "Open",
        f"services/data/v62.0/jobs/ingest/{job['id']}/batches",
    )
    assert upload(org, job, "LastName,Company\nA,Acme\nB,\n").status_code == 201
    assert org.names("") == []
    assert closed(org, job).json()["state"] == "UploadComplete"

    told = org.call("GET", f"/jobs/ingest/{job['id']}").json()

    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (
        "JobComplete",
        2,
        1,
    )
    (done,) = sheet(org, job, "successfulResults")
    assert (done["sf__Created"], done["LastName"]) == ("true", "A")
    (failed,) = sheet(org, job, "failedResults")
    assert (
        failed["sf__Error"]
        == "REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --"
    )
    assert sheet(org, job, "unprocessedrecords") == []
    assert org.names("") == ["A"]
    listed = org.call("GET", "/jobs/ingest").json()
    assert [each["id"] for each in listed["records"]] == [job["id"]]
    assert org.call("DELETE", f"/jobs/ingest/{job['id']}").status_code == 204
    assert org.call("GET", f"/jobs/ingest/{job['id']}").status_code == 404


@pytest.mark.parametrize(
    ("operation", "head", "row"),
    [("update", "Id", "{id}"), ("upsert", "Syncline_Key__c", "k"), ("delete", "Id", "{id}")],
)
def test_a_job_updates_upserts_and_deletes(org: Org, operation: str, head: str, row: str) -> None:
    """By the id or by a key; a record may stand in it once."""
    lead = org.lead(Syncline_Key__c="k", Title="Countess", City="London")
    more = {"externalIdFieldName": "Syncline_Key__c"} if operation == "upsert" else {}
    job = opened(org, operation=operation, lineEnding="CRLF", columnDelimiter="SEMICOLON", **more)
    cells = "" if operation == "delete" else ";Title;City"
    values = "" if operation == "delete" else ";#N/A;"
    line = row.format(id=lead) + values
    upload(org, job, f"{head}{cells}\r\n{line}\r\n{line}\r\n")
    closed(org, job)

    assert org.call("GET", f"/jobs/ingest/{job['id']}").json()["numberRecordsProcessed"] == 2
    text = org.call("GET", f"/jobs/ingest/{job['id']}/failedResults").text
    _head, failed = text.splitlines()
    assert "DUPLICATE_VALUE" in failed
    if operation == "delete":
        assert org.names("") == []
    else:
        row_ = org.call("GET", f"/sobjects/Lead/{lead}?fields=Title,City").json()
        assert (row_["Title"], row_["City"]) == (None, "London")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"object": "Nothing", "operation": "insert"}, 404, "NOT_FOUND"),
        ({"object": "Lead", "operation": "dance"}, 400, "INVALIDJOB"),
        ({"object": "Lead", "operation": "upsert"}, 400, "INVALIDJOB"),
        (
            {"object": "Lead", "operation": "upsert", "externalIdFieldName": "City"},
            400,
            "INVALIDJOB",
        ),
        ({"object": "Lead", "operation": "insert", "contentType": "XML"}, 400, "INVALIDJOB"),
        ({"object": "Lead", "operation": "insert", "lineEnding": "CR"}, 400, "INVALIDJOB"),
    ],
)
def test_a_job_that_makes_no_sense_is_not_opened(
    org: Org, body: Any, status: int, code: str
) -> None:
    """The vendor looks at a job before it takes a row."""
    answer = org.call("POST", "/jobs/ingest", body)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_a_job_keeps_its_states(org: Org) -> None:
    """Data comes once, before the end; an aborted job does nothing; a running one stays."""
    job = opened(org)
    assert closed(org, job).json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert org.call("DELETE", f"/jobs/ingest/{job['id']}").status_code == 400
    upload(org, job, "LastName,Company\nA,Acme\n")
    assert upload(org, job, "LastName\nB\n").json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert closed(org, job, "Aborted").json()["state"] == "Aborted"
    assert closed(org, job).json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert org.names("") == []


def test_an_unknown_column_fails_the_job_whole(org: Org) -> None:
    """No row is worked on, and all are told as unprocessed."""
    job = opened(org)
    upload(org, job, "LastName,Nonsense\nA,x\n")
    closed(org, job)

    told = org.call("GET", f"/jobs/ingest/{job['id']}").json()

    assert (told["state"], told["errorMessage"]) == (
        "Failed",
        "InvalidBatch : Field name not found : Nonsense",
    )
    assert sheet(org, job, "unprocessedRecords") == [{"LastName": "A", "Nonsense": "x"}]


def test_a_bulk_query_answers_in_sheets(org: Org) -> None:
    """A part at a time, with a locator; paths are columns, times end in Z, null is empty."""
    for number in range(5):
        org.lead(LastName=f"L{number}", IsUnreadByOwner=number % 2 == 0)
    fields = "LastName, IsUnreadByOwner, CreatedDate, City, Owner.Email"
    text = f"SELECT {fields} FROM Lead ORDER BY LastName"
    job = org.call("POST", "/jobs/query", {"operation": "query", "query": text}).json()
    assert job["state"] == "UploadComplete"
    path = f"/jobs/query/{job['id']}"
    assert org.call("GET", path).json()["state"] == "JobComplete"

    rows: list[dict[str, str]] = []
    locator = ""
    sizes: list[str] = []
    while locator != "null":
        answer = org.call("GET", f"{path}/results", params={"maxRecords": "2", "locator": locator})
        rows += csv.DictReader(io.StringIO(answer.text, newline=""))
        locator = answer.headers["Sforce-Locator"]
        sizes.append(answer.headers["Sforce-NumberOfRecords"])

    assert sizes == ["2", "2", "1"]
    assert rows[1] == {
        "LastName": "L1", "IsUnreadByOwner": "false", "CreatedDate": "2026-11-22T15:40:00.000Z",
        "City": "", "Owner.Email": "sam@sandbox.example",
    }  # fmt: skip
    assert org.call("DELETE", path).status_code == 204


@pytest.mark.parametrize(
    "text",
    [
        "SELECT COUNT() FROM Lead",
        "SELECT COUNT(Id) FROM Lead",
        "SELECT Name, (SELECT Id FROM Contacts) FROM Account",
        "SELECT Id FROM Lead OFFSET 5",
        "SELECT Nonsense FROM Lead",
    ],
)
def test_a_bulk_query_has_no_place_for_lists(org: Org, text: str) -> None:
    """What does not fit a sheet, or is unknown, opens no job."""
    assert org.call("POST", "/jobs/query", {"operation": "query", "query": text}).status_code == 400


# Sales Engagement


def act(org: Org, name: str, *inputs: Any) -> Any:
    return org.call("POST", f"/actions/standard/{name}", {"inputs": list(inputs)})


def test_a_target_enters_a_cadence_and_leaves_it(org: Org) -> None:
    """A tracker and a step's tracker are made, and end with the reason; both can be queried."""
    lead = org.lead()
    assert [each["name"] for each in org.call("GET", "/actions/standard").json()["actions"]] == [
        "assignTargetToSalesCadence", "removeTargetFromSalesCadence",
    ]  # fmt: skip

    entered = act(
        org, "assignTargetToSalesCadence", {"salesCadenceNameOrId": "New leads", "targetId": lead}
    )

    assert (entered.status_code, entered.json()[0]["isSuccess"]) == (200, True)
    fields = "State, IsTrackerActive, ActionCadence.Name, CompletionReason"
    text = f"SELECT {fields} FROM ActionCadenceTracker"
    (tracker,) = org.query(text)["records"]
    assert (tracker["State"], tracker["ActionCadence"]["Name"]) == ("Running", "New leads")
    (step,) = org.query("SELECT State, StepType, TargetId FROM ActionCadenceStepTracker")["records"]
    assert (step["State"], step["StepType"], step["TargetId"]) == ("Active", "MakeACall", lead)

    left = act(
        org,
        "removeTargetFromSalesCadence",
        {"targetId": lead, "completionReasonCode": "ManuallyRemoved"},
    )

    assert left.status_code == 200
    (tracker,) = org.query(text)["records"]
    assert (tracker["State"], tracker["IsTrackerActive"]) == ("Complete", False)
    assert tracker["CompletionReason"] == "ManuallyRemoved"


def test_an_input_that_fails_leaves_the_others_done(org: Org) -> None:
    """The whole answer is a 400 then, with a result for each input."""
    lead = org.lead()
    inputs = [
        {"salesCadenceNameOrId": "New leads", "targetId": lead},
        {"salesCadenceNameOrId": "New leads", "targetId": lead[:15]},
        {"salesCadenceNameOrId": "Last year", "targetId": lead},
        {"salesCadenceNameOrId": "Nowhere", "targetId": lead},
        {"salesCadenceNameOrId": "New leads", "targetId": "nobody"},
        {"targetId": lead},
        {"salesCadenceNameOrId": "New leads", "targetId": lead, "odd": 1},
    ]

    answer = act(org, "assignTargetToSalesCadence", *inputs)

    assert answer.status_code == 400
    assert [each["isSuccess"] for each in answer.json()] == [True] + [False] * 6
    codes = {each["errors"][0]["statusCode"] for each in answer.json()[1:]}
    assert codes == {"INVALID_API_INPUT"}
    assert org.query("SELECT count() FROM ActionCadenceTracker")["totalSize"] == 1


def test_a_conversion_ends_the_leads_memberships(org: Org) -> None:
    """The vendor's own reason stands in the tracker."""
    lead = org.lead()
    act(org, "assignTargetToSalesCadence", {"salesCadenceNameOrId": "New leads", "targetId": lead})

    by_hand(org, "convert", lead=lead)

    (tracker,) = org.query("SELECT CompletionReason, TargetId FROM ActionCadenceTracker")["records"]
    assert (tracker["CompletionReason"], tracker["TargetId"]) == ("LeadConverted", lead)
