"""One message of Gmail -> an activity, or the reason why it is left alone. Bodies are not read."""

from __future__ import annotations

__all__ = ["FIELDS", "activity"]

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import Any

from syncline import Activity

_Row = Mapping[str, Any]

#: What is asked of a message: who, when, of what kind, and Gmail's own first words of it.
FIELDS = (
    "id,labelIds,snippet,internalDate,"
    "payload(mimeType,headers(name,value),parts(mimeType,parts(mimeType,parts/mimeType)))"
)

#: A label, and what a message that bears it is; the first that fits is told.
_LABELS = (
    ("DRAFT", "a draft"),
    ("SPAM", "spam"),
    ("TRASH", "in the bin"),
    ("CHAT", "a chat"),
)
_PRIVATE = frozenset({"private", "personal", "company-confidential"})


def activity(row: _Row, user: str) -> Activity | str:
    """Return the activity of a message of *user*'s mailbox, or why it is left alone."""
    payload: _Row = row.get("payload") or {}
    headers = {str(h["name"]).casefold(): str(h["value"]) for h in payload.get("headers", ())}
    labels = frozenset[str](row.get("labelIds") or ())
    if (why := _exception(labels, headers, payload)) is not None:
        return why
    sent = "SENT" in labels
    written = [headers.get(name, "") for name in (("to", "cc", "bcc") if sent else ("from",))]
    addresses = (address.casefold() for _, address in getaddresses(written) if "@" in address)
    parties = tuple(dict.fromkeys(a for a in addresses if a != user.casefold()))
    if not parties:
        return "to or from nobody else"
    return Activity(
        id=f"mail-{row['id']}",
        kind="email",
        at=datetime.fromtimestamp(int(row["internalDate"]) / 1000, UTC),
        parties=parties,
        inbound=not sent,
        outcome="Sent" if sent else "Received",
        subject=headers.get("subject", ""),
        text=html.unescape(str(row.get("snippet") or "")),
        user=user,
    )


def _exception(labels: frozenset[str], headers: Mapping[str, str], payload: _Row) -> str | None:
    for label, why in _LABELS:
        if label in labels:
            return why
    if headers.get("sensitivity", "").strip().casefold() in _PRIVATE:
        return "private"
    if "text/calendar" in _types(payload):
        return "an invitation"
    if headers.get("auto-submitted", "no").strip().casefold() != "no":
        return "an automatic answer"
    bulk = headers.get("precedence", "").strip().casefold() in {"bulk", "list", "junk"}
    return "a mailing list" if bulk or "list-id" in headers else None


def _types(part: _Row) -> Iterator[str]:
    yield str(part.get("mimeType", "")).casefold()
    for each in part.get("parts") or ():
        yield from _types(each)
