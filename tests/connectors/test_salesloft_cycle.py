"""A CRM and Salesloft kept in step: the example's rules over real HTTP, from the first run on."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import Clock, command
from syncline import (
    Connector,
    Context,
    Fault,
    Faults,
    OutcomeStatus,
    Report,
    SandboxContext,
    Side,
    Value,
    Workspace,
    Write,
    load_plugins,
)
from syncline.net.serving import beside
from syncline.sandboxes.house import house

EXAMPLE = (Path(__file__).parents[2] / "examples" / "salesloft.rules").read_text("utf-8")
#: The example between the embedded CRM, whose objects are Salesforce's, and Salesloft.
RULES = EXAMPLE.replace("connect crm     to salesforce", "connect crm     to local")
REGISTRY = load_plugins()
LOFT = REGISTRY.sandboxes["salesloft"]


@dataclass
class Office:
    """A workspace between the embedded CRM and Salesloft's sandbox, and people in both."""

    folder: Path
    people: httpx.Client
    url: str
    #: What the sandbox suffers, and how often; nothing at first.
    weather: dict[Fault, float] = field(default_factory=dict[Fault, float])
    clock: Clock = field(default_factory=Clock)
    keys: int = 0

    @contextmanager
    def workspace(self) -> Generator[Workspace]:
        environ = {f"SYNCLINE_SALESLOFT_{name}".upper(): s for name, s in LOFT.secrets.items()}
        with Workspace(
            self.folder, registry=REGISTRY, now=self.clock, environ=environ
        ) as workspace:
            yield workspace

    def rules(self, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "main.rules").write_text(text, "utf-8")
        lines = ["version = 1", 'rules = "main.rules"', "", "[connections.salesloft]"]
        lines += [f'{name} = "{value}"' for name, value in LOFT.settings(self.url).items()]
        (self.folder / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")

    def cycle(self) -> Report:
        """Do a cycle a while after the one before, however it ends; its figures must add up."""
        self.clock.forward(minutes=10)
        with self.workspace() as workspace:
            report = workspace.run()
        self.clock.forward(minutes=1)
        assert report.candidates == sum(report.counts.values())
        return report

    def run(self) -> Report:
        """Do a cycle that must go through."""
        report = self.cycle()
        assert (report.state, report.faults) == ("done", ())
        return report

    def settle(self) -> Report:
        """Do a cycle, and two more, which must write nothing."""
        first = self.run()
        for _ in range(2):
            assert self.run().writes == 0
        return first

    # -- the CRM's people

    @contextmanager
    def crm(self) -> Generator[Connector]:
        context = Context(
            side=Side.CRM,
            settings={},
            secrets={},
            folder=self.folder,
            now=self.clock,
            spend=lambda _price, _word: None,
        )
        connector = REGISTRY.connectors["local"].open(context)
        try:
            yield connector
        finally:
            connector.close()

    def write(self, object_name: str, values: Mapping[str, Value], id_: str | None = None) -> str:
        """Add a record, or change one; return its id."""
        self.clock.forward(seconds=2)
        self.keys += 1
        row = Write(id=id_, key=None if id_ else f"by hand {self.keys}", values=values)
        with self.crm() as crm:
            (outcome,) = crm.write(object_name, [row])
        assert outcome.status is OutcomeStatus.DONE, outcome
        return outcome.id or ""

    def lead(self, name: str, **values: Value) -> str:
        given: dict[str, Value] = {
            "FirstName": name, "LastName": "Doe", "Company": "Acme",
            "Email": f"{name.casefold()}@example.com",
        }  # fmt: skip
        return self.write("Lead", {**given, **values})

    def rows(self, name: str, *fields: str) -> list[Mapping[str, Value]]:
        with self.crm() as crm:
            pages = list(crm.changes(name, fields, None))
        return [record.values for page in pages for record in page.records]

    # -- Salesloft's people

    def call(self, method: str, path: str, body: Any = None) -> Any:
        self.clock.forward(seconds=2)
        answer = self.people.request(method, f"{self.url}{path}", json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found.get("data", found)

    def post(self, path: str, **values: Any) -> Any:
        return self.call("POST", path, values)

    def get(self, path: str) -> Any:
        return self.call("GET", path)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    with ExitStack() as stack:
        proof = {"Authorization": f"Bearer {LOFT.secrets['token']}"}
        people = stack.enter_context(httpx.Client(headers=proof, trust_env=False))
        found = Office(folder=tmp_path / "ws", people=people, url="")
        faults = Faults(shares=found.weather)
        place = SandboxContext(folder=tmp_path / "team", now=found.clock, faults=faults)
        found.url = stack.enter_context(beside(house([LOFT], place)))
        found.rules(RULES)
        yield found


def test_a_crm_and_salesloft_are_kept_in_step(office: Office) -> None:
    """Both are matched by e-mail, filled in, and kept alike: the later change wins (E3, E7, E8)."""
    ann = office.lead("Ann", Title="CTO", Rating="Hot", Phone="+1 202 555 0100")
    office.lead("Bob")
    office.post("/v2/people", first_name="Ann", email_address="ANN@example.com",
                last_name="Doe", title="Chief")  # fmt: skip
    office.post("/v2/people", first_name="Cy", last_name="Roe",
                email_address="cy@example.com", person_company_name="Looms")  # fmt: skip

    office.settle()

    leads = office.rows("Lead", "FirstName", "Company")
    assert sorted((str(row["FirstName"]), row["Company"]) for row in leads) == [
        ("Ann", "Acme"), ("Bob", "Acme"), ("Cy", "Looms"),
    ]  # fmt: skip
    people = {row["first_name"]: row for row in office.get("/v2/people")}
    assert len(people) == 3
    assert (people["Ann"]["title"], people["Ann"]["phone"]) == ("Chief", "+12025550100")
    assert people["Ann"]["custom_fields"] == {"Lead Score": "3"}
    # Only who was created by us bears our key.
    assert list(people["Bob"]["custom_fields"]) == ["Syncline Key"]

    changed = {"first_name": "Anna", "phone": "+1 202 555 0199"}
    office.call("PUT", f"/v2/people/{people['Ann']['id']}", changed)
    office.write("Lead", {"FirstName": "Annie"}, ann)
    office.settle()
    (person,) = [row for row in office.get("/v2/people") if row["first_name"] == "Annie"]
    assert person["phone"] == "+1 202 555 0199"
    leads = office.rows("Lead", "FirstName", "Phone")
    assert {"FirstName": "Annie", "Phone": "+12025550199"} in leads


def test_workflows_move_people_and_let_them_leave(office: Office) -> None:
    """A lead cools down, another is closed, and a person who was on a cadence goes (K11, B9)."""
    ann, bob = office.lead("Ann", Rating="Hot"), office.lead("Bob")
    office.run()
    ids = {row["first_name"]: row["id"] for row in office.get("/v2/people")}
    for person in ids.values():
        office.post(f"/v2/cadence_memberships?person_id={person}&cadence_id=2")
    office.run()
    office.write("Lead", {"Rating": "Cold"}, ann)
    office.write("Lead", {"Status": "Closed - Not Converted"}, bob)

    office.settle()

    rows = office.get("/v2/cadence_memberships")
    states = {(row["person"]["id"], row["cadence"]["id"]): row["current_state"] for row in rows}
    assert states == {
        (ids["Ann"], 2): "removed", (ids["Ann"], 1): "staged", (ids["Bob"], 2): "removed",
    }  # fmt: skip
    office.call("DELETE", f"/v2/people/{ids['Bob']}")
    office.settle()
    assert [row["first_name"] for row in office.get("/v2/people")] == ["Ann"]
    assert len(office.rows("Lead", "FirstName")) == 2


def test_what_happened_appears_in_the_crms_history(office: Office) -> None:
    """Calls with a ticked outcome, answered e-mails and notes, each once, edited after (K3, K5)."""
    ann = office.lead("Ann")
    office.run()
    (person,) = office.get("/v2/people")
    call = {"person_id": person["id"], "duration": 60, "notes": "Very keen", "cadence_id": 1}
    office.post("/v2/activities/calls", disposition="Connected", **call)
    office.post("/v2/activities/calls", disposition="Busy", **call)
    hand = "/sandbox/salesloft"
    email = office.post(f"{hand}/email", person_id=person["id"], subject="Engines")["id"]
    office.run()
    office.post(f"{hand}/reply", id=email)
    about = {"associated_with_type": "person", "associated_with_id": person["id"]}
    office.post("/v2/notes", content="Call again", **about)

    office.settle()

    tasks = office.rows("Task", "Subject", "Description", "WhoId", "ActivityDate")
    assert {str(row["Subject"]): row["Description"] for row in tasks} == {
        "Call: Connected (Nurture Q3)": "Very keen",
        "Email Replied: Engines": None,
        "Note by robin@orchard.example.com": "Call again",
    }
    assert {row["WhoId"] for row in tasks} == {ann}
    assert {row["ActivityDate"] for row in tasks} == {office.clock.now.date().isoformat()}


def test_bad_weather_makes_nobody_twice_and_loses_nobody(office: Office) -> None:
    """Answers are lost, connections end, the server fails and refuses (B8): it all comes right."""
    for number in range(25):
        office.lead(f"P{number}", Title=f"No. {number}")
    for fault in (Fault.LOST, Fault.TIMEOUT, Fault.ERROR, Fault.LIMIT):
        office.weather[fault] = 0.1
    reports = [office.cycle() for _ in range(8)]
    office.weather.clear()
    assert any(report.faults for report in reports)

    office.settle()

    people = office.get("/v2/people?per_page=100")
    assert len(people) == 25
    assert {row["title"] for row in people} == {f"No. {number}" for number in range(25)}


def test_what_salesloft_cannot_do_is_refused_by_the_checker(office: Office) -> None:
    """K11, B2: a next touch, a cadence that the team has not, an activity that could come twice."""
    text = RULES.replace("then exit cadence", "then move to next touch")
    text = text.replace('cadence "Nurture Q3"', 'cadence "Nurture Q4"')
    office.rules(text + "\nactivity note <- Event {\n    comments = Description\n}\n")

    with office.workspace() as workspace:
        found = {(each.code, each.message) for each in workspace.rules.diagnostics}

    assert ("E401", "salesloft cannot do `next touch`") in found
    assert any(code == "E205" and "Nurture Q3" in message for code, message in found)
    assert any(code == "E402" and message.startswith("activity") for code, message in found)


def test_the_example_runs_between_both_vendors(tmp_path: Path) -> None:
    """Two people become leads of a Salesforce org; its tests pass, and it is in the one form."""
    clock = Clock()
    names = ("salesforce", "salesloft")
    place = SandboxContext(folder=tmp_path / "vendors", now=clock, faults=Faults())
    kinds = [REGISTRY.sandboxes[name] for name in names]
    environ = {
        f"SYNCLINE_{kind.name}_{name}".upper(): secret
        for kind in kinds
        for name, secret in kind.secrets.items()
    }
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "main.rules").write_text(EXAMPLE, "utf-8")
    with beside(house(kinds, place)) as url:
        lines = ["version = 1", 'rules = "main.rules"']
        for kind in kinds:
            lines += ["", f"[connections.{kind.name}]"]
            lines += [f'{name} = "{value}"' for name, value in kind.settings(url).items()]
        (folder / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")
        proof = {"Authorization": f"Bearer {LOFT.secrets['token']}"}
        with httpx.Client(base_url=url, headers=proof, trust_env=False) as people:
            for name in ("ann", "bob"):
                body = {"last_name": "Doe", "email_address": f"{name}@example.com"}
                assert people.post("/v2/people", json=body).is_success
            clock.forward(minutes=5)
            with Workspace(folder, registry=REGISTRY, now=clock, environ=environ) as workspace:
                assert workspace.rules.diagnostics == ()
                reports = [workspace.run()]
                for _ in range(2):
                    clock.forward(minutes=5)
                    reports.append(workspace.run())

            for words in (("test",), ("fmt", "--check")):
                told = command(*words, folder=folder, **environ)
                assert told.returncode == 0, told.stdout + told.stderr

    assert [report.state for report in reports] == ["done"] * 3
    assert [report.writes for report in reports] == [2, 0, 0]
