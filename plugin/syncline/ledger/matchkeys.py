"""The match keys of every record ever seen, as they compare: who holds which."""

from __future__ import annotations

__all__ = ["forget_keys", "holders", "keys_of", "note_keys", "owners"]

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_

from ..model import Side
from .bulk import Bulk
from .database import upsert
from .inbox import parts
from .tables import keys


def _putting(dialect: str) -> Any:
    statement = upsert(dialect, keys)
    return statement.on_conflict_do_update(
        index_elements=["side", "object", "id", "field"],
        set_={"key": statement.excluded["key"]},
    )


_put = Bulk(_putting)
_OF = (keys.c.side == bindparam("s"), keys.c.object == bindparam("o"))
_BY_ID = select(keys.c.id, keys.c.field, keys.c.key).where(
    *_OF, keys.c.id.in_(bindparam("ids", expanding=True))
)
_HOLDERS = (
    select(keys.c.field, keys.c.key, keys.c.id)
    .where(*_OF, tuple_(keys.c.field, keys.c.key).in_(bindparam("wanted", expanding=True)))
    .order_by(keys.c.id)
)
_OWNERS = select(keys.c.id).where(*_OF, keys.c.key.in_(bindparam("wanted", expanding=True)))
_FORGET = keys.delete().where(*_OF, keys.c.id == bindparam("i"))


def note_keys(
    db: Connection, side: Side, object_name: str, found: Mapping[str, Mapping[str, str]]
) -> set[tuple[str, str]]:
    """Keep each record's match keys (id -> field -> key); return the (field, key) that moved.

    A key moves when a record takes it on or gives it up: whoever was held for it is asked again.
    """
    old: dict[tuple[str, str], str] = {}
    for part in parts(sorted(found)):
        for row in db.execute(_BY_ID, {"s": side.value, "o": object_name, "ids": part}):
            old[row.id, row.field] = row.key
    new = {(id_, field): key for id_, named in found.items() for field, key in named.items()}
    changed = [at for at, key in new.items() if old.get(at, "") != key]
    if not changed:
        return set()
    rows = [
        {
            "side": str(side),
            "object": object_name,
            "id": id_,
            "field": field,
            "key": new[id_, field],
        }
        for id_, field in changed
    ]
    _put(db, rows)
    moved = {(field, new[id_, field]) for id_, field in changed}
    moved |= {(field, old[id_, field]) for id_, field in changed if (id_, field) in old}
    return {(field, key) for field, key in moved if key}


def holders(
    db: Connection, side: Side, object_name: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Return the ids of the records with each (field, key), in order."""
    found: dict[tuple[str, str], list[str]] = {}
    for part in parts(sorted(set(wanted))):
        for row in db.execute(_HOLDERS, {"s": side.value, "o": object_name, "wanted": part}):
            found.setdefault((row.field, row.key), []).append(row.id)
    return found


def owners(db: Connection, side: Side, object_name: str, wanted: Iterable[str]) -> set[str]:
    """Return the ids of the records that hold one of the keys, as they compare."""
    found: set[str] = set()
    for part in parts(sorted(set(wanted))):
        found.update(db.scalars(_OWNERS, {"s": side.value, "o": object_name, "wanted": part}))
    return found


def keys_of(db: Connection, side: Side, object_name: str, ids: Iterable[str]) -> set[str]:
    """Return the keys that records hold, as they compare."""
    found: set[str] = set()
    for part in parts(sorted(set(ids))):
        rows = db.execute(_BY_ID, {"s": side.value, "o": object_name, "ids": part})
        found.update(row.key for row in rows if row.key)
    return found


def forget_keys(db: Connection, refs: Iterable[tuple[str, str, str]]) -> None:
    """Forget the match keys of records (side, object, id) that are no longer there."""
    rows = [{"s": side, "o": object_name, "i": id_} for side, object_name, id_ in refs]
    if rows:
        db.execute(_FORGET, rows)
