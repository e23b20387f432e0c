"""The inbox and its keys: records that wait for a decision, found by state, id or match key."""

from __future__ import annotations

__all__ = [
    "arrived",
    "ask_again",
    "candidates",
    "departed",
    "fetch",
    "finish",
    "forget",
    "holders",
    "note_keys",
    "owners",
    "read_cursor",
    "requeue",
    "waiting_counts",
    "write_cursor",
]

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, tuple_

from ..model import Gone, Position, Record, Side, Value
from .codec import dump, dump_gone, load_gone, load_values, moment, stamp
from .database import upsert
from .rows import Cursor, Entry, State
from .tables import cursors, inbox, keys

#: SQLite takes this many bound values in one statement without trouble.
_MANY = 400


def read_cursor(db: Connection, side: Side, object_name: str) -> Cursor | None:
    """Return the cursor of one object, None when it was never listed."""
    row = db.execute(
        select(cursors).where(cursors.c.side == side, cursors.c.object == object_name)
    ).one_or_none()
    if row is None:
        return None
    return Cursor(
        position=None
        if row.modified is None
        else Position(modified=moment(row.modified), id=row.id),
        started=None if row.started is None else moment(row.started),
        fields=tuple(json.loads(row.fields)),
    )


def write_cursor(db: Connection, side: Side, object_name: str, cursor: Cursor) -> None:
    """Set the cursor of one object."""
    values = {
        "modified": None if cursor.position is None else stamp(cursor.position.modified),
        "id": "" if cursor.position is None else cursor.position.id,
        "started": None if cursor.started is None else stamp(cursor.started),
        "fields": dump(cursor.fields),
    }
    statement = upsert(db, cursors).values(side=side, object=object_name, **values)
    db.execute(statement.on_conflict_do_update(index_elements=["side", "object"], set_=values))


def arrived(db: Connection, side: Side, records: Iterable[Record], at: datetime) -> None:
    """Put changed records in the inbox; a newer change takes the place of an older.

    A record that waited keeps its turn.
    """
    _put(db, [_row(side, record, at) for record in records])


def departed(
    db: Connection,
    side: Side,
    found: Iterable[tuple[Gone, Mapping[str, Value]]],
    at: datetime,
) -> None:
    """Put records that went, with what they were last seen to hold, in the inbox."""
    _put(
        db,
        [
            _row(side, Record(object=g.object, id=g.id, values=values, modified=g.at), at)
            | {"gone": dump_gone(g)}
            for g, values in found
        ],
    )


def _put(db: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = upsert(db, inbox)
    fresh = {
        name: statement.excluded[name]
        for name in ("modified", "record", "state", "reason", "attempts", "run", "gone")
    }
    db.execute(
        statement.on_conflict_do_update(index_elements=["side", "object", "id"], set_=fresh), rows
    )


def _row(side: Side, record: Record, at: datetime) -> dict[str, Any]:
    return {
        "side": str(side),
        "object": record.object,
        "id": record.id,
        "modified": stamp(record.modified),
        "record": dump(record.values),
        "state": str(State.NEW),
        "reason": "",
        "attempts": 0,
        "since": stamp(at),
        "run": 0,
        "gone": "",
    }


def note_keys(
    db: Connection, side: Side, object_name: str, found: Mapping[str, Mapping[str, str]]
) -> set[tuple[str, str]]:
    """Keep each record's match keys (id -> field -> key); return the (field, key) that moved.

    A key moves when a record takes it on or gives it up: whoever was held for it is asked again.
    """
    old: dict[tuple[str, str], str] = {}
    for part in _parts(sorted(found)):
        for row in db.execute(
            select(keys.c.id, keys.c.field, keys.c.key).where(
                keys.c.side == side, keys.c.object == object_name, keys.c.id.in_(part)
            )
        ):
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
    statement = upsert(db, keys)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["side", "object", "id", "field"],
            set_={"key": statement.excluded["key"]},
        ),
        rows,
    )
    moved = {(field, new[id_, field]) for id_, field in changed}
    moved |= {(field, old[id_, field]) for id_, field in changed if (id_, field) in old}
    return {(field, key) for field, key in moved if key}


