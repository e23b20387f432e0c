"""A copy of a ledger in a file of SQLite, and back into either database.

The file is the portable form: any SQLite reads it, and an older one is brought up to date by
opening it.
"""

from __future__ import annotations

__all__ = ["fill", "is_used", "snapshot"]

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Integer, Table, func, select, text

from .database import Ledger
from .tables import leases, metadata, pairs, runs

#: Rows read and written at a time.
_MANY = 1000
#: Who is at work is of the moment, and of one database: it is not copied.
_TABLES = [table for table in metadata.sorted_tables if table is not leases]


def snapshot(ledger: Ledger, file: Path) -> None:
    """Write the ledger as it is at one moment into a new *file*; runs may be at work meanwhile."""
    if ledger.path is not None:
        with (
            closing(sqlite3.connect(ledger.path)) as source,
            closing(sqlite3.connect(file)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("UPDATE leases SET holder = '', until = ''")
            copy.commit()
        return
    with (
        closing(Ledger(file, instance=ledger.instance)) as copied,
        ledger.begin() as source,
        copied.begin() as target,
    ):
        # All tables are read as they were at one moment.
        source.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        _copy(source, target)


def fill(ledger: Ledger, file: Path) -> None:
    """Put the ledger in *file* in the place of what *ledger* holds, in one transaction."""
    with closing(Ledger(file)) as copy, copy.begin() as source, ledger.begin() as target:
        _copy(source, target)


def is_used(ledger: Ledger) -> bool:
    """Tell whether anything has ever run on it."""
    with ledger.begin() as db:
        return any(db.execute(select(table).limit(1)).first() for table in (runs, pairs))


def _copy(source: Connection, target: Connection) -> None:
    for table in _TABLES:
        target.execute(table.delete())
        rows = source.execute(select(table).execution_options(yield_per=_MANY))
        for part in rows.mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in part])
        if target.dialect.name == "postgresql":
            _count_on(target, table)


def _count_on(db: Connection, table: Table) -> None:
    """Let new rows get numbers behind those that were copied."""
    (first, *_) = [*table.primary_key, None]
    if first is None or not isinstance(first.type, Integer):
        return
    sequence = func.pg_get_serial_sequence(table.name, first.name)
    following = func.coalesce(func.max(first), 0) + 1
    db.execute(select(func.setval(sequence, following, False)).select_from(table))
