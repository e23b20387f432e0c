"""Linked pairs: which records are one, and what both sides last agreed on."""

from __future__ import annotations

__all__ = ["add", "by_side", "partners", "quiet", "save"]

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ..model import Side
from .codec import dump, load_values
from .rows import Echo, Owed, Pair
from .tables import pairs

_MANY = 400


def by_side(db: Connection, map_name: str, side: Side, ids: Iterable[str]) -> dict[str, Pair]:
    """Return the pairs of one map whose record on *side* is among *ids*, by that id."""
    column = _id_column(side)
    found: dict[str, Pair] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(select(pairs).where(pairs.c.map == map_name, column.in_(part))):
            pair = _pair(row)
            found[pair.ids[side]] = pair
    return found


def partners(
    db: Connection, side: Side, object_name: str, ids: Iterable[str], *, but: str = ""
) -> dict[str, Pair]:
    """Return the pairs of any map, except *but*, that hold records of this object, by id."""
    kind = pairs.c.crm_object if side is Side.CRM else pairs.c.cadence_object
    found: dict[str, Pair] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(
            select(pairs)
            .where(kind == object_name, _id_column(side).in_(part), pairs.c.map != but)
            .order_by(pairs.c.map)
        ):
            pair = _pair(row)
            found.setdefault(pair.ids[side], pair)
    return found


def add(db: Connection, new: Iterable[Pair]) -> None:
    """Store new pairs."""
    rows = [_row(pair) for pair in new]
    if rows:
        db.execute(pairs.insert(), rows)


def save(db: Connection, changed: Iterable[Pair]) -> None:
    """Store what changed in pairs: their baselines, stamps and holding workflows."""
    rows = [{f"p_{name}": value for name, value in _row(pair).items()} for pair in changed]
    if not rows:
        return
    names = (
        "crm_base", "cadence_base", "crm_seen", "cadence_seen", "crm_echo",
        "cadence_echo", "holding", "owed", "crm_gone", "cadence_gone", "due", "flips", "choices",
    )  # fmt: skip
    db.execute(
        pairs.update()
        .where(pairs.c.map == bindparam("p_map"), pairs.c.crm_id == bindparam("p_crm_id"))
        .values({name: bindparam(f"p_{name}") for name in names}),
        rows,
    )


def quiet(db: Connection, map_name: str, *, after: str, limit: int, owing: bool) -> list[Pair]:
    """Return pairs of a map by CRM id after *after*: all, or those that owe an action."""
    query = select(pairs).where(pairs.c.map == map_name, pairs.c.crm_id > after)
    if owing:
        query = query.where(pairs.c.owed != "[]")
    return [_pair(row) for row in db.execute(query.order_by(pairs.c.crm_id).limit(limit))]


def _id_column(side: Side) -> Any:
    return pairs.c.crm_id if side is Side.CRM else pairs.c.cadence_id


def _pair(row: Any) -> Pair:
    return Pair(
        map=row.map,
        ids={Side.CRM: row.crm_id, Side.CADENCE: row.cadence_id},
        objects={Side.CRM: row.crm_object, Side.CADENCE: row.cadence_object},
        base={Side.CRM: load_values(row.crm_base), Side.CADENCE: load_values(row.cadence_base)},
        seen={Side.CRM: row.crm_seen, Side.CADENCE: row.cadence_seen},
        echo={Side.CRM: _echo(row.crm_echo), Side.CADENCE: _echo(row.cadence_echo)},
        holding=frozenset(json.loads(row.holding)),
        owed=tuple(Owed(*one) for one in json.loads(row.owed)),
        gone={Side.CRM: row.crm_gone, Side.CADENCE: row.cadence_gone},
        due=row.due,
        flips={key: tuple(times) for key, times in json.loads(row.flips).items()},
        choices={key: Side(side) for key, side in json.loads(row.choices).items()},
    )


def _echo(text: str) -> Echo | None:
    if not text:
        return None
    first, last, rows = json.loads(text)
    return Echo(first, last, tuple(rows))


def _row(pair: Pair) -> dict[str, str]:
    row = {
        "map": pair.map,
        "holding": dump(sorted(pair.holding)),
        "owed": dump(pair.owed),
        "due": pair.due,
        "flips": dump(dict(pair.flips)),
        "choices": dump(dict(pair.choices)),
    }
    for side in Side:
        echo = pair.echo[side]
        row |= {
            f"{side}_id": pair.ids[side],
            f"{side}_object": pair.objects[side],
            f"{side}_base": dump(dict(pair.base[side])),
            f"{side}_seen": pair.seen[side],
            f"{side}_echo": "" if echo is None else dump(echo),
            f"{side}_gone": pair.gone[side],
        }
    return row


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _MANY):
        yield items[start : start + _MANY]
