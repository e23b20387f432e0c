"""Criteria and expressions as Python source: names and values are bound, never spliced as text.

A generated criterion is one expression over ``r`` (the record's values), ``b`` (the values before,
or None for a new record) and ``t`` (the clock). Blank is False for every positive operator; each
negative operator is the negation of its positive one.
"""

from __future__ import annotations

__all__ = ["Code"]

from collections.abc import Callable, Hashable
from operator import add, mul, sub
from typing import Any

from syncline_grammar import syntax as s

from ..model import Field, FieldType
from .catalog import Catalog, Scope
from .patterns import compile_pattern
from .values import blank, chosen, day, day_of, fold, instant, normaliser, num

_TIMES = {FieldType.DATE, FieldType.DATETIME}
_EXACT = {FieldType.PICKLIST, FieldType.BOOLEAN, FieldType.ID, FieldType.REFERENCE}
_ORDER = {
    s.Op.LT: "<", s.Op.LE: "<=", s.Op.GT: ">", s.Op.GE: ">=", s.Op.BEFORE: "<", s.Op.AFTER: ">",
}  # fmt: skip
_NEGATIVE = {s.Op.NE: s.Op.EQ, s.Op.NOT_IN: s.Op.IN, s.Op.NOT_BLANK: s.Op.BLANK}


