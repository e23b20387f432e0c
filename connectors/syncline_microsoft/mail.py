"""One message of Outlook -> an activity, or why it is left alone. Bodies are not read."""

from __future__ import annotations

__all__ = ["activity", "is_news"]

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from syncline import Activity

_Row = Mapping[str, Any]

_PRIVATE = frozenset({"private", "personal", "company-confidential"})


def is_news(row: _Row) -> bool:
    """Tell whether a row is a message that came: not one that went, or was read or flagged."""
    return "@removed" not in row and "sentDateTime" in row


def activity(row: _Row, user: str, *, sent: bool) -> Activity | str:
    """Return the activity of a message of *user*'s mailbox, or why it is left alone."""
    named: list[_Row] = row.get("internetMessageHeaders") or []
    headers = {str(each["name"]).casefold(): str(each["value"]) for each in named}
    if (why := _exception(row, headers)) is not None:
        return why
    kinds = ("toRecipients", "ccRecipients", "bccRecipients")
    people: list[_Row] = []
    if sent:
        people = [person for kind in kinds for person in row.get(kind) or ()]
    elif row.get("from"):
        people = [row["from"]]
    addresses = (str(p["emailAddress"].get("address") or "").casefold() for p in people)
    parties = tuple(dict.fromkeys(a for a in addresses if "@" in a and a != user.casefold()))
    if not parties:
        return "to or from nobody else"
    at = datetime.fromisoformat(row["sentDateTime"])
    return Activity(
        id=f"mail-{row['id']}",
        kind="email",
        at=at if at.tzinfo is not None else at.replace(tzinfo=UTC),
        parties=parties,
        inbound=not sent,
        outcome="Sent" if sent else "Received",
        subject=str(row.get("subject") or ""),
        text=str(row.get("bodyPreview") or ""),
        user=user,
    )


def _exception(row: _Row, headers: Mapping[str, str]) -> str | None:
    if row.get("isDraft"):
        return "a draft"
    if headers.get("sensitivity", "").strip().casefold() in _PRIVATE:
        return "private"
    if "eventMessage" in str(row.get("@odata.type", "")):
        return "an invitation"
    if headers.get("auto-submitted", "no").strip().casefold() != "no":
        return "an automatic answer"
    bulk = headers.get("precedence", "").strip().casefold() in {"bulk", "list", "junk"}
    return "a mailing list" if bulk or "list-id" in headers else None
