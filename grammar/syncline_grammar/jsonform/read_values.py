"""From the JSON form to names, values and criteria. The document was found valid before."""

from __future__ import annotations

__all__ = ["NOWHERE", "ValuesReader"]

from typing import Any, TypeVar, cast

from .. import syntax as s
from ..diagnostics import Span
from ..writing.expression_text import CHAINED
from ..writing.layout import Lines
from .write_values import Document

#: The place of what was not read from a text.
NOWHERE = Span(0, 0, 1, 1)

_CHAINS = {word: quantifier for quantifier, word in CHAINED.items()}
_MOMENTS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
T = TypeVar("T")


class ValuesReader:
    """Reads objects; keeps their comments in ``lines`` and ``feet``, as a layout does."""

    def __init__(self) -> None:
        self.lines: dict[int, Lines] = {}
        self.feet: dict[int, Lines] = {}

    def noted(self, node: T, document: Document) -> T:
        """Return *node*, with the comments of its object kept."""
        if document.get("above") or document.get("beside"):
            self.lines[id(node)] = _lines(document)
        if "foot" in document:
            self.feet[id(node)] = _lines(document["foot"])
        return node

    def name(self, document: Document, member: str) -> s.Name:
        """Return the name that is a member of an object."""
        return s.Name(document[member], NOWHERE, member in document.get("back_ticks", ()))

    def literal(self, value: Any) -> s.Literal:
        """Return a text, number, truth or date."""
        match value:
            case bool():
                return s.Truth(value, NOWHERE)
            case int() | float():
                return s.Number(value, NOWHERE)
            case str():
                return s.Text(value, NOWHERE)
            case _:
                return s.Date(value["day"], NOWHERE)

    def maybe(self, value: Any) -> s.Literal | None:
        """Return a literal; None if there is none."""
        return None if value is None else self.literal(value)

    def expression(self, value: Any) -> s.Expression:
        """Return a literal or an expression."""
        if not isinstance(value, dict) or value["kind"] == "date":
            return self.literal(value)
        document = cast("Document", value)
        match document["kind"]:
            case "field":
                return s.FieldRef(self.name(document, "name"), NOWHERE)
            case "call":
                return self.call(document)
            case "brackets":
                return s.Arithmetic(self.expression(document["inner"]), (), NOWHERE)
            case "arithmetic":
                steps = ((x["sign"], self.expression(x["operand"])) for x in document["rest"])
                return s.Arithmetic(self.expression(document["first"]), tuple(steps), NOWHERE)
            case "ago":
                return s.Relative(-document["amount"], s.Unit(document["unit"]), "", NOWHERE)
            case "from now":
                return s.Relative(document["amount"], s.Unit(document["unit"]), "", NOWHERE)
            case word:
                return s.Relative(_MOMENTS[word], s.Unit.DAY, word, NOWHERE)

    def call(self, document: Document) -> s.Call:
        """Return a function with its arguments."""
        arguments = tuple(self.expression(value) for value in document["arguments"])
        return s.Call(self.name(document, "function"), arguments, NOWHERE)

    def criterion(self, document: Document) -> s.Criterion:
        """Return a criterion."""
        return self.noted(self._criterion(document), document)

    def _criterion(self, document: Document) -> s.Criterion:
        match document["kind"]:
            case "comparison":
                left, unit = document.get("left"), document.get("unit")
                return s.Comparison(
                    s.Op(document["operator"]),
                    None if left is None else self.expression(left),
                    tuple(self.expression(value) for value in document.get("right", ())),
                    NOWHERE,
                    None if unit is None else s.Unit(unit),
                )
            case "not":
                return s.Not(self.criterion(document["row"]), NOWHERE)
            case kind:
                rows = tuple(self.criterion(row) for row in document["rows"])
                if kind in _CHAINS:
                    return s.Group(_CHAINS[kind], rows, NOWHERE, inline=True)
                return s.Group(s.Quantifier(kind), rows, NOWHERE)


def _lines(document: Document) -> Lines:
    return Lines(tuple(document.get("above", ())), document.get("beside", ""))
