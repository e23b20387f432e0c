"""Gather the figures of a span of runs out of a ledger."""

from __future__ import annotations

__all__ = ["gather", "report"]

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from ..errors import WorkspaceError
from ..ledger.codec import load, moment, reads, stamp
from ..ledger.database import Ledger
from ..ledger.inbox import waiting_counts
from ..ledger.journal import report_of
from ..ledger.opening import open_existing
from ..ledger.tables import calls, entries, holds, inbox, runs
from ..model import Side
from ..people.border import admit
from .discreet import bare
from .figures import Conflict, Done, Fate, Figures, Loss, Open, Reason, Run, Use

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
#: A longer span is told by days.
_BY_HOURS = timedelta(days=2)
_REASONED = ("skip", "hold", "fail", "defer", "gone")
_LOSSES = 100


def _utc_now() -> datetime:
    return datetime.now(UTC)


def report(
    folder: Path,
    *,
    since: timedelta,
    values: bool = False,
    now: Callable[[], datetime] = _utc_now,
    environ: Mapping[str, str] | None = None,
) -> Figures:
    """Return the figures of a workspace's last runs.

    Without *values* nothing in them is a record's own: only ids, counts, names of fields and
    words of ours. Raises ``WorkspaceError`` when nothing ran in that time.
    """
    admit(folder, "report", environ)
    ledger = open_existing(folder, environ)
    try:
        at = now()
        return gather(ledger, since=at - since, until=at, values=values)
    finally:
        ledger.close()


def gather(ledger: Ledger, *, since: datetime, until: datetime, values: bool) -> Figures:
    """Return the figures of the runs that began between two moments."""
    stretch = _HOUR if until - since <= _BY_HOURS else _DAY
    with ledger.begin() as db:
        found = list(_runs(db, since))
        if not found:
            raise WorkspaceError(
                f"nothing has run since {since:%Y-%m-%d %H:%M} UTC",
                hint="Look further back, for example `--since 30d`.",
            )
        first, last = found[0].number, found[-1].number
        return Figures(
            since=since,
            until=until,
            stretch=stretch,
            runs=found,
            done=_done(db, first, last),
            fates=_fates(db, first, last),
            reasons=_reasons(db, first, last, values=values),
            conflicts=_conflicts(db, first, last),
            losses=_losses(db, first, last) if values else (),
            open=[*_held(db, values=values), *_dead(db, values=values)],
            waiting={state: n for state, n in waiting_counts(db).items() if n},
            use=_use(db, since, stretch),
            units=_units(db, last),
        )


def _runs(db: Connection, since: datetime) -> Iterator[Run]:
    query = select(runs).where(runs.c.started >= stamp(since)).order_by(runs.c.id)
    return map(_run, db.execute(query))


@reads
def _run(row: Any) -> Run:
    told = report_of(row.report)
    return Run(
        number=row.id,
        kind=row.kind,
        state=row.state,
        started=moment(row.started),
        finished=None if row.finished is None else moment(row.finished),
        rules=row.rules,
        counts=told.get("counts", {}),
        calls=told.get("calls", {}),
        shares={side: one["share"] for side, one in told.get("budget", {}).items()},
    )


def _units(db: Connection, run: int) -> dict[str, str]:
    text = db.scalar(select(runs.c.report).where(runs.c.id == run))
    found: dict[str, str] = report_of(text or "{}").get("units", {})
    return found


def _done(db: Connection, first: int, last: int) -> list[Done]:
    """Count records, not fields: one record updated in one run counts once."""
    what = (entries.c.side, entries.c.object, entries.c.kind)
    here = entries.c.run.between(first, last)
    each = (
        select(*what, entries.c.run, entries.c.crm_id, entries.c.cadence_id)
        .where(here, entries.c.kind.in_(["create", "update", "delete"]))
        .distinct()
        .subquery()
    )
    columns = (each.c.side, each.c.object, each.c.kind)
    rows = db.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
    found = [Done(*row) for row in rows]
    acted = (entries.c.side, entries.c.object, entries.c.reason)
    rows = db.execute(
        select(*acted, func.count())
        .where(here, entries.c.kind == "action")
        .group_by(*acted)
        .order_by(*acted)
    )
    return found + [Done(*row) for row in rows]


