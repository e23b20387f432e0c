"""The tree of names, values, expressions and criteria: frozen, each with its place.

A place says nothing of what is meant: two nodes are equal when they say the same.
"""

from __future__ import annotations

__all__ = [
    "Arithmetic",
    "Call",
    "Comparison",
    "Criterion",
    "Date",
    "Expression",
    "FieldRef",
    "Group",
    "Literal",
    "Name",
    "Not",
    "Number",
    "Relative",
    "Text",
    "Truth",
]

from dataclasses import dataclass, field
from typing import TypeAlias

from .diagnostics import Span
from .vocabulary import Op, Quantifier, Unit


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, without its back-ticks."""

    text: str
    span: Span = field(compare=False)
    quoted: bool = field(default=False, compare=False)


# -- values and expressions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A text in double quotes, its escapes resolved."""

    value: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: int | float
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """``true`` or ``false``."""

    value: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day."""

    #: ISO 8601, ``2026-11-22``.
    value: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Relative:
    """A moment counted from now: ``30 days ago`` is -30 days; ``today`` is 0 days."""

    amount: int | float
    unit: Unit
    #: The word itself for ``now``, ``today``, ``yesterday``, ``tomorrow``.
    word: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field, by name or label."""

    name: Name
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the registry."""

    name: Name
    args: tuple[Expression, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``first`` and then each (sign, operand) from left to right."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]
    span: Span = field(compare=False)


Literal: TypeAlias = Text | Number | Truth | Date
Expression: TypeAlias = Literal | Relative | FieldRef | Call | Arithmetic


# -- criteria --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left op right…``; ``unit`` belongs to ``in the last``.

    ``left`` is None where the record itself is asked: ``is new``, ``is deleted``.
    """

    op: Op
    left: Expression | None
    right: tuple[Expression, ...]
    span: Span = field(compare=False)
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """``all { }``, ``any { }``, ``none { }``, and chains of ``and`` and ``or``."""

    quantifier: Quantifier
    rows: tuple[Criterion, ...]
    span: Span = field(compare=False)
    #: Written with ``and`` or ``or``, not as a block.
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The exact negation of a criterion."""

    row: Criterion
    span: Span = field(compare=False)


Criterion: TypeAlias = Comparison | Group | Not
