"""Take out of the ledger what is only history, and older than anybody asks for."""

from __future__ import annotations

__all__ = ["LEAST", "Pruned", "prune"]

import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from .codec import stamp
from .database import Ledger
from .tables import calls, changes, entries, holds, intents, runs

#: Calls are the budget's for 24 hours; less than this is never kept.
LEAST = timedelta(days=2)
#: Rows that one transaction removes: a run beside us waits no longer than that takes.
_MANY = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows there were by table, and how many of them were old."""

    before: Mapping[str, int]
    removed: Mapping[str, int]

    @property
    def after(self) -> dict[str, int]:
        """How many rows are left by table."""
        return {name: n - self.removed[name] for name, n in self.before.items()}


def prune(ledger: Ledger, now: datetime, keep: timedelta, *, dry_run: bool = False) -> Pruned:
    """Remove ended runs older than *keep* with their history and changes, and old calls.

    A run goes as a whole, so that one that is kept can be undone (B6). What a sync needs stays
    whatever its age: pairs, inbox, intents, holds, versions of the rules. Runs may be at work
    meanwhile. *keep* is at least ``LEAST``. With *dry_run* it only counts.
    """
    with ledger.begin() as db:
        old = _old(db, now - max(keep, LEAST))
        before = {table.name: _count(db, table) for table in old}
        removed = {table.name: _count(db, table, which) for table, which in old.items()}
    if not dry_run:
        removed = {table.name: _remove(ledger, table, which) for table, which in old.items()}
        if any(removed.values()) and ledger.path is not None:
            _shrink(ledger.path)
    return Pruned(before=before, removed=removed)


def _old(db: Connection, until: datetime) -> dict[Table, ColumnElement[bool]]:
    """Return which rows of each table are old; the runs come last, as the others hang on them."""
    gone = and_(
        runs.c.finished < stamp(until),
        # The last number given stays: none is given twice.
        runs.c.id < select(func.max(runs.c.id)).scalar_subquery(),
        runs.c.id.not_in(select(intents.c.run)),
        runs.c.id.not_in(select(holds.c.run)),
    )
    ended = select(runs.c.id).where(gone)
    # Those of no run, such as what a plan saw, are as old as their neighbours.
    last = db.scalar(select(func.max(changes.c.id)).where(changes.c.run.in_(ended))) or 0
    return {
        entries: or_(
            entries.c.run.in_(ended), and_(entries.c.run == 0, entries.c.at < stamp(until))
        ),
        changes: or_(changes.c.run.in_(ended), and_(changes.c.run == 0, changes.c.id < last)),
        calls: calls.c.at < stamp(until),
        runs: gone,
    }


def _count(db: Connection, table: Table, which: ColumnElement[bool] | None = None) -> int:
    query = select(func.count()).select_from(table)
    found: int = db.scalar(query if which is None else query.where(which)) or 0
    return found


def _remove(ledger: Ledger, table: Table, which: ColumnElement[bool]) -> int:
    """Remove rows, some in each transaction; return how many."""
    some = select(table.c.id).where(which).limit(_MANY).scalar_subquery()
    removed = 0
    while True:
        with ledger.begin() as db:
            result: Any = db.execute(table.delete().where(table.c.id.in_(some)))
        gone: int = result.rowcount
        removed += gone
        if gone < _MANY:
            return removed


def _shrink(path: Path) -> None:
    """Give the room back to the disk, unless somebody holds the file or there is none to spare."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path, timeout=1)) as db:
        db.execute("VACUUM")
