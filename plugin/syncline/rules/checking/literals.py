"""Check literals: whether a field, or the value of a function, can ever be what is written."""

from __future__ import annotations

__all__ = ["check_date", "check_literal", "check_span_of_time", "check_value", "check_written"]

from datetime import date

from syncline_grammar import syntax as s
from syncline_grammar.words import nearest

from ...model import Field, FieldType
from ..catalog import Problems
from ..types import PICKED, TIMES, a_value

_WANTED = {
    FieldType.NUMBER: "a number is wanted, without quotes",
    FieldType.BOOLEAN: "`true` or `false` is wanted, without quotes",
    FieldType.DATE: "a date is wanted (2026-11-22, today, 30 days ago)",
    FieldType.DATETIME: "a date is wanted (2026-11-22, today, 30 days ago)",
}
_DAYS_IN = {
    s.Unit.MINUTE: 1 / 1440, s.Unit.HOUR: 1 / 24, s.Unit.DAY: 1.0, s.Unit.WEEK: 7.0,
    s.Unit.MONTH: 30.0, s.Unit.YEAR: 365.0,
}  # fmt: skip
_CENTURY = 36_600
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
            problems.add("E306", words, value.span, label=_WANTED[kind])
    elif isinstance(value, s.Number) and kind is not FieldType.NUMBER:
        problems.add("E306", f"{name} is {a_value(kind)}, not a number", value.span)
    elif isinstance(value, s.Truth) and kind is not FieldType.BOOLEAN:
        problems.add("E306", f"{name} is {a_value(kind)}, never true or false", value.span)
    elif isinstance(value, s.Date | s.Relative) and kind not in TIMES:
        problems.add("E306", f"{name} is {a_value(kind)}, not a date", value.span)


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
        better=None if near is None else f'"{near}"',
    )


def check_written(value: s.Expression, field: Field, problems: Problems) -> None:
    """Like ``check_value``, for a literal that is written: it must fit into the field."""
    check_value(value, field, problems)
    if isinstance(value, s.Text) and field.length is not None and len(value.value) > field.length:
        problems.add(
            "E313",
            f"{field.name} takes {field.length} characters; this text has {len(value.value)}",
            value.span,
        )


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
