"""Functions over dates. A date is ISO 8601 text (``2026-11-22``); none of them reads a clock.

Of a date-time they see the day, as its own time zone has it.
"""

from __future__ import annotations

__all__ = ["DATES"]

import re
from datetime import date, timedelta
from functools import lru_cache

from ..model import FieldType
from ..rules.values import day, instant
from .arguments import shown
from .function import Example, Function, Parameter

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_ISO = "YYYY-MM-DD"
#: How a part of a form is read; the longer word goes first.
_PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MMM": rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})",
    "MM": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{1,2})",
}
_PART = re.compile("|".join(_PARTS))
#: No form of a date is longer.
_LONGEST = 40


def _day(value: str) -> date | None:
    """Return the day of a date or date-time; None when it is neither."""
    iso = day(value)
    return None if iso is None else date.fromisoformat(iso)


@lru_cache(maxsize=64)
def _pieces(form: str) -> tuple[str, ...]:
    """Return *form* as text, part, text, part, text, part, text; raise when it is no form."""
    parts = _PART.findall(form) if len(form) <= _LONGEST else []
    if sorted(part[0] for part in parts) != ["D", "M", "Y"]:
        raise ValueError(
            f"the form {shown(form)} is not made of YYYY, MM or MMM, and DD, each of them once"
        )
    return tuple(re.split(f"({_PART.pattern})", form))


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    pieces = (_PARTS.get(piece) or re.escape(piece) for piece in _pieces(form))
    return re.compile("".join(pieces), re.IGNORECASE)


def _read(text: str, form: str = _ISO) -> str:
    found = _pattern(form).fullmatch(text.strip())
    if found is None:
        iso = None if form != _ISO or instant(text.strip()) is None else day(text)
        if iso is None:
            raise ValueError(f"{shown(text)} is no date of the form {form}")
        return iso
    month = found["month"]
    number = int(month) if month.isdecimal() else _month_named(month)
    try:
        return date(int(found["year"]), number, int(found["day"])).isoformat()
    except ValueError:
        raise ValueError(f"{shown(text)} is no day of the calendar in the form {form}") from None


def _month_named(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month[:3] == name[:3].title())


def _date_text(value: str, form: str = _ISO) -> str | None:
    moment = _day(value)
    pieces = _pieces(form)
    if moment is None:
        return None
    year, month, days = moment.isoformat().split("-")
    said = {"YYYY": year, "MMM": _MONTHS[moment.month - 1][:3], "MM": month, "DD": days}
    return "".join(said.get(piece, piece) for piece in pieces)


def _date_of(value: str) -> str | None:
    return day(value)


def _year_of(value: str) -> int | None:
    moment = _day(value)
    return None if moment is None else moment.year


def _month_of(value: str) -> int | None:
    moment = _day(value)
    return None if moment is None else moment.month


def _day_of_month(value: str) -> int | None:
    moment = _day(value)
    return None if moment is None else moment.day


def _weekday(value: str) -> str | None:
    moment = _day(value)
    return None if moment is None else _WEEKDAYS[moment.weekday()]


def _days_between(start: str, end: str) -> int | None:
    first, last = _day(start), _day(end)
    return None if first is None or last is None else (last - first).days


def _add_days(value: str, days: float) -> str | None:
    moment = _day(value)
    try:
        return None if moment is None else (moment + timedelta(int(days))).isoformat()
    except (OverflowError, ValueError):
        return None  # beyond the years 1 to 9999, or by no number of days


_DATE = Parameter(name="date", type=FieldType.DATE)
_FORM = Parameter(name="form", optional=True)

