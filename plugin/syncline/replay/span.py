"""The runs of a span of time, as the ledger recorded them."""

from __future__ import annotations

__all__ = ["PastRun", "Span", "read_span"]

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from ..errors import WorkspaceError
from ..ledger import changes
from ..ledger.codec import moment, stamp
from ..ledger.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run of the span."""

    number: int
    started: datetime
    #: Changes that a plan before it had seen already: no later listing brought them again.
    previewed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is played: runs in their order, and the first change of them."""

    since: datetime
    runs: Sequence[PastRun]
    #: Runs that took others back; they are not played.
    undone: Sequence[int]
    #: The number of the first change of the span.
    first_change: int
    #: When the run before the span began: both systems are taken to be in step then.
    before: datetime

    @property
    def first(self) -> int:
        """The number of the first run."""
        return self.runs[0].number

    @property
    def last(self) -> int:
        """The number of the last run."""
        return self.runs[-1].number


def read_span(db: Connection, since: datetime) -> Span:
    """Return the runs that began at *since* or later; those of 0.1.0 recorded no changes.

    Raises ``WorkspaceError`` when there is none.
    """
    rows = db.execute(
        select(runs.c.id, runs.c.started, runs.c.kind, runs.c.rules)
        .where(runs.c.started >= stamp(since))
        .order_by(runs.c.id)
    ).all()
    # A run that recorded its changes knows by which rules it ran.
    played = [
        PastRun(number=row.id, started=moment(row.started))
        for row in rows
        if row.kind == "run" and row.rules
    ]
    if not played:
        raise WorkspaceError(
            f"nothing has run since {since:%Y-%m-%d %H:%M} UTC",
            hint="Look further back, for example `--since 90d`.",
        )
    first = played[0]
    earlier = db.scalar(select(func.max(runs.c.started)).where(runs.c.id < first.number))
    first_change = changes.first_of(db, first.number)
    given = _previewed(played, changes.previewed(db, first_change))
    played = [
        PastRun(number=run.number, started=run.started, previewed=tuple(given.get(run.number, ())))
        for run in played
    ]
    return Span(
        since=since if rows[0].rules or rows[0].kind != "run" else first.started,
        runs=played,
        undone=[row.id for row in rows if row.kind != "run"],
        first_change=first_change,
        before=first.started - timedelta(minutes=1) if earlier is None else moment(earlier),
    )


def _previewed(
    played: Sequence[PastRun], seen: Sequence[tuple[int, datetime]]
) -> dict[int, list[int]]:
    """Return by run what plans saw for it: it is the first that began after the change."""
    starts = [run.started for run in played]
    given: dict[int, list[int]] = {}
    for number, modified in seen:
        at = min(bisect_left(starts, modified), len(played) - 1)
        given.setdefault(played[at].number, []).append(number)
    return given
