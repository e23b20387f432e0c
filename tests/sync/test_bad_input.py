"""Damaged files, broken connectors and broken servers: words, an exit code, and nothing lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

import support
import syncline
from support import CADENCE, CRM, HEAD, RULES, World, command
from syncline import (
    ActivityTemplate,
    Connector,
    ConnectorType,
    Context,
    LedgerBusyError,
    LedgerError,
    Registry,
    RulesError,
    Side,
    SynclineError,
    WorkspaceError,
)
from syncline.sync.plan import Fate

MORE = """
workflow "Onwards" on Lead { when Status = "Working - Contacted"  then move to next touch }
activity call on outcome "Connected" -> Task { Subject = "Call: {outcome}" }
"""
#: More people than fit into the ledger's free pages.
CROWD = 120


def prepare(world: World) -> None:
    """Two systems in step, and then changes in both of them."""
    ann, bob = world.lead("Ann"), world.lead("Bob")
    world.settle()
    prospects = {str(p["first_name"]): str(p["id"]) for p in world.all(CADENCE, "prospect")}
    world.enrol(prospects["Ann"])
    world.change(CRM, "Lead", ann, Status="Working - Contacted", LastName="Roe")
    world.change(CADENCE, "prospect", prospects["Bob"], first_name="Robert")
    world.change(CRM, "Lead", bob, FirstName="Rob")
    world.call(prospects["Bob"], "Connected", duration=90)
    world.lead("Cyd")
    world.prospect("Dee")


@dataclass
class Twins:
    """Two worlds in which the same has happened: to one of them, something is then done."""

    hurt: World
    whole: World

    def unhurt(self) -> None:
        """With the fault gone, the one ends exactly as the other, to which nothing was done."""
        for world in (self.whole, self.hurt):
            report = world.run()
            assert (report.state, report.faults, report.exit_code) == ("done", (), 0)
        for world in (self.whole, self.hurt):
            assert world.run().writes == 0, world.history()
        assert self.hurt.contents() == self.whole.contents()

    def files(self) -> dict[str, bytes]:
        """Return every file of the hurt one."""
        folder = self.hurt.folder
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in paths}

    def says(self, error: type[SynclineError], code: int, words: str) -> None:
        """Check that a plan and a run both raise *error* with *words*, and leave every file."""
        before = self.files()
        for work in (self.hurt.plan, self.hurt.run):
            with pytest.raises(error, match=words) as caught:
                work()
            assert caught.value.exit_code == code
            assert caught.value.hint
        assert self.files() == before


@contextmanager
def twins(
    folder: Path, rules: str = RULES + MORE, registry: Registry | None = None
) -> Generator[Twins]:
    with (
        support.local_world(folder / "hurt", rules) as hurt,
        support.local_world(folder / "whole", rules) as whole,
    ):
        for world in (hurt, whole):
            world.registry = registry or world.registry
            prepare(world)
        yield Twins(hurt, whole)


@pytest.fixture
def two(tmp_path: Path) -> Generator[Twins]:
    with twins(tmp_path) as found:
        yield found


# The workspace's file


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "is not a workspace: it has no syncline.toml"),
        ("version = 1\nrules = [", "syncline.toml is damaged"),
        ('version = 1\nrules = "caf\xe9.rules"', "syncline.toml is damaged"),
        ('version = 2\nrules = "main.rules"\nnew = 1', "belongs to a newer version of Syncline"),
        ("version = 1\nrules = 7", "syncline.toml is not valid: rules: 7 is not of type 'string'"),
        ("version = 1", "syncline.toml is not valid: rules is missing"),
        ('version = 1\nrules = "other.rules"', r"the rule file .*other\.rules cannot be read"),
        ('version = 1\nrules = "data"', "the rule file .*data cannot be read"),
    ],
)
def test_a_workspace_file_that_cannot_be_used(two: Twins, text: str | None, words: str) -> None:
    """It is told in words, no record and no file is touched, and it may be put right (B8)."""
    path = two.hurt.folder / "syncline.toml"
    right = path.read_text("utf-8")
    path.unlink() if text is None else path.write_text(text, "latin-1")
    two.says(WorkspaceError, 3, words)
    done = command("run", folder=two.hurt.folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Error: " in done.stderr
    path.write_text(right, "utf-8")
    two.unhurt()


# The rule file

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 40,
    "5 MB": b"# a comment\n" * 450_000,
    "nested": (HEAD.replace("{crm}", "local")).encode() + b"sync crm to cadence where "
    + b"(" * 10_000 + b"Email is blank" + b")" * 10_000 + b"\n",
    "half written": RULES.replace("{crm}", "local").encode()[:-40],
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_rule_file_that_cannot_be_used(two: Twins, what: str) -> None:
    """Checking tells its faults; a run takes up no half of an edit and touches nothing (E5, B2)."""
    path = two.hurt.folder / "main.rules"
    right = path.read_bytes()
    path.write_bytes(BROKEN[what])
    with two.hurt.workspace() as workspace:
        assert workspace.rules.errors
    two.says(RulesError, 1, r"main\.rules has \d+ errors?")
    checked = command("check", folder=two.hurt.folder)
    assert checked.returncode == 1
    assert "error[E" in checked.stdout
    ran = command("run", folder=two.hurt.folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Error: main.rules has " in ran.stderr
    assert len(checked.stdout) < 100_000
    path.write_bytes(right)
    two.unhurt()


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_file_alone(tmp_path: Path, what: str) -> None:
    """Outside of a workspace, too, a rule file is checked without a fall (B2)."""
    path = tmp_path / "a.rules"
    path.write_bytes(BROKEN[what])
    done = command("check", "a.rules", "--json", folder=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["diagnostics"]


# The systems' own files


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _emptied(_text: str) -> str:
    return ""


def _listed(_text: str) -> str:
    return "[1, 2]"


def _newer(text: str) -> str:
    tables = json.loads(text)
    tables["_meta"]["1"]["version"] += 1
    return json.dumps(tables)


def _odd(text: str) -> str:
    tables = json.loads(text)
    for name, table in tables.items():
        if name != "_meta" and table:
            next(iter(table.values())).pop("SystemModstamp", None)
            next(iter(table.values())).pop("updated_at", None)
    return json.dumps(tables)


@pytest.mark.parametrize("file", ["crm.json", "cadence.json"])
@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_cut, "is damaged and was left as it is"),
        (_emptied, "is damaged and was left as it is"),
        (_listed, "is damaged and was left as it is: it does not hold tables"),
        (_odd, "is damaged and was left as it is: document 1 of"),
        (_newer, "format version 3, and this Syncline knows versions up to 2"),
    ],
    ids=["cut short", "emptied", "other JSON", "without a time", "newer"],
)
def test_a_data_file_that_cannot_be_used(
    two: Twins, file: str, edit: Callable[[str], str], words: str
) -> None:
    """A damaged or newer file is left as it is, and a run goes on once it is restored (B8)."""
    path = two.hurt.folder / "data" / file
    right = path.read_text("utf-8")
    path.write_text(edit(right), "utf-8")
    hurt = path.read_bytes()
    for work in (two.hurt.plan, two.hurt.run):
        with pytest.raises(WorkspaceError, match=f"{file} .*{words}") as caught:
            work()
        assert (caught.value.exit_code, bool(caught.value.hint)) == (3, True)
    assert path.read_bytes() == hurt
    done = command("run", folder=two.hurt.folder)
    assert (done.returncode, done.stdout) == (3, "")
    path.write_text(right, "utf-8")
    two.unhurt()


# The ledger


def _garbage(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 4000)


def _torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


def _schema(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update meta set value = '99' where name = 'schema'")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_garbage, r"the ledger ledger\.sqlite is damaged and was left as it is"),
        (_torn, r"the ledger ledger\.sqlite is damaged and was left as it is"),
        (_schema, r"ledger\.sqlite was written by a newer version of Syncline \(ledger 99;"),
    ],
    ids=["garbage", "torn", "newer"],
)
def test_a_ledger_that_cannot_be_used(two: Twins, harm: Callable[[Path], None], words: str) -> None:
    """It is left as it is, no record is touched, and its backup goes on where it was (B8)."""
    path = two.hurt.folder / "ledger.sqlite"
    shutil.copy(path, two.hurt.folder.parent / "backup")
    harm(path)
    two.says(LedgerError, 3, words)
    for line in ("run", "log"):
        done = command(line, folder=two.hurt.folder)
        assert (done.returncode, done.stdout) == (3, "")
    shutil.copy(two.hurt.folder.parent / "backup", path)
    two.unhurt()


def test_a_ledger_that_is_lost_is_made_anew_from_the_match_keys(world: World) -> None:
    """Without a backup the records are linked again by e-mail; none is made twice (E8)."""
    world.rules(RULES + MORE)
    prepare(world)
    world.settle()
    before = world.contents()
    (world.folder / "ledger.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(LedgerError, match="damaged"):
        world.run()
    (world.folder / "ledger.sqlite").rename(world.folder / "old.sqlite")
    world.settle()
    made = [len(world.all(*which)) for which in ((CRM, "Lead"), (CADENCE, "prospect"))]
    assert made == [4, 4]
    assert world.contents() == before


@contextmanager
def full(when: Callable[[], bool]) -> Generator[None]:
    """Let the ledger's file grow no further in transactions that begin when *when* says so."""

    def limit(db: Connection) -> None:
        cursor: Any = db.connection.cursor()
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages if when() else 2**30}")
        cursor.close()

    event.listen(Engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(Engine, "begin", limit)


@pytest.mark.parametrize("moment", ["from the start", "reading Lead", "writing", "answered"])
def test_a_disk_that_is_full_while_the_ledger_commits(two: Twins, moment: str) -> None:
    """A transaction that does not fit is undone as a whole; the next run does the rest (B8)."""
    for world in (two.hurt, two.whole):
        for number in range(CROWD):
            world.lead(f"Person{number}", LastName=f"Of the crowd {number}")
    reached: list[str] = ["from the start"]

    def progress(what: str, _done: int, _total: int | None) -> None:
        reached.append(what)

    def now() -> bool:
        return any(each.startswith(moment) for each in reached)

    two.hurt.clock.forward(minutes=1)
    with (
        full(now),
        two.hurt.workspace(progress=progress) as workspace,
        pytest.raises(
            LedgerBusyError, match="the ledger could not be reached or written"
        ) as caught,
    ):
        workspace.run()
    assert caught.value.exit_code == 2
    assert "full" in caught.value.message
    assert "Nothing was lost" in caught.value.hint
    assert now()
    two.unhurt()


# Connectors


class Breaking:
    """A plugin with the local connector under another name, which raises when it is told to."""

    def __init__(self, local: Registry) -> None:
        self._local = local
        #: Which method raises, on which side, and whether it does its work before that.
        self.what, self.side, self.late = "", CRM, False

    @syncline.hookimpl
    def syncline_register_connectors(self) -> Iterator[ConnectorType]:
        """Register ``breaking``, which is ``local`` but for its faults."""
        kind = self._local.connectors["local"]
        yield replace(kind, name="breaking", open=self._open)

    @syncline.hookimpl
    def syncline_register_activity_templates(self) -> Iterator[ActivityTemplate]:
        """Register what activities become, as ``local`` does."""
        yield from (replace(t, connector="breaking") for t in self._local.templates
                    if t.connector == "local")  # fmt: skip

    def _open(self, context: Context) -> Connector:
        if (self.what, self.side) == ("open", context.side):
            raise ZeroDivisionError("boom")
        connector: Any = self._local.connectors["local"].open(context)
        if self.what and self.what != "open" and self.side is context.side:
            setattr(connector, self.what, self._broken(getattr(connector, self.what)))
        opened: Connector = connector
        return opened

    def _broken(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def broken(*given: Any, **more: Any) -> Any:
            if self.late:
                call(*given, **more)
            raise ZeroDivisionError("boom")

        return broken


def attempt(world: World) -> tuple[str, int]:
    """Run once; return the words and the exit code, whichever way they come."""
    try:
        report = world.run()
    except SynclineError as err:
        return err.message, err.exit_code
    return " / ".join(message for message, _hint in report.faults), report.exit_code


@contextmanager
def breaking_twins(folder: Path) -> Generator[tuple[Twins, Breaking]]:
    """Make twins between two systems of the plugin, which is told to raise later."""
    breaking = Breaking(syncline.load_plugins())
    rules = (RULES + MORE).replace("{crm}", "breaking").replace("to local", "to breaking")
    with twins(folder, rules, syncline.load_plugins(extra=[("breaking", breaking)])) as two:
        yield two, breaking


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("what", ["open", "describe", "changes", "close"])
def test_a_connector_that_raises(tmp_path: Path, side: Side, what: str) -> None:
    """Its fault is told with its name and where it broke, and costs no record anything (B8)."""
    with breaking_twins(tmp_path) as (two, breaking):
        before = two.hurt.contents()
        breaking.what, breaking.side = what, side
        words, code = attempt(two.hurt)
        place = "could not be opened" if what == "open" else f"broke in `{what}`"
        assert words == f"the connector breaking {place}: ZeroDivisionError: boom"
        assert code == 3
        breaking.what = ""
        assert what == "close" or two.hurt.contents() == before
        two.unhurt()


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("side", "what"), [(CRM, "write"), (CADENCE, "write"), (CADENCE, "act")])
def test_a_connector_that_raises_as_it_writes(
    tmp_path: Path, side: Side, what: str, late: bool
) -> None:
    """Nobody knows what took effect, so it is looked up and neither lost nor done twice (B8)."""
    with breaking_twins(tmp_path) as (two, breaking):
        breaking.what, breaking.side, breaking.late = what, side, late
        report = two.hurt.run()
        if what == "act":
            words = "the connector breaking broke in `act`: ZeroDivisionError: boom"
            assert [message for message, _hint in report.faults] == [words]
            assert (report.state, report.exit_code) == ("stopped", 2)
        assert bool(report.counts[Fate.DEFERRED]) is (what == "act" or not late)
        breaking.what = ""
        two.unhurt()


# Servers

PAGE = b"<html><head><title>Sign in to Acme</title></head><body>Who are you?</body></html>"


class Spoiler:
    """An ASGI application before the sandbox that spoils the answers to some of its calls."""

    def __init__(self, app: Any) -> None:
        self._app = app
        #: How, for calls with which words in "METHOD path", and whether they take effect first.
        self.how, self.where, self.late = "", "", False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one call, well or badly."""
        call = f"{scope.get('method')} {scope['path']}"
        if scope["type"] != "http" or not self.how or self.where not in call:
            await self._app(scope, receive, send)
            return

        async def unheard(_message: Any) -> None:
            return

        if self.late:
            await self._app(scope, receive, unheard)
        if self.how == "nothing":
            receive.__self__.transport.abort()
        elif self.how == "half":
            await _answer(send, 200, b"application/json", b'[{"success": tr', whole=False)
        elif self.how == "HTML":
            await _answer(send, 200, b"text/html", PAGE)
        else:
            fault = b'[{"errorCode": "UNKNOWN_EXCEPTION", "message": "An error occurred"}]'
            await _answer(send, int(self.how), b"application/json", fault)


async def _answer(send: Any, status: int, kind: bytes, body: bytes, *, whole: bool = True) -> None:
    length = str(len(body) if whole else 1000).encode()
    headers = [(b"content-type", kind), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": not whole})


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a sandbox and a workspace in which changes wait; copy it."""
    folder = tmp_path_factory.mktemp("morning")
    with support.sandbox_world(folder, RULES + MORE) as world:
        prepare(world)
    return folder


@contextmanager
def spoiled_twins(morning: Path, folder: Path) -> Generator[tuple[Twins, Spoiler]]:
    """Make twins between two sandboxes over HTTP, one of them behind a spoiler."""
    spoilers: list[Spoiler] = []

    def through(app: Any) -> Spoiler:
        spoilers.append(Spoiler(app))
        return spoilers[-1]

    for name in ("hurt", "whole"):
        shutil.copytree(morning, folder / name)
    rules, noon = RULES + MORE, support.START.replace(hour=12)
    with (
        support.sandbox_world(folder / "hurt", rules, support.Clock(noon), through) as hurt,
        support.sandbox_world(folder / "whole", rules, support.Clock(noon)) as whole,
    ):
        yield Twins(hurt, whole), spoilers[0]


#: How a server fails, the words for it, and the exit code.
FAILURES = [
    ("500", "answered {call} with 500: UNKNOWN_EXCEPTION: An error occurred", 2),
    ("503", "answered {call} with 503: UNKNOWN_EXCEPTION: An error occurred", 2),
    ("HTML", 'a web page ("Sign in to Acme") with status 200 came instead of JSON', 3),
    ("half", "the connection broke during {call}", 2),
    ("nothing", "the connection broke during {call}", 2),
]


@pytest.mark.parametrize(
    "call",
    [
        "POST /services/oauth2/token",
        "GET /services/data/v62.0/sobjects/Lead/describe",
        "GET /services/data/v62.0/queryAll",
    ],
)
def test_a_server_that_fails_as_we_read(morning: Path, tmp_path: Path, call: str) -> None:
    """It says which server, which call and what came; a later run goes on (RS1, B8)."""
    with spoiled_twins(morning, tmp_path) as (two, spoiler):
        for world in (two.hurt, two.whole):
            (world.folder / "data" / "descriptions.json").unlink()
        before = two.hurt.contents()
        for how, words, code in FAILURES:
            # A quarter of an hour apart: nobody is left in peace for long by then.
            two.hurt.clock.forward(minutes=15)
            spoiler.how, spoiler.where = how, call
            told, found = attempt(two.hurt)
            spoiler.how = ""
            assert told.startswith("127.0.0.1")
            assert words.format(call=call) in told
            assert call in told
            assert found == code
            assert two.hurt.contents() == before
        two.unhurt()


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("how", ["500", "HTML", "half", "nothing"])
def test_a_server_that_fails_as_we_write(
    morning: Path, tmp_path: Path, how: str, late: bool
) -> None:
    """What was sent and not answered is looked up: nothing is lost, nothing done twice (B8)."""
    with spoiled_twins(morning, tmp_path) as (two, spoiler):
        spoiler.how, spoiler.where, spoiler.late = how, "PATCH ", late
        report = two.hurt.run()
        assert bool(report.counts[Fate.DEFERRED]) is not late
        spoiler.how = ""
        two.unhurt()
