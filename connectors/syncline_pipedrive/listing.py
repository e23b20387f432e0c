"""Listings in the order of (time, id), from any position, in pages of 500 for one price."""

from __future__ import annotations

__all__ = ["Rows", "listed", "place"]

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncline import FatalError, Position

from .values import instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from .kinds import Kind
    from .session import Reply, Session

PAGE = 500

_Row = dict[str, Any]
#: A place in the order: ids compare as texts.
_Place = tuple["datetime", str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a listing, in its order."""

    rows: list[_Row] = field(repr=False)
    server_time: datetime
    last: bool


def listed(
    session: Session, kind: Kind, since: Position | None, narrowed: Mapping[str, str]
) -> Iterator[Rows]:
    """Yield the rows that lie strictly after *since*, at least once.

    A page of which nothing is left leads nowhere, and goes unseen: who is stopped after each page
    gets on all the same.
    """
    if kind.name == "user":
        pages = _all_at_once(session, kind)
    elif kind.version == 2:
        pages = _by_cursor(session, kind, since, narrowed)
    else:
        pages = _by_second(session, kind, since, narrowed)
    began: datetime | None = None
    after = None if since is None else (since.modified, since.id)
    for page in pages:
        began = began or page.server_time
        rows = page.rows if after is None else [row for row in page.rows if _at(row) > after]
        # The last page tells the time, whether it holds something or not.
        size = max(len(rows), 1) if page.last else len(rows)
        parts = [rows[start : start + PAGE] for start in range(0, size, PAGE)]
        for number, part in enumerate(parts, start=1):
            yield Rows(rows=part, server_time=began, last=page.last and number == len(parts))
        if parts:
            began = None


def place(row: _Row) -> Position:
    """Return the place of a row in its listing."""
    return Position(modified=_at(row)[0], id=str(row["id"]))


def _by_cursor(
    session: Session, kind: Kind, since: Position | None, narrowed: Mapping[str, str]
) -> Iterator[Rows]:
    """List by version 2: its cursor goes on after (time, id), whatever changes meanwhile.

    The vendor counts ids as numbers, and we compare them as texts: what a second holds is read to
    its end before it is given.
    """
    asked = {"sort_by": "update_time", "sort_direction": "asc", "limit": str(PAGE), **narrowed}
    if since is not None:
        asked["updated_since"] = instant(since.modified)
    waiting: list[_Row] = []
    while True:
        reply = session.call("GET", kind.path, word="list", price=kind.list_price, params=asked)
        rows = waiting + _rows(reply)
        cursor = reply.more.get("next_cursor")
        cut = _second(rows[-1]) if cursor and rows else None
        waiting = [row for row in rows if cut is not None and _second(row) >= cut]
        ready = sorted(rows[: len(rows) - len(waiting)], key=_at)
        yield Rows(rows=ready, server_time=reply.server_time, last=not cursor)
        if not cursor:
            return
        asked["cursor"] = cursor


def _by_second(
    session: Session, kind: Kind, since: Position | None, narrowed: Mapping[str, str]
) -> Iterator[Rows]:
    """List by version 1, whose pages are counted from the front and shift when rows change.

    So each page begins anew at the last second of the one before; what that second holds is
    read to its end before it is given, in the order of ids.
    """
    asked = {"sort": "update_time ASC", "limit": str(PAGE), **narrowed}
    begin = None if since is None else since.modified
    while True:
        if begin is not None:
            asked["updated_since"] = instant(begin)
        rows, more, server_time = _from_front(session, kind, asked)
        cut = _second(rows[-1]) if more else None
        kept = [row for row in rows if cut is None or _second(row) < cut]
        yield Rows(rows=sorted(kept, key=_at), server_time=server_time, last=cut is None)
        if cut is None:
            return
        begin = cut


def _from_front(
    session: Session, kind: Kind, asked: Mapping[str, str]
) -> tuple[list[_Row], bool, datetime]:
    """Return the first page, or as many as end a second that fills pages; whether more follow.

    Each begins with the last row of the one before; if that has moved, it is all read again.
    """
    rows: list[_Row] = []
    while True:
        params = {**asked, "start": str(max(0, len(rows) - 1))}
        reply = session.call("GET", kind.path, word="list", price=kind.list_price, params=params)
        found = _rows(reply)
        if rows and [row["id"] for row in found[:1]] != [rows[-1]["id"]]:
            rows = []
            continue
        rows += found[1:] if rows else found
        more = len(found) >= PAGE
        if not more or _second(rows[0]) != _second(rows[-1]):
            return rows, more, reply.server_time


def _all_at_once(session: Session, kind: Kind) -> Iterator[Rows]:
    """List the users, of whom there is one page; their times are those of their changes."""
    reply = session.call("GET", kind.path, word="list", price=kind.list_price)
    rows = [{**row, "update_time": row["modified"]} for row in _rows(reply)]
    rows.sort(key=_at)
    yield Rows(rows=rows, server_time=reply.server_time, last=True)


def _rows(reply: Reply) -> list[_Row]:
    found = reply.data
    if found is None:
        return []
    if not isinstance(found, list):
        raise FatalError("Pipedrive answered a listing with something else.")
    return found  # pyright: ignore[reportUnknownVariableType] - JSON of any shape


def _second(row: _Row) -> datetime:
    return _at(row)[0].replace(microsecond=0)


def _at(row: _Row) -> _Place:
    return parse_instant(row["update_time"]), str(row["id"])