def _fates(db: Connection, first: int, last: int) -> list[Fate]:
    columns = (entries.c.kind, entries.c.map, entries.c.field, entries.c.rule)
    rows = db.execute(
        select(*columns, func.count())
        .where(entries.c.run.between(first, last))
        .group_by(*columns)
        .order_by(func.count().desc(), *columns)
    )
    return [Fate(*row) for row in rows]


def _reasons(db: Connection, first: int, last: int, *, values: bool) -> list[Reason]:
    columns = (entries.c.kind, entries.c.map, entries.c.reason)
    rows = db.execute(
        select(*columns, func.count())
        .where(entries.c.run.between(first, last), entries.c.kind.in_(_REASONED))
        .group_by(*columns)
    )
    found: Counter[tuple[str, str, str]] = Counter()
    for kind, name, reason, times in rows:
        found[kind, name, reason if values else bare(kind, reason)] += times
    order = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [Reason(*key, times) for key, times in order]


def _conflicts(db: Connection, first: int, last: int) -> list[Conflict]:
    columns = (entries.c.map, entries.c.field, entries.c.lost)
    found: Counter[tuple[str, str, str]] = Counter()
    rows = db.execute(
        select(*columns, func.count())
        .where(entries.c.run.between(first, last), entries.c.lost != "null")
        .group_by(*columns)
        .execution_options(yield_per=1000)
    )
    for name, field, lost, times in rows:
        found[name, field, str(load(lost)[0])] += times
    order = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [Conflict(*key, times) for key, times in order]


def _losses(db: Connection, first: int, last: int) -> list[Loss]:
    rows = db.execute(
        select(entries)
        .where(entries.c.run.between(first, last), entries.c.lost != "null")
        .order_by(entries.c.id.desc())
        .limit(_LOSSES)
    )
    return [
        Loss(
            at=row.at,
            map=row.map,
            field=row.field,
            crm_id=row.crm_id,
            cadence_id=row.cadence_id,
            loser=load(row.lost)[0],
            lost=load(row.lost)[1],
            won=load(row.new),
        )
        for row in rows
    ]


def _held(db: Connection, *, values: bool) -> list[Open]:
    columns = (holds.c.map, holds.c.row, holds.c.reason)
    rows = db.execute(
        select(*columns, func.count(), func.min(holds.c.at)).group_by(*columns).order_by(*columns)
    )
    return _merged("held", rows, values=values)


def _dead(db: Connection, *, values: bool) -> list[Open]:
    columns = (inbox.c.object, inbox.c.side, inbox.c.reason)
    rows = db.execute(
        select(*columns, func.count(), func.min(inbox.c.since))
        .where(inbox.c.state == "dead")
        .group_by(*columns)
        .order_by(*columns)
    )
    named = ((f"{Side(side).word} {name}", "", *rest) for name, side, *rest in rows)
    return _merged("dead", named, values=values)


def _merged(what: str, rows: Any, *, values: bool) -> list[Open]:
    """Return the rows, those with one reason but for what it quotes as one."""
    found: dict[tuple[str, str, str], Open] = {}
    kind = "fail" if what == "dead" else "hold"
    for place, field, reason, count, oldest in rows:
        told = reason if values else bare(kind, reason)
        key = (place, field, told)
        before = found.get(key)
        if before is not None:
            count += before.records
            oldest = min(oldest, before.oldest)
        found[key] = Open(what, place, field, told, count, oldest)
    return sorted(found.values(), key=lambda each: (-each.records, each.place, each.field))


def _use(db: Connection, since: datetime, stretch: timedelta) -> list[Use]:
    length = len("2026-11-22T15") if stretch == _HOUR else len("2026-11-22")
    at = func.substr(calls.c.at, 1, length)
    rows = db.execute(
        select(at, calls.c.side, func.sum(calls.c.price), func.count())
        .where(calls.c.at >= stamp(since))
        .group_by(at, calls.c.side)
        .order_by(at, calls.c.side)
    )
    return [
        Use(datetime.fromisoformat(text).replace(tzinfo=UTC), side, int(price), int(count))
        for text, side, price, count in rows
    ]