def holders(
    db: Connection, side: Side, object_name: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Return the ids of the records with each (field, key), in order."""
    found: dict[tuple[str, str], list[str]] = {}
    for part in _parts(sorted(set(wanted))):
        for row in db.execute(
            select(keys.c.field, keys.c.key, keys.c.id)
            .where(
                keys.c.side == side,
                keys.c.object == object_name,
                tuple_(keys.c.field, keys.c.key).in_(part),
            )
            .order_by(keys.c.id)
        ):
            found.setdefault((row.field, row.key), []).append(row.id)
    return found


def requeue(
    db: Connection, side: Side, object_name: str, states: Iterable[State], ids: Iterable[str] | None
) -> None:
    """Ask records in one of *states* again: those with *ids*, or all if None."""
    where = and_(inbox.c.side == side, inbox.c.object == object_name, inbox.c.state.in_([*states]))
    change = inbox.update().values(state=str(State.NEW), attempts=0)
    if ids is None:
        db.execute(change.where(where))
        return
    for part in _parts(sorted(set(ids))):
        db.execute(change.where(where, inbox.c.id.in_(part)))


def ask_again(db: Connection, side: Side, records: Iterable[Record], at: datetime) -> None:
    """Put settled records back, as last seen; what is in the inbox stays as it is."""
    rows = [_row(side, record, at) for record in records]
    if rows:
        db.execute(upsert(db, inbox).on_conflict_do_nothing(), rows)


def candidates(
    db: Connection,
    side: Side,
    object_name: str,
    *,
    after: str,
    limit: int,
    attempts: int,
) -> list[Entry]:
    """Return records to decide about, by id after *after*: new, deferred, or worth another try."""
    rows = db.execute(
        select(inbox)
        .where(
            inbox.c.side == side,
            inbox.c.object == object_name,
            inbox.c.id > after,
            inbox.c.state.in_([State.NEW, State.DEFERRED, State.FAILED]),
            inbox.c.attempts < attempts,
        )
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [_entry(row) for row in rows]


def fetch(db: Connection, side: Side, object_name: str, ids: Iterable[str]) -> dict[str, Entry]:
    """Return the records among *ids* that are in the inbox, whatever their state."""
    found: dict[str, Entry] = {}
    for part in _parts(sorted(set(ids))):
        for row in db.execute(
            select(inbox).where(
                inbox.c.side == side, inbox.c.object == object_name, inbox.c.id.in_(part)
            )
        ):
            found[row.id] = _entry(row)
    return found


def finish(db: Connection, refs: Iterable[tuple[str, str, str]], state: State, reason: str) -> None:
    """Leave the records (side, object, id) in the inbox with *state*."""
    failed = state is State.FAILED
    for side, object_name, id_ in refs:
        db.execute(
            inbox.update()
            .where(inbox.c.side == side, inbox.c.object == object_name, inbox.c.id == id_)
            .values(
                state=str(state),
                reason=reason,
                attempts=inbox.c.attempts + 1 if failed else inbox.c.attempts,
            )
        )


def forget(db: Connection, refs: Iterable[tuple[str, str, str]]) -> None:
    """Take settled records (side, object, id) out of the inbox."""
    rows = [{"s": side, "o": object_name, "i": id_} for side, object_name, id_ in refs]
    if rows:
        db.execute(
            inbox.delete().where(
                inbox.c.side == bindparam("s"),
                inbox.c.object == bindparam("o"),
                inbox.c.id == bindparam("i"),
            ),
            rows,
        )


def waiting_counts(db: Connection) -> dict[str, int]:
    """Return how many records are in the inbox in each state."""
    rows = db.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return {row[0]: row[1] for row in rows}


def _entry(row: Any) -> Entry:
    return Entry(
        side=Side(row.side),
        object=row.object,
        id=row.id,
        modified=moment(row.modified),
        values=load_values(row.record),
        state=State(row.state),
        attempts=row.attempts,
        gone=load_gone(row.object, row.id, row.gone),
    )


def _parts(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(items), _MANY):
        yield items[start : start + _MANY]


def owners(db: Connection, side: Side, object_name: str, wanted: Iterable[str]) -> set[str]:
    """Return the ids of the records that hold one of the keys, as they compare."""
    found: set[str] = set()
    for part in _parts(sorted(set(wanted))):
        found.update(
            db.scalars(
                select(keys.c.id).where(
                    keys.c.side == side, keys.c.object == object_name, keys.c.key.in_(part)
                )
            )
        )
    return found
