"""Detect: read what changed on one side into the ledger's inbox, page by page.

Start from where the last listing began, less an overlap; drop what was already seen by (id,
modified). The cursor moves in the transaction that stores the page, so that a run cut off
anywhere goes on at the next page.
"""

from __future__ import annotations

__all__ = ["OVERLAP", "detect", "reread"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from ..condition import Condition
from ..ledger import cursors
from ..ledger.database import Ledger
from ..ledger.rows import Cursor
from ..model import Gone, GoneKind, Page, Position
from .arrivals import Arrivals
from .systems import System

#: A vendor may show a change a while after its time stamp.
OVERLAP = timedelta(minutes=2)
#: Servers date their answers to the second.
_TELLABLE = timedelta(seconds=2)


def detect(
    ledger: Ledger,
    system: System,
    arrivals: Arrivals,
    *,
    fields: Sequence[str],
    where: Condition | None,
    run: int,
    now: Callable[[], datetime],
    seen_page: Callable[[Connection, Page], None],
    go_on: Callable[[], None],
) -> None:
    """Bring the inbox up to date with one object of one side, narrowed by *where*.

    A listing that leaves out something else than before begins anew. *seen_page* hears of every
    page in the transaction that stores it; *go_on* raises between pages to end it early.
    """
    side, name = arrivals.side, arrivals.object
    with ledger.begin() as db:
        cursor = cursors.read_cursor(db, side, name)
    narrowed = "" if where is None else repr(where)
    anew = cursor is None or not set(fields) <= set(cursor.fields) or cursor.narrowed != narrowed
    known = None if anew else cursor
    started = None if known is None else known.started
    ahead = 0 if known is None else known.ahead
    for page in _pages(system, name, fields, where, known, now):
        if started is None:
            # The next listing begins at the earlier of both clocks: neither, gone wrong for a
            # while, may hide what was changed meanwhile.
            started, ahead = min(page.server_time, now()), _ahead(page, now())
        with ledger.begin() as db:
            arrivals.take(db, run, page.records, page.gone, now(), anew=anew)
            cursor = Cursor(
                position=page.position,
                started=started,
                fields=tuple(fields),
                ahead=ahead,
                narrowed=narrowed,
            )
            cursors.write_cursor(db, side, name, cursor)
            seen_page(db, page)
        go_on()
    if started is not None and cursor is not None:
        with ledger.begin() as db:
            after = Position(modified=started - OVERLAP)
            cursors.write_cursor(db, side, name, replace(cursor, position=after, started=None))


def _ahead(page: Page, now: datetime) -> int:
    return round((page.server_time - now).total_seconds())


def _earlier(position: Position, back: timedelta) -> Position | None:
    """Return the place so long before *position*; None for before everything."""
    try:
        return Position(modified=position.modified - back)
    except OverflowError:
        return None


def _pages(
    system: System,
    object_name: str,
    fields: Sequence[str],
    where: Condition | None,
    cursor: Cursor | None,
    now: Callable[[], datetime],
) -> Iterator[Page]:
    """List from where the cursor stands; from further back if the server's clock was put back.

    What was changed since then carries a time before the position.
    """
    position = None if cursor is None else cursor.position
    pages = system.connector.changes(object_name, fields, position, where=where)
    first = next(pages, None)
    if first is not None and cursor is not None and position is not None:
        back = timedelta(seconds=cursor.ahead - _ahead(first, now()))
        if position.modified > first.server_time + OVERLAP:
            first, position = None, None
        elif back > _TELLABLE:
            first, position = None, _earlier(position, back)
    if first is None:
        yield from system.connector.changes(object_name, fields, position, where=where)
        return
    yield first
    yield from pages


def reread(
    ledger: Ledger,
    system: System,
    arrivals: Arrivals,
    ids: Sequence[str],
    *,
    fields: Sequence[str],
    run: int,
    now: Callable[[], datetime],
) -> set[str]:
    """Read records by their ids, as if a listing had brought them; return who is still there."""
    size = system.description.prices_of(arrivals.object).page_size
    there: set[str] = set()
    for start in range(0, len(ids), size):
        part = ids[start : start + size]
        records = system.connector.read(arrivals.object, part, fields)
        there.update(record.id for record in records)
        at = now().astimezone(UTC)
        gone = [
            Gone(object=arrivals.object, id=id_, kind=GoneKind.DELETED, at=at)
            for id_ in part
            if id_ not in there
        ]
        with ledger.begin() as db:
            arrivals.take(db, run, records, gone, at, anew=False)
    return there
