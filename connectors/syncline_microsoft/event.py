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
    """Return the meeting of a whole event, or why it is left alone."""
    if row.get("isCancelled"):
        return CANCELLED
    if row.get("sensitivity", "normal") != "normal":
        return "private"
    if row.get("isAllDay"):
        return "an all-day entry"
    answer: _Row = row.get("responseStatus") or {}
    if answer.get("response") == "declined":
        return "declined"
    people: list[_Row] = [p for p in row.get("attendees") or () if p.get("type") != "resource"]
    if not row.get("isOrganizer") and row.get("organizer"):
        # Who invited is not among those who were.
        people = [row["organizer"], *people]
    addresses = (str(p["emailAddress"].get("address") or "").casefold() for p in people)
    parties = tuple(dict.fromkeys(a for a in addresses if "@" in a and a != user.casefold()))
    if not parties:
        return "without anybody else"
    try:
        begin, end = _moment(row["start"]), _moment(row["end"])
    except (KeyError, ValueError):
        return "in a time zone that is not known"
    place: _Row = row.get("location") or {}
    return Activity(
        id=f"event-{row['id']}",
        kind="meeting",
        at=begin,
        parties=parties,
        inbound=not row.get("isOrganizer", False),
        outcome="Tentative" if row.get("showAs") == "tentative" else "Confirmed",
        subject=str(row.get("subject") or ""),
        text=str(place.get("displayName") or ""),
        user=user,
        duration=max(0, int((end - begin).total_seconds())),
    )


def _moment(when: _Row) -> datetime:
    """Read a time in the zone that is named beside it: UTC, as was asked for."""
    return datetime.fromisoformat(when["dateTime"]).replace(tzinfo=ZoneInfo(when["timeZone"]))
