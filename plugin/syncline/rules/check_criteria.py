"""Check criteria: do the fields exist, do operators and values fit them (B2)."""

from __future__ import annotations

__all__ = [
    "check_call",
    "check_criterion",
    "check_expression",
    "check_value",
    "check_written",
    "same_family",
]

from datetime import date

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Edit, Severity, Span
from syncline_grammar.words import nearest

from ..model import Field, FieldType
from .catalog import Catalog, Problems, Scope
from .patterns import pattern_fault

NUMERIC = {FieldType.NUMBER}
TIMES = {FieldType.DATE, FieldType.DATETIME}
PICKED = {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}
_TEXT_OPS = {s.Op.CONTAINS, s.Op.STARTS, s.Op.ENDS, s.Op.MATCHES}
_ORDER_OPS = {s.Op.LT, s.Op.LE, s.Op.GT, s.Op.GE, s.Op.BETWEEN}
_EQUAL_OPS = {s.Op.EQ, s.Op.NE, s.Op.IN, s.Op.NOT_IN, s.Op.EXACTLY}
_TIME_OPS = {s.Op.BEFORE, s.Op.AFTER, s.Op.IN_LAST, s.Op.IN_NEXT}
_BEFORE_OPS = {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS, s.Op.IS_NEW}


def check_criterion(
    row: s.Criterion, scope: Scope, catalog: Catalog, problems: Problems, *, history: bool = True
) -> None:
    """Note every fault of *row*; *history* is False where no earlier record exists."""
    if isinstance(row, s.Not):
        check_criterion(row.row, scope, catalog, problems, history=history)
    elif isinstance(row, s.Group):
        if not row.rows:
            problems.add("E112", f"`{row.quantifier} {{ }}` has no rows", row.span)
        seen: list[s.Criterion] = []
        for inner in row.rows:
            check_criterion(inner, scope, catalog, problems, history=history)
            if inner in seen:
                problems.add(
                    "W902", "this row stands here twice", inner.span, severity=Severity.WARNING
                )
            seen.append(inner)
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
        if isinstance(row.left, s.Relative | s.Text | s.Number | s.Truth | s.Date):
            problems.add("E306", "a comparison begins with a field", row.left.span)
    others = [check_expression(value, scope, catalog, problems) for value in row.right]
    if row.op in _BEFORE_OPS and row.left is not None and not isinstance(row.left, s.FieldRef):
        problems.add("E306", f"`{row.op}` needs a field on its left", row.span)
        return
    if row.op is s.Op.MATCHES:
        _check_pattern(row.right[0], problems)
    for value in row.right:
        if isinstance(value, s.Text) and not value.value.strip():
            _blank_text(row, value, problems)
    if row.op in {s.Op.IN_LAST, s.Op.IN_NEXT} and isinstance(row.right[0], s.Number):
        _check_span_of_time(row.right[0].value, row.unit or s.Unit.DAY, row.right[0], problems)
    if field is None:
        if row.op in _ORDER_OPS and isinstance(row.left, s.Call):
            for value in row.right:
                if isinstance(value, s.Number):
                    words = f"`{row.left.name.text}` gives a text, which has no order"
                    problems.add("E306", words, row.span)
        return
    if (fault := _misfit(row.op, field)) is not None:
        problems.add("E306", f"`{row.op}` does not fit {field.name}: {fault}", row.span)
        return
    if row.op in {s.Op.STARTS, s.Op.ENDS, s.Op.MATCHES, s.Op.IN_LAST, s.Op.IN_NEXT}:
        return
    for value, other in zip(row.right, others, strict=True):
        if other is not None and _family(field) != _family(other) and row.op is not s.Op.CONTAINS:
            problems.add(
                "E306",
                f"{field.name} is {_a(field)} and {other.name} {_a(other)}: they never compare",
                value.span,
            )
        elif row.op is not s.Op.CONTAINS or field.type is FieldType.MULTI_PICKLIST:
            check_value(value, field, problems)


def _check_pattern(value: s.Expression, problems: Problems) -> None:
    if not isinstance(value, s.Text):
        problems.add("E306", "`matches` needs a pattern in quotes", value.span)
    elif fault := pattern_fault(value.value):
        problems.add(
            "E308",
            f"this pattern cannot be read: {fault}",
            value.span,
            notes=("`.` stands for any sign, `*` repeats what stands before it: `.*`.",),
        )


