"""What is Acme's own: a damaged file, and a real sync between Acme and the embedded cadence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import syncline_acme

import syncline
import syncline_local
from syncline import OutcomeStatus, Position, Side, Value, Write

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RULES = """\
connect crm     to acme
connect cadence to local
sync crm to cadence
sync cadence to crm

map Person <-> prospect {
    match Email = email
    FirstName <-> first_name   required
    LastName  <-> last_name    required
    Company   <-> company_name required
    Email     <-> email
    Segment   -> industry      using slug()
}

activity call -> Visit {
    Notes = "{outcome}: {comments}"
}
"""


@dataclass
class Clock:
    """A clock that goes on by *step* each time it is read."""

    at: datetime = NOON
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        """Return the time."""
        self.at += self.step
        return self.at


@dataclass
class Bench:
    """A folder with a workspace in it, and connections that a person holds beside it."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    spent: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    @property
    def registry(self) -> syncline.Registry:
        """Both plugins, handed in: nothing needs to be installed."""
        plugins = [("local", syncline_local), ("acme", syncline_acme)]
        return syncline.load_plugins(points=[], extra=plugins)

    def open(self, name: str, side: Side) -> syncline.Connector:
        """Open one connection by hand."""
        context = syncline.Context(
            side=side,
            settings={"file": "acme.json"} if name == "acme" else {},
            secrets={},
            folder=self.folder,
            now=self.clock,
            spend=lambda price, word: self.spent.append((price, word)),
        )
        return self.registry.connectors[name].open(context)

    def run(self) -> None:
        """Do one cycle, which must go through."""
        self.clock.at += timedelta(minutes=5)
        with syncline.Workspace(self.folder, registry=self.registry, now=self.clock) as workspace:
            report = workspace.run()
        assert (report.state, report.faults) == ("done", ())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Make a workspace that connects Acme."""
    (tmp_path / "main.rules").write_text(RULES, "utf-8")
    (tmp_path / "syncline.toml").write_text(
        'version = 1\nrules = "main.rules"\n[connections.acme]\nfile = "acme.json"\n', "utf-8"
    )
    return Bench(tmp_path)


@pytest.fixture
def acme(bench: Bench) -> syncline.Connector:
    """Open Acme."""
    return bench.open("acme", Side.CRM)


def person(email: str, **more: Value) -> dict[str, Value]:
    """Return the values of a Person."""
    return {"FirstName": "Jo", "LastName": "Doe", "Company": "Acme", "Email": email, **more}


def add(connector: syncline.Connector, what: str, values: dict[str, Value], key: str) -> str:
    """Create one record; return its id."""
    (outcome,) = connector.write(what, [Write(values=values, key=key)])
    assert outcome.status is OutcomeStatus.DONE, outcome
    return outcome.id or ""


def rows(
    connector: syncline.Connector, what: str, fields: list[str], since: Position | None = None
) -> list[tuple[Value, ...]]:
    """Return the values of every record after *since*."""
    return [
        tuple(record.values[name] for name in fields)
        for page in connector.changes(what, fields, since)
        for record in page.records
    ]


def test_a_damaged_file_needs_a_person(bench: Bench, acme: syncline.Connector) -> None:
    """What will fail again is a FatalError, and the file is left alone."""
    (bench.folder / "acme.json").write_text("{", "utf-8")
    with pytest.raises(syncline.FatalError, match=r"acme\.json cannot be read"):
        acme.read("Person", ["P000001"], ["Id"])
    assert (bench.folder / "acme.json").read_text("utf-8") == "{"


def test_a_real_sync(bench: Bench) -> None:
    """People go both ways, a call becomes a Visit, and the next cycle writes nothing."""
    acme, cadence = bench.open("acme", Side.CRM), bench.open("local", Side.CADENCE)
    add(acme, "Person", person("jo@example.com", Segment="Food and Drink"), "person:1")
    prospect = add(
        cadence,
        "prospect",
        {
            "first_name": "Al",
            "last_name": "Ray",
            "company_name": "Ray and Sons",
            "email": "al@example.com",
        },
        "person:2",
    )
    bench.run()
    call: dict[str, Value] = {
        "prospect_id": prospect,
        "kind": "call",
        "outcome": "Connected",
        "comments": "will buy",
        "at": "2026-11-22T15:40:00Z",
    }
    add(cadence, "activity", call, "person:3")
    bench.run()

    assert sorted(rows(acme, "Person", ["Email", "Company"])) == [
        ("al@example.com", "Ray and Sons"),
        ("jo@example.com", "Acme"),
    ]
    assert rows(cadence, "prospect", ["email", "industry"]) == [
        ("al@example.com", None),
        ("jo@example.com", "food-and-drink"),
    ]
    ids = {row[0]: row[1] for row in rows(acme, "Person", ["Email", "Id"])}
    assert rows(acme, "Visit", ["PersonId", "Day", "Notes"]) == [
        (ids["al@example.com"], "2026-11-22", "Connected: will buy")
    ]

    before = (bench.folder / "acme.json").read_bytes()
    bench.run()
    assert (bench.folder / "acme.json").read_bytes() == before
