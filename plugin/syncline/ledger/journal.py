"""Runs, the history of every field, and intents before calls."""

from __future__ import annotations

__all__ = [
    "KINDS",
    "Entry",
    "Run",
    "Sent",
    "add_entries",
    "batch_of",
    "begin_run",
    "close_intents",
    "end_cut_off",
    "end_run",
    "get_run",
    "history",
    "last_done",
    "last_report",
    "last_run",
    "line_of",
    "open_intents",
    "pending_intents",
    "report_of",
    "unheard",
]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from ..model import Side, Value
from .bulk import Bulk
from .codec import dump, load, moment, reads, stamp
from .tables import entries, intents, runs

#: What a line can be about. The last two are a person's doing.
KINDS = ("create", "update", "delete", "link", "action", "skip", "hold", "fail", "defer", "gone",
         "echo", "resolve", "retry")  # fmt: skip


_SIDES = {str(side) for side in Side}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the history: a field written, or a record skipped, held, failed or acted on."""

    run: int
    at: str
    kind: str
    map: str
    crm_id: str = ""
    cadence_id: str = ""
    side: str = ""
    object: str = ""
    field: str = ""
    old: Value = None
    new: Value = None
    #: ``[side, value]`` that lost a conflict.
    lost: Any = None
    rule: str = ""
    reason: str = ""
    #: Its place in the history; 0 until it is written.
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, without its report."""

    number: int
    #: running, done, stopped, failed
    state: str
    started: datetime
    finished: datetime | None
    #: The version of the rules it ran by.
    rules: int
    #: run, undo
    kind: str = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A batch that was about to be sent, as it stands on disk, and the run that sent it."""

    number: int
    run: int
    bodies: list[dict[str, Any]]


def get_run(db: Connection, number: int) -> Run | None:
    """Return one run; None when there is none of that number."""
    row = db.execute(select(runs).where(runs.c.id == number)).one_or_none()
    return None if row is None else _run(row)


def last_run(db: Connection) -> Run | None:
    """Return the run that began last."""
    row = db.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _run(row)


def last_done(db: Connection) -> datetime | None:
    """Return when a run last ended well; None before the first."""
    found = db.scalar(select(func.max(runs.c.finished)).where(runs.c.state == "done"))
    return None if found is None else moment(found)


def _run(row: Any) -> Run:
    return Run(
        number=row.id,
        state=row.state,
        started=moment(row.started),
        finished=None if row.finished is None else moment(row.finished),
        rules=row.rules,
        kind=row.kind,
    )


def begin_run(db: Connection, now: datetime, rules: int = 0, kind: str = "run") -> int:
    """Open a run by a version of the rules, and return its number.

    Those before it that were cut off end now: two never work at once.
    """
    last = select(runs.c.id).where(runs.c.finished.is_not(None)).order_by(runs.c.id.desc()).limit(1)
    end_cut_off(db, now, after=db.scalar(last) or 0)
    values = {"started": stamp(now), "state": "running", "rules": rules, "kind": kind}
    result = db.execute(runs.insert().values(values))
    return _number(result.inserted_primary_key)


def _number(key: Any) -> int:
    return int(key[0])


def end_run(db: Connection, run: int, now: datetime, state: str, report: Mapping[str, Any]) -> None:
    """Close a run with its report."""
    db.execute(
        runs.update()
        .where(runs.c.id == run)
        .values(finished=stamp(now), state=state, report=dump(report))
    )


def end_cut_off(db: Connection, now: datetime, after: int = 0) -> None:
    """Close the runs after number *after* that nobody closed."""
    db.execute(
        runs.update()
        .where(runs.c.id > after, runs.c.state == "running")
        .values(state="failed", finished=stamp(now), report=dump({"error": "it was cut off"}))
    )


def last_report(db: Connection) -> Mapping[str, Any]:
    """Return the report of the run that ended last; empty before the first."""
    query = select(runs.c.report).where(runs.c.finished.is_not(None)).order_by(runs.c.id.desc())
    return report_of(db.scalar(query.limit(1)) or "{}")


@reads
def report_of(text: str) -> Mapping[str, Any]:
    """Return the report that a run left; raises ``LedgerError`` if it does not read."""
    found: Mapping[str, Any] = load(text)
    if found.__class__ is not dict:
        raise TypeError
    return found


_insert = Bulk(lambda _dialect: entries.insert())


def add_entries(db: Connection, lines: Iterable[Entry]) -> None:
    """Append to the history."""
    rows = [
        {
            "run": e.run, "at": e.at, "kind": e.kind, "map": e.map, "crm_id": e.crm_id,
            "cadence_id": e.cadence_id, "side": e.side, "object": e.object, "field": e.field,
            "old": dump(e.old), "new": dump(e.new), "lost": dump(e.lost), "rule": e.rule,
            "reason": e.reason,
        }
        for e in lines
    ]  # fmt: skip
    _insert(db, rows)


def history(
    db: Connection,
    *,
    ids: Sequence[str] | None = None,
    run: int | None = None,
    kind: str | None = None,
    fields: Sequence[str] | None = None,
    rule: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Return the lines of the history that fit every word given, the newest first.

    *rule* is a place (``acme.rules:14``), a map's name, or a workflow's name; *before* is the
    number of a line, before which they were written.
    """
    query = select(entries).order_by(entries.c.id.desc()).limit(limit)
    if ids is not None:
        query = query.where(or_(entries.c.crm_id.in_(ids), entries.c.cadence_id.in_(ids)))
    if run is not None:
        query = query.where(entries.c.run == run)
    if kind is not None:
        query = query.where(entries.c.kind == kind)
    if fields is not None:
        query = query.where(entries.c.field.in_(fields))
    if rule is not None:
        # An action's line names its workflow in its reason.
        named = entries.c.reason.contains(f'workflow "{rule}"', autoescape=True)
        query = query.where(or_(entries.c.rule == rule, entries.c.map == rule, named))
    if since is not None:
        query = query.where(entries.c.at >= stamp(since))
    if before is not None:
        query = query.where(entries.c.id < before)
    return [line_of(row) for row in db.execute(query)]


