"""Rows of the ledger that belong to nothing: to no map, no pair, no record."""

from __future__ import annotations

__all__ = ["Known", "check_orphans"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, and_, exists, func, literal, or_, select, union_all

from ..model import Side
from .findings import Finding, Grade, found
from .tables import cursors, holds, inbox, keys, pairs

#: (side, object, id)
_Ref: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the rules speak of."""

    #: The objects of each map, by the map's name in the ledger.
    maps: dict[str, dict[Side, str]]
    #: Maps that link recorded activities.
    activities: frozenset[str]
    #: The (side, object) of recorded activities.
    recorded: frozenset[tuple[str, str]]

    @property
    def objects(self) -> set[tuple[str, str]]:
        """Every (side, object) whose changes are read."""
        found = {(str(side), name) for named in self.maps.values() for side, name in named.items()}
        return found | self.recorded


def check_orphans(db: Connection, known: Known) -> list[Finding]:
    """Look for rows that the rules, or the rows they hang on, no longer know."""
    return [
        *_strange_inbox(db, known),
        *_strange_pairs(db, known),
        *_lone_keys(db, known),
        *_lone_holds(db),
        *_double_links(db, known),
    ]


def _strange_inbox(db: Connection, known: Known) -> list[Finding]:
    query = select(inbox.c.side, inbox.c.object, inbox.c.id).order_by(*inbox.primary_key)
    strange = [ref for ref in _refs(db.execute(query)) if ref[:2] not in known.objects]
    return found(
        "{n} record{s} in the inbox {are} of an object that no map has",
        map(_told, strange),
        "They are taken out. Should a map have the object again, it is read from its beginning.",
        lambda db: _forget(db, {(side, name) for side, name, _id in strange}),
    )


def _forget(db: Connection, objects: Iterable[tuple[str, str]]) -> None:
    for table in (inbox, keys, cursors):
        for side, name in objects:
            db.execute(table.delete().where(table.c.side == side, table.c.object == name))


def _strange_pairs(db: Connection, known: Known) -> list[Finding]:
    names = {*known.maps, *known.activities}
    rows = db.execute(select(pairs.c.map, func.count()).group_by(pairs.c.map).order_by(pairs.c.map))
    strange = [(row[0], row[1]) for row in rows if row[0] not in names]
    return found(
        "pairs of {n} map{s} that the rules no longer have",
        (f"{name} ({n:,})" for name, n in strange),
        "They bind nobody, and are there should the map come back.",
        grade=Grade.NOTE,
    )


def _lone_keys(db: Connection, known: Known) -> list[Finding]:
    """Keys of an activity outlive it: whether one was told of does not hang on a link."""
    columns = (keys.c.side, keys.c.object, keys.c.id)
    waits = exists().where(
        inbox.c.side == keys.c.side, inbox.c.object == keys.c.object, inbox.c.id == keys.c.id
    )
    linked = [
        and_(
            keys.c.side == side,
            exists().where(
                pairs.c[f"{side}_object"] == keys.c.object, pairs.c[f"{side}_id"] == keys.c.id
            ),
        )
        for side in Side
    ]
    query = (
        select(*columns)
        .where(keys.c.key != "", ~waits, ~or_(*linked))
        .distinct()
        .order_by(*columns)
    )
    rows = [ref for ref in _refs(db.execute(query)) if ref[:2] not in known.recorded]
    return found(
        "{n} record{s} with match keys {are} neither linked nor waiting",
        map(_told, rows),
        "The keys are taken out, and the objects read from their beginning.",
        lambda db: _read_again(db, rows),
    )


def _read_again(db: Connection, rows: Sequence[_Ref]) -> None:
    for side, name, id_ in rows:
        db.execute(
            keys.delete().where(keys.c.side == side, keys.c.object == name, keys.c.id == id_)
        )
    for side, name in {(side, name) for side, name, _id in rows}:
        db.execute(cursors.delete().where(cursors.c.side == side, cursors.c.object == name))


def _lone_holds(db: Connection) -> list[Finding]:
    of = [
        exists().where(pairs.c.map == holds.c.map, pairs.c[f"{side}_id"] == holds.c[f"{side}_id"])
        for side in Side
    ]
    waits = [
        exists().where(inbox.c.side == side, inbox.c.id == holds.c[f"{side}_id"]) for side in Side
    ]
    lone = ~or_(*of, *waits)
    rows = db.execute(select(holds.c.id, holds.c.map).where(lone).order_by(holds.c.id)).all()
    return found(
        "{n} held question{s} about records that are neither linked nor waiting",
        (f"{row.map} no. {row.id}" for row in rows),
        "They are taken out: there is nothing left to decide.",
        lambda db: _drop(db, [row.id for row in rows]),
    )


def _drop(db: Connection, ids: Iterable[int]) -> None:
    for id_ in ids:
        db.execute(holds.delete().where(holds.c.id == id_))


def _double_links(db: Connection, known: Known) -> list[Finding]:
    """Each record is one of a pair; of two pairs of it, each would undo what the other wrote."""
    links = union_all(
        *(
            select(
                literal(str(side)).label("side"),
                pairs.c[f"{side}_object"].label("object"),
                pairs.c[f"{side}_id"].label("id"),
            ).where(pairs.c.map.in_(known.maps), pairs.c[f"{side}_gone"] == "")
            for side in Side
        )
    ).subquery()
    columns = (links.c.side, links.c.object, links.c.id)
    query = select(*columns).group_by(*columns).having(func.count() > 1).order_by(*columns)
    return found(
        "{n} record{s} {are} linked to more than one record",
        map(_told, _refs(db.execute(query))),
        "`syncline why ID` shows what wrote it. Delete or merge the record that is one too many "
        "in its system.",
    )


def _refs(rows: Iterable[Any]) -> list[_Ref]:
    return [(row[0], row[1], row[2]) for row in rows]


def _told(ref: _Ref) -> str:
    _side, name, id_ = ref
    return f"{name} {id_}"
