"""One event of the calendar -> a meeting, or the reason why it is none."""

from __future__ import annotations

__all__ = ["CANCELLED", "activity"]

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncline import Activity

_Row = Mapping[str, Any]

#: The reason of an event that is no more: nobody needs to be told of it.
CANCELLED = "cancelled"


def activity(row: _Row, user: str) -> Activity | str:
    """Return the meeting of an event, or why it is left alone."""
    if row.get("status") == "cancelled":
        return CANCELLED
    if row.get("visibility") in {"private", "confidential"}:
        return "private"
    if row.get("eventType", "default") not in {"default", "fromGmail"}:
        return "no meeting"
    if "dateTime" not in row["start"]:
        return "an all-day entry"
    people: list[_Row] = [p for p in row.get("attendees") or () if not p.get("resource")]
    if any(p.get("self") and p.get("responseStatus") == "declined" for p in people):
        return "declined"
    parties = tuple(str(p["email"]).casefold() for p in people if not p.get("self"))
    if not parties:
        return "without anybody else"
    try:
        begin, end = _moment(row["start"]), _moment(row["end"])
    except (KeyError, ValueError):
        return "in a time zone that is not known"
    organizer: _Row = row.get("organizer") or {}
    return Activity(
        id=f"event-{row['id']}",
        kind="meeting",
        at=begin,
        parties=parties,
        inbound=not organizer.get("self", False),
        outcome=str(row.get("status", "confirmed")).capitalize(),
        subject=str(row.get("summary") or ""),
        text=str(row.get("location") or ""),
        user=user,
        duration=max(0, int((end - begin).total_seconds())),
    )


def _moment(when: _Row) -> datetime:
    """Read a time; one without an offset is in the zone that is named beside it."""
    found = datetime.fromisoformat(when["dateTime"])
    return found.replace(tzinfo=ZoneInfo(when["timeZone"])) if found.tzinfo is None else found
