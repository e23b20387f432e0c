"""Is what the ledger's rows say possible: JSON that reads, clocks that agree, runs that ended."""

from __future__ import annotations

__all__ = ["check_clocks", "check_rows", "check_runs"]

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from ..errors import LedgerError
from ..model import Side
from .changes import change_of
from .codec import load, moment, reads, stamp
from .cursors import cursor_of
from .findings import Finding, Grade, found
from .inbox import entry_of
from .journal import batch_of, end_cut_off, line_of, report_of
from .lookouts import lookout_of
from .pairs import pair_of
from .spending import level_of
from .tables import (
    breakers,
    calls,
    changes,
    cursors,
    entries,
    holds,
    inbox,
    intents,
    leases,
    meta,
    pairs,
    runs,
    vendor_usage,
    versions,
    wakes,
)
from .versions import pause_of
from .wakes import wake_of


@reads
def _run(row: Any) -> None:
    moment(row.started)
    moment(row.finished or row.started)
    report_of(row.report)


def _rest(row: Any) -> None:
    Side(row.side)
    if row.until:
        moment(row.until)


#: How the ledger's own notes are read.
_NOTES: dict[str, Callable[[str], object]] = {
    "locked": lambda text: [tuple(row) for row in load(text)],
    "paused": pause_of,
    "schedule": lookout_of,
    **{f"budget:{side}": level_of for side in Side},
}
#: What a sync itself makes of the rows of a table.
_READERS: dict[Table, Callable[[Any], object]] = {
    inbox: entry_of,
    pairs: pair_of,
    changes: change_of,
    cursors: cursor_of,
    breakers: reads(_rest),
    runs: _run,
    meta: reads(lambda row: row.name in _NOTES and _NOTES[row.name](row.value)),
    entries: line_of,
    holds: lambda row: (load(row.crm_value), load(row.cadence_value)),
    intents: batch_of,
    leases: reads(lambda row: int(row.token)),
    wakes: wake_of,
    versions: lambda row: moment(row.at),
    vendor_usage: lambda row: moment(row.at),
}
#: Rows read at a time.
_MANY = 1000
#: Two clocks that differ by less agree.
_TOLERANCE = timedelta(minutes=10)


def check_rows(db: Connection) -> list[Finding]:
    """Read every row that holds JSON once, as a sync does."""
    findings: list[Finding] = []
    for table, reader in _READERS.items():
        findings += found(
            f"{{n}} row{{s}} of {table.name} with what does not read",
            _unreadable(db, table, reader),
            "Restore the ledger: `syncline restore BACKUP --ledger-only --overwrite`.",
        )
    return findings


def _unreadable(db: Connection, table: Table, reader: Callable[[Any], object]) -> Iterator[str]:
    named = list(table.primary_key) or [table.c.map, table.c.crm_id]
    for row in db.execute(select(table).execution_options(yield_per=_MANY)):
        try:
            reader(row)
        except LedgerError:
            yield " ".join(str(getattr(row, column.name)) for column in named)


def check_clocks(db: Connection, now: datetime) -> list[Finding]:
    """Look for moments that are still to come: some clock was wrong when they were written."""
    late = stamp(now + _TOLERANCE)
    listed = db.execute(
        select(cursors.c.side, cursors.c.object).where(cursors.c.modified > late)
    ).all()
    spent = db.scalars(select(calls.c.id).where(calls.c.at > late)).all()
    resting = db.scalars(
        select(breakers.c.side).where(breakers.c.until > stamp(now + timedelta(days=1)))
    ).all()
    told = db.scalars(select(runs.c.id).where(runs.c.started > late)).all()
    return [
        *found(
            "{n} object{s} read up to a moment that is still to come: changes are missed",
            (f"{row.side} {row.object}" for row in listed),
            "They are read from their beginning.",
            lambda db: _read_again(db, late),
        ),
        *found(
            "{n} call{s} counted at a moment that is still to come: the budget waits for them",
            map(str, spent),
            "They count as made now.",
            lambda db: _set(db, calls.c.at, late, stamp(now)),
        ),
        *found(
            "{n} connection{s} left in peace for more than a day",
            resting,
            "They are tried again at once.",
            lambda db: _set(db, breakers.c.until, stamp(now + timedelta(days=1)), stamp(now)),
        ),
        *found(
            "{n} run{s} dated at a moment that is still to come",
            (f"run {id_}" for id_ in told),
            "The clock of that machine was wrong, or this one is. `prune` goes by these dates.",
            grade=Grade.NOTE,
        ),
    ]


def _read_again(db: Connection, late: str) -> None:
    db.execute(cursors.delete().where(cursors.c.modified > late))


def _set(db: Connection, column: Column[str], late: str, value: str) -> None:
    db.execute(column.table.update().where(column > late).values({column.name: value}))


def check_runs(db: Connection, now: datetime, *, working: bool) -> list[Finding]:
    """Look for runs that were cut off. Of one at work (*working*) nothing is said."""
    if working:
        return []
    open_ = db.scalars(select(runs.c.id).where(runs.c.state == "running").order_by(runs.c.id)).all()
    sent = db.execute(select(intents.c.id, intents.c.run).order_by(intents.c.id)).all()
    return [
        *found(
            "{n} run{s} marked as running, and nobody runs",
            (f"run {id_}" for id_ in open_),
            "They are marked as cut off.",
            lambda db: end_cut_off(db, now),
        ),
        *found(
            "{n} batch{es} of writes whose outcome nobody heard",
            (f"batch {row.id} of run {row.run}" for row in sent),
            "Nothing to do: the next run looks what became of them before it writes.",
            grade=Grade.NOTE,
        ),
    ]
