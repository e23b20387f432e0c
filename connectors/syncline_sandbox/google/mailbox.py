"""Gmail: messages with their labels, and a history that is forgotten after a while."""

from __future__ import annotations

__all__ = ["Mailbox"]

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .wire import Refusal, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..shelf import Row, Shelf

#: Whose account it is.
USER = "me@sandbox.example"
_FIRST = 1000
_HIDDEN = frozenset({"SPAM", "TRASH"})


class Mailbox:
    """The messages of one account; each that comes moves the history on."""

    def __init__(self, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._now = now
        self._forgotten = _FIRST

    # -- what the API shows

    def profile(self) -> dict[str, Any]:
        """Return whose mailbox it is, and where its history has come to."""
        rows = self._shelf.rows("mail")
        return {
            "emailAddress": USER,
            "messagesTotal": len(rows),
            "threadsTotal": len(rows),
            "historyId": str(self._latest()),
        }

    def history(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return what was added after a place in the history; 404 when that is forgotten."""
        start = asked.get("startHistoryId", "")
        if not start.isdigit():
            raise Refusal(400, "Invalid startHistoryId")
        if int(start) < self._forgotten:
            raise Refusal(404, "Requested entity was not found.")
        records = [
            {
                "id": str(row["history"]),
                "messagesAdded": [{"message": {"id": row["id"], "labelIds": row["labelIds"]}}],
            }
            for row in self._shelf.rows("mail")
            if row["history"] > int(start)
        ]
        shown, following = cut(records, asked, 100)
        said: dict[str, Any] = {"historyId": str(self._latest())}
        if shown:
            said["history"] = shown
        return {**said, "nextPageToken": following} if following else said

    def listed(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return ids of messages after a time, the newest first, without spam and the bin."""
        word, _, begin = asked.get("q", "").partition(":")
        after = int(begin) if word == "after" and begin.isdigit() else 0
        found = [
            {"id": row["id"], "threadId": row["id"]}
            for row in reversed(self._shelf.rows("mail"))
            if int(row["internalDate"]) >= after * 1000
            and not row["gone"]
            and not _HIDDEN & set(row["labelIds"])
        ]
        shown, following = cut(found, asked, 100)
        said: dict[str, Any] = {"resultSizeEstimate": len(found)}
        if shown:
            said["messages"] = shown
        return {**said, "nextPageToken": following} if following else said

    def message(self, id_: str) -> dict[str, Any]:
        """Return one message, with the kinds of its parts."""
        row = next((r for r in self._shelf.rows("mail") if r["id"] == id_), None)
        if row is None or row["gone"]:
            raise Refusal(404, "Requested entity was not found.")
        return {
            "id": row["id"],
            "labelIds": row["labelIds"],
            "snippet": row["snippet"],
            "internalDate": row["internalDate"],
            "payload": {
                "mimeType": "multipart/mixed",
                "headers": [{"name": n, "value": v} for n, v in row["headers"].items()],
                "parts": [
                    {"mimeType": "multipart/alternative", "parts": [{"mimeType": row["type"]}]}
                ],
            },
        }

    # -- what people do

    def receive(self, given: Mapping[str, Any]) -> Row:
        """Let a message come, or be sent (``labels: ["SENT"]``)."""
        number = len(self._shelf.rows("mail")) + 1
        at = datetime.fromisoformat(given.get("at") or self._now().isoformat())
        names = {"from": "From", "to": "To", "cc": "Cc", "subject": "Subject"}
        headers = {title: given[name] for name, title in names.items() if name in given}
        return self._shelf.add(
            "mail",
            {
                "id": f"{0x18C0_0000_0000 + number:x}",
                "history": _FIRST + number,
                "labelIds": given.get("labels", ["INBOX", "UNREAD"]),
                "headers": {**headers, **given.get("headers", {})},
                "snippet": given.get("snippet", ""),
                "type": given.get("type", "text/plain"),
                "internalDate": str(int(at.astimezone(UTC).timestamp() * 1000)),
                "gone": False,
            },
        )

    def delete(self, id_: str) -> Row:
        """Delete a message for good."""
        row = next(r for r in self._shelf.rows("mail") if r["id"] == id_)
        return self._shelf.put("mail", {**row, "gone": True})

    def forget(self) -> None:
        """Forget the history up to now, as Gmail does after a week or so."""
        self._forgotten = self._latest() + 1
        self.receive({"from": "news@list.example", "labels": ["SPAM"]})

    def _latest(self) -> int:
        return _FIRST + len(self._shelf.rows("mail"))
