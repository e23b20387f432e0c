"""Every change that was seen, as it came: what ``replay`` plays again (B7)."""

from __future__ import annotations

__all__ = [
    "Change",
    "change_of",
    "first_of",
    "last_before",
    "note",
    "of_run",
    "previewed",
    "touched",
]

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ..model import Gone, Side, Value
from .bulk import Bulk
from .codec import dump_gone, load_gone, load_values, moment, reads, stamp
from .rows import Arrival
from .tables import changes

#: Both databases take this many bound values in one statement without trouble.
_MANY = 2000


class Change(NamedTuple):
    """One change as a listing brought it: all the fields that were read, or how it went."""

    number: int
    run: int
    side: Side
    object: str
    id: str
    modified: datetime
    values: dict[str, Value]
    gone: Gone | None

    @property
    def ref(self) -> tuple[Side, str, str]:
        """The record it is about."""
        return self.side, self.object, self.id


_insert = Bulk(lambda _dialect: changes.insert())


def note(
    db: Connection, run: int, side: Side, found: Iterable[Arrival], gone: Iterable[Gone]
) -> None:
    """Append what a listing brought."""
    rows: list[dict[str, Any]] = [
        {
            "run": run,
            "side": side.value,
            "object": arrival.record.object,
            "record_id": arrival.record.id,
            "modified": arrival.modified,
            "record": arrival.text,
            "gone": "",
        }
        for arrival in found
    ]
    rows += [
        {
            "run": run,
            "side": str(side),
            "object": one.object,
            "record_id": one.id,
            "modified": stamp(one.at),
            "record": "{}",
            "gone": dump_gone(one),
        }
        for one in gone
    ]
    _insert(db, rows)


def first_of(db: Connection, run: int) -> int:
    """Return the number before which all changes are older than *run*.

    What a plan saw (run 0) after the last run before it belongs to *run*: it is not older.
    """
    last = db.scalar(select(func.max(changes.c.id)).where(changes.c.run.between(1, run - 1)))
    return 0 if last is None else int(last) + 1


def touched(db: Connection, first: int) -> set[tuple[Side, str, str]]:
    """Return the records of which something is recorded from the change *first* on."""
    mine = select(changes.c.side, changes.c.object, changes.c.record_id).where(
        changes.c.id >= first
    )
    return {(Side(side), name, id_) for side, name, id_ in db.execute(mine.distinct())}


def of_run(db: Connection, run: int, numbers: Sequence[int] = ()) -> list[Change]:
    """Return what *run* saw, and the changes *numbers*, in the order in which they came."""
    where = changes.c.run == run
    if numbers:
        where |= changes.c.id.in_(numbers)
    return [
        change_of(row) for row in db.execute(select(changes).where(where).order_by(changes.c.id))
    ]


def previewed(db: Connection, first: int) -> list[tuple[int, datetime]]:
    """Return number and time of the changes from *first* on that a plan saw, and no run."""
    rows = db.execute(
        select(changes.c.id, changes.c.modified)
        .where(changes.c.id >= first, changes.c.run == 0)
        .order_by(changes.c.id)
    )
    return [(number, moment(modified)) for number, modified in rows]


def last_before(
    db: Connection, first: int, refs: Iterable[tuple[Side, str, str]]
) -> dict[tuple[Side, str, str], Change]:
    """Return the last change of each of *refs* that came before the change *first*."""
    found: dict[tuple[Side, str, str], Change] = {}
    places: dict[tuple[Side, str], list[str]] = {}
    for side, name, id_ in refs:
        places.setdefault((side, name), []).append(id_)
    for (side, name), ids in sorted(places.items()):
        for start in range(0, len(ids), _MANY):
            latest = (
                select(func.max(changes.c.id))
                .where(
                    changes.c.side == side,
                    changes.c.object == name,
                    changes.c.record_id.in_(ids[start : start + _MANY]),
                    changes.c.id < first,
                )
                .group_by(changes.c.record_id)
            )
            for row in db.execute(select(changes).where(changes.c.id.in_(latest))):
                change = change_of(row)
                found[change.ref] = change
    return found


@reads
def change_of(row: Any) -> Change:
    """Return the change in a row of the table; raises ``LedgerError`` if it does not read."""
    return Change(
        number=row.id,
        run=row.run,
        side=Side(row.side),
        object=row.object,
        id=row.record_id,
        modified=moment(row.modified),
        values=load_values(row.record),
        gone=load_gone(row.object, row.record_id, row.gone),
    )
