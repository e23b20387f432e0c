"""The primary calendar: events, and sync tokens that end."""

from __future__ import annotations

__all__ = ["Calendar"]

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .mailbox import USER
from .wire import Refusal, cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..shelf import Row, Shelf

#: What cannot stand beside a sync token.
_NOT_BESIDE = frozenset({"timeMin", "timeMax", "updatedMin", "orderBy", "q", "iCalUID"})


class Calendar:
    """Events by the order in which they were last changed."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._ended = 0

    def listed(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return all events from a time on, or what changed since a token; 410 once it ended."""
        rows = sorted(self._shelf.rows("events"), key=lambda row: row["change"])
        latest = rows[-1]["change"] if rows else 0
        token = asked.get("syncToken", "")
        if token:
            if _NOT_BESIDE & set(asked):
                raise Refusal(400, "Sync token cannot be used with query restrictions.")
            begin = int(token.removeprefix("sync-"))
            if begin < self._ended:
                raise Refusal(410, "Sync token is no longer valid, a full sync is required.")
            found = [row for row in rows if row["change"] > begin]
        else:
            after = datetime.fromisoformat(asked["timeMin"]) if "timeMin" in asked else None
            found = [
                row for row in rows
                if row["event"].get("status") != "cancelled" and _lasts(row["event"], after)
            ]  # fmt: skip
        shown, following = cut([row["event"] for row in found], asked, 250)
        said: dict[str, Any] = {"kind": "calendar#events", "summary": USER, "items": shown}
        if following:
            return {**said, "nextPageToken": following}
        return {**said, "nextSyncToken": f"sync-{latest}"}

    def add(self, given: Mapping[str, Any]) -> Row:
        """Put an event into the calendar; ``start`` and ``end`` are as the API has them."""
        number = len(self._shelf.rows("events")) + 1
        event = {"id": f"event{number:05d}", "status": "confirmed", **given}
        return self._shelf.add("events", {"event": event, "change": self._next()})

    def change(self, id_: str, given: Mapping[str, Any]) -> Row:
        """Change an event; one that is cancelled shows nothing but that it is."""
        row = next(r for r in self._shelf.rows("events") if r["event"]["id"] == id_)
        event = {**row["event"], **given}
        if event["status"] == "cancelled":
            event = {"id": id_, "status": "cancelled"}
        return self._shelf.put("events", {**row, "event": event, "change": self._next()})

    def end_tokens(self) -> None:
        """Let every sync token that was given end."""
        self._ended = self._next()
        if rows := self._shelf.rows("events"):
            self._shelf.put("events", {**rows[-1], "change": self._ended})

    def _next(self) -> int:
        return max((row["change"] for row in self._shelf.rows("events")), default=0) + 1


def _lasts(event: Mapping[str, Any], after: datetime | None) -> bool:
    """Tell whether an event ends after a time; one of whole days does."""
    end = event.get("end", {}).get("dateTime", "")
    moment = datetime.fromisoformat(end) if end else None
    if after is None or moment is None or moment.tzinfo is None:
        return True
    return moment > after
