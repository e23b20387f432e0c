"""The ready rules of Salesforce at work, in fair weather and in the bad weather that users report.

Each test of a fault names it as docs of such products do; two of the fifteen, unreadable Pipedrive
hashes and budget wasted on describes, are Pipedrive's and tests/connectors/test_salesforce.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest

from support import CADENCE, CRM, START, Clock, World, counts, sandbox_world
from support_salesforce import says
from syncline import Fault, Faults, Position, Write
from syncline_sandbox.salesforce.app import create_app

RULES = (Path(__file__).parents[2] / "examples" / "salesforce.rules").read_text("utf-8")


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    with sandbox_world(tmp_path, RULES) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


class Weather:
    """Stands before the sandbox: the next request that fits is answered by *fault*."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str, Callable[[Any], Any]]] = []

    def __call__(self, app: Any) -> Any:
        async def outside(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
            for at, (method, part, fault) in enumerate(self.faults):
                if scope["type"] == "http" and scope["method"] == method and part in scope["path"]:
                    del self.faults[at]
                    await fault(app)(scope, receive, send)
                    return
            await app(scope, receive, send)

        return outside


# Fair weather


def test_the_ready_rules_keep_leads_contacts_and_accounts_in_step(world: World) -> None:
    """RS6: the default tables, both ways, and a second run that writes nothing."""
    with world.workspace() as workspace:
        assert workspace.rules.diagnostics == ()
    lead = world.lead(
        "Ann", ZoomInfo__c="https://zoominfo.example/ann", NumberOfEmployees=40, PostalCode="EC1A",
        Other_Phone_2__c="+44 20 7946 0958", Integration_Status__c="Working",
    )  # fmt: skip
    world.add(CRM, "Account", Name="Acme", NumberOfEmployees=40, BillingCountry="GB")
    prospect = world.prospect("Bob", other_emails="bob@home.example", country="FR")
    world.add(CADENCE, "account", name="Engines", size=3)

    world.settle()

    ann = world.one(CADENCE, "prospect", first_name="Ann")
    assert (ann["zoominfo_url"], ann["company_size"]) == ("https://zoominfo.example/ann", 40)
    assert (ann["other_phone_2"], ann["integration_status"]) == ("+442079460958", "Working")
    bob = world.one(CRM, "Lead", FirstName="Bob")
    assert (bob["Other_Emails__c"], bob["Country"]) == ("bob@home.example", "FR")
    assert world.one(CADENCE, "account", name="Acme")["size"] == 40
    assert world.one(CRM, "Account", Name="Engines")["NumberOfEmployees"] == 3
    world.change(CADENCE, "prospect", prospect, job_title="Chief")
    world.change(CRM, "Lead", lead, Title="Countess")
    world.settle()
    assert world.one(CRM, "Lead", FirstName="Bob")["Title"] == "Chief"
    assert world.one(CADENCE, "prospect", first_name="Ann")["job_title"] == "Countess"


def test_calls_mails_and_meetings_become_activities_of_the_person(world: World) -> None:
    """RS2, K3, K4: each kind lands where the org's people look for it, once."""
    lead = world.lead("Ann")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.call(prospect, "Connected", comments="She is in.", duration=90)
    for kind, outcome in (
        ("email", "Sent"),
        ("sms", "Replied"),
        ("note", "Noted"),
        ("meeting", "Held"),
    ):
        world.add(
            CADENCE, "activity", prospect_id=prospect, kind=kind, outcome=outcome,
            at="2026-11-02T09:00:00Z", email_subject="Hello",
        )  # fmt: skip

    world.settle()

    tasks = {str(task["Subject"]): task for task in world.all(CRM, "Task")}
    assert set(tasks) == {"Call: Connected", "E-mail: Hello", "SMS: Replied", "Note"}
    call = tasks["Call: Connected"]
    assert (call["WhoId"], call["Status"], call["ActivityDate"]) == (
        lead,
        "Completed",
        "2026-11-02",
    )
    assert (call["CallDurationInSeconds"], call["Description"]) == (90, "She is in.")
    (event,) = world.all(CRM, "Event")
    assert (event["Subject"], event["WhoId"]) == ("Meeting: Held", lead)


def test_a_disqualified_lead_leaves_its_cadence(world: World) -> None:
    """RS12: the status acts on the cadence."""
    lead = world.lead("Ann", Integration_Status__c="Working")
    world.settle()
    world.enrol(str(world.one(CADENCE, "prospect", first_name="Ann")["id"]))
    world.change(CRM, "Lead", lead, Integration_Status__c="Disqualified")

    world.settle()

    assert [state for _cadence, state, _touch in world.states()] == ["exited"]


NARROW = """\
connect crm     to salesforce
connect cadence to local
sync every 15 minutes
sync crm to cadence where City = "London" and OwnerEmail != "gina@sandbox.example"
map Lead -> prospect {
    match Email = email
    FirstName -> first_name  required
    LastName  -> last_name   required
    Email     -> email
    City      -> city
}
"""


def test_records_outside_of_where_are_not_even_listed(tmp_path: Path) -> None:
    """K8: the criterion is asked of Salesforce; the answer is the same, and costs nothing more."""
    asked: list[str] = []

    def ears(app: Any) -> Any:
        async def outside(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and "/query" in scope["path"]:
                asked.append(unquote_plus(scope["query_string"].decode()))
            await app(scope, receive, send)

        return outside

    with sandbox_world(tmp_path, NARROW, through=ears) as world:
        world.lead("Ann", City="London")
        world.lead("Bob", City="Paris")
        world.lead("Eve", City="LONDON", OwnerEmail="rita@sandbox.example")
        asked.clear()

        report = world.settle()

        assert report.candidates == 2
        found = [row["first_name"] for row in world.all(CADENCE, "prospect")]
        assert found == ["Ann", "Eve"]
    listings = [text for text in asked if "ORDER BY SystemModstamp" in text]
    assert "City IN ('London')" in listings[0]
    assert "Owner.Email NOT IN ('gina@sandbox.example')" in listings[0]


# Bad weather


def test_no_echo_loops(world: World) -> None:
    """Fault: echo loops. What we wrote comes back in the next listing and goes no further."""
    for number in range(5):
        world.lead(f"Ann{number}")
        world.prospect(f"Bob{number}")
    world.run()
    before = world.contents()

    for _ in range(3):
        assert world.run().writes == 0

    assert world.contents() == before


def test_no_update_is_lost_at_the_cursor(world: World) -> None:
    """Fault: updates lost at the cursor. Edits of the very second of a listing are listed."""
    lead = world.lead("Ann")
    world.settle()
    for title in ("a", "b", "c"):
        world.clock.tick *= 0
        world.hand(CRM).write("Lead", [Write(id=lead, values={"Title": title})])
        world.run()

    world.run()
    assert world.one(CADENCE, "prospect", first_name="Ann")["job_title"] == "c"


def test_equal_times_neither_loop_nor_hide(world: World) -> None:
    """Fault: pages that loop on equal timestamps. An import gives hundreds one second."""
    rows = [
        Write(key=f"i{n}", values={"FirstName": f"A{n}", "LastName": "Doe", "Company": "Acme",
                                   "Email": f"a{n}@example.com"})
        for n in range(450)
    ]  # fmt: skip
    world.hand(CRM).write("Lead", rows)
    stamps = {row["SystemModstamp"] for row in world.all(CRM, "Lead")}

    world.settle()

    assert len(stamps) <= 2
    assert len(world.all(CADENCE, "prospect")) == 450


def test_a_deletion_is_seen(world: World) -> None:
    """Fault: deletes unseen. The pair rests; nothing is created in the place of what went."""
    lead = world.lead("Ann")
    world.settle()
    world.delete(CRM, "Lead", lead)
    world.change(CADENCE, "prospect", str(world.one(CADENCE, "prospect")["id"]), job_title="x")

    world.settle()

    assert world.all(CRM, "Lead") == []
    assert len(world.all(CADENCE, "prospect")) == 1


def test_a_merge_is_seen(world: World) -> None:
    """Fault: merges unseen. What belonged to the loser belongs to the winner, without a twin."""
    loser = world.lead("Ann")
    world.settle()
    winner = world.lead("Annie", Email="annie@example.com")
    world.merge(CRM, "Lead", loser, winner)

    world.settle()

    assert [row["Id"] for row in world.all(CRM, "Lead")] == [winner]
    assert len(world.all(CADENCE, "prospect")) == 1


def test_updates_of_a_converted_lead_follow_to_the_contact(world: World) -> None:
    """Fault: updates of converted leads. No batch fails; the change reaches the contact."""
    lead, other = world.lead("Ann"), world.lead("Bob")
    world.settle()
    ann = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    bob = str(world.one(CADENCE, "prospect", first_name="Bob")["id"])
    contact = world.convert(lead)
    world.change(CADENCE, "prospect", ann, job_title="Countess")
    world.change(CADENCE, "prospect", bob, job_title="Chief")

    report = world.settle()

    assert "failed" not in counts(report)
    assert world.read(CRM, "Contact", contact)["Title"] == "Countess"
    assert world.read(CRM, "Lead", other)["Title"] == "Chief"


def test_a_lead_converted_while_it_is_written_fails_alone(tmp_path: Path) -> None:
    """Fault: one bad row failing 200. Converted between listing and write, it refuses by itself."""
    weather = Weather()
    with sandbox_world(tmp_path, RULES, through=weather) as world:
        lead, other = world.lead("Ann"), world.lead("Bob")
        world.settle()
        for name in ("Ann", "Bob"):
            prospect = str(world.one(CADENCE, "prospect", first_name=name)["id"])
            world.change(CADENCE, "prospect", prospect, job_title="Chief")

        def convert_first(app: Any) -> Any:
            async def fault(scope: Any, receive: Any, send: Any) -> None:
                async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as hands:
                    url = "http://org/sandbox/salesforce/convert"
                    assert (await hands.post(url, json={"lead": lead})).is_success
                await app(scope, receive, send)

            return fault

        weather.faults.append(("PATCH", "/composite/sobjects", convert_first))
        report = world.run()
        assert counts(report)["failed"] == 1
        assert world.read(CRM, "Lead", other)["Title"] == "Chief"

        world.settle()

        contact = world.one(CRM, "Contact", FirstName="Ann")
        assert contact["Title"] == "Chief"


def test_no_duplicate_after_a_retry(tmp_path: Path) -> None:
    """Fault: duplicates after a retry. The creation stands, its answer is lost, and it is found."""
    weather = Weather()
    with sandbox_world(tmp_path, RULES, through=weather) as world:
        world.lead("Ann")
        world.settle()
        world.prospect("Bob")
        weather.faults.append(
            ("PATCH", "/composite/sobjects", lambda app: says(500, [], after=app))
        )

        world.run()
        world.settle()

        assert sorted(str(row["FirstName"]) for row in world.all(CRM, "Lead")) == ["Ann", "Bob"]


def test_a_value_outside_of_a_restricted_picklist_fails_alone_and_says_so(world: World) -> None:
    """Fault: restricted picklists. The vendor's code and words stand in the history."""
    (bad, good) = world.hand(CRM).write(
        "Lead",
        [
            Write(
                key="a", values={"LastName": "A", "Company": "C", "Integration_Status__c": "Odd"}
            ),
            Write(key="b", values={"LastName": "B", "Company": "C"}),
        ],
    )

    assert bad.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert "Integration Status" in bad.message
    assert good.id
    described = world.hand(CRM).describe().get("Lead")
    assert described is not None
    field = described.get("Integration_Status__c")
    assert field is not None
    assert (field.restricted, "Odd" in field.values) == (True, False)


def test_an_empty_cycle_asks_for_no_descriptions(world: World) -> None:
    """Fault: budget wasted on describes. They are remembered for a day."""
    world.lead("Ann")
    world.settle()
    world.heard.clear()

    world.run()

    assert [call for call in world.heard if "describe" in call] == []
    # One poll an object of the maps, and the activities' none.
    assert world.heard == ["GET queryAll"] * 3


@pytest.mark.parametrize(
    "answer",
    [
        says(200, {"totalSize": 1, "done": True}),
        says(200, "<title>Maintenance</title>"),
        says(200, {"totalSize": 2, "done": False, "records": []}, cut=4),
    ],
    ids=["no records", "a web page", "half an answer"],
)
def test_a_success_with_data_missing_is_no_empty_listing(tmp_path: Path, answer: Any) -> None:
    """Fault: "success" with data missing. Nothing is taken for deleted; the next run goes on."""
    weather = Weather()
    with sandbox_world(tmp_path, RULES, through=weather) as world:
        world.lead("Ann")
        world.settle()
        world.lead("Bob")

        def missing(_app: Any) -> Any:
            return answer

        weather.faults += [("GET", "/queryAll", missing)] * 12

        assert world.run().state != "done"
        weather.faults.clear()
        world.settle()

        assert len(world.all(CADENCE, "prospect")) == 2
        assert len(world.all(CRM, "Lead")) == 2


def test_rows_that_are_locked_are_written_later_and_no_other_waits(tmp_path: Path) -> None:
    """Fault: one bad row failing 200. Half of the rows are locked at any time; all end written."""
    faults = Faults(shares={Fault.ROW: 0.5})

    def shaky(_app: Any) -> Any:
        return create_app(tmp_path / "shaky", now=clock, faults=faults)

    clock = Clock()
    with sandbox_world(tmp_path, RULES, clock=clock, through=shaky) as world:
        for number in range(20):
            world.prospect(f"Bob{number}")
        for _ in range(12):
            world.run()
            if len(world.all(CRM, "Lead")) == 20:
                break

        assert len(world.all(CRM, "Lead")) == 20


def test_a_blank_erases_nothing(world: World) -> None:
    """Fault: blanks that erase. A cleared field stays on the other side without a word `erase`."""
    lead = world.lead("Ann", Title="Countess", City="London")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect")["id"])
    world.change(CADENCE, "prospect", prospect, job_title="")

    world.settle()

    assert world.read(CRM, "Lead", lead)["Title"] == "Countess"


def test_an_inactive_owner_fails_no_batch(tmp_path: Path) -> None:
    """Fault: inactive owners. The record says who is inactive; the others are written."""
    rules = RULES.replace(
        "    Company                <->", "    OwnerEmail             <-  crm_status  on create\n"
        "    Company                <->", 1,
    )  # fmt: skip
    with sandbox_world(tmp_path, rules) as world:
        world.prospect("Ann", crm_status="gina@sandbox.example")
        world.prospect("Bob", crm_status="rita@sandbox.example")

        report = world.run()

        assert counts(report)["failed"] == 1
        (bob,) = world.all(CRM, "Lead")
        assert bob["OwnerEmail"] == "rita@sandbox.example"
        assert any("gina@sandbox.example is inactive" in line.reason for line in world.history())


def test_a_day_stays_that_day(world: World) -> None:
    """Fault: dates off by a day. A date has no zone, and gets none on the way."""
    world.lead("Ann")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect")["id"])
    for at in ("2026-11-02T00:30:00Z", "2026-11-02T23:30:00Z"):
        world.call(prospect, "Connected", at=at)

    world.settle()

    assert [row["ActivityDate"] for row in world.all(CRM, "Task")] == ["2026-11-02"] * 2


def test_no_listing_from_the_beginning_names_what_went(world: World) -> None:
    """A first listing knows nobody who could miss a record; a later one tells all."""
    lead = world.lead("Ann")
    world.delete(CRM, "Lead", lead)
    hand = world.hand(CRM)

    assert [page.gone for page in hand.changes("Lead", ["LastName"], None)] == [()]
    (page,) = hand.changes("Lead", ["LastName"], Position(modified=START))
    assert [gone.id for gone in page.gone] == [lead]
