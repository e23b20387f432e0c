"""What runs did, counted from their history, and where two histories differ."""

from __future__ import annotations

__all__ = ["Count", "Example", "Key", "Line", "Runs", "counts", "differing", "records"]

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, case, func, select

from ..ledger.codec import load
from ..ledger.tables import entries
from ..model import Side, Value

#: A line of the history: what a field held, what it got, and the row of the rules.
Line: TypeAlias = tuple[Value, Value, str]
#: The first and the last run that count.
Runs: TypeAlias = tuple[int, int]


class Key(NamedTuple):
    """What was done to which field, by any rule."""

    #: create, update, delete, action, link, skip, hold, fail, gone, echo
    kind: str
    map: str
    side: str
    object: str
    field: str
    #: Of an action, what it was and which workflow wanted it; else empty.
    what: str
    #: The side whose value lost a conflict; else empty.
    lost: str


@dataclass(slots=True)
class Count:
    """How often, and by which rows of the rules."""

    times: int = 0
    rules: set[str] = field(default_factory=set[str])


class Example(NamedTuple):
    """One record about which two histories differ: what each did, in order."""

    id: str
    mine: tuple[Line, ...]
    theirs: tuple[Line, ...]


_WHAT = case((entries.c.kind == "action", entries.c.reason), else_="")
#: The history keeps ``["crm",…]`` or ``["cadence",…]``, or ``null``.
_LOST = case(*((entries.c.lost.startswith(f'["{side}"'), str(side)) for side in Side), else_="")
_COLUMNS = (
    entries.c.kind, entries.c.map, entries.c.side, entries.c.object, entries.c.field,
    _WHAT.label("what"), _LOST.label("who"),
)  # fmt: skip


def counts(db: Connection, runs: Runs) -> dict[Key, Count]:
    """Return what *runs* did."""
    rows = db.execute(
        select(*_COLUMNS, entries.c.rule, func.count())
        .where(entries.c.run.between(*runs))
        .group_by(*_COLUMNS, entries.c.rule)
    )
    found: dict[Key, Count] = {}
    for *parts, rule, times in rows:
        count = found.setdefault(_key(parts), Count())
        count.times += times
        if rule:
            count.rules.add(rule)
    return found


def records(db: Connection, runs: Runs) -> dict[tuple[str, str, str], int]:
    """Return how many records *runs* wrote, by (create | update | delete, side, object)."""
    what = (entries.c.kind, entries.c.side, entries.c.object)
    each = (
        select(*what, entries.c.run, entries.c.crm_id, entries.c.cadence_id)
        .where(
            entries.c.run.between(*runs),
            entries.c.kind.in_(["create", "update", "delete"]),
        )
        .distinct()
        .subquery()
    )
    columns = (each.c.kind, each.c.side, each.c.object)
    rows = db.execute(select(*columns, func.count()).group_by(*columns))
    return {(kind, side, name): int(times) for kind, side, name, times in rows}


def differing(
    mine: Connection, theirs: Connection, spans: tuple[Runs, Runs]
) -> Iterator[tuple[Key, Example]]:
    """Yield the records about which two histories differ, in order.

    *spans* are the runs of each that count. The lines of one record are held at a time.
    """
    lines = merge(
        ((place, 0, line) for place, line in _lines(mine, spans[0])),
        ((place, 1, line) for place, line in _lines(theirs, spans[1])),
        key=lambda each: (each[0], each[1]),
    )
    for (key, id_), group in groupby(lines, key=lambda each: each[0]):
        found: tuple[list[Line], list[Line]] = ([], [])
        for _place, whose, line in group:
            found[whose].append(line)
        ours, others = ([(old, new) for old, new, _rule in each] for each in found)
        if ours != others:
            yield key, Example(id_, tuple(found[0]), tuple(found[1]))


def _lines(db: Connection, runs: Runs) -> Iterator[tuple[tuple[Key, str], Line]]:
    of_cadence = entries.c.side == Side.CADENCE
    own = case(
        (of_cadence, entries.c.cadence_id),
        (entries.c.crm_id == "", entries.c.cadence_id),
        else_=entries.c.crm_id,
    )
    across = case((of_cadence, entries.c.crm_id), else_=entries.c.cadence_id)
    # A record that was made here and not there has no id of its own in common with it.
    id_ = case((entries.c.kind == "create", across), else_=own)
    order: list[Any] = [*_COLUMNS, id_]
    if db.dialect.name == "postgresql":
        # As Python orders them, whatever the language of the database.
        order = [column.collate("C") for column in order]
    rows = db.execute(
        select(*_COLUMNS, id_.label("own"), entries.c.old, entries.c.new, entries.c.rule)
        .where(entries.c.run.between(*runs))
        .order_by(*order, entries.c.id)
        .execution_options(yield_per=1000)
    )
    for *parts, own_id, old, new, rule in rows:
        yield (_key(parts), own_id), (load(old), load(new), rule)


def _key(parts: Any) -> Key:
    return Key(*parts)
