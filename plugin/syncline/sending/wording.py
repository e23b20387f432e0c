"""What stands in the way of a touch, in words for an admin."""

from __future__ import annotations

__all__ = ["Words"]

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncline_grammar.writing.spelling import clock, days

from .line import Sending

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Words:
    """Words about one line, in its own time zone."""

    def __init__(self, line: Sending, zone: ZoneInfo, user: str) -> None:
        self._line = line
        self._zone = zone
        self._user = user

    def days(self) -> str:
        """Say that a weekday is not among the line's."""
        return f"{self._line.channel} goes on {days(tuple(self._line.days))}"

    def holiday(self, day: date, name: str, country: str) -> str:
        """Say that a day is a holiday."""
        return f"{_dated(day)} is {name} in {country}"

    def hours(self, at: datetime) -> str:
        """Say that it is too early or too late."""
        shown = at.astimezone(self._zone)
        return (
            f"it is {shown:%H:%M} in {self._zone.key}, and {self._line.channel} goes {self._span}"
        )

    def skipped(self, day: date) -> str:
        """Say that the clocks pass over the hours."""
        return (
            f"the clocks of {self._zone.key} pass over {clock(self._line.start)} to "
            f"{clock(self._line.end)} on {_dated(day)}"
        )

    def cap(self, day: date, cap: int, *, own: bool) -> str:
        """Say that as many went out as may: of everybody, or of the user's *own*."""
        whose = f" of {self._user or 'this user'}" if own else ""
        return f"the {cap} a day{whose} are used up on {_dated(day)}"

    def gap(self, other: datetime) -> str:
        """Say that another one is too near."""
        shown = other.astimezone(self._zone)
        apart = _period(self._line.gap or timedelta(0))
        return f"another goes at {shown:%H:%M} on {_dated(shown.date())}, with {apart} between"

    @property
    def _span(self) -> str:
        return f"from {clock(self._line.start)} to {clock(self._line.end)}"


def _dated(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _period(gap: timedelta) -> str:
    for unit, word in ((_DAY, "day"), (_HOUR, "hour"), (timedelta(minutes=1), "minute")):
        if gap % unit == timedelta(0):
            count = gap // unit
            return f"{count} {word}" + ("" if count == 1 else "s")
    return str(gap)
