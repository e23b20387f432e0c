"""A workspace between a HubSpot portal and the embedded cadence: runs, edits, ends, activities."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import Clock, command, quiet
from support_hubspot import PRIVATE
from syncline import (
    ActionRequest,
    Context,
    Fault,
    Faults,
    OutcomeStatus,
    Side,
    Value,
    Workspace,
    Write,
    load_plugins,
)
from syncline.history import read_history
from syncline.net.serving import beside
from syncline.sandboxes.weather import weathered
from syncline.sync.report import Report
from syncline_local import syncline_register_connectors as local_connectors
from syncline_local.connection import LocalConnection
from syncline_sandbox.hubspot.app import create_app

RULES = (Path(__file__).parents[2] / "examples" / "hubspot.rules").read_text("utf-8")
ENVIRON = {"SYNCLINE_HUBSPOT_TOKEN": PRIVATE}
REGISTRY = load_plugins()


@dataclass
class World:
    """A portal, a cadence, the people at work in both, and the workspace between them."""

    folder: Path
    clock: Clock
    url: str = ""
    heard: list[str] = field(default_factory=list[str])
    keys: int = 0

    def run(self) -> Report:
        """Do one cycle; its figures must add up (B8)."""
        self.clock.forward(minutes=15)
        report = self.cycle()
        self.clock.forward(seconds=30)
        assert report.candidates == sum(report.counts.values())
        return report

    def cycle(self) -> Report:
        """Do one cycle now."""
        with Workspace(
            self.folder, registry=REGISTRY, now=self.clock, environ=ENVIRON, progress=quiet
        ) as workspace:
            return workspace.run()

    def settle(self) -> Report:
        """Do one cycle that must go through, and two more, which must write nothing."""
        first = self.run()
        assert (first.state, first.faults) == ("done", ()), read_history(self.folder, run=first.run)
        for _ in range(2):
            again = self.run()
            lines = read_history(self.folder, run=again.run)
            assert (again.state, again.writes) == ("done", 0), lines
        return first

    # -- the portal's people and programs

    def api(self, method: str, path: str, body: Any = None) -> Any:
        self.clock.forward(seconds=2)
        proof = {"Authorization": f"Bearer {PRIVATE}"}
        answer = httpx.request(
            method, f"{self.url}{path}", json=body, headers=proof, trust_env=False
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def contact(self, **properties: Any) -> str:
        made = self.api("POST", "/crm/v3/objects/contacts", {"properties": properties})
        return str(made["id"])

    def change(self, record_id: str, **properties: Any) -> None:
        self.api("PATCH", f"/crm/v3/objects/contacts/{record_id}", {"properties": properties})

    def by_hand(self, what: str, **given: Any) -> str:
        return str(self.api("POST", f"/sandbox/hubspot/{what}", given)["id"])

    def crm(self, name: str, *properties: str) -> list[dict[str, Any]]:
        asked = ",".join(properties)
        found = self.api("GET", f"/crm/v3/objects/{name}?limit=100&properties={asked}")
        return [{each: row["properties"][each] for each in properties} for row in found["results"]]

    # -- the cadence's people

    def hand(self) -> LocalConnection:
        context = Context(
            side=Side.CADENCE,
            settings={},
            secrets={},
            folder=self.folder,
            now=self.clock,
            spend=lambda _price, _word: None,
        )
        found = next(iter(local_connectors())).open(context)
        assert isinstance(found, LocalConnection)
        return found

    def put(self, name: str, id_: str | None = None, /, **values: Value) -> str:
        self.clock.forward(seconds=2)
        self.keys += 1
        row = Write(values=values, id=id_, key=None if id_ else f"person:{self.keys}")
        (outcome,) = self.hand().write(name, [row])
        assert outcome.status is OutcomeStatus.DONE, outcome
        return outcome.id or ""

    def cadence(self, name: str, *fields: str) -> list[dict[str, Value]]:
        hand = self.hand()
        return [
            dict(record.values)
            for page in hand.changes(name, fields, None)
            for record in page.records
        ]

    def enrol(self, prospect: str) -> None:
        self.keys += 1
        request = ActionRequest(
            key=f"e{self.keys}", action="enrol", prospect=prospect, target="New leads"
        )
        (outcome,) = self.hand().act([request])
        assert outcome.status is OutcomeStatus.DONE, outcome


@contextmanager
def made(
    folder: Path, rules: str = RULES, faults: Faults | None = None, **options: Any
) -> Generator[World]:
    clock = Clock()
    world = World(folder / "ws", clock)
    dial = faults or Faults()
    app = weathered(create_app(folder, now=clock, faults=dial, **options), dial)

    async def ears(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            world.heard.append(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    with beside(ears) as world.url:
        world.folder.mkdir()
        (world.folder / "main.rules").write_text(rules, "utf-8")
        toml = 'version = 1\nrules = "main.rules"\n\n[connections.hubspot]\n'
        (world.folder / "syncline.toml").write_text(f'{toml}url = "{world.url}"\n', "utf-8")
        yield world


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    with made(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


def test_the_ready_rules_check_and_their_tests_pass(world: World) -> None:
    """RS6, RP5, RP6: the default tables are right against the portal's own properties."""
    for words in (("check",), ("test",), ("fmt", "--check"), ("analyse",)):
        done = command(*words, folder=world.folder, **ENVIRON)
        assert done.returncode == 0, done.stdout
        assert "warning" not in done.stdout
        assert "question" not in done.stdout


