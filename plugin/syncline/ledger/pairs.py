"""Linked pairs: which records are one, and what both sides last agreed on."""

from __future__ import annotations

__all__ = [
    "Bond",
    "Known",
    "add",
    "among",
    "bonds",
    "by_side",
    "count",
    "known",
    "note_seen",
    "pair_of",
    "quiet",
    "remove",
    "save",
]

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from ..model import Side, Value
from .bulk import Bulk
from .codec import dump, load, load_values, reads, stamp
from .rows import Echo, Owed, Pair
from .tables import pairs

#: Both databases take this many bound values in one statement without trouble.
_MANY = 2000


def _one() -> list[Any]:
    return [pairs.c.map == bindparam("p_map"), pairs.c.crm_id == bindparam("p_crm_id")]


def _change(*names: str) -> Bulk:
    """Return what sets columns of a pair, from values named ``p_`` and the column."""
    given: dict[str, Any] = {name: bindparam(f"p_{name}") for name in names}
    return Bulk(lambda _dialect: pairs.update().where(*_one()).values(given))


def _side_of(side: Side, what: str) -> Any:
    """Return the column that tells *what* of a pair's record on *side*."""
    return pairs.c[f"{side}_{what}"]


def _asking(statement: Any, side: Side, *where: Any) -> Any:
    ids = _side_of(side, "id").in_(bindparam("ids", expanding=True))
    return statement.where(*where, ids)


def _of_object(side: Side) -> Any:
    return _side_of(side, "object") == bindparam("object")


# The questions that are asked of every page and every chunk: made once, for to make a statement
# takes longer than to answer it.
_OF_MAPS = pairs.c.map.in_(bindparam("maps", expanding=True))
_BY_SIDE = {s: _asking(select(pairs), s, pairs.c.map == bindparam("map")) for s in Side}
_AMONG = {s: _asking(select(pairs), s, _of_object(s), _OF_MAPS).order_by(pairs.c.map) for s in Side}
_BONDS = {
    s: _asking(
        select(
            _side_of(s, "id").label("mine"), _side_of(s.other, "id").label("theirs"), pairs.c.map,
            pairs.c.crm_id, pairs.c.crm_gone, pairs.c.cadence_gone,
        ),
        s, _of_object(s), _OF_MAPS,
    ).order_by(pairs.c.map)
    for s in Side
}  # fmt: skip
_KNOWN = {
    s: _asking(
        select(
            _side_of(s, "id"), pairs.c.map, pairs.c.crm_id, _side_of(s, "seen"),
            _side_of(s, "base"), _side_of(s, "gone"),
        ),
        s, _OF_MAPS,
    )
    for s in Side
}  # fmt: skip


class Bond(NamedTuple):
    """That a record has a partner: which, by which map, and whether both are still there."""

    map: str
    crm_id: str
    partner: str
    whole: bool


def by_side(db: Connection, map_name: str, side: Side, ids: Iterable[str]) -> dict[str, Pair]:
    """Return the pairs of one map whose record on *side* is among *ids*, by that id."""
    found: dict[str, Pair] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(_BY_SIDE[side], {"map": map_name, "ids": part}):
            pair = pair_of(row)
            found[pair.ids[side]] = pair
    return found


def bonds(
    db: Connection, side: Side, object_name: str, ids: Iterable[str], maps: Collection[str]
) -> dict[str, Bond]:
    """Return who of *ids* has a partner by one of *maps*, by id; one that is whole first."""
    found: dict[str, Bond] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(
            _BONDS[side], {"object": object_name, "ids": part, "maps": list(maps)}
        ):
            whole = not row.crm_gone and not row.cadence_gone
            if row.mine not in found or (whole and not found[row.mine].whole):
                found[row.mine] = Bond(row.map, row.crm_id, row.theirs, whole)
    return found


class Known(NamedTuple):
    """What one pair knows of one of its records."""

    map: str
    crm_id: str
    seen: str
    base: dict[str, Value]
    gone: str


def known(
    db: Connection, maps: Collection[str], side: Side, ids: Iterable[str]
) -> dict[str, list[Known]]:
    """Return what the pairs of *maps* know of the records *ids*, by id."""
    found: dict[str, list[Known]] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(_KNOWN[side], {"maps": list(maps), "ids": part}):
            values: tuple[str, ...] = tuple(row)
            id_, map_name, crm_id, stamp_, text, why = values
            one = Known(map_name, crm_id, stamp_, load_values(text), why)
            found.setdefault(id_, []).append(one)
    return found


def note_seen(db: Connection, side: Side, rows: Iterable[tuple[str, str, str]]) -> None:
    """Note how records were last seen: (map, CRM id of the pair, seen)."""
    given = [
        {"p_map": name, "p_crm_id": crm_id, f"p_{side}_seen": seen} for name, crm_id, seen in rows
    ]
    _see[side](db, given)


def among(
    db: Connection, side: Side, object_name: str, ids: Iterable[str], maps: Collection[str]
) -> dict[str, list[Pair]]:
    """Return the pairs of *maps* that hold the records *ids* of an object, by id."""
    found: dict[str, list[Pair]] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(
            _AMONG[side], {"object": object_name, "ids": part, "maps": list(maps)}
        ):
            pair = pair_of(row)
            found.setdefault(pair.ids[side], []).append(pair)
    return found


