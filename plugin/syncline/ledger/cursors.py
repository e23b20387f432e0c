"""How far each listing has come."""

from __future__ import annotations

__all__ = ["cursor_of", "read_cursor", "write_cursor"]

from typing import Any

from sqlalchemy import Connection, bindparam, select

from ..model import Position, Side
from .bulk import Bulk
from .codec import dump, load, moment, reads, stamp
from .database import upsert
from .rows import Cursor
from .tables import cursors

_ONE = select(cursors).where(cursors.c.side == bindparam("s"), cursors.c.object == bindparam("o"))


def _putting(dialect: str) -> Any:
    statement = upsert(dialect, cursors)
    fresh = {name: statement.excluded[name] for name in _VALUES}
    return statement.on_conflict_do_update(index_elements=["side", "object"], set_=fresh)


_VALUES = ("modified", "id", "started", "fields", "ahead", "narrowed")
_put = Bulk(_putting)


def read_cursor(db: Connection, side: Side, object_name: str) -> Cursor | None:
    """Return the cursor of one object, None when it was never listed."""
    row = db.execute(_ONE, {"s": side.value, "o": object_name}).one_or_none()
    return None if row is None else cursor_of(row)


@reads
def cursor_of(row: Any) -> Cursor:
    """Return the cursor in a row of the table; raises ``LedgerError`` if it does not read."""
    return Cursor(
        position=None
        if row.modified is None
        else Position(modified=moment(row.modified), id=row.id),
        started=None if row.started is None else moment(row.started),
        fields=tuple(load(row.fields)),
        ahead=row.ahead,
        narrowed=row.narrowed,
    )


def write_cursor(db: Connection, side: Side, object_name: str, cursor: Cursor) -> None:
    """Set the cursor of one object."""
    row = {
        "side": side.value,
        "object": object_name,
        "modified": None if cursor.position is None else stamp(cursor.position.modified),
        "id": "" if cursor.position is None else cursor.position.id,
        "started": None if cursor.started is None else stamp(cursor.started),
        "fields": dump(cursor.fields),
        "ahead": cursor.ahead,
        "narrowed": cursor.narrowed,
    }
    _put(db, [row])
