"""What the history says that runs wrote: in one run, before a moment, or first in a span."""

from __future__ import annotations

__all__ = [
    "MANY",
    "Ref",
    "Refusal",
    "Wrote",
    "born",
    "first_old",
    "judged",
    "open_holds",
    "partners_made",
    "refused",
    "wrote",
    "wrote_before",
]

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, func, or_, select

from ..ledger.codec import load
from ..ledger.tables import entries, inbox
from ..model import Side, Value

#: A record: its side, object and id.
Ref: TypeAlias = tuple[Side, str, str]
#: Both databases take this many bound values in one statement without trouble.
MANY = 2000
_WRITES = ("create", "update", "delete")


class Refusal(NamedTuple):
    """A step that a system refused, and its words."""

    #: create, update, or an action with its cadence.
    what: str
    ref: Ref
    words: str


class Wrote(NamedTuple):
    """One field that a run wrote, or a record that it deleted (no field)."""

    run: int
    kind: str
    ref: Ref
    #: The object and id of the record across.
    across: tuple[str, str]
    field: str
    old: Value
    new: Value


def wrote(db: Connection, run: int) -> list[Wrote]:
    """Return what *run* wrote, in its order."""
    query = select(entries).where(entries.c.run == run, entries.c.kind.in_(_WRITES))
    return [_wrote(row) for row in db.execute(query.order_by(entries.c.id))]


def wrote_before(db: Connection, run: int, side: Side, ids: Sequence[str]) -> Iterator[Wrote]:
    """Yield what runs before *run* wrote to the records *ids* of a side."""
    for part in _parts(ids):
        query = select(entries).where(
            entries.c.run < run,
            entries.c.kind.in_(_WRITES),
            entries.c.side == side,
            _own(side).in_(part),
        )
        yield from map(_wrote, db.execute(query.order_by(entries.c.id)))


def first_old(
    db: Connection, run: int, side: Side, ids: Sequence[str]
) -> dict[tuple[str, str], tuple[int, Value]]:
    """Return what fields held before *run* or a later one first wrote them, by (id, field).

    With each comes the number of that line of the history.
    """
    found: dict[tuple[str, str], tuple[int, Value]] = {}
    for part in _parts(ids):
        query = select(entries.c.id, _own(side), entries.c.field, entries.c.old).where(
            entries.c.run >= run,
            entries.c.kind == "update",
            entries.c.side == side,
            _own(side).in_(part),
        )
        for number, id_, field, old in db.execute(query.order_by(entries.c.id)):
            found.setdefault((id_, field), (number, _value(old)))
    return found


def born(db: Connection, run: int) -> set[tuple[str, str, str]]:
    """Return (map, CRM id, cadence id) of the pairs that *run* or a later one made."""
    made = select(entries.c.map, entries.c.crm_id, entries.c.cadence_id).where(
        entries.c.run >= run, entries.c.kind.in_(["create", "link"])
    )
    return {(row[0], row[1], row[2]) for row in db.execute(made.distinct())}


def judged(db: Connection, run: int, ids: Sequence[str]) -> set[str]:
    """Return who of *ids* was left alone or held, for a reason, before *run*."""
    found: set[str] = set()
    for part in _parts(ids):
        for column in (entries.c.crm_id, entries.c.cadence_id):
            told = select(column).where(
                entries.c.run.between(1, run - 1),
                entries.c.kind.in_(["skip", "hold"]),
                column.in_(part),
            )
            found.update(db.scalars(told.distinct()))
        waits = select(inbox.c.id).where(
            inbox.c.id.in_(part), inbox.c.state.in_(["waiting", "held"]), inbox.c.run < run
        )
        found.update(db.scalars(waits))
    return found


def open_holds(db: Connection, run: int, crm_ids: Sequence[str]) -> set[tuple[str, str, str]]:
    """Return (map, CRM id, CRM field) of the fields that were held when *run* began."""
    found: set[tuple[str, str, str]] = set()
    for part in _parts(crm_ids):
        here = (entries.c.run.between(1, run - 1), entries.c.crm_id.in_(part))
        latest = dict[tuple[str, str], int]()
        for name, crm_id, last in db.execute(
            select(entries.c.map, entries.c.crm_id, func.max(entries.c.run))
            .where(*here)
            .group_by(entries.c.map, entries.c.crm_id)
        ):
            latest[name, crm_id] = last
        for row in db.execute(select(entries).where(*here, entries.c.kind == "hold")):
            if latest[row.map, row.crm_id] == row.run:
                found.add((row.map, row.crm_id, row.field))
    return found


def partners_made(db: Connection, side: Side, name: str, across: Sequence[str]) -> dict[str, str]:
    """Return the ids of *side*'s records that were created for those of *across*, by theirs."""
    found: dict[str, str] = {}
    for part in _parts(across):
        rows = db.execute(
            select(_own(side.other), _own(side)).where(
                entries.c.kind == "create",
                entries.c.side == side,
                entries.c.object == name,
                _own(side.other).in_(part),
            )
        )
        found.update((theirs, mine) for theirs, mine in rows)
    return found


def refused(db: Connection, run: int, actions: Mapping[str, Collection[str]]) -> set[Refusal]:
    """Return what a system refused in *run*; *actions* are those of workflows by their place.

    A record that was refused at its creation stands under the id of the one across.
    """
    query = select(entries).where(
        entries.c.run == run, entries.c.kind == "fail", or_(*(entries.c.side == s for s in Side))
    )
    found: set[Refusal] = set()
    for row in db.execute(query):
        side = Side(row.side)
        ids = {Side.CRM: row.crm_id, Side.CADENCE: row.cadence_id}
        ref = (side, row.object, ids[side] or ids[side.other])
        # An update names no row of the rules: each of its fields has one.
        kinds = actions.get(row.rule, ["create"]) if row.rule else ["update"]
        found |= {Refusal(kind, ref, row.reason) for kind in kinds}
    return found


def _own(side: Side) -> Any:
    return entries.c.crm_id if side is Side.CRM else entries.c.cadence_id


def _wrote(row: Any) -> Wrote:
    side = Side(row.side)
    ids = {Side.CRM: row.crm_id, Side.CADENCE: row.cadence_id}
    crm, _, cadence = row.map.partition("/")
    return Wrote(
        run=row.run,
        kind=row.kind,
        ref=(side, row.object, ids[side]),
        across=(crm if side is Side.CADENCE else cadence, ids[side.other]),
        field=row.field,
        old=_value(row.old),
        new=_value(row.new),
    )


def _value(text: str) -> Value:
    found: Any = load(text)
    return tuple(found) if isinstance(found, list) else found  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON of texts


def _parts(items: Iterable[str]) -> Iterator[list[str]]:
    every = sorted(set(items))
    for start in range(0, len(every), MANY):
        yield every[start : start + MANY]