class Code:
    """The source being written, and the values that its names are bound to."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.bound: dict[str, Any] = {
            "fold": fold, "num": num, "day": day, "day_of": day_of, "instant": instant,
            "blank": blank, "chosen": chosen,
        }  # fmt: skip
        self._known: dict[tuple[type, Any], str] = {}
        self._names = 0

    def bind(self, value: Any) -> str:
        """Return the name by which generated code knows *value*."""
        token: Any = value if isinstance(value, Hashable) else id(value)
        key: tuple[type[Any], Any] = (value.__class__, token)
        if key not in self._known:
            self._known[key] = f"k{len(self._known)}"
            self.bound[self._known[key]] = value
        return self._known[key]

    def _name(self) -> str:
        self._names += 1
        return f"v{self._names}"

    # -- criteria

    def criterion(self, row: s.Criterion, scope: Scope) -> str:
        """Return *row* as one boolean expression."""
        if isinstance(row, s.Not):
            return f"(not {self.criterion(row.row, scope)})"
        if isinstance(row, s.Group):
            word = " and " if row.quantifier is s.Quantifier.ALL else " or "
            joined = "(" + word.join(self.criterion(inner, scope) for inner in row.rows) + ")"
            return f"(not {joined})" if row.quantifier is s.Quantifier.NONE else joined
        if row.op in _NEGATIVE:
            return f"(not {self._comparison(_NEGATIVE[row.op], row, scope)})"
        return self._comparison(row.op, row, scope)

    def _comparison(self, op: s.Op, row: s.Comparison, scope: Scope) -> str:
        if op is s.Op.IS_NEW:
            return "(b is None)"
        assert row.left is not None
        left = self.expression(row.left, scope)
        field = self._field(row.left, scope)
        match op:
            case s.Op.BLANK:
                return f"blank({left})"
            case s.Op.EQ:
                return self._equal(left, row.right[0], field, scope)
            case s.Op.EXACTLY:
                return f"({left} == {self.expression(row.right[0], scope)} and not blank({left}))"
            case s.Op.IN:
                return self._is_in(left, row.right, field, scope)
            case s.Op.CONTAINS | s.Op.STARTS | s.Op.ENDS | s.Op.MATCHES:
                return self._text_test(op, left, row.right[0], field, scope)
            case s.Op.BETWEEN:
                low = self._ordered(left, ">=", row.right[0], field, scope)
                return f"({low} and {self._ordered(left, '<=', row.right[1], field, scope)})"
            case s.Op.IN_LAST | s.Op.IN_NEXT:
                return self._within(op, left, row, field)
            case s.Op.CHANGED | s.Op.CHANGED_TO | s.Op.CHANGED_FROM | s.Op.WAS:
                return self._history(op, left, row, field, scope)
            case _:
                return self._ordered(left, _ORDER[op], row.right[0], field, scope)

    def _equal(self, left: str, right: s.Expression, field: Field | None, scope: Scope) -> str:
        if field is not None and field.type in _TIMES:
            return self._ordered(left, "==", right, field, scope)
        if isinstance(right, s.Text | s.Number | s.Truth | s.Date):
            if _is_exact(field) or not isinstance(right, s.Text):
                return f"({left} == {self.bind(right.value)})"
            return f"(fold({left}) == {self.bind(fold(right.value))})"
        if _is_exact(field) or (field is not None and field.type is FieldType.NUMBER):
            name = self._name()
            return f"(not blank({name} := {left}) and {name} == {self.expression(right, scope)})"
        name, other = self._name(), self.expression(right, scope)
        return f"(({name} := fold({left})) is not None and {name} == fold({other}))"

    def _is_in(
        self, left: str, values: tuple[s.Expression, ...], field: Field | None, scope: Scope
    ) -> str:
        texts = [v.value for v in values if isinstance(v, s.Text)]
        if len(texts) == len(values):
            if _is_exact(field):
                return f"({left} in {self.bind(frozenset(texts))})"
            return f"(fold({left}) in {self.bind(frozenset(fold(v) for v in texts))})"
        return "(" + " or ".join(self._equal(left, v, field, scope) for v in values) + ")"

    def _text_test(
        self, op: s.Op, left: str, right: s.Expression, field: Field | None, scope: Scope
    ) -> str:
        name = self._name()
        if op is s.Op.MATCHES:
            assert isinstance(right, s.Text)
            test = self.bind(compile_pattern(right.value))
            return f"(not blank({name} := {left}) and {test}(str({name})))"
        if field is not None and field.type is FieldType.MULTI_PICKLIST:
            return f"({self.expression(right, scope)} in chosen({left}))"
        wanted = (
            self.bind(fold(right.value))
            if isinstance(right, s.Text)
            else f"fold({self.expression(right, scope)})"
        )
        other = self._name()
        test = {
            s.Op.CONTAINS: f"{other} in {name}",
            s.Op.STARTS: f"{name}.startswith({other})",
            s.Op.ENDS: f"{name}.endswith({other})",
        }[op]
        return (
            f"(({name} := fold({left})) is not None and ({other} := {wanted}) is not None"
            f" and {test})"
        )

    def _ordered(
        self, left: str, sign: str, right: s.Expression, field: Field | None, scope: Scope
    ) -> str:
        kind = FieldType.NUMBER if field is None else field.type
        read = {FieldType.DATE: "day", FieldType.DATETIME: "instant"}.get(kind, "num")
        if kind is FieldType.DATETIME and _is_day(right):
            # A moment lies within a day, not at its midnight.
            kind, read = FieldType.DATE, "day_of"
        name = self._name()
        if isinstance(right, s.Number):
            return (
                f"(({name} := num({left})) is not None and {name} {sign} {self.bind(right.value)})"
            )
        other = self._name()
        return (
            f"(({name} := {read}({left})) is not None"
            f" and ({other} := {self._moment(right, kind, scope)}) is not None"
            f" and {name} {sign} {other})"
        )

    def _moment(self, value: s.Expression, kind: FieldType, scope: Scope) -> str:
        """Return *value* in the form in which fields of *kind* are ordered."""
        if isinstance(value, s.Relative):
            amount, unit = self.bind(value.amount), self.bind(value.unit.value)
            if kind is FieldType.DATE:
                return f"t.day({amount}, {unit})"
            return f"t.moment({amount}, {unit})"
        if isinstance(value, s.Date):
            return self.bind(value.value if kind is FieldType.DATE else instant(value.value))
        read = {FieldType.DATE: "day", FieldType.DATETIME: "instant"}.get(kind, "num")
        return f"{read}({self.expression(value, scope)})"

    def _within(self, op: s.Op, left: str, row: s.Comparison, field: Field | None) -> str:
        assert isinstance(row.right[0], s.Number)
        assert row.unit is not None
        amount = int(row.right[0].value) * (-1 if op is s.Op.IN_LAST else 1)
        dated = field is not None and field.type is FieldType.DATE
        read, clock = ("day", "t.day") if dated else ("instant", "t.moment")
        edge = f"{clock}({self.bind(amount)}, {self.bind(row.unit.value)})"
        here = f"{clock}(0, {self.bind('day')})"
        first, last = (edge, here) if op is s.Op.IN_LAST else (here, edge)
        name = self._name()
        return f"(({name} := {read}({left})) is not None and {first} <= {name} <= {last})"

    def _history(
        self, op: s.Op, left: str, row: s.Comparison, field: Field | None, scope: Scope
    ) -> str:
        assert isinstance(row.left, s.FieldRef)
        assert field is not None
        before = self.expression(row.left, scope, record="b")
        if op is s.Op.WAS:
            return f"(b is not None and {self._equal(before, row.right[0], field, scope)})"
        same = self.bind(normaliser(field))
        parts = ["b is not None", f"{same}({before}) != {same}({left})"]
        if op is s.Op.CHANGED_FROM:
            parts.append(self._equal(before, row.right[0], field, scope))
        if row.right:
            parts.append(self._equal(left, row.right[-1], field, scope))
        return "(" + " and ".join(parts) + ")"

    # -- expressions

    def expression(self, value: s.Expression, scope: Scope, record: str = "r") -> str:
        """Return *value* as an expression over *record*."""
        if isinstance(value, s.FieldRef):
            field = scope.find(value.name)
            assert field is not None
            return f"{record}.get({self.bind(field.name)})"
        if isinstance(value, s.Call):
            function: Callable[..., Any] = self.catalog.functions[value.name.text].call
            first, *rest = [self.expression(arg, scope, record) for arg in value.args] or ["None"]
            name = self._name()
            args = ", ".join([name, *rest])
            return f"(None if blank({name} := {first}) else {self.bind(function)}({args}))"
        if isinstance(value, s.Arithmetic):
            return self._arithmetic(value, scope, record)
        if isinstance(value, s.Relative):
            return f"t.moment({self.bind(value.amount)}, {self.bind(value.unit.value)})"
        return self.bind(value.value)

    def _arithmetic(self, value: s.Arithmetic, scope: Scope, record: str) -> str:
        source = self.expression(value.first, scope, record)
        for sign, right in value.rest:
            other = self.expression(right, scope, record)
            source = f"{self.bind(_CALCULATORS[sign])}({source}, {other})"
        return source

    def _field(self, value: s.Expression, scope: Scope) -> Field | None:
        return scope.find(value.name) if isinstance(value, s.FieldRef) else None


def _is_day(value: s.Expression) -> bool:
    return isinstance(value, s.Date) or (
        isinstance(value, s.Relative) and value.word not in {"", "now"}
    )


def _is_exact(field: Field | None) -> bool:
    return field is not None and field.type in _EXACT


def _on_numbers(
    calculate: Callable[[Any, Any], int | float | None],
) -> Callable[[Any, Any], int | float | None]:
    def result(left: Any, right: Any) -> int | float | None:
        a, b = num(left), num(right)
        return None if a is None or b is None else calculate(a, b)

    return result


#: A blank operand makes a blank result, and so does a division by zero.
_CALCULATORS = {
    "+": _on_numbers(add),
    "-": _on_numbers(sub),
    "*": _on_numbers(mul),
    "/": _on_numbers(lambda a, b: a / b if b else None),
}
