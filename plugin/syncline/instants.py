"""Moments that a host hands in: instants, never a wall clock that nobody knows the place of."""

from __future__ import annotations

__all__ = ["instant"]

from datetime import UTC, datetime, timedelta

from .errors import WorkspaceError

_FIRST = datetime.min.replace(tzinfo=UTC)


def instant(given: datetime, name: str, *, room: timedelta = timedelta(0)) -> datetime:
    """Return what was *given* as *name* in UTC, at least *room* after the calendar's beginning.

    Raises ``WorkspaceError`` for a moment without a time zone, or beyond the calendar.
    """
    if given.utcoffset() is None:
        raise WorkspaceError(
            f"`{name}` is a moment without a time zone: {given.isoformat()}",
            hint="Give it a time zone, as in `datetime(2026, 11, 30, 9, tzinfo=UTC)`.",
        )
    try:
        moment = given.astimezone(UTC)
    except OverflowError:
        moment = None
    if moment is None or moment - _FIRST < room:
        raise WorkspaceError(
            f"`{name}` lies at the edge of the calendar: {given.isoformat()}",
            hint="Give a moment of these times.",
        )
    return moment
