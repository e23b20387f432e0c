"""One user's mail and meetings, by Graph's delta links: three feeds, and one call for all."""

from __future__ import annotations

__all__ = ["Microsoft", "identify"]

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from syncline import Activity, ActivityPage, FatalError, Identity

from . import event, mail
from .cursor import FEEDS, Cursor
from .session import FORGOTTEN, Reply, Session, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from syncline import Context

_ME = "/me?$select=mail,userPrincipalName,displayName"
_TIMES = frozenset({"start", "end"})
_WHOLE = _TIMES | {"subject", "attendees", "sensitivity"}

_Row = dict[str, Any]


class Microsoft:
    """Speaks for one user; see ``syncline.Source`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._now = context.now
        self._session = Session(context)
        self._user = ""
        #: Events that repeat, by id: their days say little more than when they are.
        self._series: dict[str, _Row] = {}

    def recorded(self, cursor: str | None, since: datetime) -> Iterator[ActivityPage]:
        """Yield the pages of all feeds, as many in one call as are left."""
        began = self._now()
        place = Cursor.read(cursor, since, began)
        try:
            yield from self._feeds(place)
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise FatalError(
                f"Microsoft 365's answer is not what its API promises: {type(err).__name__} {err}"
            ) from err
        yield ActivityPage(activities=(), cursor=place.done(began))

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _feeds(self, place: Cursor) -> Iterator[ActivityPage]:
        paths = {"me": _ME, **{feed: place.link(feed) for feed in FEEDS}}
        begun: set[str] = set()
        while paths:
            replies = self._session.ask(paths)
            if "me" in replies:
                self._user = _address(replies["me"].body)
            paths = {}
            for feed in FEEDS:
                if feed not in replies:
                    continue
                if replies[feed].status == FORGOTTEN and feed not in begun:
                    begun.add(feed)
                    place.links.pop(feed, None)
                    paths[feed] = place.first(feed)
                    continue
                said = _found(replies[feed])
                following = said.get("@odata.nextLink")
                # A page's link serves a run that is cut off as well as the last one's.
                place.links[feed] = path_of(following or said["@odata.deltaLink"])
                yield self._page(feed, said["value"], place)
                if following:
                    paths[feed] = place.links[feed]

    def _page(self, feed: str, rows: list[_Row], place: Cursor) -> ActivityPage:
        if feed != "calendar":
            news = (row for row in rows if mail.is_news(row))
            sent = feed == "sentitems"
            return _page([mail.activity(row, self._user, sent=sent) for row in news], place)
        gone = [f"event-{row['id']}" for row in rows if "@removed" in row]
        meetings = {
            str(row["id"]): event.activity(row, self._user)
            for row in self._whole([row for row in rows if "@removed" not in row])
        }
        # What is no meeting any more, or was made private, is taken out of the history as well.
        gone += [f"event-{id_}" for id_, each in meetings.items() if isinstance(each, str)]
        found = [each for each in meetings.values() if each != event.CANCELLED]
        return _page(found, place, gone)

    def _whole(self, rows: list[_Row]) -> list[_Row]:
        """Return events with all that is to be known of them; twenty in a call are asked for.

        Of a change Graph may tell what changed alone, and of the days of a series when they are.
        """
        self._series |= {str(r["id"]): r for r in rows if r.get("type") == "seriesMaster"}
        wanted = {str(row["id"]) for row in rows if not _needed(row) <= row.keys()}
        wanted |= {str(row["seriesMasterId"]) for row in rows if "seriesMasterId" in row}
        wanted -= {id_ for id_, row in self._series.items() if "attendees" in row}
        replies = self._session.ask({id_: f"/me/events/{id_}" for id_ in sorted(wanted)})
        read = {id_: reply.body for id_, reply in replies.items() if reply.status == 200}
        self._series |= {id_: row for id_, row in read.items() if row.get("type") == "seriesMaster"}
        whole: list[_Row] = []
        for row in rows:
            master = self._series.get(str(row.get("seriesMasterId")), {})
            event_ = {**master, **read.get(str(row["id"]), {}), **row}
            if event_.get("type") != "seriesMaster" and "start" in event_:
                whole.append(event_)
        return whole


def _needed(row: _Row) -> frozenset[str]:
    """Return the fields without which a row is a part of an event."""
    return _TIMES if "seriesMasterId" in row else _WHOLE


def identify(context: Context) -> Identity:
    """Ask whose mailbox it is: one call."""
    with closing(Session(context)) as session:
        me = session.ask({"me": _ME})["me"].body
    return Identity(user=_address(me), account="Microsoft 365", version="v1.0")


def _address(me: _Row) -> str:
    return str(me.get("mail") or me.get("userPrincipalName") or "")


def _found(reply: Reply) -> _Row:
    if reply.status != 200:
        raise FatalError("Microsoft 365 has no mailbox for the user who connected.")
    return reply.body


def _page(found: list[Activity | str], place: Cursor, gone: Iterable[str] = ()) -> ActivityPage:
    return ActivityPage(
        activities=tuple(each for each in found if isinstance(each, Activity)),
        left=Counter(each for each in found if isinstance(each, str)),
        gone=tuple(gone),
        cursor=place.text(),
    )