def _blank_text(row: s.Comparison, value: s.Text, problems: Problems) -> None:
    word = "is not blank" if row.op is s.Op.NE else "is blank"
    fix = None
    if row.op in {s.Op.EQ, s.Op.NE} and row.left is not None:
        left = row.left.span
        place = Span(left.end, value.span.end, left.line, left.column + left.end - left.start)
        fix = Edit(span=place, text=f" {word}", title=f"write `{word}`")
    problems.found.append(
        Diagnostic(
            code="E304",
            message=f"blank is asked with `{word}`, not compared with an empty text",
            span=value.span,
            fix=fix,
        )
    )


def _check_span_of_time(
    amount: int | float, unit: s.Unit, value: s.Expression, problems: Problems
) -> None:
    if isinstance(amount, float):
        problems.add("E111", f"{amount} is no whole number of {unit}s", value.span)
    elif abs(amount) * _DAYS_IN[unit] > _CENTURY:
        problems.add("E111", "more than a hundred years lie beyond what can be counted", value.span)


_DAYS_IN = {
    s.Unit.MINUTE: 1 / 1440, s.Unit.HOUR: 1 / 24, s.Unit.DAY: 1.0, s.Unit.WEEK: 7.0,
    s.Unit.MONTH: 30.0, s.Unit.YEAR: 365.0,
}  # fmt: skip
_CENTURY = 36_600
#: A sum of more parts is no rule that a person reads.
_PARTS = 50


def _family(field: Field) -> str:
    """Return the kind of values that compare with one another."""
    for name, types in (
        ("number", NUMERIC), ("date", TIMES), ("truth", {FieldType.BOOLEAN}),
        ("choices", {FieldType.MULTI_PICKLIST}),
    ):  # fmt: skip
        if field.type in types:
            return name
    return "text"


def same_family(one: Field, other: Field) -> bool:
    """Tell whether the values of two fields compare with one another."""
    return _family(one) == _family(other)


def _a(field: Field) -> str:
    return {"number": "a number", "date": "a date", "truth": "true or false"}.get(
        _family(field), "text"
    )


def _misfit(op: s.Op, field: Field) -> str | None:
    if op in _TEXT_OPS and field.type in NUMERIC | TIMES | {FieldType.BOOLEAN}:
        return f"it is a {field.type} field, and this asks about text"
    if field.type is FieldType.MULTI_PICKLIST and op in _TEXT_OPS | _EQUAL_OPS:
        return None if op is s.Op.CONTAINS else "it holds several values; ask with `contains`"
    if op in _ORDER_OPS and field.type not in NUMERIC | TIMES:
        return f"it is a {field.type} field, which has no order"
    if op in _TIME_OPS and field.type not in TIMES:
        return f"it is a {field.type} field, not a date"
    return None


def check_written(value: s.Expression, field: Field, problems: Problems) -> None:
    """Like ``check_value``, for a literal that is written: it must fit into the field."""
    check_value(value, field, problems)
    if isinstance(value, s.Text) and field.length is not None and len(value.value) > field.length:
        problems.add(
            "E313",
            f"{field.name} takes {field.length} characters; this text has {len(value.value)}",
            value.span,
        )


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
                f"{field.name} is {_a(field)}, and this is text",
                value.span,
                label=_WANTED[field.type],
            )
    elif isinstance(value, s.Number) and field.type not in NUMERIC:
        problems.add("E306", f"{field.name} is {_a(field)}, not a number", value.span)
    elif isinstance(value, s.Truth) and field.type is not FieldType.BOOLEAN:
        problems.add("E306", f"{field.name} is {_a(field)}, never true or false", value.span)
    elif isinstance(value, s.Date | s.Relative) and field.type not in TIMES:
        problems.add("E306", f"{field.name} is {_a(field)}, not a date", value.span)


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
        if len(parts) > _PARTS:
            problems.add("E103", f"a sum of more than {_PARTS} parts", value.span)
        for part in parts:
            if value.rest and isinstance(part, s.Text | s.Truth | s.Date | s.Relative):
                problems.add("E306", "only numbers can be counted with", part.span)
            field = check_expression(part, scope, catalog, problems)
            if field is not None and field.type is not FieldType.NUMBER and value.rest:
                problems.add(
                    "E306",
                    f"{field.name} is {_a(field)}: only numbers add up",
                    part.span,
                )
    elif isinstance(value, s.Date):
        _check_date(value, problems)
    elif isinstance(value, s.Relative):
        _check_span_of_time(value.amount, value.unit, value, problems)
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
