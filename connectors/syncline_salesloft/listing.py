"""What changed, in the order of (updated_at, id), out of numbered pages that promise no such thing.

The API sorts by time alone, in an unknown order among equals, and numbers its pages: a record that
changes between two pages moves to the end, and another slips past unseen. So each call begins at
the last instant of the one before, whose records may not all have been shown, and a second page is
asked for where more records share one instant than a page holds, and nowhere else.
"""

from __future__ import annotations

__all__ = ["Feed", "Item", "merged"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
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
_Pages = Iterator[tuple[list[_Row], dict[str, Any], datetime]]
Item = Record | Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One listing of the API, and what becomes of its rows."""

    path: str
    #: The rows that are left after these filters.
    params: Sequence[tuple[str, str]] = ()
    #: From the rows of one answer to records, or to ends of records.
    made: Callable[[list[_Row]], list[Item]]
    #: Where a listing of everything begins: what came before is of no interest.
    first: datetime | None = None


@dataclass(slots=True, kw_only=True)
class _Crowd:
    """An instant that has more than a page of rows, while its numbered pages are read.

    They are good when their number stayed the same from the first page to the last, and as many
    different ones were shown: then nobody left that instant meanwhile, and nobody can have joined
    it. If their number stays but some were not shown, their order did not: they are read again
    until all were.
    """

    moment: datetime
    pages: _Pages
    tries: int
    seen: dict[int, _Row] = field(default_factory=dict[int, _Row])
    totals: set[int] = field(default_factory=set[int])


class _Reader:
    """Reads one feed, a call at a time: after each, all rows before ``reached`` were shown."""

    def __init__(self, session: Session, feed: Feed, since: Position | None) -> None:
        self._session = session
        self._feed = feed
        self._from = feed.first if since is None else since.modified
        self._crowd: _Crowd | None = None
        self.reached = self._from or START.modified
        self.ended = False

    def read(self) -> tuple[list[Item], datetime]:
        """Make a call; return what is shown by it, and the vendor's time."""
        if self._crowd is not None:
            rows, time = self._more(self._crowd)
        else:
            rows, time = self._next()
        return self._feed.made(rows), time

    def _next(self) -> tuple[list[_Row], datetime]:
        params = () if self._from is None else (("updated_at[gte]", instant(self._from)),)
        rows, paging, time = next(self._pages(*params))
        if not paging["next_page"]:
            self.ended = True
            return rows, time
        first, last = (parse_instant(rows[at]["updated_at"]) for at in (0, -1))
        if first == last:
            self._crowd = self._crowd_of(last)
            return [], time
        self._from = self.reached = last
        return [row for row in rows if parse_instant(row["updated_at"]) < last], time

    def _crowd_of(self, moment: datetime, tries: int = 1) -> _Crowd:
        stamp = instant(moment)
        pages = self._pages(
            ("updated_at[gte]", stamp),
            ("updated_at[lte]", stamp),
            ("include_paging_counts", "true"),
            ("limit_paging_counts", "false"),
        )
        return _Crowd(moment=moment, pages=pages, tries=tries)

    def _more(self, crowd: _Crowd) -> tuple[list[_Row], datetime]:
        rows, paging, time = next(crowd.pages)
        crowd.seen |= {row["id"]: row for row in rows}
        crowd.totals.add(paging["total_count"])
        if paging["next_page"]:
            return [], time
        if crowd.totals == {len(crowd.seen)}:
            self._crowd = None
            self._from = self.reached = crowd.moment + _TICK
            return list(crowd.seen.values()), time
        if crowd.tries == _TRIES:
            raise RetriableError(
                f"Salesloft's {self._feed.path} changed at each of {_TRIES} readings of an instant."
            )
        self._crowd = self._crowd_of(crowd.moment, crowd.tries + 1)
        if len(crowd.totals) == 1:
            self._crowd.seen, self._crowd.totals = crowd.seen, crowd.totals
        return [], time

    def _pages(self, *params: tuple[str, str]) -> _Pages:
        order = (("sort_by", "updated_at"), ("sort_direction", "ASC"))
        asked = (*self._feed.params, *params, *order)
        return self._session.pages(self._feed.path, asked, word="list")


def merged(session: Session, feeds: Sequence[Feed], since: Position | None) -> Iterator[Page]:
    """Yield what the feeds hold strictly after *since*, as one listing.

    Its first page takes a call for each feed, and each page after it one for the feed that is
    furthest behind: only what all of them were read up to is shown, so a page may be empty. A
    listing of everything names no ends.
    """
    readers = [_Reader(session, feed, since) for feed in feeds]
    position = since or START
    waiting: list[Item] = []
    turn = readers
    while turn:
        answers = [reader.read() for reader in turn]
        found = [item for items, _time in answers for item in items]
        waiting += [item for item in found if since or isinstance(item, Record)]
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
                server_time=answers[0][1],
            )
        open_ = [reader for reader in readers if not reader.ended]
        turn = sorted(open_, key=lambda reader: reader.reached)[:1]


def _place(item: Item) -> Position:
    return Position(modified=item.at if isinstance(item, Gone) else item.modified, id=item.id)


def _before(item: Item, ends: Sequence[datetime]) -> bool:
    """Tell whether every feed that goes on was read past this item."""
    return all(_place(item).modified < end for end in ends)
