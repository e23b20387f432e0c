"""Expressions and criteria as text on one line, with no bracket that is not needed."""

from __future__ import annotations

__all__ = ["CHAINED", "comparison", "expression", "flat", "listed", "needs_brackets"]

from .. import syntax as s
from .spelling import counted, literal, name

_BETWEEN_ROWS = "   "
#: The words between an operator's operands, where it has several.
_JOINED = {s.Op.BETWEEN: "and", s.Op.CHANGED_FROM: "to"}
#: The word between the rows of a group that is written inline.
CHAINED = {s.Quantifier.ALL: "and", s.Quantifier.ANY: "or"}


def expression(node: s.Expression) -> str:
    """Return an expression."""
    match node:
        case s.FieldRef():
            return name(node.name)
        case s.Relative():
            if node.word:
                return node.word
            way = "ago" if node.amount <= 0 else "from now"
            return f"{counted(abs(node.amount), node.unit)} {way}"
        case s.Call():
            return f"{node.name.text}({', '.join(map(expression, node.args))})"
        case s.Arithmetic():
            return _arithmetic(node)
        case _:
            return literal(node)


def _arithmetic(node: s.Arithmetic) -> str:
    first = expression(node.first)
    # Brackets are a node without operands; before an operand that node is left out of the tree.
    if not node.rest or isinstance(node.first, s.Arithmetic):
        first = f"({first})"
    return first + "".join(f" {sign} {expression(operand)}" for sign, operand in node.rest)


def comparison(node: s.Comparison) -> list[str]:
    """Return a comparison in pieces between which a long line may be broken."""
    head = str(node.op) if node.left is None else f"{expression(node.left)} {node.op}"
    match node.right:
        case ():
            return [head]
        case (s.Number() as amount,) if node.unit is not None:
            return [f"{head} {counted(amount.value, node.unit)}"]
        case (first, second) if node.op in _JOINED:
            return [f"{head} {expression(first)} {_JOINED[node.op]} {expression(second)}"]
        case values:
            words = listed([expression(value) for value in values])
            return [f"{head} {words[0]}", *words[1:]]


def listed(words: list[str]) -> list[str]:
    """Return *words* with a comma after each but the last."""
    return [f"{word}," for word in words[:-1]] + words[-1:]


def flat(node: s.Criterion) -> str | None:
    """Return a criterion on one line; None if it has a group that is always several lines.

    That is a group with more in it than plain comparisons.
    """
    match node:
        case s.Comparison():
            return " ".join(comparison(node))
        case s.Not():
            row = flat(node.row)
            return None if row is None else f"not {_bracketed(row, node.row, node)}"
        case s.Group() if node.inline:
            rows = [(row, flat(row)) for row in node.rows]
            if any(text is None for _row, text in rows):
                return None
            word = CHAINED[node.quantifier]
            return f" {word} ".join(_bracketed(text or "", row, node) for row, text in rows)
        case s.Group():
            if not all(isinstance(row, s.Comparison) for row in node.rows):
                return None
            within = _BETWEEN_ROWS.join(flat(row) or "" for row in node.rows)
            return f"{node.quantifier} {{ {within} }}" if within else f"{node.quantifier} {{ }}"


def _bracketed(text: str, row: s.Criterion, parent: s.Not | s.Group) -> str:
    """Return the *text* of *row* as it stands in *parent*."""
    return f"({text})" if needs_brackets(row, parent) else text


def needs_brackets(row: s.Criterion, parent: s.Not | s.Group) -> bool:
    """Tell whether *row* would be read otherwise without brackets around it."""
    if isinstance(parent, s.Not):
        return isinstance(row, s.Not) or (isinstance(row, s.Group) and row.inline)
    if not parent.inline or not isinstance(row, s.Group) or not row.inline:
        return False
    return parent.quantifier is s.Quantifier.ALL or row.quantifier is s.Quantifier.ANY
