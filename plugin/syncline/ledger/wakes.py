"""Wakes: somebody asked for a cycle before its time. What they say is a hint, and read again."""

from __future__ import annotations

__all__ = ["MOST", "Wake", "add", "take", "waiting", "wake_of"]

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from ..model import Side, plain
from .codec import dump, load, reads, stamp
from .tables import wakes

#: What people and webhooks may leave here. More of it says nothing more: the next cycle reads
#: whatever changed.
MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """What is said to have changed: ids of an object of a side, or anything at all."""

    side: Side | None = None
    object: str = ""
    ids: tuple[str, ...] = ()


def add(db: Connection, wake: Wake, at: datetime) -> bool:
    """Ask for a cycle; False when that was asked already."""
    ids = dump(sorted(set(map(plain, wake.ids))))
    row = {"side": str(wake.side or ""), "object": plain(wake.object), "ids": ids}
    twin = select(wakes.c.id).where(*(wakes.c[name] == value for name, value in row.items()))
    if db.scalar(twin.limit(1)) is not None:
        return False
    db.execute(wakes.insert().values(at=stamp(at), **row))
    return True


def waiting(db: Connection) -> int:
    """Return how many are waiting for a cycle to begin."""
    return int(db.scalar(select(func.count()).select_from(wakes)) or 0)


_ALL = select(wakes).order_by(wakes.c.id)


def take(db: Connection) -> Sequence[Wake]:
    """Return what is waiting, and remove it: the cycle that begins answers all of it."""
    rows = db.execute(_ALL).all()
    if not rows:
        return ()
    db.execute(wakes.delete().where(wakes.c.id <= rows[-1].id))
    return [wake_of(row) for row in rows]


@reads
def wake_of(row: Any) -> Wake:
    """Return the wake in a row of the table; raises ``LedgerError`` if it does not read."""
    return Wake(
        side=Side(row.side) if row.side else None,
        object=row.object,
        ids=tuple(load(row.ids)),
    )
