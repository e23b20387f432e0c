"""Check criteria: do the fields exist, do operators and values fit them (B2)."""

from __future__ import annotations

__all__ = ["check_criterion"]

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Edit, Severity, Span

from ...model import FieldType
from ..catalog import Catalog, Problems, Scope
from ..patterns import pattern_fault
from ..types import TIMES, a_value, family
from .expressions import Typed, check_expression
from .literals import check_literal, check_span_of_time, check_written_day
from .unquoted import tell_unquoted

_TEXT_OPS = {s.Op.CONTAINS, s.Op.STARTS, s.Op.ENDS, s.Op.MATCHES}
_ORDER_OPS = {s.Op.LT, s.Op.LE, s.Op.GT, s.Op.GE, s.Op.BETWEEN}
_EQUAL_OPS = {s.Op.EQ, s.Op.NE, s.Op.IN, s.Op.NOT_IN, s.Op.EXACTLY}
_TIME_OPS = {s.Op.BEFORE, s.Op.AFTER, s.Op.IN_LAST, s.Op.IN_NEXT}
_BEFORE_OPS = {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS, s.Op.IS_NEW}
#: Their right side is a part of a text, a pattern or a number of units: no value of the left.
_APART = {s.Op.STARTS, s.Op.ENDS, s.Op.MATCHES, s.Op.IN_LAST, s.Op.IN_NEXT}
#: Rows of a group from which on they are hashed.
_MANY = 12
_LITERAL = s.Text | s.Number | s.Truth | s.Date | s.Relative


def check_criterion(
    row: s.Criterion, scope: Scope, catalog: Catalog, problems: Problems, *, history: bool = True
) -> None:
    """Note every fault of *row*; *history* is False where no earlier record exists."""
    if isinstance(row, s.Not):
        check_criterion(row.row, scope, catalog, problems, history=history)
    elif isinstance(row, s.Group):
        if not row.rows:
            problems.add("E112", f"`{row.quantifier} {{ }}` has no rows", row.span)
        # To compare a few rows is quicker than to hash them; of many, the other way round.
        seen: list[s.Criterion] | set[s.Criterion] = [] if len(row.rows) < _MANY else set()
        for inner in row.rows:
            check_criterion(inner, scope, catalog, problems, history=history)
            if inner in seen:
                problems.add(
                    "W902", "this row stands here twice", inner.span, severity=Severity.WARNING
                )
            elif isinstance(seen, list):
                seen.append(inner)
            else:
                seen.add(inner)
    else:
        if row.op in _BEFORE_OPS and not history:
            problems.add(
                "E312",
                f"`{row.op}` compares with the record before; here there is only the record",
                row.span,
            )
        if row.op.event is not None and not history:
            problems.add(
                "E319",
                f"`{row.op}` asks what happened to the record; here there is only the record",
                row.span,
                notes=("Ask it in a workflow: `when is deleted`.",),
            )
        _check_comparison(row, scope, catalog, problems)


def _check_comparison(
    row: s.Comparison, scope: Scope, catalog: Catalog, problems: Problems
) -> None:
    left = None
    if row.left is not None:
        left = check_expression(row.left, scope, catalog, problems)
        if isinstance(row.left, _LITERAL):
            problems.add("E306", "a comparison begins with a field", row.left.span)
            left = None
    others = [
        None
        if tell_unquoted(row, left, value, scope, problems)
        else check_expression(value, scope, catalog, problems)
        for value in row.right
    ]
    if row.op in _BEFORE_OPS and row.left is not None and not isinstance(row.left, s.FieldRef):
        problems.add("E306", f"`{row.op}` needs a field on its left", row.span)
        return
    if row.op is s.Op.MATCHES:
        _check_pattern(row.right[0], problems)
    for value in row.right:
        if isinstance(value, s.Text) and not value.value.strip():
            _blank_text(row, value, problems)
    if row.op in {s.Op.IN_LAST, s.Op.IN_NEXT} and isinstance(row.right[0], s.Number):
        check_span_of_time(row.right[0].value, row.unit or s.Unit.DAY, row.right[0], problems)
    if left is None:
        return
    if (fault := _misfit(row.op, left.type)) is not None:
        problems.add("E306", f"`{row.op}` does not fit {left.name}: {fault}", row.span)
    elif row.op not in _APART:
        for value, other in zip(row.right, others, strict=True):
            _check_pair(row.op, left, value, other, problems)


def _check_pair(
    op: s.Op, left: Typed, value: s.Expression, other: Typed | None, problems: Problems
) -> None:
    """Note a right side that is never what the left can be."""
    if op is s.Op.CONTAINS and left.type is not FieldType.MULTI_PICKLIST:
        return
    if isinstance(value, _LITERAL):
        check_literal(value, left.type, left.name, problems, left.field)
    elif isinstance(value, s.Arithmetic) and check_written_day(value, left.type, problems):
        return
    elif other is not None and family(left.type) != family(other.type):
        words = (
            f"{left.name} ({a_value(left.type)}) and {other.name} ({a_value(other.type)}) "
            "never compare"
        )
        problems.add("E306", words, value.span)


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


def _misfit(op: s.Op, kind: FieldType) -> str | None:
    what = f"it is {_an(kind)} field"
    if op in _TEXT_OPS and family(kind) in {"number", "date", "truth"}:
        return f"{what}, and this asks about text"
    if kind is FieldType.MULTI_PICKLIST and op in _TEXT_OPS | _EQUAL_OPS:
        return None if op is s.Op.CONTAINS else "it holds several values; ask with `contains`"
    if op in _ORDER_OPS and family(kind) not in {"number", "date"}:
        return f"{what}, which has no order"
    if op in _TIME_OPS and kind not in TIMES:
        return f"{what}, not a date"
    return None


def _an(kind: FieldType) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
