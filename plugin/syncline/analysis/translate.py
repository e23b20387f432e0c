"""From criteria to formulas over atoms: each says exactly what the compiled criterion says.

That holds for records whose values fit the types of their fields: a date field never holds
"soon", a picklist that refuses other values never holds one.
"""

from __future__ import annotations

__all__ = ["changed", "translate"]

from collections.abc import Hashable, Sequence

from syncline_grammar import syntax as s

from ..model import Field, FieldType
from ..rules.catalog import Scope
from ..rules.values import day, fold
from .atoms import (
    HAPPENED,
    Atom,
    Chosen,
    DayPoint,
    Exact,
    Folded,
    Free,
    Happened,
    IsBlank,
    Node,
    Ordered,
    Part,
    Point,
    RelativePoint,
    Test,
    Variable,
    Where,
)  # fmt: skip
from .formula import Every, Some

_TIMES = {FieldType.DATE, FieldType.DATETIME}
_EXACT = {FieldType.PICKLIST, FieldType.ID, FieldType.REFERENCE}
_FOLDED = {FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL}
_SIGNS = {
    s.Op.LT: "<", s.Op.LE: "<=", s.Op.GT: ">", s.Op.GE: ">=", s.Op.BEFORE: "<", s.Op.AFTER: ">",
}  # fmt: skip
_NEGATIVE = {s.Op.NE: s.Op.EQ, s.Op.NOT_IN: s.Op.IN, s.Op.NOT_BLANK: s.Op.BLANK}
_HISTORY = {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS}
#: Fractions of a day move a day only at some hours of it.
_CLOCK_UNITS = {s.Unit.MINUTE, s.Unit.HOUR}


def changed(field: str) -> Variable:
    """Return the free atom that *field* differs from what was last seen."""
    return Variable(Where.FREE, (s.Op.CHANGED, field))


def translate(row: s.Criterion, scope: Scope, *, holds: bool = True) -> Node:
    """Return *row*, or its negation, as a formula over atoms."""
    if isinstance(row, s.Not):
        return translate(row.row, scope, holds=not holds)
    if isinstance(row, s.Group):
        if row.quantifier is s.Quantifier.NONE:
            holds = not holds
        parts = [translate(inner, scope, holds=holds) for inner in row.rows]
        return _join(parts, together=(row.quantifier is s.Quantifier.ALL) is holds)
    op = row.op
    if op in _NEGATIVE:
        op, holds = _NEGATIVE[op], not holds
    return _Comparison(row, scope, holds=holds).read(op)


def _join(parts: Sequence[Node], *, together: bool) -> Node:
    if len(parts) == 1:
        return parts[0]
    return Every(tuple(parts)) if together else Some(tuple(parts))


