"""What tests of a cycle share: a workspace in a folder, and people at work in both systems."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import Connection

from support_forks import forked
from syncline import (
    ActionRequest,
    Connector,
    Context,
    Outcome,
    OutcomeStatus,
    Secret,
    Side,
    Value,
    Workspace,
    Write,
)
from syncline.demo.hands import access_of
from syncline.ledger.journal import Entry
from syncline.net.serving import beside
from syncline.plugins import Registry, load_plugins
from syncline.sync.cycle import Preview
from syncline.sync.report import Report
from syncline.sync.systems import Progress
from syncline_local.connection import LocalConnection
from syncline_local.crm import LocalCrm
from syncline_sandbox.salesforce.app import create_app

__all__ = [
    "CADENCE",
    "CRM",
    "HEAD",
    "RULES",
    "SECRETS",
    "START",
    "SYNCLINE",
    "Clock",
    "World",
    "command",
    "counts",
    "hasten",
    "local_world",
    "meddled",
    "postgres",
    "quiet",
    "sandbox_world",
]

CRM, CADENCE = Side.CRM, Side.CADENCE
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECRETS = {"SYNCLINE_SALESFORCE_CLIENT_SECRET": "sandbox"}

#: The command line as it is installed.
SYNCLINE = str(Path(sys.executable).with_name("syncline"))

#: The head of every rule file, and the map that most tests use.
HEAD = """\
connect crm     to {crm}
connect cadence to local
sync every 15 minutes, at most 5000 calls per 24 hours
sync crm to cadence
sync cadence to crm
"""
RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required, default "Unknown"
    Email     <-> email
    City      <-> city
}
"""
)


class Clock:
    """A clock that ticks a little whenever it is read, and leaps when told."""

    def __init__(
        self, start: datetime = START, tick: timedelta = timedelta(milliseconds=1)
    ) -> None:
        self.now = start
        self.tick = tick

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now

    def forward(self, **by: float) -> None:
        """Move on by a ``timedelta`` of these arguments."""
        self.now += timedelta(**by)


