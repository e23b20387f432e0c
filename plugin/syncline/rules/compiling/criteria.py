"""Criteria as Python source: each one boolean expression over a record.

Blank is False for every positive operator; each negative one is the negation of its positive one.
A value that is not text is folded by ``fold``; text, nearly always, in place.
"""

from __future__ import annotations

__all__ = ["ORDER", "Code", "is_day"]

from syncline_grammar import syntax as s

from ...model import FieldType
from ..catalog import Scope
from ..patterns import Pattern
from ..types import EXACT, TIMES
from ..values import EVENT, fold, normaliser
from .expressions import READ, Expressions

#: The operators that order, and their signs.
ORDER = {
    s.Op.LT: "<", s.Op.LE: "<=", s.Op.GT: ">", s.Op.GE: ">=", s.Op.BEFORE: "<", s.Op.AFTER: ">",
}  # fmt: skip
_NEGATIVE = {s.Op.NE: s.Op.EQ, s.Op.NOT_IN: s.Op.IN, s.Op.NOT_BLANK: s.Op.BLANK}


class Code(Expressions):
    """Criteria and expressions, and the values that their names are bound to."""

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
        if op.event is not None:
            return f"(r.get({self.bind(EVENT)}) == {self.bind(str(op.event))})"
        assert row.left is not None
        left = self.expression(row.left, scope)
        kind = self.kind_of(row.left, scope)
        match op:
            case s.Op.BLANK:
                return self._blank(left)
            case s.Op.EQ:
                return self._equal(left, row.right[0], kind, scope)
            case s.Op.EXACTLY:
                name = self.name()
                right = self.expression(row.right[0], scope)
                return f"(not blank({name} := {left}) and {name} == {right})"
            case s.Op.IN:
                return self._is_in(left, row.right, kind, scope)
            case s.Op.CONTAINS | s.Op.STARTS | s.Op.ENDS | s.Op.MATCHES:
                return self._text_test(op, left, row.right[0], kind, scope)
            case s.Op.BETWEEN:
                low = self._ordered(left, ">=", row.right[0], kind, scope)
                return f"({low} and {self._ordered(left, '<=', row.right[1], kind, scope)})"
            case s.Op.IN_LAST | s.Op.IN_NEXT:
                return self._within(op, left, row, kind)
            case s.Op.CHANGED | s.Op.CHANGED_TO | s.Op.CHANGED_FROM | s.Op.WAS:
                return self._history(op, left, row, kind, scope)
            case _:
                return self._ordered(left, ORDER[op], row.right[0], kind, scope)

    def _blank(self, left: str) -> str:
        name = self.name()
        return (
            f"(({name} := {left}) is None or"
            f" (not {name}.strip() if {name}.__class__ is str else {name} == () or {name} == []))"
        )

    def _equal(self, left: str, right: s.Expression, kind: FieldType, scope: Scope) -> str:
        if kind in TIMES or kind is FieldType.NUMBER:
            return self._ordered(left, "==", right, kind, scope)
        if isinstance(right, s.Truth):
            return f"({left} is {right.value})"
        name = self.name()
        if isinstance(right, s.Text):
            if kind in EXACT:
                return f"({left} == {self.bind(right.value)})"
            folded = self.bind(fold(right.value))
            return f"(({name} := {left}) is not None and {_folded(name)} == {folded})"
        other = self.expression(right, scope)
        if kind in EXACT:
            return f"(not blank({name} := {left}) and {name} == {other})"
        return f"(({name} := fold({left})) is not None and {name} == fold({other}))"

    def _is_in(
        self, left: str, values: tuple[s.Expression, ...], kind: FieldType, scope: Scope
    ) -> str:
        texts = [v.value for v in values if isinstance(v, s.Text)]
        if len(texts) == len(values):
            if kind in EXACT:
                return f"({left} in {self.bind(frozenset(texts))})"
            name, folded = self.name(), self.bind(frozenset(fold(v) for v in texts))
            return f"(({name} := {left}) is not None and {_folded(name)} in {folded})"
        name = self.name()
        tests = " or ".join(self._equal(name, v, kind, scope) for v in values)
        return f"(({name} := {left}) is not None and ({tests}))"

    def _text_test(
        self, op: s.Op, left: str, right: s.Expression, kind: FieldType, scope: Scope
    ) -> str:
        name = self.name()
        if op is s.Op.MATCHES:
            assert isinstance(right, s.Text)
            test = self.bind(Pattern(right.value))
            return f"(not blank({name} := {left}) and {test}(str({name})))"
        if kind is FieldType.MULTI_PICKLIST:
            return f"({self.expression(right, scope)} in chosen({left}))"
        if isinstance(right, s.Text):
            test = _TEXT_TESTS[op].format(text=_folded(name), part=self.bind(fold(right.value)))
            return f"(({name} := {left}) is not None and {test})"
        part = self.name()
        test = _TEXT_TESTS[op].format(text=_folded(name), part=part)
        return (
            f"(({name} := {left}) is not None and"
            f" ({part} := fold({self.expression(right, scope)})) is not None and {test})"
        )

    def _ordered(
        self, left: str, sign: str, right: s.Expression, kind: FieldType, scope: Scope
    ) -> str:
        name = self.name()
        if isinstance(right, s.Number):
            value = self.bind(right.value)
            number = f"isinstance({name} := {left}, NUMBERS) and {name}.__class__ is not bool"
            return f"({number} and {name} {sign} {value})"
        read = READ.get(kind, "num")
        if kind is FieldType.DATETIME and is_day(right):
            # A moment lies within a day, not at its midnight.
            kind, read = FieldType.DATE, "t.day_of"
        first = f"({name} := {read}({left})) is not None"
        wanted = self.ordered(right, kind, scope)
        if isinstance(right, s.Date | s.Relative):
            return f"({first} and {name} {sign} {wanted})"
        other = self.name()
        return f"({first} and ({other} := {wanted}) is not None and {name} {sign} {other})"

    def _within(self, op: s.Op, left: str, row: s.Comparison, kind: FieldType) -> str:
        assert isinstance(row.right[0], s.Number)
        assert row.unit is not None
        amount = row.right[0].value * (-1 if op is s.Op.IN_LAST else 1)
        edge, here = self.clock(amount, row.unit, kind), self.clock(0, s.Unit.DAY, kind)
        first, last = (edge, here) if op is s.Op.IN_LAST else (here, edge)
        name = self.name()
        return f"(({name} := {READ[kind]}({left})) is not None and {first} <= {name} <= {last})"

    def _history(
        self, op: s.Op, left: str, row: s.Comparison, kind: FieldType, scope: Scope
    ) -> str:
        assert isinstance(row.left, s.FieldRef)
        field = scope.find(row.left.name)
        assert field is not None
        before = self.expression(row.left, scope, record="b")
        if op is s.Op.WAS:
            return f"(b is not None and {self._equal(before, row.right[0], kind, scope)})"
        same = self.bind(normaliser(field))
        parts = ["b is not None", f"{same}({before}) != {same}({left})"]
        if op is s.Op.CHANGED_FROM:
            parts.append(self._equal(before, row.right[0], kind, scope))
        if row.right:
            parts.append(self._equal(left, row.right[-1], kind, scope))
        return "(" + " and ".join(parts) + ")"


_TEXT_TESTS = {
    s.Op.CONTAINS: "{part} in {text}",
    s.Op.STARTS: "{text}.startswith({part})",
    s.Op.ENDS: "{text}.endswith({part})",
}


def _folded(name: str) -> str:
    """Return source for the text in *name* as it compares; blank is an empty text."""
    return f"({name}.strip().casefold() if {name}.__class__ is str else fold({name}) or '')"


def is_day(value: s.Expression) -> bool:
    """Tell whether *value* is a whole day, in which a moment lies."""
    return isinstance(value, s.Date) or (
        isinstance(value, s.Relative) and value.word not in {"", "now"}
    )