class _Comparison:
    """One comparison and the polarity in which it is wanted."""

    def __init__(self, row: s.Comparison, scope: Scope, *, holds: bool) -> None:
        self.row = row
        self.holds = holds
        self.field = scope.find(row.left.name) if isinstance(row.left, s.FieldRef) else None

    def read(self, op: s.Op) -> Node:
        """Return the comparison as if its operator were *op*, a positive one."""
        row, field = self.row, self.field
        if op is s.Op.IS_NEW or op.event is not None:
            return self._atom(HAPPENED, Happened(op))
        if field is None:
            return self._free((op, row.left, row.right, row.unit))
        here = Variable(Where.NOW, field.name)
        match op:
            case s.Op.BLANK:
                return self._atom(here, IsBlank())
            case s.Op.EQ | s.Op.EXACTLY:
                return self._equal(op, here, field, row.right[0])
            case s.Op.IN:
                return self._any([self._equal(s.Op.EQ, here, field, v) for v in row.right])
            case s.Op.CONTAINS | s.Op.STARTS | s.Op.ENDS:
                return self._part(op, here, field, row.right[0])
            case s.Op.BETWEEN:
                low = self._ordered(">=", here, field, row.right[0])
                return self._all([low, self._ordered("<=", here, field, row.right[1])])
            case s.Op.IN_LAST | s.Op.IN_NEXT:
                return self._within(op, here, field)
            case s.Op.MATCHES:
                return self._opaque(here, (op, row.right))
            case s.Op.CHANGED | s.Op.CHANGED_TO | s.Op.CHANGED_FROM | s.Op.WAS:
                return self._history(op, here, field)
            case _:
                return self._ordered(_SIGNS[op], here, field, row.right[0])

    # -- joining, in the polarity wanted

    def _all(self, parts: Sequence[Node]) -> Node:
        return _join(parts, together=self.holds)

    def _any(self, parts: Sequence[Node]) -> Node:
        return _join(parts, together=not self.holds)

    def _atom(self, variable: Variable, test: Test) -> Atom:
        return Atom(variable, test, self.holds)

    def _not(self, variable: Variable, test: Test) -> Atom:
        return Atom(variable, test, not self.holds)

    def _free(self, asked: Hashable) -> Node:
        return self._atom(Variable(Where.FREE, asked), Free())

    def _opaque(self, here: Variable, asked: Hashable) -> Node:
        """Return a question that nothing is known of, but that it is false for a blank."""
        return self._all([self._not(here, IsBlank()), self._free((here, asked))])

    # -- the kinds of questions

    def _equal(self, op: s.Op, here: Variable, field: Field, right: s.Expression) -> Node:
        kind = field.type
        if kind in _TIMES or (kind is FieldType.NUMBER and isinstance(right, s.Number)):
            exactly = op is s.Op.EXACTLY and kind in _TIMES
            return self._opaque(here, (op, right)) if exactly else self._ordered(
                "==", here, field, right
            )  # fmt: skip
        if kind is FieldType.BOOLEAN and isinstance(right, s.Truth):
            return self._atom(here, Exact(right.value))
        if isinstance(right, s.Text):
            if kind in _EXACT or (kind in _FOLDED and op is s.Op.EXACTLY):
                return self._atom(here, Exact(right.value))
            if kind in _FOLDED and (key := fold(right.value)) is not None:
                return self._atom(here, Folded(key, right.value))
        return self._opaque(here, (op, right))

    def _part(self, op: s.Op, here: Variable, field: Field, right: s.Expression) -> Node:
        if isinstance(right, s.Text) and (key := fold(right.value)) is not None:
            if field.type is FieldType.MULTI_PICKLIST and op is s.Op.CONTAINS:
                return self._atom(here, Chosen(right.value))
            if field.type in _EXACT | _FOLDED:
                return self._atom(here, Part(op, key))
        return self._opaque(here, (op, right))

    def _ordered(self, sign: str, here: Variable, field: Field, right: s.Expression) -> Node:
        point = _point(field.type, right)
        if point is None:
            return self._opaque(here, (sign, right))
        return self._atom(here, Ordered(sign, point))

    def _within(self, op: s.Op, here: Variable, field: Field) -> Node:
        amount, unit = self.row.right[0], self.row.unit
        assert isinstance(amount, s.Number)
        assert unit is not None
        dated = field.type is FieldType.DATE
        if not isinstance(amount.value, int) or (dated and unit in _CLOCK_UNITS):
            return self._opaque(here, (op, amount, unit))
        signed = -amount.value if op is s.Op.IN_LAST else amount.value
        edge, now = RelativePoint(signed, unit, dated), RelativePoint(0, s.Unit.DAY, dated)
        first, last = (edge, now) if op is s.Op.IN_LAST else (now, edge)
        return self._all(
            [self._atom(here, Ordered(">=", first)), self._atom(here, Ordered("<=", last))]
        )

    def _history(self, op: s.Op, here: Variable, field: Field) -> Node:
        right = self.row.right
        before = Variable(Where.BEFORE, field.name)
        parts: list[Node] = [self._not(HAPPENED, Happened(s.Op.IS_NEW))]
        if op is not s.Op.WAS:
            # Of a record to which something happened, no value changed.
            parts = [self._atom(HAPPENED, Happened(None))]
            parts.append(self._atom(changed(field.name), Free()))
        if op in {s.Op.WAS, s.Op.CHANGED_FROM}:
            parts.append(self._equal(s.Op.EQ, before, field, right[0]))
        if op in {s.Op.CHANGED_TO, s.Op.CHANGED_FROM}:
            parts.append(self._equal(s.Op.EQ, here, field, right[-1]))
        return self._all(parts)


def _point(kind: FieldType, value: s.Expression) -> Point | None:
    """Return where *value* lies among the values of a field of *kind*; None if nobody knows."""
    if isinstance(value, s.Number) and kind is FieldType.NUMBER:
        return value.value
    if isinstance(value, s.Date) and kind in _TIMES and day(value.value) is not None:
        return DayPoint(value.value)
    if isinstance(value, s.Relative) and kind in _TIMES and isinstance(value.amount, int):
        whole = kind is FieldType.DATE or value.word not in {"", "now"}
        if not (kind is FieldType.DATE and value.unit in _CLOCK_UNITS):
            return RelativePoint(value.amount, value.unit, whole)
    return None
