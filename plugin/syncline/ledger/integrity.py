"""Is the ledger itself whole: SQLite's file, and the tables as this version knows them."""

from __future__ import annotations

__all__ = ["check_file", "check_tables"]

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Index, inspect

from .findings import Finding, found
from .tables import metadata

_LOOK_AGAIN = "See that the disk has room and nothing else holds the file, then look again."
_RESTORE = (
    "Restore it: `syncline restore BACKUP --ledger-only --overwrite`. Without a backup, move the "
    "ledger away: the next run links the records again by their match keys."
)


def check_file(path: Path) -> list[Finding]:
    """Let SQLite look through its file, page by page. It is not changed."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            faults = [str(row[0]) for row in db.execute("PRAGMA integrity_check(10)")]
    except sqlite3.OperationalError as err:
        # A full disk or a lock says nothing of what is in the file.
        return found(f"{path.name} could not be looked through", [str(err)], _LOOK_AGAIN)
    except sqlite3.Error as err:
        faults = [str(err)]
    broken = [line for fault in faults if fault != "ok" for line in fault.splitlines()]
    return found(f"{path.name} is damaged: SQLite names {{n}} fault{{s}}", broken, _RESTORE)


def check_tables(db: Connection) -> list[Finding]:
    """Compare the tables with those that this version makes."""
    look = inspect(db)
    there = {name: {c["name"] for c in look.get_columns(name)} for name in look.get_table_names()}
    missing = [
        f"{table.name}.{column.name}" if table.name in there else table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in there.get(table.name, ())
    ]
    whole = [
        t for t in metadata.sorted_tables if {c.name for c in t.columns} <= there.get(t.name, set())
    ]
    lost = [
        index
        for table in whole
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if index.name not in {one["name"] for one in look.get_indexes(table.name)}
    ]
    return [
        *found("{n} table{s} or column{s} {are} missing", dict.fromkeys(missing), _RESTORE),
        *found(
            "{n} index{es} {are} missing: all is there, but found slowly",
            [str(index.name) for index in lost],
            "They can be made again.",
            lambda db: _make(db, lost),
        ),
    ]


def _make(db: Connection, lost: list[Index]) -> None:
    for index in lost:
        index.create(db)
