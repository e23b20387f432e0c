"""Check criteria: do the fields exist, do operators and values fit them (B2)."""

from __future__ import annotations

__all__ = ["check_criterion", "check_expression", "check_value"]

from datetime import date

from syncline_grammar import syntax as s
from syncline_grammar.words import nearest

from ..model import Field, FieldType
from .catalog import Catalog, Problems, Scope
from .patterns import pattern_fault

NUMERIC = {FieldType.NUMBER}
TIMES = {FieldType.DATE, FieldType.DATETIME}
PICKED = {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}
_TEXT_OPS = {s.Op.CONTAINS, s.Op.STARTS, s.Op.ENDS, s.Op.MATCHES}
_ORDER_OPS = {s.Op.LT, s.Op.LE, s.Op.GT, s.Op.GE, s.Op.BETWEEN}
_TIME_OPS = {s.Op.BEFORE, s.Op.AFTER, s.Op.IN_LAST, s.Op.IN_NEXT}
_BEFORE_OPS = {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS, s.Op.IS_NEW}


def check_criterion(
    row: s.Criterion, scope: Scope, catalog: Catalog, problems: Problems, *, history: bool = True
) -> None:
    """Note every fault of *row*; *history* is False where no earlier record exists."""
    if isinstance(row, s.Not):
        check_criterion(row.row, scope, catalog, problems, history=history)
    elif isinstance(row, s.Group):
        for inner in row.rows:
            check_criterion(inner, scope, catalog, problems, history=history)
    else:
        if row.op in _BEFORE_OPS and not history:
            problems.add(
                "E312",
                f"`{row.op}` compares with the record before; here there is only the record",
                row.span,
            )
        _check_comparison(row, scope, catalog, problems)


def _check_comparison(
    row: s.Comparison, scope: Scope, catalog: Catalog, problems: Problems
) -> None:
    field = None
    if row.left is not None:
        field = check_expression(row.left, scope, catalog, problems)
    for value in row.right:
        check_expression(value, scope, catalog, problems)
        if isinstance(value, s.Text) and not value.value.strip():
            problems.add(
                "E304",
                "a comparison with an empty text is never true: write `is blank`",
                value.span,
            )
    if field is None:
        return
    if row.op in _BEFORE_OPS and not isinstance(row.left, s.FieldRef):
        problems.add("E306", f"`{row.op}` needs a field on its left", row.span)
    elif (fault := _misfit(row.op, field)) is not None:
        problems.add("E306", f"`{row.op}` does not fit {field.name}: {fault}", row.span)
    elif row.op is s.Op.MATCHES:
        for value in row.right:
            if isinstance(value, s.Text) and (fault := pattern_fault(value.value)):
                problems.add("E308", f"this pattern cannot be read: {fault}", value.span)
    elif row.op not in _TEXT_OPS and row.op not in {s.Op.IN_LAST, s.Op.IN_NEXT}:
        for value in row.right:
            check_value(value, field, problems)


def _misfit(op: s.Op, field: Field) -> str | None:
    if op in _TEXT_OPS and field.type in NUMERIC | TIMES | {FieldType.BOOLEAN}:
        if op is s.Op.CONTAINS and field.type is FieldType.MULTI_PICKLIST:
            return None
        return f"it is a {field.type} field, and this asks about text"
    if op in _ORDER_OPS and field.type not in NUMERIC | TIMES:
        return f"it is a {field.type} field, which has no order"
    if op in _TIME_OPS and field.type not in TIMES:
        return f"it is a {field.type} field, not a date"
    return None


def check_value(value: s.Expression, field: Field, problems: Problems) -> None:
    """Note when a literal cannot be a value of *field*."""
    if isinstance(value, s.Text):
        if field.type in PICKED and field.values and value.value not in field.values:
            near = nearest(value.value, field.values)
            problems.add(
                "E301",
                f'{field.name} has no value "{value.value}"'
                + (f'; did you mean "{near}"?' if near else ""),
                value.span,
                notes=() if near else ("Its values: " + ", ".join(field.values[:12]) + ".",),
                better=None if near is None else f'"{near}"',
            )
        elif field.type in NUMERIC | {FieldType.BOOLEAN} | TIMES:
            problems.add(
                "E306",
                f"{field.name} is a {field.type} field; a text is never equal to it",
                value.span,
                label=_WANTED[field.type],
            )
    elif isinstance(value, s.Number) and field.type not in NUMERIC:
        problems.add("E306", f"{field.name} is a {field.type} field, not a number", value.span)
    elif isinstance(value, s.Truth) and field.type is not FieldType.BOOLEAN:
        problems.add("E306", f"{field.name} is a {field.type} field, not true or false", value.span)
    elif isinstance(value, s.Date | s.Relative) and field.type not in TIMES:
        problems.add("E306", f"{field.name} is a {field.type} field, not a date", value.span)


_WANTED = {
    FieldType.NUMBER: "a number is wanted, without quotes",
    FieldType.BOOLEAN: "`true` or `false` is wanted, without quotes",
    FieldType.DATE: "a date is wanted (2026-11-22, today, 30 days ago)",
    FieldType.DATETIME: "a date is wanted (2026-11-22, today, 30 days ago)",
}


def check_expression(
    value: s.Expression, scope: Scope, catalog: Catalog, problems: Problems
) -> Field | None:
    """Note unknown names in *value*; return its field when it is one field alone."""
    if isinstance(value, s.FieldRef):
        return scope.resolve(value.name, problems)
    if isinstance(value, s.Call):
        check_call(value, scope, catalog, problems)
    elif isinstance(value, s.Arithmetic):
        parts = [value.first, *(right for _sign, right in value.rest)]
        for part in parts:
            field = check_expression(part, scope, catalog, problems)
            if field is not None and field.type is not FieldType.NUMBER and value.rest:
                problems.add(
                    "E306", f"{field.name} is a {field.type} field: it does not count", part.span
                )
    elif isinstance(value, s.Date):
        _check_date(value, problems)
    return None


def _check_date(value: s.Date, problems: Problems) -> None:
    try:
        date.fromisoformat(value.value)
    except ValueError:
        problems.add("E111", f"{value.value} is no day of the calendar", value.span)


def check_call(
    call: s.Call, scope: Scope, catalog: Catalog, problems: Problems, *, given: int = 0
) -> None:
    """Note an unknown function or a wrong number of arguments; *given* come before the written."""
    for argument in call.args:
        check_expression(argument, scope, catalog, problems)
    function = catalog.functions.get(call.name.text)
    if function is None:
        problems.unknown("E204", "function", call.name, catalog.functions)
        return
    least, most = function.arguments
    count = len(call.args) + given - 1
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        problems.add(
            "E307",
            f"`{function.name}` takes {wanted} arguments beside its value, not {max(count, 0)}",
            call.span,
            notes=(function.summary,),
        )