def hasten(connection: Connection) -> None:
    """Let SQLite not wait until the disk has it: no test cuts the power."""
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.close()


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Hear of progress and say nothing."""


@dataclass
class World:
    """Two systems, the people who work in them, and the workspace that keeps them in step."""

    folder: Path
    crm: str
    clock: Clock
    url: str = ""
    #: Each call that the CRM's server heard, "METHOD last-part-of-path"; empty for files.
    heard: list[str] = field(default_factory=list[str])
    #: The database that holds the ledger; empty for a file.
    ledger: str = ""
    registry: Registry = field(default_factory=load_plugins)
    _stack: ExitStack = field(default_factory=ExitStack)
    _hands: dict[Side, Connector] = field(default_factory=dict[Side, Connector])
    _people: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    # -- the workspace

    def rules(self, text: str) -> None:
        """Write the workspace's files; ``{crm}`` in *text* is the CRM's name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "main.rules").write_text(text.replace("{crm}", self.crm), "utf-8")
        lines = ["version = 1", 'rules = "main.rules"']
        if self.ledger:
            lines += [f'ledger = "{self.ledger}"']
        if self.url:
            lines += ["", "[connections.salesforce]", f'url = "{self.url}"']
            lines += ['client_id = "sandbox"']
        (self.folder / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")

    @contextmanager
    def workspace(
        self, registry: Registry | None = None, progress: Progress = quiet
    ) -> Generator[Workspace]:
        """Open the workspace by this world's clock."""
        with Workspace(
            self.folder,
            registry=registry or self.registry,
            now=self.clock,
            environ=SECRETS,
            progress=progress,
        ) as workspace:
            yield workspace

    def run(self, registry: Registry | None = None) -> Report:
        """Do one cycle a minute after whatever happened last; its figures must add up (B8)."""
        self.clock.forward(minutes=1)
        with self.workspace(registry) as workspace:
            report = workspace.run()
        self.clock.forward(minutes=1)
        assert report.candidates == sum(report.counts.values())
        return report

    def settle(self) -> Report:
        """Do one cycle that must go through, and two more, which must write nothing."""
        first = self.run()
        assert (first.state, first.faults) == ("done", ())
        for _ in range(2):
            again = self.run()
            assert (again.state, again.writes) == ("done", 0), self.history(run=again.run)
        return first

    def agree(self) -> None:
        """Say yes to the mappings that the rules no longer hold."""
        self.clock.forward(minutes=1)
        with self.workspace() as workspace:
            workspace.resume(confirmed=True)

    def plan(self) -> Preview:
        """Say what the next run would do."""
        self.clock.forward(minutes=1)
        with self.workspace() as workspace:
            return workspace.plan()

    def history(self, **which: Any) -> list[Entry]:
        """Return lines of the history, the newest first."""
        from syncline.history import read_history

        return read_history(self.folder, **which)

    def reasons(self, kind: str) -> list[str]:
        """Return why, for each line of one kind, the newest first."""
        return [line.reason for line in self.history(kind=kind)]

    # -- the people

    def hand(self, side: Side) -> Connector:
        """Return a connection that somebody else holds."""
        if side not in self._hands:
            name = self.crm if side is CRM else "local"
            settings = {"url": self.url, "client_id": "sandbox"} if name == "salesforce" else {}
            kind = self.registry.connectors[name]
            context = Context(
                side=side,
                settings=settings,
                secrets={},
                folder=self.folder,
                now=self.clock,
                spend=lambda _price, _what: None,
                access=access_of(kind, settings, {"client_secret": Secret("sandbox")}, self.clock),
            )
            self._hands[side] = kind.open(context)
            self._stack.callback(self._hands[side].close)
        return self._hands[side]

    def add(self, side: Side, what: str, /, **values: Value) -> str:
        """Add one record by hand; return its id."""
        self.clock.forward(seconds=2)
        row = Write(key=f"person:{what}:{next(self._people)}", values=values)
        return _done(self.hand(side).write(what, [row]))

    def change(self, side: Side, what: str, id_: str, /, **values: Value) -> None:
        """Change one record by hand, two seconds after whatever happened before."""
        self.clock.forward(seconds=2)
        _done(self.hand(side).write(what, [Write(id=id_, values=values)]))

    def enrol(self, prospect: str, cadence: str = "New leads") -> None:
        """Put a prospect into a cadence by hand."""
        key = f"person:{next(self._people)}"
        request = ActionRequest(key=key, action="enrol", prospect=prospect, target=cadence)
        _done(self.hand(CADENCE).act([request]))

    def lead(self, name: str, **values: Value) -> str:
        """Add a lead with an address of its own; *name* is the first name."""
        return self.add(CRM, "Lead", **{**_lead(name), **values})

    def prospect(self, name: str, **values: Value) -> str:
        """Add a prospect with an address of its own."""
        return self.add(CADENCE, "prospect", **{**_prospect(name), **values})

    def call(self, prospect: str, outcome: str, **values: Value) -> str:
        """Record a call with a prospect."""
        given: dict[str, Value] = {"at": "2026-11-02T09:00:00Z"}
        return self.add(
            CADENCE, "activity",
            prospect_id=prospect, kind="call", outcome=outcome, **{**given, **values},
        )  # fmt: skip

    def delete(self, side: Side, what: str, id_: str) -> None:
        """Delete one record by hand."""
        self.clock.forward(seconds=2)
        _done(self.hand(side).delete(what, [id_]))

    def merge(self, side: Side, what: str, loser: str, winner: str) -> None:
        """Merge *loser* into *winner* by hand."""
        self.clock.forward(seconds=2)
        hand = self.hand(side)
        if isinstance(hand, LocalConnection):
            _done([hand.merge(what, loser, winner)])
        else:
            self._office("merge", winner=winner, loser=loser)

    def undelete(self, side: Side, what: str, id_: str) -> None:
        """Take one record out of the bin by hand."""
        self.clock.forward(seconds=2)
        hand = self.hand(side)
        if isinstance(hand, LocalConnection):
            _done([hand.undelete(what, id_)])
        else:
            self._office("undelete", id=id_)

    def convert(self, lead: str, contact: str | None = None) -> str:
        """Convert a lead by hand, into *contact* or into a new one; return the contact's id."""
        self.clock.forward(seconds=2)
        hand = self.hand(CRM)
        if isinstance(hand, LocalCrm):
            return _done([hand.convert(lead, contact)])
        return self._office("convert", lead=lead, contact=contact)

    def _office(self, what: str, **body: str | None) -> str:
        """Do in the sandbox what the vendor lets people do, and programs only over SOAP."""
        answer = httpx.post(f"{self.url}/sandbox/salesforce/{what}", json=body, trust_env=False)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    # -- what there is

    def read(self, side: Side, kind: str, id_: str) -> Mapping[str, Value]:
        """Return every field of one record."""
        (record,) = self.hand(side).read(kind, [id_], self._fields(side, kind))
        return record.values

    def all(self, side: Side, kind: str) -> list[dict[str, Value]]:
        """Return every field of every record, in the order in which they were made."""
        pages = self.hand(side).changes(kind, self._fields(side, kind), None)
        found = [dict(record.values) for page in pages for record in page.records]
        return sorted(found, key=lambda values: str(values["Id" if side is CRM else "id"]))

    def one(self, side: Side, what: str, /, **values: Value) -> dict[str, Value]:
        """Return the one record with these values."""
        (found,) = [each for each in self.all(side, what) if values.items() <= each.items()]
        return found

    def states(self) -> list[tuple[Value, Value, Value]]:
        """Return (cadence, state, touch) of every enrolment, in the order they were made."""
        return [(e["cadence_name"], e["state"], e["touch"]) for e in self.all(CADENCE, "enrolment")]

    def contents(self) -> str:
        """Return all that stands in both systems, but for ids, times and our keys."""
        people: dict[Value, Value] = {}
        found: list[tuple[str, list[str]]] = []
        for side, kinds in (
            (CRM, ("Lead", "Contact", "Task")),
            (CADENCE, ("prospect", "enrolment", "activity")),
        ):
            for kind in kinds:
                rows = self.all(side, kind)
                for row in rows:
                    email = row.get("Email") or row.get("email")
                    people[row["Id" if side is CRM else "id"]] = email
                    for reference in ("WhoId", "prospect_id"):
                        if row.get(reference):
                            row[reference] = people[row[reference]]
                texts = sorted(json.dumps(_lasting(row), sort_keys=True) for row in rows)
                found.append((kind, texts))
        return json.dumps(found, indent=1)

    def close(self) -> None:
        """Send the people home."""
        self._stack.close()

    def _fields(self, side: Side, kind: str) -> list[str]:
        described = self.hand(side).describe().get(kind)
        assert described is not None
        return [f.name for f in described.fields]


_PASSING = {
    "Id", "id", "CreatedDate", "SystemModstamp", "LastModifiedDate", "Syncline_Key__c",
    "syncline_key", "created_at", "updated_at", "entered_at", "left_at", "cadence_id",
}  # fmt: skip


def _lasting(row: Mapping[str, Value]) -> dict[str, Value]:
    return {k: v for k, v in row.items() if k not in _PASSING and v not in (None, "")}


def _done(outcomes: list[Outcome]) -> str:
    (outcome,) = outcomes
    assert outcome.status is OutcomeStatus.DONE, outcome
    return outcome.id or ""


def _lead(name: str) -> dict[str, Value]:
    return {
        "FirstName": name, "LastName": "Doe", "Company": "Acme",
        "Email": f"{name.casefold()}@example.com",
    }  # fmt: skip


def _prospect(name: str) -> dict[str, Value]:
    return {
        "first_name": name, "last_name": "Doe", "company_name": "Acme",
        "email": f"{name.casefold()}@example.com",
    }  # fmt: skip


@contextmanager
def local_world(
    folder: Path, rules: str = RULES, clock: Clock | None = None, ledger: str = ""
) -> Generator[World]:
    """Make a workspace between the two embedded systems."""
    world = World(folder / "ws", "local", clock or Clock(), ledger=ledger)
    world.rules(rules)
    try:
        yield world
    finally:
        world.close()


@contextmanager
def sandbox_world(
    folder: Path,
    rules: str = RULES,
    clock: Clock | None = None,
    through: Callable[[Any], Any] = lambda app: app,
    ledger: str = "",
) -> Generator[World]:
    """Make a workspace between a Salesforce sandbox, over HTTP, and the embedded cadence.

    *through* may put an ASGI application of its own before the sandbox.
    """
    clock = clock or Clock()
    heard: list[str] = []
    app = through(create_app(folder / "org", now=clock))

    async def ears(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            heard.append(f"{scope['method']} {scope['path'].rsplit('/', 1)[1]}")
        await app(scope, receive, send)

    with beside(ears) as url:
        world = World(folder / "ws", "salesforce", clock, url, heard, ledger)
        world.rules(rules)
        try:
            yield world
        finally:
            world.close()


@contextmanager
def postgres() -> Generator[str]:
    """Make a schema of its own in a PostgreSQL database; yield a ledger's address; drop it.

    Skips the test when no server answers. ``SYNCLINE_TEST_POSTGRES`` names another server.
    """
    base = os.environ.get("SYNCLINE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
    schema = f"syncline_{secrets.token_hex(6)}"
    try:
        psycopg.connect(base, connect_timeout=3).close()
    except psycopg.OperationalError as err:
        pytest.skip(f"no PostgreSQL server answers: {str(err).splitlines()[0]}")
    try:
        yield f"{base}?schema={schema}"
    finally:
        with psycopg.connect(base, autocommit=True) as db:
            db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())


def command(
    *words: str, folder: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run ``syncline`` in a process of its own, in *folder*; it never shows a traceback."""
    line = [SYNCLINE, *words]
    whole = {**os.environ, "COLUMNS": "100", "PYTHONWARNINGS": "error", **environ}
    if any(name.startswith("PYTHON") for name in environ):
        # Python looks at these when it starts.
        done = subprocess.run(
            line, cwd=folder, env=whole, capture_output=True, text=True, timeout=120, check=False
        )
    else:
        done = forked(line, folder, whole)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def counts(report: Report) -> dict[str, int]:
    """Return the fates that came about."""
    return {str(fate): n for fate, n in report.counts.items() if n}


def meddled(
    world: World, side: Side, what: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Registry:
    """Return the plugins with the method *what* of one side's connector wrapped by *around*."""
    name = world.crm if side is CRM else "local"
    kind = world.registry.connectors[name]

    def open_(context: Context) -> Connector:
        connector: Any = kind.open(context)
        if context.side is side:
            setattr(connector, what, around(getattr(connector, what)))
        opened: Connector = connector
        return opened

    connectors = {**world.registry.connectors, name: replace(kind, open=open_)}
    return replace(world.registry, connectors=connectors)
