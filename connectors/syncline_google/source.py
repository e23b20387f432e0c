"""One user's mail and meetings, read where the last time ended."""

from __future__ import annotations

__all__ = ["Google", "identify"]

from collections import Counter
from contextlib import closing
from datetime import UTC
from typing import TYPE_CHECKING, Any

from syncline import Activity, ActivityPage, FatalError, Identity

from . import event, mail
from .cursor import Cursor
from .session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from syncline import Context

#: What each call of Gmail's costs, in its quota units.
_PROFILE, _HISTORY, _LIST, _GET = 1, 2, 5, 5
_PAGE = "100"


class Google:
    """Speaks for one user; see ``syncline.Source`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._now = context.now
        self._session = Session(context)
        self._user = ""

    def recorded(self, cursor: str | None, since: datetime) -> Iterator[ActivityPage]:
        """Yield the mail that came since, then the events that changed."""
        place, began = Cursor.read(cursor, since), self._now()
        try:
            _, profile = self._session.mail("/profile", units=_PROFILE)
            self._user = str(profile["emailAddress"])
            for found in self._mail(place, str(profile["historyId"])):
                yield _page(found, place.text())
            for rows in self._events(place):
                yield self._meetings(rows, place.text())
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise FatalError(
                f"Google's answer is not what its API promises: {type(err).__name__} {err}"
            ) from err
        yield ActivityPage(activities=(), cursor=place.done(began))

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    # -- mail

    def _mail(self, place: Cursor, latest: str) -> Iterator[list[Activity | str]]:
        if not place.history:
            yield from self._listed(place, latest)
        elif place.history != latest:
            yield from self._history(place, latest)

    def _history(self, place: Cursor, latest: str) -> Iterator[list[Activity | str]]:
        """Yield what was added, a page of the history at a time; list anew when it is forgotten."""
        params = {"historyTypes": "messageAdded", "maxResults": _PAGE}
        token = ""
        while True:
            asked = {**params, "startHistoryId": place.history}
            asked |= {"pageToken": token} if token else {}
            status, said = self._session.mail("/history", asked, units=_HISTORY, accept={404})
            if status == 404:
                place.history = ""
                yield from self._listed(place, latest)
                return
            records: list[dict[str, Any]] = said.get("history") or []
            ids = dict.fromkeys(
                str(added["message"]["id"])
                for record in records
                for added in record.get("messagesAdded", ())
            )
            yield [self._message(id_) for id_ in ids]
            token = str(said.get("nextPageToken") or "")
            if not token:
                place.history = str(said.get("historyId") or latest)
                return

    def _listed(self, place: Cursor, latest: str) -> Iterator[list[Activity | str]]:
        """Yield all messages from ``since`` on; the history goes on from before the first page."""
        begin = int(place.since.astimezone(UTC).timestamp())
        params = {"q": f"after:{begin}", "maxResults": _PAGE}
        token = ""
        while True:
            asked = {**params, "pageToken": token} if token else params
            _, said = self._session.mail("/messages", asked, units=_LIST)
            yield [self._message(str(row["id"])) for row in said.get("messages") or ()]
            token = str(said.get("nextPageToken") or "")
            if not token:
                place.history = latest
                return

    def _message(self, id_: str) -> Activity | str:
        params = {"format": "full", "fields": mail.FIELDS}
        status, row = self._session.mail(f"/messages/{id_}", params, units=_GET, accept={404})
        return "deleted before it was read" if status == 404 else mail.activity(row, self._user)

    # -- meetings

    def _events(self, place: Cursor) -> Iterator[list[dict[str, Any]]]:
        """Yield the events that changed, cancelled ones too; all of them when Google forgot."""
        token = ""
        while True:
            asked = {"singleEvents": "true", "maxResults": _PAGE}
            if place.sync:
                asked["syncToken"] = place.sync
            else:
                asked["timeMin"] = place.since.astimezone(UTC).isoformat(timespec="seconds")
            if token:
                asked["pageToken"] = token
            status, said = self._session.events(asked, accept={410} if place.sync else ())
            if status == 410:
                place.sync = token = ""
                continue
            yield said.get("items") or []
            token = str(said.get("nextPageToken") or "")
            if not token:
                place.sync = str(said["nextSyncToken"])
                return

    def _meetings(self, rows: list[dict[str, Any]], cursor: str) -> ActivityPage:
        found = {str(row["id"]): event.activity(row, self._user) for row in rows}
        page = _page([each for each in found.values() if each != event.CANCELLED], cursor)
        # What is no meeting any more, or was made private, is taken out of the history as well.
        gone = tuple(f"event-{id_}" for id_, each in found.items() if isinstance(each, str))
        return ActivityPage(
            activities=page.activities, left=page.left, gone=gone, cursor=page.cursor
        )


def identify(context: Context) -> Identity:
    """Ask whose mailbox it is: one call."""
    with closing(Session(context)) as session:
        _, profile = session.mail("/profile", units=_PROFILE)
    return Identity(user=str(profile.get("emailAddress", "")), account="Google", version="v1")


def _page(found: list[Activity | str], cursor: str) -> ActivityPage:
    return ActivityPage(
        activities=tuple(each for each in found if isinstance(each, Activity)),
        left=Counter(each for each in found if isinstance(each, str)),
        cursor=cursor,
    )
