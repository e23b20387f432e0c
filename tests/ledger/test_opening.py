"""Where a workspace's ledger lies, who may read its password, and whose ledger it is."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from support import CADENCE, CRM, RULES, World, command, local_world
from support_ledger import rows_of
from syncline.errors import LedgerError, WorkspaceError
from syncline.ledger.database import Ledger
from syncline.ledger.opening import locate, open_ledger
from syncline.settings import Settings, read_settings
from syncline.upkeep import examine

CALLS = """
activity call on outcome "Connected" -> Task {
    Subject = "Call: {outcome}"
}
"""
PASSWORD = {"SYNCLINE_LEDGER_PASSWORD": "open sesame"}


def settings(ledger: str | None) -> Settings:
    return Settings(folder=Path("acme"), rules=Path("main.rules"), connections={}, ledger=ledger)


@pytest.mark.parametrize(
    ("ledger", "environ", "found"),
    [
        (None, {}, Path("acme/ledger.sqlite")),
        (None, PASSWORD, Path("acme/ledger.sqlite")),
        ("postgresql://db/sync?schema=acme", {}, "postgresql://db/sync?schema=acme"),
        ("postgres://db/sync", {}, "postgresql://db/sync"),
        ("postgresql://me@db/sync", PASSWORD, "postgresql://me:open sesame@db/sync"),
        (None, {"SYNCLINE_LEDGER_URL": "postgres://me:x@db/sync"}, "postgresql://me:x@db/sync"),
        (
            "postgresql://db/old",
            {"SYNCLINE_LEDGER_URL": "postgresql://me@db/new", **PASSWORD},
            "postgresql://me:open sesame@db/new",
        ),
        ("postgresql://db/sync", {"SYNCLINE_LEDGER_URL": ""}, "postgresql://db/sync"),
    ],
)
def test_where_the_ledger_lies(
    ledger: str | None, environ: dict[str, str], found: Path | str
) -> None:
    """The environment goes before the file, and completes it with the password."""
    assert locate(settings(ledger), environ) == found


@pytest.mark.parametrize(
    ("ledger", "environ", "words"),
    [
        ("postgresql://me:hush@db/sync", {}, "a password stands in `ledger` in syncline.toml"),
        ("postgresql://db/sync?user=me&password=hush", {}, "a password stands in `ledger`"),
        ("mysql://me:hush@db/sync", {}, "does not name a PostgreSQL database"),
        ("postgresql+asyncpg://db/hush", {}, "does not name a PostgreSQL database"),
        ("hush", {}, "`ledger` in syncline.toml is no address of a database"),
        ("postgresql://db:hush/sync", {}, "is no address of a database"),
        (None, {"SYNCLINE_LEDGER_URL": "hush hush"}, "SYNCLINE_LEDGER_URL is no address"),
        ("postgresql://me@db/sync?sslpassword=hush", {}, "a password stands in `ledger`"),
        (
            None,
            {"SYNCLINE_LEDGER_URL": "postgresql://me:S@hush/x@db/sync"},
            "SYNCLINE_LEDGER_URL has more than one @",
        ),
        ("postgresql://db/sync?schema=", {}, "does not name one schema"),
        ("postgresql://db/sync?schema=a&schema=b", {}, "does not name one schema"),
    ],
)
def test_an_address_that_is_refused(
    ledger: str | None, environ: dict[str, str], words: str
) -> None:
    """A secret never stands in a file, and no message repeats one."""
    with pytest.raises(WorkspaceError, match=words) as told:
        locate(settings(ledger), environ)
    assert "hush" not in f"{told.value.message} {told.value.hint}"


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    """Every command says so in a sentence, without the password, and may be run again."""
    with local_world(tmp_path, ledger="postgresql://me@127.0.0.1:1/sync") as world:
        for words in (["run"], ["log"], ["prune"]):
            done = command(*words, folder=world.folder, SYNCLINE_LEDGER_PASSWORD="hush")
            assert (done.returncode, done.stdout) == (2, "")
            assert "the ledger could not be reached or written" in done.stderr
            assert "hush" not in done.stderr
        done = command("doctor", folder=world.folder)
        assert done.returncode == 3
        assert "the ledger cannot be reached" in done.stdout


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("/test", "/no_such_database"), 'database "no_such_database" does not exist'),
        (("postgres@", "no_such_role@"), 'role "no_such_role" does not exist'),
        ((":5432", ":99999"), "invalid port number"),
        (("?schema", "?sslmode=require&schema"), "server does not support SSL"),
        (("?schema", "?sslmode=bogus&schema"), "invalid sslmode value"),
    ],
)
def test_a_server_that_lets_nobody_in(address: str, change: tuple[str, str], words: str) -> None:
    """To run again would not help: a person corrects the address or the password."""
    if not address:
        pytest.skip("a file has no address")
    with pytest.raises(LedgerError, match=words) as told:
        Ledger(address.replace(*change))
    assert told.value.exit_code == 3
    assert "SYNCLINE_LEDGER_PASSWORD" in told.value.hint


def test_who_only_looks_makes_nothing(tmp_path: Path, address: str) -> None:
    """A misspelt schema holds no ledger, and holds none afterwards."""
    if not address:
        pytest.skip("a file that is not there is not looked into")
    with local_world(tmp_path, ledger=address) as world:
        for words in (["prune"], ["log"], ["doctor"], ["backup", "../a.zip"]):
            done = command(*words, folder=world.folder)
            assert (done.returncode, done.stdout) == (3, "")
            assert "nothing has run here yet" in done.stderr
    base, schema = address.split("?schema=")
    with psycopg.connect(base) as db:
        there = db.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        assert there.fetchone() is None


def test_a_lost_ledger_makes_the_same_keys_again(world: World) -> None:
    """Its id is kept in the workspace a second time: no activity is written twice (K4)."""
    world.rules(RULES + CALLS)
    world.lead("Ann")
    world.settle()
    person = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.call(person, "Connected")
    world.settle()
    assert len(world.all(CRM, "Task")) == 1
    lose(world)
    world.settle()
    assert len(world.all(CRM, "Task")) == 1


def lose(world: World) -> None:
    if world.ledger:
        base, schema = world.ledger.split("?schema=")
        with psycopg.connect(base, autocommit=True) as db:
            db.execute(f"DROP SCHEMA {schema} CASCADE".encode())
    else:
        for path in world.folder.glob("ledger.sqlite*"):
            path.unlink()


def test_the_id_is_taken_from_a_ledger_that_is_there(world: World) -> None:
    """A workspace of an older version, or another machine's, gets the file."""
    world.run()
    path = world.folder / "data" / "instance"
    before = path.read_text("utf-8")
    path.unlink()
    world.run()
    assert path.read_text("utf-8") == before


