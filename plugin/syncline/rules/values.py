"""What generated code calls: the meaning of blank, text, number and time, in one place."""

from __future__ import annotations

__all__ = [
    "EVENT",
    "Clock",
    "Sum",
    "Unturned",
    "again",
    "blank",
    "chosen",
    "day",
    "fold",
    "instant",
    "normaliser",
    "now",
    "num",
    "plain",
    "text_of",
    "turner",
]

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import add, mul, sub
from typing import Any, cast

from syncline_grammar.syntax import Fallback, Unit

from ..model import Field, FieldType, Value, is_blank
from .types import family

#: The name under which a record says what happened to it (B9): one of ``Event``. No field has it.
EVENT = "(event)"


def blank(value: Any) -> bool:
    """Tell whether *value* is blank, also where a host writes no choices as a list."""
    return is_blank(value) or value == []


def plain(record: Mapping[str, Any]) -> dict[str, Value]:
    """Return *record* with values that rules can read: what is no JSON scalar becomes text."""
    return {name: _plain(value) for name, value in record.items()}


class _Plain(dict[str, Value]):
    """A record that was made plain."""


def again(function: Callable[..., Any], record: Mapping[str, Any], *more: Any) -> Any:
    """Call a generated *function* again, with records whose values rules can read."""
    if isinstance(record, _Plain):
        raise TypeError("a record of plain values cannot be read")
    others: list[Any] = [
        _Plain(plain(cast("Mapping[str, Any]", other))) if isinstance(other, Mapping) else other
        for other in more
    ]
    return function(_Plain(plain(record)), *others)


_SEVERAL = (list, tuple, set, frozenset)


def _plain(value: Any) -> Value:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, _SEVERAL):
        return tuple(str(part) for part in cast("Iterable[object]", value))
    return str(value)


@dataclass(frozen=True, slots=True)
class Unturned:
    """A value that its table or type could not turn, and what the rule says to do then."""

    fallback: Fallback
    reason: str


def fold(value: Any) -> str | None:
    """Return text as it compares: without case and outer space; None when blank."""
    if isinstance(value, str):
        return value.strip().casefold() or None
    if value is None or value == ():
        return None
    return str(value).casefold()


def num(value: Any) -> int | float | None:
    """Return a number as it is; None for anything else."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


#: Characters of an ISO day.
_DAY = 10


def day(value: Any) -> str | None:
    """Return the ISO day of a date, which orders as text; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        text = value.strip()
        if len(text) > _DAY:
            # A moment has its day in front of the time: anything else is no date.
            return datetime.fromisoformat(text).date().isoformat()
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def chosen(value: Any) -> tuple[str, ...]:
    """Return the choices of a multi-picklist; none when it is blank."""
    return tuple(cast("list[str]", value)) if isinstance(value, list | tuple) else ()


def instant(value: Any) -> datetime | None:
    """Return an ISO date-time in UTC; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment that rules call ``now``; handed in, so that the same moment gives the same.

    Days begin and end in the zone of ``now``.
    """

    #: Without a zone it is UTC.
    now: datetime
    _days: dict[tuple[int, str], str] = field(
        default_factory=dict[tuple[int, str], str], init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            object.__setattr__(self, "now", self.now.replace(tzinfo=UTC))

    def moment(self, amount: int, unit: str) -> datetime:
        """Return the instant *amount* units from now; where the calendar ends, its end."""
        try:
            return self._moment(amount, Unit(unit))
        except (OverflowError, ValueError):
            return (_LAST if amount > 0 else _FIRST).replace(tzinfo=self.now.tzinfo)

    def _moment(self, amount: int, kind: Unit) -> datetime:
        """Count months and years by the calendar."""
        if kind in {Unit.MONTH, Unit.YEAR}:
            months = amount * (12 if kind is Unit.YEAR else 1)
            total = self.now.year * 12 + self.now.month - 1 + months
            year, month = divmod(total, 12)
            last = monthrange(year, month + 1)[1]
            return self.now.replace(year=year, month=month + 1, day=min(self.now.day, last))
        return self.now + amount * _STEP[kind]

    def day(self, amount: int, unit: str) -> str:
        """Return the ISO day *amount* units from today."""
        known = self._days.get((amount, unit))
        if known is None:
            known = self._days[amount, unit] = self.moment(amount, unit).date().isoformat()
        return known

    def day_of(self, value: Any) -> str | None:
        """Return the ISO day on which a date-time lies; None when it is none."""
        moment = instant(value)
        if moment is None:
            return None
        try:
            return moment.astimezone(self.now.tzinfo).date().isoformat()
        except OverflowError:  # the calendar ends there
            return None


def now() -> Clock:
    """Return the clock as it is now, in UTC."""
    return Clock(datetime.now(UTC))


_FIRST, _LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - given the clock's zone
_STEP = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
}

#: More digits than any CRM keeps.
_DIGITS = 40


def normaliser(field: Field) -> Callable[[Value], Value]:
    """Return how values of *field* are compared between cycles: what counts as no change."""
    if field.type is FieldType.EMAIL:
        return fold
    if field.type is FieldType.DATETIME:
        return _same_instant
    if field.type is FieldType.MULTI_PICKLIST:
        return _same_choice
    return _same_text


def _same_text(value: Value) -> Value:
    if isinstance(value, str):
        return value.strip() or None
    return None if value == () else value


def _same_instant(value: Value) -> Value:
    moment = instant(value)
    return _same_text(value) if moment is None else moment.isoformat()


def _same_choice(value: Value) -> Value:
    if isinstance(value, list | tuple):
        return tuple(sorted(value)) or None
    return _same_text(value)


def turner(source: FieldType, target: FieldType) -> Callable[[Value], Any] | None:
    """Return what makes a value of type *source* one of *target*; None when it needs nothing."""
    if source is target:
        return None
    if target is FieldType.NUMBER:
        return _to_number
    if target is FieldType.DATE:
        return day
    if family(target) == "text" and family(source) in {"number", "truth", "choices"}:
        return text_of
    return None


def text_of(value: Value) -> Value:
    """Return a value as a person would write it; blank stays blank."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple | list):
        return "; ".join(map(str, value)) or None
    return None if value is None else str(value)


_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


def _to_number(value: Value) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text:
        return None
    if len(text) > _DIGITS or not _NUMBER.fullmatch(text):
        return Unturned(Fallback.SKIP, f"{value!r} is not a number")
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


@dataclass(frozen=True, slots=True)
class Sum:
    """A chain of numbers and the *signs* between them, reckoned from left to right.

    A blank operand makes a blank result; so do a division by zero, and a number too large.
    """

    signs: str

    def __call__(self, first: Any, *rest: Any) -> int | float | None:
        """Return what the chain comes to."""
        result = num(first)
        for sign, operand in zip(self.signs, rest, strict=True):
            right = num(operand)
            if result is None or right is None:
                return None
            try:
                result = _CALCULATORS[sign](result, right)
            except (ZeroDivisionError, OverflowError):
                return None
        return result


def _over(left: Any, right: Any) -> Any:
    return left / right


_CALCULATORS: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul, "/": _over}
