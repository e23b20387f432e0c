"""What generated code calls: the meaning of blank, text, number and time, in one place."""

from __future__ import annotations

__all__ = [
    "Clock",
    "Unturned",
    "blank",
    "chosen",
    "day",
    "day_of",
    "fold",
    "instant",
    "normaliser",
    "num",
    "text_of",
    "turner",
]

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from syncline_grammar.syntax import Fallback, Unit

from ..model import Field, FieldType, Value, is_blank

blank = is_blank


@dataclass(frozen=True, slots=True)
class Unturned:
    """A value that its table or type could not turn, and what the rule says to do then."""

    fallback: Fallback
    reason: str


def fold(value: Any) -> str | None:
    """Return text as it compares: without case and outer space; None when blank."""
    if value.__class__ is str:
        return value.strip().casefold() or None
    if value is None or value == ():
        return None
    return str(value).casefold()


def num(value: Any) -> int | float | None:
    """Return a number as it is; None for anything else."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def day(value: Any) -> str | None:
    """Return the ISO day of a date, which orders as text; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip()[:10]).isoformat()
    except ValueError:
        return None


def day_of(value: Any) -> str | None:
    """Return the ISO day (UTC) of a date-time; None when it is none."""
    moment = instant(value)
    return None if moment is None else moment.date().isoformat()


def chosen(value: Any) -> tuple[str, ...]:
    """Return the choices of a multi-picklist; none when it is blank."""
    return tuple(cast("list[str]", value)) if isinstance(value, list | tuple) else ()


def instant(value: Any) -> datetime | None:
    """Return an ISO date-time in UTC; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment that rules call ``now``; handed in, so that the same moment gives the same."""

    now: datetime

    def moment(self, amount: int, unit: str) -> datetime:
        """Return the instant *amount* units from now; months and years by the calendar."""
        kind = Unit(unit)
        if kind in {Unit.MONTH, Unit.YEAR}:
            months = amount * (12 if kind is Unit.YEAR else 1)
            total = self.now.year * 12 + self.now.month - 1 + months
            year, month = divmod(total, 12)
            last = monthrange(year, month + 1)[1]
            return self.now.replace(year=year, month=month + 1, day=min(self.now.day, last))
        return self.now + amount * _STEP[kind]

    def day(self, amount: int, unit: str) -> str:
        """Return the ISO day *amount* units from today."""
        return self.moment(amount, unit).date().isoformat()


_STEP = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
}

#: More digits than any CRM keeps.
_DIGITS = 40

_TEXTUAL = {FieldType.TEXT, FieldType.PHONE, FieldType.URL, FieldType.REFERENCE, FieldType.ID}


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


def turner(source: Field, target: Field) -> Callable[[Value], Any] | None:
    """Return what makes a value of *source* one of *target*; None when it needs nothing."""
    if source.type is target.type:
        return None
    if target.type is FieldType.NUMBER:
        return _to_number
    if target.type in _TEXTUAL | {FieldType.PICKLIST, FieldType.EMAIL} and source.type in {
        FieldType.NUMBER,
        FieldType.BOOLEAN,
        FieldType.MULTI_PICKLIST,
    }:
        return text_of
    if target.type is FieldType.DATE:
        return day
    return None


def text_of(value: Value) -> Value:
    """Return a value as a person would write it; blank stays blank."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple | list):
        return "; ".join(value) or None
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
