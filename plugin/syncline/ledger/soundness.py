"""Is what the ledger's rows say possible: JSON that reads, clocks that agree, runs that ended."""

from __future__ import annotations

__all__ = ["check_clocks", "check_json", "check_runs"]

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, select

from .codec import stamp
from .findings import Finding, Grade, found
from .tables import (
    breakers,
    calls,
    changes,
    cursors,
    entries,
    inbox,
    intents,
    pairs,
    runs,
    wakes,
)

#: Columns of JSON, and what may stand in them instead.
_JSON: dict[Table, tuple[str, ...]] = {
    cursors: ("fields",),
    inbox: ("record", "gone"),
    pairs: (
        "crm_base", "cadence_base", "crm_echo", "cadence_echo", "holding", "owed", "flips",
        "choices",
    ),
    runs: ("report",),
    entries: ("old", "new", "lost"),
    changes: ("record", "gone"),
    intents: ("body",),
    wakes: ("ids",),
}  # fmt: skip
#: Rows read at a time.
_MANY = 1000
#: Two clocks that differ by less agree.
_TOLERANCE = timedelta(minutes=10)


def check_json(db: Connection) -> list[Finding]:
    """Read every piece of JSON once."""
    findings: list[Finding] = []
    for table, columns in _JSON.items():
        findings += found(
            f"{{n}} row{{s}} of {table.name} with what does not read as JSON",
            _unreadable(db, table, columns),
            "Restore the ledger: `syncline restore BACKUP --ledger-only --overwrite`.",
        )
    return findings


def _unreadable(db: Connection, table: Table, columns: tuple[str, ...]) -> Iterator[str]:
    named = list(table.primary_key) or [table.c.map, table.c.crm_id]
    query = select(*named, *(table.c[name] for name in columns))
    for row in db.execute(query.execution_options(yield_per=_MANY)):
        ids, texts = row[: len(named)], row[len(named) :]
        if not all(_reads(text) for text in texts):
            yield " ".join(map(str, ids))


def _reads(text: str) -> bool:
    # Empty says "none" where a record need not have it.
    with suppress(ValueError, RecursionError):
        json.loads(text or "null")
        return True
    return False


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
            lambda db: _end(db, now),
        ),
        *found(
            "{n} batch{es} of writes whose outcome nobody heard",
            (f"batch {row.id} of run {row.run}" for row in sent),
            "Nothing to do: the next run looks what became of them before it writes.",
            grade=Grade.NOTE,
        ),
    ]


def _end(db: Connection, now: datetime) -> None:
    report = json.dumps({"error": "it was cut off"})
    db.execute(
        runs.update()
        .where(runs.c.state == "running")
        .values(state="failed", finished=stamp(now), report=report)
    )
