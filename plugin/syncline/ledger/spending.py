"""What was spent on each side in 24 hours, by every process, and what the vendor says of it (K6).

A call is written down before it is made, in a transaction that first takes the side's row of
``meta``: of several processes one at a time looks at the sum and adds to it.
"""

from __future__ import annotations

__all__ = [
    "add",
    "by_what",
    "heal",
    "hold",
    "level_of",
    "peek",
    "read",
    "set_level",
    "slices",
    "state",
]

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select

from ..model import Side, Usage
from .bulk import Bulk
from .codec import moment, reads, stamp
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


def _holding(dialect: str) -> Any:
    statement = upsert(dialect, meta).on_conflict_do_update(
        index_elements=["name"], set_={"value": meta.c.value}
    )
    return statement.returning(meta.c.value)


_HOLD = {dialect: _holding(dialect) for dialect in ("sqlite", "postgresql")}
_add = Bulk(lambda _dialect: calls.insert())


def hold(db: Connection, side: Side) -> Level:
    """Let no other process spend on *side* until *db*'s transaction ends; return its level."""
    # A write on purpose: SQLite lets nobody else write after it, PostgreSQL locks the row.
    held = db.scalar(_HOLD[db.dialect.name], {"name": _name(side), "value": Level.OK.value})
    return level_of(held)


def peek(db: Connection, side: Side) -> Level:
    """Return how full the budget was found last."""
    return level_of(read_meta(db, _name(side)))


@reads
def level_of(text: str | None) -> Level:
    """Return the level that a note holds; raises ``LedgerError`` if it does not read."""
    return Level(text or Level.OK)


def set_level(db: Connection, side: Side, level: Level) -> None:
    """Note how full the budget is."""
    write_meta(db, _name(side), str(level))


def read(db: Connection, side: Side, now: datetime) -> Spent:
    """Return what was spent in the 24 hours before *now*.

    Calls from after *now* count too: the clock has gone back, and they were made.
    """
    units, records, latest, after, used, allowed, at = db.execute(_SPENT, _window(side, now)).one()
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
        "run": run, "side": side.value, "at": stamp(at), "price": price, "what": what,
        "records": records,
    }  # fmt: skip
    _add(db, [row])


def state(db: Connection, side: Side, usage: Usage, at: datetime) -> None:
    """Keep what a vendor said, so that every process knows it."""
    values = {"used": usage.used, "allowed": usage.allowed, "at": stamp(at)}
    statement = upsert(db.dialect.name, vendor_usage).values(side=str(side), **values)
    db.execute(statement.on_conflict_do_update(index_elements=["side"], set_=values))


def heal(db: Connection, now: datetime) -> None:
    """Take calls that a wrong clock put more than a day ahead as made now.

    They were made before now, and would otherwise count until that day has passed.
    """
    db.execute(_HEAL, {"ahead": stamp(now + WINDOW), "now": stamp(now)})


# The sides by name: the index begins with them.
_HEAL = (
    calls.update()
    .where(calls.c.side.in_([side.value for side in Side]), calls.c.at > bindparam("ahead"))
    .values(at=bindparam("now"))
)
_WINDOW = (calls.c.side == bindparam("of"), calls.c.at > bindparam("since"))
_STRETCH = func.substr(calls.c.at, 1, _SLICE)
_SLICES = (
    select(func.max(calls.c.at), func.sum(calls.c.price), func.sum(calls.c.records))
    .where(*_WINDOW)
    .group_by(_STRETCH)
    .order_by(_STRETCH)
)
_BY_WHAT = (
    select(calls.c.what, func.sum(calls.c.price))
    .where(*_WINDOW)
    .group_by(calls.c.what)
    .order_by(calls.c.what)
)


def slices(db: Connection, side: Side, now: datetime) -> list[Slice]:
    """Return the spending of the last 24 hours by stretches of ten minutes, the oldest first."""
    rows = db.execute(_SLICES, _window(side, now))
    return [Slice(moment(at), int(units), int(records)) for at, units, records in rows]


def by_what(db: Connection, side: Side, now: datetime) -> dict[str, int]:
    """Return what the units of the last 24 hours were spent on."""
    rows = db.execute(_BY_WHAT, _window(side, now))
    return {what: int(units) for what, units in rows if units}


def _window(side: Side, now: datetime) -> dict[str, str]:
    return {"of": side.value, "since": stamp(now - WINDOW)}


def _name(side: Side) -> str:
    return f"budget:{side}"