def test_the_ledger_of_another_workspace_is_refused(world: World) -> None:
    """Two workspaces on one ledger would take one another's pairs for their own."""
    world.run()
    (world.folder / "data" / "instance").write_text("01234567\n", "utf-8")
    before = rows_of(world.folder, world.ledger)
    with pytest.raises(LedgerError, match="belongs to another workspace"):
        world.run()
    (told,) = examine(world.folder, now=world.clock)
    assert "belongs to another workspace" in told.examples[0]
    (world.folder / "data" / "instance").write_text("nonsense", "utf-8")
    with pytest.raises(WorkspaceError, match="instance is damaged"):
        world.run()
    assert rows_of(world.folder, world.ledger) == before


def test_an_older_program_would_have_refused_the_new_line(tmp_path: Path) -> None:
    """`ledger` is a line of text; anything else is told."""
    (tmp_path / "syncline.toml").write_text('version = 1\nrules = "a.rules"\nledger = 5\n')
    with pytest.raises(WorkspaceError, match="ledger: 5 is not of type 'string'"):
        read_settings(tmp_path)


def test_a_user_without_rights_is_told(tmp_path: Path, address: str) -> None:
    """A database that refuses is not called damaged."""
    if not address:
        pytest.skip("a file has no users")
    base, schema = address.split("?schema=")
    with psycopg.connect(base, autocommit=True) as db:
        db.execute(f"CREATE SCHEMA {schema}".encode())
        db.execute(f"CREATE ROLE {schema} LOGIN".encode())
        try:
            with pytest.raises(LedgerError, match="the database of the ledger test refused"):
                Ledger(address.replace("postgres@", f"{schema}@"))
            db.execute(f"GRANT ALL ON SCHEMA {schema} TO {schema}".encode())
            # It may not make schemas, and need not: this one is there.
            Ledger(address.replace("postgres@", f"{schema}@")).close()
        finally:
            db.execute(f"DROP OWNED BY {schema}".encode())
            db.execute(f"DROP ROLE {schema}".encode())


def test_two_workspaces_share_a_database(tmp_path: Path, address: str) -> None:
    """Each has its schema, and its own id."""
    if not address:
        pytest.skip("a file holds one ledger")
    one = settings(address)
    ids: set[str] = set()
    for schema in ("", "_two"):
        folder = tmp_path / f"ws{schema}"
        folder.mkdir()
        where = Settings(
            folder=folder, rules=one.rules, connections={}, ledger=f"{address}{schema}"
        )
        ledger = open_ledger(where, {})
        ids.add(ledger.instance)
        ledger.close()
    base, schema = address.split("?schema=")
    with psycopg.connect(base, autocommit=True) as db:
        db.execute(f"DROP SCHEMA {schema}_two CASCADE".encode())
    assert len(ids) == 2
