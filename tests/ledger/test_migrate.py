"""A ledger that an older version wrote becomes one of this version, whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from support import CADENCE, CRM, World
from support_ledger import rows_of, the_engine
from syncline.errors import LedgerError
from syncline.ledger.database import Ledger
from syncline.ledger.tables import SCHEMA_VERSION, metadata
from syncline.replay.replay import replay


def where(world: World) -> Path | str:
    return world.ledger or world.folder / "ledger.sqlite"


def shape(world: World) -> dict[str, list[str]]:
    """Return all that a database says of its tables, their columns, keys and indexes."""
    with the_engine(world.folder, world.ledger) as engine:
        look = inspect(engine)
        found: dict[str, list[str]] = {}
        for table in look.get_table_names():
            columns = [
                f"{c['name']} {c['type']} {c['nullable']} {str(c['default']).partition('(')[0]}"
                for c in look.get_columns(table)
            ]
            keys = str(look.get_pk_constraint(table)["constrained_columns"])
            unique = [
                f"{u['name']} {u['column_names']}" for u in look.get_unique_constraints(table)
            ]
            indexes = [
                f"{i['name']} {i['column_names']} {i['unique']} "
                + " ".join(str(option) for option in i.get("dialect_options", {}).values())
                for i in look.get_indexes(table)
            ]
            found[table] = [*sorted(columns), keys, *sorted(unique), *sorted(indexes)]
        return found


def test_nothing_is_lost(old: World) -> None:
    """Each row of version 1 is there afterwards; only what was held is asked again."""
    before = rows_of(old.folder, old.ledger)
    Ledger(where(old)).close()
    after = rows_of(old.folder, old.ledger)
    assert {name: len(rows) for name, rows in before.items()} == {
        name: len(after[name]) for name in before
    }
    for name, rows in before.items():
        kept = [{column: row[column] for column in rows[0]} for row in after[name]]
        if name == "meta":
            assert {row["name"]: row["value"] for row in rows} | {
                "schema": str(SCHEMA_VERSION)
            } == {row["name"]: row["value"] for row in kept}
            continue
        if name == "inbox":
            rows = [row | {"state": "new"} for row in rows]
        assert sorted(kept, key=str) == sorted(rows, key=str)
    assert all(row["since"] == row["modified"] for row in after["inbox"])


def test_a_cycle_goes_on_where_the_old_version_was_cut_off(old: World) -> None:
    """The write under way is looked for and not repeated; what was held is held again."""
    assert [p["first_name"] for p in old.all(CADENCE, "prospect")].count("Eve") == 1
    old.settle()
    assert [p["first_name"] for p in old.all(CADENCE, "prospect")].count("Eve") == 1
    assert old.one(CADENCE, "prospect", first_name="Bob")["city"] == "Bergen"
    assert old.one(CRM, "Lead", FirstName="Ann")["City"] == "Rome"
    assert old.states() == [("New leads", "exited", 1)]
    held = rows_of(old.folder, old.ledger)["inbox"]
    assert [row["state"] for row in held] == ["held"] * 4


def test_a_replay_begins_where_changes_were_recorded(old: World) -> None:
    """The runs of 0.1.0 recorded none: they are not played, and not told as done otherwise (B7)."""
    old.settle()
    found = replay(old.folder, None, since=timedelta(days=90), registry=old.registry, now=old.clock)
    before = [run for run in rows_of(old.folder, old.ledger)["runs"] if not run["rules"]]
    assert len(before) > 0
    assert found.runs == 3
    # What waited when the ledger was brought up to date has no earlier state.
    assert found.untrue < 5


def test_what_is_made_new_and_what_is_brought_up_to_date_are_the_same(
    old: World, tmp_path: Path
) -> None:
    """Alembic finds no difference to the tables in the code, nor does the database itself."""
    Ledger(where(old)).close()
    with the_engine(old.folder, old.ledger) as engine, engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
    migrated = shape(old)
    if old.ledger:
        with the_engine(old.folder, old.ledger) as engine, engine.begin() as db:
            metadata.drop_all(db)
    else:
        (old.folder / "ledger.sqlite").unlink()
    Ledger(where(old)).close()
    assert migrated == shape(old)


DYING = """
import os, signal, sys
from pathlib import Path
from syncline.ledger import database, migrate
real = migrate.migrate
def half(db, found):
    real(db, found)
    os.kill(os.getpid(), signal.SIGKILL)
migrate.migrate = half
database.Ledger(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]))
"""


def test_a_migration_cut_off_leaves_the_old_ledger_whole(old: World) -> None:
    """A process killed at its last step has changed nothing; the next one does it all."""
    before = rows_of(old.folder, old.ledger)
    done = subprocess.run([sys.executable, "-c", DYING, str(where(old))], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert rows_of(old.folder, old.ledger) == before
    Ledger(where(old)).close()
    assert {row["name"]: row["value"] for row in rows_of(old.folder, old.ledger)["meta"]}[
        "schema"
    ] == str(SCHEMA_VERSION)


OPENING = """
import sys
from pathlib import Path
from syncline.ledger.database import Ledger
sys.stdin.readline()
print(Ledger(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])).instance)
"""


def at_once(place: Path | str, n: int) -> set[str]:
    """Open a ledger in *n* processes in the same moment; return the ids that they found."""
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(n)
    ]
    for process in opening:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = {process.communicate(timeout=60)[0].strip() for process in opening}
    assert [process.returncode for process in opening] == [0] * n
    return told


def test_processes_that_open_an_old_ledger_at_once(old: World) -> None:
    """One brings it up to date, the others wait and find it done."""
    assert len(at_once(where(old), 3)) == 1
    assert len(rows_of(old.folder, old.ledger)["pairs"]) == 24


def test_processes_that_open_a_new_ledger_at_once(world: World) -> None:
    """One makes it, and all of them take its id."""
    (told,) = at_once(where(world), 3)
    assert len(told) == 8


@pytest.mark.parametrize("value", ["99", "two"])
def test_a_ledger_of_another_version_is_left_as_it_is(world: World, value: str) -> None:
    """A newer one, or one that does not say its version, is refused and unchanged."""
    Ledger(where(world)).close()
    with the_engine(world.folder, world.ledger) as engine, engine.begin() as db:
        db.execute(text("UPDATE meta SET value = :v WHERE name = 'schema'"), {"v": value})
    before = rows_of(world.folder, world.ledger)
    with pytest.raises(LedgerError, match=r"newer version|does not say its version"):
        Ledger(where(world))
    assert rows_of(world.folder, world.ledger) == before
