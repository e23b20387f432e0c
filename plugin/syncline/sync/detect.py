"""Detect: read what changed on one side into the ledger's inbox, page by page.

Start from where the last listing began, less an overlap; drop what was already seen by (id,
modified). The cursor moves in the transaction that stores the page, so that a run cut off
anywhere goes on at the next page.
"""

from __future__ import annotations

__all__ = ["OVERLAP", "detect"]

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from ..ledger import inbox, pairs
from ..ledger.database import Ledger
from ..ledger.rows import Cursor, State, seen_as
from ..model import Page, Position, Record, Side
from ..rules.compiled import match_key
from .systems import System

#: A vendor may show a change a while after its time stamp.
OVERLAP = timedelta(minutes=2)


def detect(
    ledger: Ledger,
    system: System,
    side: Side,
    object_name: str,
    *,
    fields: Sequence[str],
    key_fields: Sequence[str],
    others: Mapping[str, str],
    seen_page: Callable[[Connection, Page], None],
) -> None:
    """Bring the inbox up to date with one object of one side.

    *others* are the maps of this object: the map's name, and the object across. *seen_page* hears
    of every page in the transaction that stores it.
    """
    with ledger.begin() as db:
        cursor = inbox.read_cursor(db, side, object_name)
    anew = cursor is None or not set(fields) <= set(cursor.fields)
    position = None if anew or cursor is None else cursor.position
    started = None if anew or cursor is None else cursor.started
    for page in _pages(system, object_name, fields, position):
        started = started or page.server_time
        with ledger.begin() as db:
            fresh = page.records if anew else _unseen(db, side, page.records, others)
            inbox.arrived(db, side, fresh, page.server_time)
            _index(db, side, object_name, fresh, key_fields, others.values())
            inbox.write_cursor(
                db,
                side,
                object_name,
                Cursor(position=page.position, started=started, fields=tuple(fields)),
            )
            seen_page(db, page)
    if started is not None:
        with ledger.begin() as db:
            done = Cursor(
                position=Position(modified=started - OVERLAP), started=None, fields=tuple(fields)
            )
            inbox.write_cursor(db, side, object_name, done)


def _pages(
    system: System, object_name: str, fields: Sequence[str], position: Position | None
) -> Iterator[Page]:
    """List from *position*; from the beginning if the system's clock has gone back behind it."""
    pages = system.connector.changes(object_name, fields, position)
    for page in pages:
        if position is not None and position.modified > page.server_time + OVERLAP:
            yield from system.connector.changes(object_name, fields, None)
            return
        yield page


def _unseen(
    db: Connection, side: Side, records: Sequence[Record], maps: Iterable[str]
) -> list[Record]:
    """Leave out the records that were seen before in this very state."""
    if not records:
        return []
    ids = [record.id for record in records]
    known: dict[str, set[str]] = {
        id_: {entry.seen} for id_, entry in inbox.fetch(db, side, records[0].object, ids).items()
    }
    for map_name in maps:
        for id_, pair in pairs.by_side(db, map_name, side, ids).items():
            known.setdefault(id_, set()).add(pair.seen[side])
    return [r for r in records if seen_as(r.modified, r.values) not in known.get(r.id, ())]


def _index(
    db: Connection,
    side: Side,
    object_name: str,
    records: Sequence[Record],
    key_fields: Sequence[str],
    others: Iterable[str],
) -> None:
    """Keep the match keys, and ask again whoever was held for one that moved."""
    if not records or not key_fields:
        return
    named = {
        record.id: {field: match_key(record.values.get(field)) for field in key_fields}
        for record in records
    }
    moved = inbox.note_keys(db, side, object_name, named)
    if not moved:
        return
    keys = {key for _field, key in moved}
    for where, name in ((side, object_name), *((side.other, other) for other in others)):
        owners = inbox.owners(db, where, name, keys)
        inbox.requeue(db, where, name, [State.HELD, State.WAITING], owners)