@reads
def line_of(row: Any) -> Entry:
    """Return the line in a row of the table; raises ``LedgerError`` if it does not read."""
    lost = load(row.lost)
    if lost is not None and lost[0] not in _SIDES:
        raise ValueError
    return Entry(
        run=row.run, at=row.at, kind=row.kind, map=row.map, crm_id=row.crm_id,
        cadence_id=row.cadence_id, side=row.side, object=row.object, field=row.field,
        old=load(row.old), new=load(row.new), lost=lost,
        rule=row.rule, reason=row.reason, number=row.id,
    )  # fmt: skip


_OPEN = intents.insert()
_PENDING = select(intents).order_by(intents.c.id)
_CLOSE = intents.delete().where(intents.c.id == bindparam("number"))


def open_intents(db: Connection, run: int, bodies: Iterable[Mapping[str, Any]]) -> int:
    """Put a batch that is about to be sent on disk; return its number."""
    result = db.execute(_OPEN, {"run": run, "body": dump(list(bodies))})
    return _number(result.inserted_primary_key)


def pending_intents(db: Connection) -> list[Sent]:
    """Return batches whose outcome is not known: a run was cut off between call and commit."""
    rows = db.execute(_PENDING)
    return [batch_of(row) for row in rows]


def unheard(db: Connection) -> set[tuple[str, str, str]]:
    """Return the records (side, object, id) of which nobody knows yet what was written."""
    return {
        (side, body["objects"][side], id_)
        for sent in pending_intents(db)
        for body in sent.bodies
        for side, id_ in body["ids"].items()
    }


@reads
def batch_of(row: Any) -> Sent:
    """Return the batch in a row of the table; raises ``LedgerError`` if it does not read."""
    bodies: list[dict[str, Any]] = load(row.body)
    if bodies.__class__ is not list or not bodies:
        raise TypeError
    for body in bodies:
        if body["side"] not in _SIDES or not body["ids"].keys() <= body["objects"].keys():
            raise ValueError
    return Sent(number=row.id, run=row.run, bodies=bodies)


def close_intents(db: Connection, number: int) -> None:
    """Remove a batch whose outcome is on disk in the same transaction."""
    db.execute(_CLOSE, {"number": number})
