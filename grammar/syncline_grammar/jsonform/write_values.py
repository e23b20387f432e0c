"""From names, values and criteria to their JSON form: one object a node, one scalar a literal."""

from __future__ import annotations

__all__ = ["Document", "ValuesWriter"]

from enum import StrEnum
from typing import Any, TypeAlias

from .. import syntax as s
from ..writing.expression_text import CHAINED
from ..writing.layout import Layout, Lines
from ..writing.spelling import needs_back_ticks

Document: TypeAlias = dict[str, Any]


class ValuesWriter:
    """Writes objects with the comments of *layout*, and what statements are made of."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def node(self, kind: str, node: object, **members: Any) -> Document:
        """Return an object with *members*, without those that are None, and its comments.

        A name becomes its text; back-ticks that it could do without are noted beside it.
        """
        document: Document = {"kind": kind}
        lines = self._layout.at(node)
        if lines.above:
            document["above"] = list(lines.above)
        if lines.beside:
            document["beside"] = lines.beside
        ticked: list[str] = []
        for member, value in members.items():
            if isinstance(value, s.Name):
                document[member] = value.text
                if value.quoted and not needs_back_ticks(value.text):
                    ticked.append(member)
            elif value is not None:
                document[member] = str(value) if isinstance(value, StrEnum) else value
        if ticked:
            document["back_ticks"] = ticked
        return document

    def block(self, kind: str, node: object, **members: Any) -> Document:
        """Return an object that ends with a brace."""
        document = self.node(kind, node, **members)
        foot = self._layout.foot(node)
        if foot != Lines():
            document["foot"] = {
                **({"above": list(foot.above)} if foot.above else {}),
                **({"beside": foot.beside} if foot.beside else {}),
            }
        return document

    def expression(self, node: s.Expression) -> Any:
        """Return a literal as a scalar (a date as an object), anything else as an object."""
        # An expression begins no line, not even the one of a table's entry.
        match node:
            case s.Text() | s.Number() | s.Truth():
                return node.value
            case s.Date():
                return self.node("date", None, day=node.value)
            case s.Relative():
                if node.word:
                    return self.node(node.word, None)
                kind = "ago" if node.amount <= 0 else "from now"
                return self.node(kind, None, amount=abs(node.amount), unit=node.unit)
            case s.FieldRef():
                return self.node("field", None, name=node.name)
            case s.Call():
                arguments = [self.expression(argument) for argument in node.args]
                return self.node("call", None, function=node.name, arguments=arguments)
            case s.Arithmetic(rest=()):
                return self.node("brackets", None, inner=self.expression(node.first))
            case s.Arithmetic():
                rest = [{"sign": sign, "operand": self.expression(x)} for sign, x in node.rest]
                return self.node("arithmetic", None, first=self.expression(node.first), rest=rest)

    def criterion(self, node: s.Criterion) -> Document:
        """Return a criterion as an object."""
        match node:
            case s.Comparison():
                return self.node(
                    "comparison",
                    node,
                    left=None if node.left is None else self.expression(node.left),
                    operator=node.op,
                    right=[self.expression(value) for value in node.right] or None,
                    unit=node.unit,
                )
            case s.Not():
                return self.node("not", node, row=self.criterion(node.row))
            case s.Group():
                rows = [self.criterion(row) for row in node.rows]
                if node.inline:
                    return self.node(CHAINED[node.quantifier], node, rows=rows)
                return self.block(node.quantifier, node, rows=rows)
