"""When time alone may turn a comparison with the clock: early rather than late, and never late.

A threshold of a criterion (``30 days ago``) goes on with the clock, and a comparison turns when it
reaches the record's value or passes it. Where the clock's zone shifts its hours, or a month's end
shortens the way, the moment cannot be told from afar: then the answer is a moment before it, from
which it can.
"""

from __future__ import annotations

__all__ = ["days_turn", "minutes_turn", "never", "soonest", "turn_of_day", "turn_of_moment"]

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone

from syncline_grammar.syntax import Unit

from ..model import Value
from .values import Clock

_TICK, _MINUTE, _DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
_NOTHING = timedelta(0)
#: A zone shifts its hours by less than this, and not twice within it.
_SHIFT = timedelta(hours=6)
#: What is counted in months, of 28 to 31 days, is less than this off what is counted in days.
_MONTHS = timedelta(days=6)
_CALENDAR = {Unit.MONTH.value, Unit.YEAR.value}
#: Signs that turn when the threshold reaches the value, and those that turn when it passes it.
_REACHED, _PASSED = {"<=", ">", "=="}, {"<", ">=", "=="}


def never(record: Mapping[str, Value], clock: Clock) -> datetime | None:
    """Return None: time alone changes nothing, of any record."""
    del record, clock
    return None


def soonest(*moments: datetime | None) -> datetime | None:
    """Return the first of *moments*; None when there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


def days_turn(clock: Clock) -> datetime | None:
    """Return the clock's next midnight: something reads the day, and who knows what of it."""
    try:
        return _first(clock, _at(clock, _midnight(clock.now) + _DAY))
    except OverflowError:  # the calendar ends there
        return None


def minutes_turn(clock: Clock) -> datetime | None:
    """Return the clock's next minute: something reads the moment, and who knows what of it."""
    try:
        return clock.now.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    except OverflowError:  # the calendar ends there
        return None


def turn_of_moment(
    clock: Clock, sign: str, value: datetime | None, amount: int, unit: str
) -> datetime | None:
    """Return when ``value sign threshold`` may turn, the threshold *amount* units from now.

    *value* is an instant; None, a blank, never compares.
    """
    if value is None:
        return None
    threshold = clock.moment(amount, unit)
    slack = _slack(clock, unit)
    try:
        now = clock.now.astimezone(UTC)
        left = value - threshold.astimezone(UTC)
        if left < -slack:
            return None
        if left > slack > _NOTHING:
            return now + left - slack
        found = [now + left] if sign in _REACHED else []
        found += [now + left + _TICK] if sign in _PASSED else []
        found += _shifting(clock, threshold, left)
        # At midnight a month's last days may stand still, or be left out.
        found += _at(clock, _midnight(clock.now) + _DAY) if unit in _CALENDAR else []
    except OverflowError:  # the calendar ends there
        return None
    return _first(clock, found)


def turn_of_day(
    clock: Clock, sign: str, value: str | None, amount: int, unit: str
) -> datetime | None:
    """Return when ``value sign threshold`` may turn, the day of *amount* units from now.

    *value* is an ISO day in the clock's zone; None, a blank, never compares.
    """
    if value is None:
        return None
    local = clock.now.replace(tzinfo=None)
    threshold = clock.moment(amount, unit).replace(tzinfo=None)
    left = datetime.combine(date.fromisoformat(value), time()) - threshold
    try:
        found = list(_shifting(clock, clock.now, left)) if abs(left) < 2 * _DAY else []
        if unit not in _CALENDAR:
            found += _at(clock, local + left) if sign in _REACHED else []
            found += _at(clock, local + left + _DAY) if sign in _PASSED else []
        elif left > _MONTHS:
            found += _at(clock, local + left - _MONTHS)
        elif left > -_DAY:
            found += _at(clock, _midnight(clock.now) + _DAY)
    except OverflowError:  # the calendar ends there
        return None
    return _first(clock, found)


def _slack(clock: Clock, unit: str) -> timedelta:
    """Return how far from the clock's own count a threshold may lie."""
    if unit in _CALENDAR:
        return _MONTHS
    return _NOTHING if isinstance(clock.now.tzinfo, timezone) else _DAY


def _shifting(clock: Clock, threshold: datetime, left: timedelta) -> Iterator[datetime]:
    """Yield the next minute while the zone shifts on the way of the clock or of *threshold*."""
    zone, span = clock.now.tzinfo, max(left, _NOTHING) + _SHIFT
    if isinstance(zone, timezone):
        return
    for start in (clock.now, threshold):
        end = (start.astimezone(UTC) + span).astimezone(zone)
        if start.utcoffset() != end.utcoffset() and (minute := minutes_turn(clock)) is not None:
            yield minute


def _midnight(moment: datetime) -> datetime:
    """Return when the day of *moment* began, as its zone's clocks show it."""
    return datetime.combine(moment.date(), time())


def _at(clock: Clock, local: datetime) -> Iterator[datetime]:
    """Yield the moments at which the clocks of the zone show *local*: two where they go back."""
    for fold in (0, 1):
        yield local.replace(tzinfo=clock.now.tzinfo, fold=fold).astimezone(UTC)


def _first(clock: Clock, moments: Iterable[datetime]) -> datetime | None:
    """Return the first of *moments* after now."""
    return min((moment for moment in moments if moment > clock.now), default=None)