def test_both_directions_settle(world: World) -> None:
    """E1, E2, E8, K1: records are made, matched and changed both ways, without echo loops."""
    ann = world.contact(
        firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com", city="Paris"
    )
    world.contact(firstname="Bob", lastname="Roe", company="Bolt", email="bob@example.com")
    company = {"name": "Acme", "numberofemployees": "12", "city": "Paris"}
    world.api("POST", "/crm/v3/objects/companies", {"properties": company})
    bob = world.put(
        "prospect",
        first_name="Bob", last_name="Roe", company_name="Bolt", email="Bob@example.com",
        job_title="Baker",
    )  # fmt: skip
    world.put(
        "prospect",
        first_name="Cy", last_name="Poe", company_name="Cork", email="cy@example.com",
        mobile_phone="+33 6 12 34 56 78", country="France",
    )  # fmt: skip

    world.settle()

    people = world.cadence("prospect", "first_name", "email", "city")
    assert sorted(str(each["first_name"]) for each in people) == ["Ann", "Bob", "Cy"]
    assert world.cadence("account", "name", "size", "city") == [
        {"name": "Acme", "size": 12, "city": "Paris"}
    ]
    contacts = {
        each["email"]: each
        for each in world.crm("contacts", "email", "jobtitle", "mobilephone", "company")
    }
    assert contacts["bob@example.com"]["jobtitle"] == "Baker"
    assert contacts["cy@example.com"] == {
        "email": "cy@example.com",
        "jobtitle": None,
        "mobilephone": "+33612345678",
        "company": "Cork",
    }

    world.change(ann, city="Lyon", hs_lead_status="OPEN_DEAL")
    world.put("prospect", bob, job_title="Brewer", city="Nice")
    world.settle()

    found = {
        each["first_name"]: each
        for each in world.cadence("prospect", "first_name", "city", "integration_status")
    }
    assert (found["Ann"]["city"], found["Ann"]["integration_status"]) == ("Lyon", "Open Deal")
    changed = {each["email"]: each for each in world.crm("contacts", "email", "jobtitle", "city")}
    assert changed["bob@example.com"] == {
        "email": "bob@example.com",
        "jobtitle": "Brewer",
        "city": "Nice",
    }


