"""What was spent on each side in 24 hours, by every process, and what the vendor says of it (K6).

A call is written down before it is made, in a transaction that first takes the side's row of
``meta``: of several processes one at a time looks at the sum and adds to it.
"""

from __future__ import annotations

__all__ = ["add", "by_what", "heal", "hold", "peek", "read", "set_level", "slices", "state"]

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select

from ..model import Side, Usage
from .codec import moment, stamp
from .database import read_meta, upsert, write_meta
from .spent import WINDOW, Level, Slice, Spent, Stated
from .tables import calls, meta, vendor_usage

#: Length of a moment's text up to its tens of minutes: what one ``Slice`` has in common.
_SLICE = len("2026-11-22T15:4")


def _stated(column: Any) -> Any:
    return select(column).where(vendor_usage.c.side == bindparam("of")).scalar_subquery()


#: One statement, made once: it is asked before every call.
_SPENT = select(
    func.coalesce(func.sum(calls.c.price), 0),
    func.coalesce(func.sum(calls.c.records), 0),
    func.max(calls.c.at),
    func.coalesce(
        func.sum(case((calls.c.at > _stated(vendor_usage.c.at), calls.c.price), else_=0)), 0
    ),
    _stated(vendor_usage.c.used),
    _stated(vendor_usage.c.allowed),
    _stated(vendor_usage.c.at),
).where(calls.c.side == bindparam("of"), calls.c.at > bindparam("since"))


def hold(db: Connection, side: Side) -> Level:
    """Let no other process spend on *side* until *db*'s transaction ends; return its level."""
    # A write on purpose: SQLite lets nobody else write after it, PostgreSQL locks the row.
    statement = upsert(db.dialect.name, meta).values(name=_name(side), value=str(Level.OK))
    held = statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": meta.c.value}
    ).returning(meta.c.value)
    return Level(db.scalar(held) or Level.OK)


def peek(db: Connection, side: Side) -> Level:
    """Return how full the budget was found last."""
    return Level(read_meta(db, _name(side)) or Level.OK)


def set_level(db: Connection, side: Side, level: Level) -> None:
    """Note how full the budget is."""
    write_meta(db, _name(side), str(level))


def read(db: Connection, side: Side, now: datetime) -> Spent:
    """Return what was spent in the 24 hours before *now*.

    Calls from after *now* count too: the clock has gone back, and they were made.
    """
    units, records, latest, after, used, allowed, at = db.execute(
        _SPENT, {"of": str(side), "since": stamp(now - WINDOW)}
    ).one()
    return Spent(
        units=int(units),
        records=int(records),
        latest=None if latest is None else moment(latest),
        stated=None if at is None else Stated(used=used, allowed=allowed, at=moment(at)),
        after=int(after),
    )


def add(
    db: Connection, side: Side, at: datetime, *, run: int, price: int, what: str, records: int
) -> None:
    """Write down a call about to be made."""
    row = {
        "run": run, "side": str(side), "at": stamp(at), "price": price, "what": what,
        "records": records,
    }  # fmt: skip
    db.execute(calls.insert(), row)


def state(db: Connection, side: Side, usage: Usage, at: datetime) -> None:
    """Keep what a vendor said, so that every process knows it."""
    values = {"used": usage.used, "allowed": usage.allowed, "at": stamp(at)}
    statement = upsert(db.dialect.name, vendor_usage).values(side=str(side), **values)
    db.execute(statement.on_conflict_do_update(index_elements=["side"], set_=values))


def heal(db: Connection, now: datetime) -> None:
    """Take calls that a wrong clock put more than a day ahead as made now.

    They were made before now, and would otherwise count until that day has passed.
    """
    ahead = stamp(now + WINDOW)
    # The sides by name: the index begins with them.
    ours = calls.c.side.in_([str(side) for side in Side])
    db.execute(calls.update().where(ours, calls.c.at > ahead).values(at=stamp(now)))


def slices(db: Connection, side: Side, now: datetime) -> list[Slice]:
    """Return the spending of the last 24 hours by stretches of ten minutes, the oldest first."""
    stretch = func.substr(calls.c.at, 1, _SLICE)
    rows = db.execute(
        select(func.max(calls.c.at), func.sum(calls.c.price), func.sum(calls.c.records))
        .where(*_window(side, now))
        .group_by(stretch)
        .order_by(stretch)
    )
    return [Slice(moment(at), int(units), int(records)) for at, units, records in rows]


def by_what(db: Connection, side: Side, now: datetime) -> dict[str, int]:
    """Return what the units of the last 24 hours were spent on."""
    rows = db.execute(
        select(calls.c.what, func.sum(calls.c.price))
        .where(*_window(side, now))
        .group_by(calls.c.what)
        .order_by(calls.c.what)
    )
    return {what: int(units) for what, units in rows if units}


def _window(side: Side, now: datetime) -> tuple[Any, Any]:
    return calls.c.side == side, calls.c.at > stamp(now - WINDOW)


def _name(side: Side) -> str:
    return f"budget:{side}"
