"""What changed in one object, and what went: pages in the order of (time, id).

HubSpot's search sorts by one property alone, and shows the first 10,000 rows of an answer. So every
page is a search of its own, from the time where the last one ended; rows of one instant that more
than fill a page are walked by their ids. Its index lags by seconds: a change that it does not show
yet carries a time that the next listing, which begins two minutes earlier, covers again.
"""

from __future__ import annotations

__all__ = ["PAGE", "Found", "Listing"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncline import FatalError, Position

from .kinds import MERGED_FIELD
from .values import instant, millis

if TYPE_CHECKING:
    from .filters import Filter, Groups
    from .kinds import Kind
    from .session import Session

#: The most rows that a search answers at once, and that a list does.
PAGE, _BIN_PAGE = 200, "100"
_ID = "hs_object_id"
_HOUR = timedelta(hours=1)
#: Called with the ids in the bin; returns for those that were merged the id that they live on in.
Merged = Callable[[list[str]], dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of rows: records that changed, and (id, time, merged into) of those that went."""

    rows: list[dict[str, Any]]
    position: Position
    server_time: datetime
    gone: list[tuple[str, datetime, str | None]] = field(
        default_factory=list[tuple[str, datetime, str | None]]
    )


class Listing:
    """One walk through the changes of one kind since a position."""

    def __init__(
        self, session: Session, kind: Kind, properties: list[str], where: Groups | None
    ) -> None:
        self._session = session
        self._kind = kind
        self._properties = [*dict.fromkeys([*properties, kind.modified, _ID, MERGED_FIELD])]
        self._where = where
        #: The latest end that the bin told of.
        self._ended: Position | None = None
        #: Who lies in the bin, as far as it was read: the lagging index may still show them.
        self._archived: set[str] = set()

    def pages(self, since: Position | None, merged: Merged) -> Iterator[Found]:
        """Yield what went and then what changed, each page for one request.

        The bin comes first: a listing that is cut off goes on after the changes that were read,
        and may by then not look at the time again in which a record was archived.
        """
        if since is not None:
            yield from self._bin(since, merged)
        for page in self._changes(since):
            gone = [] if since is None else _merges(page.rows, self._at)
            yield Found(
                rows=page.rows, position=page.position, server_time=page.server_time, gone=gone
            )

    def _changes(self, since: Position | None) -> Iterator[Found]:
        floor: list[Filter] = []
        rest: Groups = []
        place = since or Position(modified=instant("0"))
        if place.id:
            floor = [self._compared("GT", place.modified)]
            rest = [self._of(place.modified, place.id)]
        elif since is not None:
            floor = [self._compared("GTE", place.modified)]
        while True:
            groups = [*self._narrowed(floor), *rest]
            rows, more, time = self._search(groups, self._kind.modified)
            rest = []
            rows = [row for row in rows if self._place(row) > _order(place)]
            last = self._at(rows[-1]) if rows else place.modified
            rows = [row for row in rows if row["id"] not in self._archived]
            # Rows of the last instant may have been cut off: they come with the next page.
            whole = [row for row in rows if self._at(row) < last] if more else rows
            if whole or not more:
                place = self._position(whole, place)
                if not more and self._ended is not None:
                    # All that changed until then was listed: no end comes a second time.
                    place = max(place, self._ended, key=_order)
                yield Found(rows=whole, position=place, server_time=time)
                floor = [self._compared("GTE", last)]
            else:
                for page in self._instant(last, place.id if place.modified == last else ""):
                    yield page
                    place = page.position
                floor = [self._compared("GT", last)]
            if not more:
                return

    def _instant(self, at: datetime, after: str) -> Iterator[Found]:
        """Yield the rows of one instant by their ids, those with a greater id than *after*."""
        place = Position(modified=at, id=after)
        while True:
            rows, more, time = self._search([self._of(at, place.id)], _ID)
            rows = [row for row in rows if self._at(row) == at]
            place = self._position(rows, place)
            yield Found(rows=rows, position=place, server_time=time)
            if not more or not rows:
                return

    def _search(self, groups: Groups, by: str) -> tuple[list[dict[str, Any]], bool, datetime]:
        """Return rows in our order, whether there are more, and the time of the answer."""
        reply = self._session.call(
            "POST",
            f"/crm/v3/objects/{self._kind.path}/search",
            word="list",
            json={
                "filterGroups": [{"filters": group} for group in groups if group],
                "sorts": [{"propertyName": by, "direction": "ASCENDING"}],
                "properties": self._properties,
                "limit": PAGE,
            },
            writes=False,
        )
        try:
            rows = sorted(reply.body["results"], key=self._place)
        except (KeyError, TypeError, ValueError) as err:
            raise FatalError("HubSpot answered a search with something else.") from err
        return rows, reply.following is not None, reply.server_time

    def _narrowed(self, floor: list[Filter]) -> Groups:
        if self._where is None:
            return [floor]
        # Who survives a merge is asked for in any case: it tells who did not.
        survivor: Filter = {"propertyName": MERGED_FIELD, "operator": "HAS_PROPERTY"}
        return [[*floor, *group] for group in [*self._where, [survivor]]]

    def _bin(self, since: Position, merged: Merged) -> Iterator[Found]:
        """Yield what was archived after *since*: a list by ids, for no search shows it.

        A bin of one page costs one request. A larger one is read to its end once an hour, by the
        first listing of that hour, which then tells of the hour before.
        """
        params = {"archived": "true", "limit": _BIN_PAGE, "properties": _ID}
        earliest, start = _order(since), since.modified
        this_hour = start.replace(minute=0, second=0, microsecond=0)
        while True:
            path = f"/crm/v3/objects/{self._kind.path}"
            reply = self._session.call("GET", path, word="list", params=params)
            whole = reply.server_time >= this_hour + _HOUR
            after = reply.following
            if after is not None and whole:
                earliest = _order(Position(modified=start - _HOUR))
            archived = [
                Position(modified=instant(row.get("archivedAt") or row["updatedAt"]), id=row["id"])
                for row in reply.body["results"]
            ]
            self._archived.update(each.id for each in archived)
            ended = {each.id: each.modified for each in archived if _order(each) > earliest}
            into = merged(list(ended)) if ended else {}
            self._ended = max([*archived, self._ended or since], key=_order)
            yield Found(
                rows=[],
                position=since,
                server_time=reply.server_time,
                gone=[(each, at, into.get(each)) for each, at in ended.items()],
            )
            if after is None or not whole:
                return
            params = {**params, "after": after}

    def _of(self, at: datetime, after: str) -> list[Filter]:
        """Return the filters for the rows of one instant, with a greater id than *after*."""
        group = [self._compared("GTE", at), self._compared("LTE", at)]
        later: Filter = {"propertyName": _ID, "operator": "GT", "value": after}
        return [*group, later] if after else group

    def _compared(self, operator: str, at: datetime) -> Filter:
        return {"propertyName": self._kind.modified, "operator": operator, "value": millis(at)}

    def _at(self, row: dict[str, Any]) -> datetime:
        return instant(row["properties"][self._kind.modified])

    def _place(self, row: dict[str, Any]) -> tuple[datetime, int]:
        return self._at(row), int(row["id"])

    def _position(self, rows: list[dict[str, Any]], place: Position) -> Position:
        return Position(modified=self._at(rows[-1]), id=rows[-1]["id"]) if rows else place


def _order(place: Position) -> tuple[datetime, int]:
    """Return a position as rows are ordered: ids are numbers, and none lies before all."""
    return place.modified, int(place.id or -1)


def _merges(
    rows: list[dict[str, Any]], at: Callable[[dict[str, Any]], datetime]
) -> list[tuple[str, datetime, str | None]]:
    return [(lost, at(row), row["id"]) for row in rows for lost in merged_ids(row)]


def merged_ids(row: dict[str, Any]) -> list[str]:
    """Return the ids of the records that live on in this one."""
    text = row["properties"].get(MERGED_FIELD) or ""
    return [each for each in text.split(";") if each and each != row["id"]]