def test_a_cycle_without_a_change_costs_two_requests_an_object(world: World) -> None:
    """B3: the bin and the search of each object, and no describe."""
    world.contact(firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com")
    world.settle()
    world.heard.clear()

    world.run()

    assert sorted(world.heard) == [
        "GET /crm/v3/objects/companies",
        "GET /crm/v3/objects/contacts",
        "GET /crm/v3/objects/notes",
        "POST /crm/v3/objects/companies/search",
        "POST /crm/v3/objects/contacts/search",
        "POST /crm/v3/objects/notes/search",
    ]


def test_an_index_that_lags_makes_no_duplicate_and_loses_nothing(tmp_path: Path) -> None:
    """Changes that the search shows late arrive a cycle later; nothing is made twice."""
    with made(tmp_path, lag=timedelta(seconds=40)) as world:
        ann = world.contact(
            firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com"
        )
        world.put(
            "prospect",
            first_name="Cy", last_name="Poe", company_name="Cork", email="cy@example.com",
        )  # fmt: skip
        world.settle()
        world.clock.forward(minutes=14, seconds=50)
        world.change(ann, city="Lyon")
        # Ten seconds before a cycle: its search does not show it yet.
        assert world.cycle().writes == 0
        world.settle()

        assert len(world.crm("contacts", "email")) == 2
        found = world.cadence("prospect", "first_name", "city")
        people = {each["first_name"]: each for each in found}
        assert (len(people), people["Ann"]["city"]) == (2, "Lyon")


def test_an_archived_contact_leaves_its_cadence(world: World) -> None:
    """B9: a deletion in HubSpot is an event that rules answer."""
    ann = world.contact(firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com")
    world.settle()
    (person,) = world.cadence("prospect", "id")
    world.enrol(str(person["id"]))
    world.by_hand("archive", object="contacts", id=ann)

    world.settle()

    assert [each["state"] for each in world.cadence("enrolment", "state")] == ["exited"]
    assert world.crm("contacts", "email") == []
    assert len(world.cadence("prospect", "id")) == 1


def test_a_merge_hands_the_prospect_on(world: World) -> None:
    """B9: what was linked to the loser is the winner's; the workflow for deletions is quiet."""
    winner = world.contact(firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com")
    loser = world.contact(firstname="Ann", lastname="D.", company="Acme", email="a@example.com")
    world.settle()
    people = world.cadence("prospect", "id", "email")
    (kept,) = [str(each["id"]) for each in people if each["email"] == "ann@example.com"]
    world.enrol(kept)
    world.by_hand("merge", object="contacts", winner=winner, loser=loser)

    world.settle()
    world.change(winner, city="Lyon")
    world.settle()

    assert [each["state"] for each in world.cadence("enrolment", "state")] == ["active"]
    cities = {each["email"]: each["city"] for each in world.cadence("prospect", "email", "city")}
    assert cities["ann@example.com"] == "Lyon"
    assert len(world.crm("contacts", "email")) == 1


def test_activities_land_on_the_timeline_once(world: World) -> None:
    """K3, K4, K5: each kind, at its own time, tied to its contact; an edit follows."""
    world.contact(firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com")
    world.settle()
    (person,) = world.cadence("prospect", "id")
    common: dict[str, Value] = {"prospect_id": person["id"], "at": "2026-11-02T22:30:00Z"}
    call = world.put(
        "activity", kind="call", outcome="Connected", duration=90, comments="Hi", **common
    )
    world.put("activity", kind="call", outcome="Busy", **common)
    for kind in ("email", "sms", "note", "meeting", "task"):
        world.put("activity", kind=kind, comments=f"a {kind}", **common)

    world.settle()

    names = ("calls", "emails", "communications", "notes", "meetings", "tasks")
    for name in names:
        (made_,) = world.api("GET", f"/crm/v3/objects/{name}?associations=contacts")["results"]
        assert [len(each["results"]) for each in made_["associations"].values()] == [1]
    assert world.crm("calls", "hs_timestamp", "hs_call_duration", "hs_call_status") == [
        {
            "hs_timestamp": "2026-11-02T22:30:00.000Z",
            "hs_call_duration": "90000",
            "hs_call_status": "COMPLETED",
        }
    ]
    assert world.crm("communications", "hs_communication_channel_type") == [
        {"hs_communication_channel_type": "SMS"}
    ]
    world.put("activity", call, comments="Hello")
    world.settle()
    assert world.crm("calls", "hs_call_body") == [{"hs_call_body": "Hello"}]


def test_bad_weather_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Timeouts, lost answers, 5xx and rows that fail: each record arrives, and once."""
    shares = {Fault.LOST: 0.15, Fault.ERROR: 0.1, Fault.TIMEOUT: 0.1, Fault.ROW: 0.2}
    with made(tmp_path, faults=Faults(shares=shares)) as world:
        emails = [f"p{number}@example.com" for number in range(30)]
        for email in emails:
            world.put(
                "prospect", first_name=email, last_name="Doe", company_name="Acme", email=email
            )
        states = [world.run().state for _ in range(10)]
        assert set(states) != {"done"}
        shares.clear()
        world.run()
        world.settle()

        found = [each["email"] for each in world.crm("contacts", "email")]
        assert sorted(found) == sorted(emails)


def test_what_was_noted_in_hubspot_appears_in_the_cadence(world: World) -> None:
    """RS2, RP2: a note of a person's comes over with its contact, and goes when it is deleted."""
    ann = world.contact(firstname="Ann", lastname="Doe", company="Acme", email="ann@example.com")
    world.settle()
    (person,) = world.cadence("prospect", "id")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}]
    note = world.api(
        "POST",
        "/crm/v3/objects/notes",
        {
            "properties": {"hs_timestamp": "2026-11-02T08:00:00Z", "hs_note_body": "Call again"},
            "associations": [{"to": {"id": ann}, "types": types}],
        },
    )
    world.settle()

    fields = ("prospect_id", "kind", "comments", "at")
    assert world.cadence("activity", *fields) == [
        {
            "prospect_id": person["id"],
            "kind": "note",
            "comments": "Call again",
            "at": "2026-11-02T08:00:00Z",
        }
    ]
    assert len(world.crm("notes", "hs_note_body")) == 1
    world.by_hand("archive", object="notes", id=note["id"])
    world.settle()
    assert world.cadence("activity", *fields) == []
