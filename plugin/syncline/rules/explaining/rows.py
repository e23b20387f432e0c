"""One row of a criterion, prepared to be explained: what it looks at, and the words for it."""

from __future__ import annotations

__all__ = ["Looked", "Row"]

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...model import FieldType, Value
from ..catalog import Scope
from ..compiling.criteria import Code
from ..types import TIMES
from ..values import blank, day, instant, num
from .excerpt import excerpt
from .explanation import Explanation, Seen, as_written

_NEGATIVE = {s.Op.NE, s.Op.NOT_IN, s.Op.NOT_BLANK}
_HISTORY = {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS}
_ORDER = {s.Op.LT, s.Op.LE, s.Op.GT, s.Op.GE, s.Op.BETWEEN, s.Op.EQ, s.Op.NE}

#: What a row's source gives: its truth, values now, values before, the truths of its parts.
Looked: TypeAlias = tuple[bool, tuple[Any, ...], tuple[Any, ...], tuple[bool, ...]]


@dataclass(frozen=True, slots=True)
class _Look:
    """A value that a row looks at: as written, and as source now and before."""

    text: str
    field: str
    now: str
    before: str = "None"


class Row:
    """One row, prepared: the source that looks at a record, and the words for what it saw."""

    def __init__(self, node: s.Comparison, scope: Scope, code: Code, source: Source | None) -> None:
        self.node = node
        self._scope = scope
        self._code = code
        self._text = "" if source is None else source.text
        self.kind = FieldType.TEXT if node.left is None else code.kind_of(node.left, scope)
        self._looks: dict[str, _Look] = {}
        self._left = "" if node.left is None else self._look(node.left)
        self._right = [self._look(value) for value in self._operands()]
        if node.op in {s.Op.IN_LAST, s.Op.IN_NEXT}:
            self._stretch()
        self._parts = list(self._halves())
        #: Source of (truth, values now, values before, truths of the parts).
        self.source = ", ".join(
            [
                code.criterion(node, scope),
                _tuple(look.now for look in self._looks.values()),
                _tuple(look.before for look in self._looks.values()),
                _tuple(code.criterion(half, scope) for half, _words in self._parts),
            ]
        )

    def told(self, looked: Looked, *, new: bool) -> Explanation:
        """Return the row's explanation from what its source gave; *new*: no record before."""
        truth, now, before, parts = looked
        values = [_plain(value) for value in now]
        holds = truth is not (self.node.op in _NEGATIVE)
        return Explanation(
            node=self.node,
            text=self._written(self.node),
            span=self.node.span,
            truth=truth,
            seen=tuple(
                Seen(text=look.text, field=look.field, now=value, before=old)
                for look, value, old in zip(self._looks.values(), values, before, strict=True)
            ),
            faults=() if holds else self._faults(values, parts, new=new),
        )

    def _written(self, node: s.Criterion | s.Expression) -> str:
        return excerpt(node, self._text)

    # -- what is looked at

    def _operands(self) -> tuple[s.Expression, ...]:
        # Of `in the last 7 days`, the 7 is no value that the left compares with.
        return () if self.node.unit is not None else self.node.right

    def _look(self, value: s.Expression) -> str:
        """Note what *value* looks at; return the key of the value itself, empty for a literal."""
        match value:
            case s.FieldRef():
                field = self._scope.find(value.name)
                assert field is not None
                key = self._code.bind(field.name)
                look = _Look(
                    value.name.text,
                    field.name,
                    f"r.get({key})",
                    f"(None if b is None else b.get({key}))",
                )
            case s.Call():
                for argument in value.args:
                    self._look(argument)
                look = self._expression(value)
            case s.Arithmetic():
                for part in (value.first, *(right for _sign, right in value.rest)):
                    self._look(part)
                look = self._expression(value)
            case s.Relative():
                word_is_day = value.word not in {"", "now"}
                kind = FieldType.DATE if word_is_day or self.kind not in TIMES else self.kind
                moment = self._code.ordered(value, kind, self._scope)
                look = _Look(self._written(value), "", moment)
            case _:
                return ""
        self._looks.setdefault(look.text or look.now, look)
        return look.text or look.now

    def _expression(self, value: s.Call | s.Arithmetic) -> _Look:
        return _Look(self._written(value), "", self._code.expression(value, self._scope))

    def _stretch(self) -> None:
        """Note both ends of ``in the last 7 days``."""
        amount = self.node.right[0]
        assert isinstance(amount, s.Number)
        assert self.node.unit is not None
        assert self.node.left is not None
        count = -amount.value if self.node.op is s.Op.IN_LAST else amount.value
        ends = [
            self._code.clock(count, self.node.unit, self.kind),
            self._code.clock(0, s.Unit.DAY, self.kind),
        ]
        words = ["from", "to"] if count < 0 else ["to", "from"]
        for word, end in sorted(zip(words, ends, strict=True)):
            self._looks[word] = _Look(word, "", end)

    # -- what keeps it from holding

    def _halves(self) -> Iterator[tuple[s.Comparison, str]]:
        """Yield the parts that a row of several stands for, and what is said when one fails."""
        node, op = self.node, self.node.op
        right = [self._written(value) for value in node.right]
        if op is s.Op.BETWEEN:
            below, above = ("before", "after") if self.kind in TIMES else ("below", "above")
            yield replace(node, op=s.Op.GE, right=node.right[:1]), f"it is {below} {right[0]}"
            yield replace(node, op=s.Op.LE, right=node.right[1:]), f"it is {above} {right[1]}"
        if op in _HISTORY - {s.Op.WAS}:
            yield replace(node, op=s.Op.CHANGED, right=()), "it did not change"
        if op is s.Op.CHANGED_FROM:
            yield replace(node, op=s.Op.WAS, right=node.right[:1]), f"it was not {right[0]} before"
        if op in {s.Op.CHANGED_TO, s.Op.CHANGED_FROM}:
            yield replace(node, op=s.Op.EQ, right=node.right[-1:]), f"it is not {right[-1]} now"

    def _faults(
        self, values: list[Value], parts: tuple[bool, ...], *, new: bool
    ) -> tuple[str, ...]:
        op = self.node.op
        if op is s.Op.IS_NEW:
            return ("the record was seen before",)
        if op.event is not None:
            return (f"the record was not {op.event}",)
        if op in {s.Op.BLANK, s.Op.NOT_BLANK}:
            return ()
        failed = tuple(
            words for (_half, words), truth in zip(self._parts, parts, strict=True) if not truth
        )
        if op in _HISTORY:
            return ("the record is new, with nothing before to compare with",) if new else failed
        known = dict(zip(self._looks, values, strict=True))
        operands = dict.fromkeys(key for key in (self._left, *self._right) if key)
        unread = tuple(
            words for key in operands if (words := self._unread(self._looks[key], known[key]))
        )
        return unread or failed

    def _unread(self, look: _Look, value: Value) -> str:
        """Return why *value* compares with nothing; empty when it can be compared."""
        name = look.text or "it"
        if blank(value):
            return f"{name} is blank" if look.field else f"{name} gives nothing"
        wrong = ""
        if self.kind in TIMES:
            read = day if self.kind is FieldType.DATE else instant
            wrong = "a date" if read(value) is None else ""
        elif self.kind is FieldType.NUMBER and self.node.op in _ORDER:
            wrong = "a number" if num(value) is None else ""
        elif self.kind is FieldType.BOOLEAN:
            wrong = "" if isinstance(value, bool) else "true or false"
        return f"{name} holds {as_written(value)}, which is not {wrong}" if wrong else ""


def _tuple(sources: Iterator[str]) -> str:
    return "(" + "".join(f"{source}, " for source in sources) + ")"


def _plain(value: Any) -> Value:
    """Return a moment as text; every other value as it is."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
