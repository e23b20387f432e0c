"""Acme's promises one by one, and a real sync between Acme and the embedded cadence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import syncline_acme

import syncline
import syncline_local
from syncline import GoneKind, OutcomeStatus, Position, Side, Value, Write

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


def test_a_creation_repeated_is_one_record(acme: syncline.Connector) -> None:
    """A creation is an upsert by its key."""
    first = add(acme, "Person", person("jo@example.com"), "k1")
    again = add(acme, "Person", person("jo@example.com"), "k1")
    assert first == again
    assert acme.lookup("Person", ["k1", "k2"]) == {"k1": first}
    assert rows(acme, "Person", ["Id", "SynclineKey"]) == [(first, "k1")]


def test_each_row_has_its_own_outcome(acme: syncline.Connector) -> None:
    """A row that is refused keeps no other row from being written."""
    outcomes = acme.write(
        "Person",
        [
            Write(values={"FirstName": "Nameless"}, key="k1"),
            Write(values=person("jo@example.com"), key="k2"),
            Write(values={"FirstName": "Al"}, id="P999999"),
        ],
    )
    assert [each.status for each in outcomes] == [
        OutcomeStatus.REFUSED,
        OutcomeStatus.DONE,
        OutcomeStatus.GONE,
    ]


@pytest.mark.parametrize("size", [1, 99, 100, 101, 250])
def test_records_of_one_instant_are_neither_repeated_nor_passed_over(
    bench: Bench, size: int
) -> None:
    """A listing resumed after any record goes on with the next."""
    acme = bench.open("acme", Side.CRM)
    acme.write(
        "Person", [Write(values=person(f"p{n}@example.com"), key=f"k{n}") for n in range(size)]
    )
    pages = list(acme.changes("Person", ["Id"], None))
    found = [record.id for page in pages for record in page.records]
    assert len(pages) == -(-size // 100)
    assert found == sorted(set(found))
    assert len(found) == size
    for record in pages[0].records[::33]:
        place = Position(modified=record.modified, id=record.id)
        assert len(rows(acme, "Person", ["Id"], place)) == size - 1 - found.index(record.id)


def test_a_deletion_is_listed_once_and_in_its_place(acme: syncline.Connector) -> None:
    """What was deleted comes as gone; whoever lists from the beginning never hears of it."""
    first, second = (add(acme, "Person", person(f"p{n}@example.com"), f"k{n}") for n in range(2))
    since = list(acme.changes("Person", ["Id"], None))[-1].position
    assert [each.status for each in acme.delete("Person", [first, first, "P999999"])] == [
        OutcomeStatus.DONE
    ] * 3

    (page,) = acme.changes("Person", ["Id"], since)
    assert page.records == ()
    assert [(gone.id, gone.kind) for gone in page.gone] == [(first, GoneKind.DELETED)]
    assert page.position == Position(modified=page.gone[0].at, id=first)
    acme.delete("Person", [first])
    assert [each.gone for each in acme.changes("Person", ["Id"], page.position)] == [()]
    assert [each.gone for each in acme.changes("Person", ["Id"], None)] == [()]
    assert rows(acme, "Person", ["Id"]) == [(second,)]


def test_what_was_deleted_is_gone_for_good(acme: syncline.Connector) -> None:
    """It is neither read nor written, and a creation under its key makes another record."""
    old = add(acme, "Person", person("jo@example.com"), "k1")
    acme.delete("Person", [old])
    assert acme.read("Person", [old], ["Id"]) == []
    assert acme.lookup("Person", ["k1"]) == {}
    (outcome,) = acme.write("Person", [Write(values={"FirstName": "Al"}, id=old)])
    assert outcome.status is OutcomeStatus.GONE
    assert add(acme, "Person", person("jo@example.com"), "k1") != old


def test_an_empty_listing_still_tells_the_time(acme: syncline.Connector) -> None:
    """At least one page is yielded."""
    (page,) = acme.changes("Person", ["Id"], None)
    assert page.records == ()
    assert page.server_time > NOON


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda acme: list(acme.changes("Person", ["Id"], None)), "list"),
        (lambda acme: acme.read("Person", ["P1"], ["Id"]), "read"),
        (lambda acme: acme.lookup("Person", ["k"]), "look up"),
        (lambda acme: acme.write("Person", [Write(values={}, key="k")]), "write"),
        (lambda acme: acme.delete("Person", ["P1"]), "delete"),
    ],
)
def test_every_call_is_paid_for(
    bench: Bench, call: Callable[[syncline.Connector], object], word: str
) -> None:
    """Each call tells its price."""
    call(bench.open("acme", Side.CRM))
    assert bench.spent == [(1, word)]


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