def count(db: Connection, side: Side, object_name: str) -> int:
    """Return how many records of an object are linked and still there."""
    kind, gone = _side_of(side, "object"), _side_of(side, "gone")
    found = db.scalar(
        select(func.count()).select_from(pairs).where(kind == object_name, gone == "")
    )
    return int(found or 0)


def add(db: Connection, new: Iterable[Pair]) -> None:
    """Store new pairs."""
    _insert(db, [_row(pair) for pair in new])


def remove(db: Connection, names: Iterable[tuple[str, str]]) -> None:
    """Forget pairs by (map, CRM id): others take their place."""
    _delete(db, [{"p_map": map_name, "p_crm_id": crm_id} for map_name, crm_id in names])


_STANDING = (
    "crm_base", "cadence_base", "crm_seen", "cadence_seen", "crm_echo", "cadence_echo", "holding",
    "owed", "crm_gone", "cadence_gone", "due", "flips", "choices",
)  # fmt: skip


_insert = Bulk(lambda _dialect: pairs.insert())
_update = _change(*_STANDING)
_delete = Bulk(lambda _dialect: pairs.delete().where(*_one()))
_see = {Side.CRM: _change("crm_seen"), Side.CADENCE: _change("cadence_seen")}


def save(db: Connection, changed: Iterable[Pair]) -> None:
    """Store what changed in pairs: all but their names."""
    _update(db, [{f"p_{name}": value for name, value in _row(pair).items()} for pair in changed])


_MINE = pairs.c.map == bindparam("map")
_EVERY = (
    select(pairs)
    .where(_MINE, pairs.c.crm_id > bindparam("after"))
    .order_by(pairs.c.crm_id)
    .limit(bindparam("most"))
)
# Two questions that an index answers each; joined by `or` none would.
_OWING = select(pairs.c.crm_id).where(_MINE, pairs.c.owed != "[]")
_DUE = select(pairs.c.crm_id).where(_MINE, pairs.c.due != "", pairs.c.due <= bindparam("now"))
_QUIET = _EVERY.where(pairs.c.crm_id.in_(_OWING.union_all(_DUE)))


def quiet(
    db: Connection, map_name: str, *, after: str, limit: int, now: datetime | None
) -> list[Pair]:
    """Return pairs of a map by CRM id after *after*: those that owe or are due *now*, or all."""
    given: dict[str, Any] = {"map": map_name, "after": after, "most": limit}
    if now is None:
        return [pair_of(row) for row in db.execute(_EVERY, given)]
    return [pair_of(row) for row in db.execute(_QUIET, {**given, "now": stamp(now)})]


@reads
def pair_of(row: Any) -> Pair:
    """Return the pair in a row of the table; raises ``LedgerError`` if it does not read."""
    return Pair(
        map=row.map,
        ids={Side.CRM: row.crm_id, Side.CADENCE: row.cadence_id},
        objects={Side.CRM: row.crm_object, Side.CADENCE: row.cadence_object},
        base={Side.CRM: load_values(row.crm_base), Side.CADENCE: load_values(row.cadence_base)},
        seen={Side.CRM: row.crm_seen, Side.CADENCE: row.cadence_seen},
        echo={Side.CRM: _echo(row.crm_echo), Side.CADENCE: _echo(row.cadence_echo)},
        holding=_NOBODY if row.holding == "[]" else frozenset(load(row.holding)),
        owed=() if row.owed == "[]" else tuple(Owed(*one) for one in load(row.owed)),
        gone={Side.CRM: row.crm_gone, Side.CADENCE: row.cadence_gone},
        due=row.due,
        flips={}
        if row.flips == "{}"
        else {key: tuple(times) for key, times in load(row.flips).items()},
        choices={}
        if row.choices == "{}"
        else {key: Side(side) for key, side in load(row.choices).items()},
    )


_NOBODY = frozenset[str]()


def _echo(text: str) -> Echo | None:
    if not text:
        return None
    first, last, rows, *seen = load(text)
    return Echo(first, last, tuple(rows), *seen)


def _row(pair: Pair) -> dict[str, str]:
    crm_echo, cadence_echo = pair.echo[Side.CRM], pair.echo[Side.CADENCE]
    return {
        "map": pair.map,
        "crm_id": pair.ids[Side.CRM],
        "cadence_id": pair.ids[Side.CADENCE],
        "crm_object": pair.objects[Side.CRM],
        "cadence_object": pair.objects[Side.CADENCE],
        "crm_base": dump(pair.base[Side.CRM]),
        "cadence_base": dump(pair.base[Side.CADENCE]),
        "crm_seen": pair.seen[Side.CRM],
        "cadence_seen": pair.seen[Side.CADENCE],
        "crm_echo": "" if crm_echo is None else dump(tuple(crm_echo)),
        "cadence_echo": "" if cadence_echo is None else dump(tuple(cadence_echo)),
        "holding": dump(sorted(pair.holding)) if pair.holding else "[]",
        "owed": dump([tuple(one) for one in pair.owed]) if pair.owed else "[]",
        "crm_gone": pair.gone[Side.CRM],
        "cadence_gone": pair.gone[Side.CADENCE],
        "due": pair.due,
        "flips": dump(pair.flips) if pair.flips else "{}",
        "choices": dump(pair.choices) if pair.choices else "{}",
    }


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _MANY):
        yield items[start : start + _MANY]
