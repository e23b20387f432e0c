"""What changed, in the order of (updated_at, id), out of numbered pages that promise no such thing.

The API sorts by time alone, in an unknown order among equals, and numbers its pages: a record that
changes between two pages moves to the end, and another slips past unseen. So no second page is
ever asked for. Each call begins at the last instant of the one before, whose records may not all
have been shown, and keeps back that instant's until it is shown whole.
"""

from __future__ import annotations

__all__ = ["Feed", "Item", "merged"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline import Gone, Page, Position, Record, RetriableError

from .session import PAGE, Session
from .values import instant, parse_instant

START = Position(modified=datetime(1970, 1, 1, tzinfo=UTC))

_TICK = timedelta(microseconds=1)
#: So often a crowd of one instant is counted before the next run has to try.
_TRIES = 4

_Row = dict[str, Any]
Item = Record | Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One listing of the API, and what becomes of its rows."""

    path: str
    #: The rows that are left after these filters.
    params: Sequence[tuple[str, str]] = ()
    #: From the rows of one answer to records, or to ends of records.
    made: Callable[[list[_Row]], list[Item]]


class _Reader:
    """Reads one feed: after each call, all rows before ``reached`` have been shown."""

    def __init__(self, session: Session, feed: Feed, start: datetime | None) -> None:
        self._session = session
        self._feed = feed
        self._from = start
        self.reached = start or START.modified
        self.ended = False

    def read(self) -> tuple[list[Item], datetime]:
        """Make a call; return what it brings and the vendor's time before it was answered."""
        params = () if self._from is None else (("updated_at[gte]", instant(self._from)),)
        rows, _, time = next(self._pages(*params))
        if len(rows) < PAGE:
            self.ended = True
            return self._feed.made(rows), time
        first, last = (parse_instant(rows[at]["updated_at"]) for at in (0, -1))
        if first < last:
            self._from = self.reached = last
            rows = [row for row in rows if parse_instant(row["updated_at"]) < last]
        else:
            rows = self._crowd(last)
            self._from = self.reached = last + _TICK
        return self._feed.made(rows), time

    def _crowd(self, moment: datetime) -> list[_Row]:
        """Return the rows of one instant that has more than a page of them.

        They are good when their number stayed the same from the first page to the last, and as
        many different ones were shown: then nobody left that instant meanwhile, and nobody can
        have joined it.
        """
        stamp = instant(moment)
        for _ in range(_TRIES):
            seen: dict[int, _Row] = {}
            totals: set[int] = set()
            for rows, paging, _time in self._pages(
                ("updated_at[gte]", stamp),
                ("updated_at[lte]", stamp),
                ("include_paging_counts", "true"),
                ("limit_paging_counts", "false"),
            ):
                seen |= {row["id"]: row for row in rows}
                totals.add(paging["total_count"])
            if totals == {len(seen)}:
                return list(seen.values())
        raise RetriableError(
            f"Salesloft's {self._feed.path} changed at each of {_TRIES} readings of {stamp}."
        )

    def _pages(
        self, *params: tuple[str, str]
    ) -> Iterator[tuple[list[_Row], dict[str, Any], datetime]]:
        order = (("sort_by", "updated_at"), ("sort_direction", "ASC"))
        return self._session.pages(
            self._feed.path, (*self._feed.params, *params, *order), word="list"
        )


def merged(session: Session, feeds: Sequence[Feed], since: Position | None) -> Iterator[Page]:
    """Yield what the feeds hold strictly after *since*, as one listing: a page for each call.

    A page shows what every feed has been read up to, so it may be empty while one is behind.
    """
    start = None if since is None else since.modified
    readers = [_Reader(session, feed, start) for feed in feeds]
    position = since or START
    waiting: list[Item] = []
    while open_ := [reader for reader in readers if not reader.ended]:
        found, time = min(open_, key=lambda reader: reader.reached).read()
        waiting += found
        ends = [reader.reached for reader in readers if not reader.ended]
        ready = sorted(
            (item for item in waiting if _place(item) > position and _before(item, ends)),
            key=_place,
        )
        waiting = [item for item in waiting if not _before(item, ends)]
        for at in range(0, max(len(ready), 1), PAGE):
            part = ready[at : at + PAGE]
            if part:
                position = _place(part[-1])
            yield Page(
                records=tuple(item for item in part if isinstance(item, Record)),
                gone=tuple(item for item in part if isinstance(item, Gone)),
                position=position,
                server_time=time,
            )


def _place(item: Item) -> Position:
    return Position(modified=item.at if isinstance(item, Gone) else item.modified, id=item.id)


def _before(item: Item, ends: Sequence[datetime]) -> bool:
    """Tell whether every feed that goes on was read past this item."""
    return all(_place(item).modified < end for end in ends)
