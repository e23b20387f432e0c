"""Records that went: deleted, merged, converted, as far as Pipedrive tells of them (B9)."""

from __future__ import annotations

__all__ = ["Ends", "ends", "gone_in", "is_gone"]

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from syncline import Gone, GoneKind

from .kinds import KINDS
from .values import instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from syncline import Position

    from .kinds import Kind
    from .session import Session

_PAGE = 500
#: What ``/recents`` tells of. Deals tell of their deletion in their own list, leads of nothing.
_RECENT = frozenset({"person", "organization", "activity", "note"})

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What went, in the order of time, and the vendor's time before it was asked."""

    gone: tuple[Gone, ...] = ()
    #: None when no call was needed.
    server_time: datetime | None = None


def ends(session: Session, kind: Kind, since: Position) -> Ends:
    """Return what went strictly after *since*; it is asked for before the list."""
    times: list[datetime] = []
    if kind.name in _RECENT:
        found = _recent(session, kind, since.modified, times)
    elif kind.name == "lead":
        found = list(_converted(session, since.modified, times))
    else:
        return Ends()
    after = (since.modified, since.id)
    kept = sorted((g for g in found if (g.at, g.id) > after), key=lambda g: (g.at, g.id))
    return Ends(gone=tuple(kept), server_time=times[0])


def gone_in(kind: Kind, rows: Iterable[_Row]) -> list[Gone]:
    """Return the ends among the rows of a list that shows deleted records too."""
    return [
        Gone(
            object=kind.name,
            id=str(row["id"]),
            kind=GoneKind.DELETED,
            at=parse_instant(row["update_time"]),
        )
        for row in rows
        if is_gone(kind, row)
    ]


def is_gone(kind: Kind, row: _Row) -> bool:
    """Tell whether a row is that of a deleted record; a user who left is still there."""
    if kind.name == "user":
        return False
    return bool(row.get("is_deleted")) or row.get("active_flag") is False


def _recent(session: Session, kind: Kind, since: datetime, times: list[datetime]) -> list[Gone]:
    """Read the recent changes: a deleted record is marked, and who took one over names it.

    An entry without data is of a record that is not shown to us, which is no proof of anything.
    """
    rows = {str(row["id"]): row for row in _entries(session, kind, since, times)}
    into = {str(row["merge_what_id"]): id_ for id_, row in rows.items() if row.get("merge_what_id")}
    found: list[Gone] = []
    for id_, row in rows.items():
        if not is_gone(kind, row):
            continue
        taker = into.get(id_)
        found.append(
            Gone(
                object=kind.name,
                id=id_,
                kind=GoneKind.DELETED if taker is None else GoneKind.MERGED,
                at=parse_instant(row.get("delete_time") or row["update_time"]),
                into=None if taker is None else (kind.name, taker),
            )
        )
    return found


def _entries(
    session: Session, kind: Kind, since: datetime, times: list[datetime]
) -> Iterator[_Row]:
    """Yield what changed; pages are counted from the front, and shift when records change.

    So each begins anew at the last second of the one before, and some records come twice. Within
    one second it begins with the last record of the one before; if that has moved, all over again.
    """
    # The list is of what came after the time given, so it is asked from a second before.
    after, start, expected = since - timedelta(seconds=1), 0, None
    while True:
        asked = {
            "since_timestamp": f"{after.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            "items": kind.name,
            "limit": str(_PAGE),
            "start": str(start),
        }
        reply = session.call("GET", "/v1/recents", word="list", price=kind.ends_price, params=asked)
        times.append(reply.server_time)
        entries: list[_Row] = reply.data or []
        if expected is not None and [each["id"] for each in entries[:1]] != [expected]:
            start, expected = 0, None
            continue
        yield from (each["data"] for each in entries if each.get("data"))
        more: _Row = reply.more.get("pagination") or {}
        if not more.get("more_items_in_collection"):
            return
        last = parse_instant(reply.more["last_timestamp_on_page"]) - timedelta(seconds=1)
        if last > after:
            after, start, expected = last, 0, None
        else:
            start, expected = start + len(entries) - 1, entries[-1]["id"]


def _converted(session: Session, since: datetime, times: list[datetime]) -> Iterator[Gone]:
    """Find the deals that leads became: the newest first, until they are older than *since*."""
    deal = KINDS["deal"]
    asked = {
        "sort_by": "add_time",
        "sort_direction": "desc",
        "limit": str(_PAGE),
        "updated_since": instant(since),
    }
    while True:
        reply = session.call("GET", deal.path, word="list", price=deal.list_price, params=asked)
        times.append(reply.server_time)
        for row in reply.data or ():
            at = parse_instant(row["add_time"])
            if at < since:
                return
            if row.get("source_lead_id"):
                yield Gone(
                    object="lead",
                    id=str(row["source_lead_id"]),
                    kind=GoneKind.CONVERTED,
                    at=at,
                    into=("deal", str(row["id"])),
                )
        cursor = reply.more.get("next_cursor")
        if not cursor:
            return
        asked["cursor"] = cursor
