"""How far each listing has come."""

from __future__ import annotations

__all__ = ["read_cursor", "write_cursor"]

from sqlalchemy import Connection, select

from ..model import Position, Side
from .codec import dump, load, moment, stamp
from .database import upsert
from .rows import Cursor
from .tables import cursors


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
        fields=tuple(load(row.fields)),
        ahead=row.ahead,
    )


def write_cursor(db: Connection, side: Side, object_name: str, cursor: Cursor) -> None:
    """Set the cursor of one object."""
    values = {
        "modified": None if cursor.position is None else stamp(cursor.position.modified),
        "id": "" if cursor.position is None else cursor.position.id,
        "started": None if cursor.started is None else stamp(cursor.started),
        "fields": dump(cursor.fields),
        "ahead": cursor.ahead,
    }
    statement = upsert(db.dialect.name, cursors).values(side=side, object=object_name, **values)
    db.execute(statement.on_conflict_do_update(index_elements=["side", "object"], set_=values))