DATES: tuple[Function, ...] = (
    Function(
        name="date",
        summary=(
            "The date that a text writes in a form that you say with YYYY, MM and DD, such as "
            "DD/MM/YYYY; MMM is the month by its English name. Without a form it is YYYY-MM-DD."
        ),
        call=_read,
        takes=(Parameter(name="text"), _FORM),
        gives=FieldType.DATE,
        fails="the text is no date of that form",
        inverse="date_text",
        cost=25,
        examples=(
            Example(call='date("22/11/2026", "DD/MM/YYYY")', gives="2026-11-22"),
            Example(call='date("Nov 22, 2026", "MMM DD, YYYY")', gives="2026-11-22"),
            Example(call='date("2026-11-22")', gives="2026-11-22"),
            Example(
                call='date("11/22/2026", "DD/MM/YYYY")',
                fails='"11/22/2026" is no day of the calendar in the form DD/MM/YYYY',
            ),
            Example(
                call='date("next week")', fails='"next week" is no date of the form YYYY-MM-DD'
            ),
        ),
    ),
    Function(
        name="date_text",
        summary="A date as text, in a form that you say as for `date`.",
        call=_date_text,
        takes=(_DATE, _FORM),
        fails="the form is not made of YYYY, MM or MMM, and DD",
        inverse="date",
        cost=20,
        examples=(
            Example(call='date_text(2026-11-22, "DD/MM/YYYY")', gives="22/11/2026"),
            Example(call='date_text(2026-11-22, "DD MMM YYYY")', gives="22 Nov 2026"),
            Example(
                call='date_text(2026-11-22, "day/month")',
                fails=(
                    'the form "day/month" is not made of YYYY, MM or MMM, and DD, each of them once'
                ),
            ),
        ),
    ),
    Function(
        name="date_of",
        summary="The date of a date-time, as its own time zone has it.",
        call=_date_of,
        takes=(Parameter(name="datetime", type=FieldType.DATETIME),),
        gives=FieldType.DATE,
        cost=8,
        examples=(Example(call="date_of(2026-11-22)", gives="2026-11-22"),),
    ),
    Function(
        name="year_of",
        summary="The year of a date.",
        call=_year_of,
        takes=(_DATE,),
        gives=FieldType.NUMBER,
        cost=8,
        examples=(Example(call="year_of(2026-11-22)", gives=2026),),
    ),
    Function(
        name="month_of",
        summary="The month of a date, from 1 to 12.",
        call=_month_of,
        takes=(_DATE,),
        gives=FieldType.NUMBER,
        cost=8,
        examples=(Example(call="month_of(2026-11-22)", gives=11),),
    ),
    Function(
        name="day_of_month",
        summary="The day of a date within its month, from 1 to 31.",
        call=_day_of_month,
        takes=(_DATE,),
        gives=FieldType.NUMBER,
        cost=8,
        examples=(Example(call="day_of_month(2026-11-22)", gives=22),),
    ),
    Function(
        name="weekday",
        summary="The day of the week of a date: Mon, Tue, Wed, Thu, Fri, Sat or Sun.",
        call=_weekday,
        takes=(_DATE,),
        cost=8,
        examples=(Example(call="weekday(2026-11-22)", gives="Sun"),),
    ),
    Function(
        name="days_between",
        summary="How many days lie between a start and an end; below zero when the end is earlier.",
        call=_days_between,
        takes=(
            Parameter(name="start", type=FieldType.DATE),
            Parameter(name="end", type=FieldType.DATE),
        ),
        gives=FieldType.NUMBER,
        cost=12,
        examples=(
            Example(call="days_between(2026-11-22, 2026-12-24)", gives=32),
            Example(call="days_between(2026-11-22, 2026-11-20)", gives=-2),
        ),
    ),
    Function(
        name="add_days",
        summary="The date so many days after a date, or before it when the number is below zero.",
        call=_add_days,
        takes=(_DATE, Parameter(name="days", type=FieldType.NUMBER)),
        gives=FieldType.DATE,
        cost=12,
        examples=(
            Example(call="add_days(2026-11-22, 30)", gives="2026-12-22"),
            Example(call="add_days(2026-11-22, 0 - 30)", gives="2026-10-23"),
        ),
    ),
)
