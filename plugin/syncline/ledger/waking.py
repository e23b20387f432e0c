"""Requests for a cycle before its time, and records that are to be read again by their ids."""

from __future__ import annotations

__all__ = ["Wake", "drop", "pending", "wake"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ..model import Side
from .codec import dump, load, stamp
from .tables import wakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """One request. Without ids it says that something changed; with ids, which records."""

    number: int
    at: str
    #: None when it does not say where.
    side: Side | None
    object: str
    ids: tuple[str, ...]


def wake(
    db: Connection,
    now: datetime,
    side: Side | None = None,
    object_name: str = "",
    ids: Sequence[str] = (),
) -> None:
    """Ask for a cycle soon, and for *ids* to be read again in it."""
    db.execute(
        wakes.insert().values(
            at=stamp(now),
            side="" if side is None else str(side),
            object=object_name,
            ids=dump(list(ids)),
        )
    )


def pending(db: Connection) -> list[Wake]:
    """Return the requests, the oldest first."""
    return [
        Wake(
            number=row.id,
            at=row.at,
            side=Side(row.side) if row.side else None,
            object=row.object,
            ids=tuple(load(row.ids)),
        )
        for row in db.execute(select(wakes).order_by(wakes.c.id))
    ]


def drop(db: Connection, numbers: Iterable[int]) -> None:
    """Forget requests that a cycle has heard."""
    wanted = list(numbers)
    if wanted:
        db.execute(wakes.delete().where(wakes.c.id.in_(wanted)))
