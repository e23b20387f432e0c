"""Check literals: whether a field, or the value of a function, can ever be what is written."""

from __future__ import annotations

__all__ = [
    "check_date",
    "check_literal",
    "check_number",
    "check_span_of_time",
    "check_value",
    "check_written",
    "check_written_day",
]

import re
from datetime import date

from syncline_grammar import syntax as s
from syncline_grammar.recovery.numbers import TWO_DAYS, day_written
from syncline_grammar.words import nearest

from ...model import Field, FieldType
from ..catalog import Problems
from ..types import PICKED, TIMES, a_value
from .typo import is_typo

_WANTED = {
    FieldType.NUMBER: "a number is wanted, without quotes",
    FieldType.BOOLEAN: "`true` or `false` is wanted, without quotes",
    FieldType.DATE: "a date is wanted, without quotes (2026-11-22, today, 30 days ago)",
    FieldType.DATETIME: "a date is wanted, without quotes (2026-11-22, today, 30 days ago)",
}
_NUMBER = re.compile(r"-?[1-9]\d{0,14}|0")
_DAY = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})")
_DAYS_IN = {
    s.Unit.MINUTE: 1 / 1440, s.Unit.HOUR: 1 / 24, s.Unit.DAY: 1.0, s.Unit.WEEK: 7.0,
    s.Unit.MONTH: 30.0, s.Unit.YEAR: 365.0,
}  # fmt: skip
_CENTURY = 36_600
_THOUSAND, _PLACES = 1_000, 3
#: How many values of a picklist are worth reading.
_SOME = 12


def check_value(value: s.Expression, field: Field, problems: Problems) -> None:
    """Note when a literal cannot be a value of *field*."""
    check_literal(value, field.type, field.name, problems, field)


def check_literal(
    value: s.Expression, kind: FieldType, name: str, problems: Problems, field: Field | None = None
) -> None:
    """Note when a literal cannot be a value of *kind*; *name* is what it stands against."""
    if isinstance(value, s.Text):
        if field is not None and kind in PICKED and field.values:
            _check_choice(value, field, problems)
        elif kind in _WANTED:
            words = f"{name} is {a_value(kind)}, and this is text"
            better = _without_quotes(value.value.strip(), kind)
            problems.add("E306", words, value.span, label=_WANTED[kind], better=better)
    elif isinstance(value, s.Number) and kind is not FieldType.NUMBER:
        problems.add("E306", f"{name} is {a_value(kind)}, not a number", value.span)
    elif isinstance(value, s.Truth) and kind is not FieldType.BOOLEAN:
        problems.add("E306", f"{name} is {a_value(kind)}, never true or false", value.span)
    elif isinstance(value, s.Date | s.Relative) and kind not in TIMES:
        problems.add("E306", f"{name} is {a_value(kind)}, not a date", value.span)


def _without_quotes(text: str, kind: FieldType) -> str | None:
    """Return the number, truth or day that *text* surely is."""
    if kind is FieldType.NUMBER:
        return text if _NUMBER.fullmatch(text) else None
    if kind is FieldType.BOOLEAN:
        return text.lower() if text.lower() in {"true", "false"} else None
    found = _DAY.fullmatch(text)
    return None if found is None else day_written(int(found[1]), int(found[3]), int(found[4]))


def _check_choice(value: s.Text, field: Field, problems: Problems) -> None:
    if value.value in field.values:
        return
    near = nearest(value.value, field.values)
    shown = ", ".join(field.values[:_SOME])
    if len(field.values) > _SOME:
        shown += f" and {len(field.values) - _SOME} more"
    problems.add(
        "E301",
        f'{field.name} has no value "{value.value}"'
        + (f'; did you mean "{near}"?' if near else ""),
        value.span,
        notes=() if near else (f"Its values: {shown}.",),
        better=f'"{near}"' if near is not None and is_typo(value.value, near) else None,
    )


def check_written(value: s.Expression, field: Field, problems: Problems) -> None:
    """Like ``check_value``, for a literal that is written: it must fit into the field."""
    check_value(value, field, problems)
    if isinstance(value, s.Number):
        check_number(value, problems)
    if isinstance(value, s.Text) and field.length is not None and len(value.value) > field.length:
        problems.add(
            "E313",
            f"{field.name} takes {field.length} characters; this text has {len(value.value)}",
            value.span,
        )


def check_number(value: s.Number, problems: Problems) -> None:
    """Note a number such as ``1.000``: some read a thousand, and others one (E110)."""
    if not isinstance(value.value, float) or not 1 <= abs(value.value) < _THOUSAND:
        return
    written = f"{value.value:.3f}"
    if len(written) == value.span.end - value.span.start:
        whole, _point, parts = written.partition(".")
        either = f"{whole}_{parts} or {_short(value.value)}"
        problems.add(
            "E110",
            f"`{written}` may mean {whole}{parts} or {_short(value.value)}",
            value.span,
            notes=(f"Write {either}: thousands are grouped with `_`, fractions follow a point.",),
        )


def _short(value: float) -> str:
    """Return *value* in fewer than three digits after the point, or in four where it needs all."""
    return f"{value}0" if len(f"{value}".partition(".")[2]) == _PLACES else f"{value}"


def check_written_day(value: s.Arithmetic, kind: FieldType, problems: Problems) -> bool:
    """Note a day that is written as ``22/11/2026``, which reads as a sum; tell whether it is."""
    parts = [value.first, *(part for _sign, part in value.rest)]
    signs = {str(sign) for sign, _part in value.rest}
    numbers = [part.value for part in parts if isinstance(part, s.Number)]
    if kind not in TIMES or len(numbers) != len(parts) or len(signs) != 1 or signs & {"+", "*"}:
        return False
    whole = [number for number in numbers if isinstance(number, int)]
    if len(whole) != _PLACES:
        return False
    better = day_written(*whole)
    message = "a day is written year, month, day" + (
        ", as in 2026-11-22" if better is None else f": {better}"
    )
    notes = () if better else (TWO_DAYS,)
    problems.add("E306", message, value.span, notes=notes, better=better)
    return True


def check_date(value: s.Date, problems: Problems) -> None:
    """Note a day that no calendar has."""
    try:
        date.fromisoformat(value.value)
    except ValueError:
        problems.add("E111", f"{value.value} is no day of the calendar", value.span)


def check_span_of_time(
    amount: int | float, unit: s.Unit, value: s.Expression, problems: Problems
) -> None:
    """Note a stretch of time that cannot be counted: in parts, or of more than a century."""
    if isinstance(amount, float):
        problems.add("E111", f"{amount} is no whole number of {unit}s", value.span)
    elif abs(amount) * _DAYS_IN[unit] > _CENTURY:
        problems.add("E111", "more than a hundred years lie beyond what can be counted", value.span)
