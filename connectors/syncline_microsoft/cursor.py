"""How far a mailbox and a calendar were read: Graph's own links, and what they are links of."""

from __future__ import annotations

__all__ = ["FEEDS", "Cursor"]

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

#: What is read: two folders of mail, and a stretch of the calendar.
FEEDS = ("inbox", "sentitems", "calendar")
#: Where Graph has forgotten how far we were, it is read again from so long before.
_OVERLAP = timedelta(days=1)
#: The calendar is read so far ahead, and begun anew when half of that has passed.
_AHEAD = timedelta(days=180)

_MAIL = (
    "id,subject,from,toRecipients,ccRecipients,bccRecipients,sentDateTime,isDraft,bodyPreview,"
    "internetMessageHeaders"
)


@dataclass(slots=True, kw_only=True)
class Cursor:
    """A link for each feed that was read before, and where the others begin."""

    links: dict[str, str] = field(default_factory=dict[str, str])
    #: All that was there before has been seen.
    since: datetime
    #: How far ahead the calendar's link reaches.
    until: datetime

    @classmethod
    def read(cls, text: str | None, since: datetime, now: datetime) -> Cursor:
        """Read a cursor; without one, or with one that does not read, begin at *since*."""
        fresh = cls(since=since, until=now + _AHEAD)
        try:
            found: dict[str, Any] = json.loads(text or "")
            until = datetime.fromisoformat(found["until"])
            seen = datetime.fromisoformat(found["since"])
            links = {name: str(link) for name, link in found["links"].items() if name in FEEDS}
        except (ValueError, KeyError, TypeError, AttributeError):
            return fresh
        if until - now < _AHEAD / 2:
            links.pop("calendar", None)
            until = fresh.until
        return cls(links=links, since=min(seen, since), until=until)

    def link(self, feed: str) -> str:
        """Return where a feed goes on, or begins."""
        return self.links.get(feed) or self.first(feed)

    def first(self, feed: str) -> str:
        """Return where a feed begins."""
        begin = _stamp(self.since)
        if feed == "calendar":
            window = {"startDateTime": begin, "endDateTime": _stamp(self.until)}
            return f"/me/calendarView/delta?{urlencode(window)}"
        asked = {"$select": _MAIL, "$filter": f"receivedDateTime ge {begin}"}
        return f"/me/mailFolders/{feed}/messages/delta?{urlencode(asked, quote_via=quote)}"

    def text(self) -> str:
        """Return it as text."""
        return json.dumps(
            {"links": self.links, "since": _stamp(self.since), "until": _stamp(self.until)},
            separators=(",", ":"),
        )

    def done(self, began: datetime) -> str:
        """Return it as text, after a reading that *began* then and came to its end."""
        self.since = began - _OVERLAP
        return self.text()


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
