"""Atoms of criteria: one question about one field, or a free atom.

A free atom stands for what cannot be reasoned about (functions, patterns, arithmetic, two fields,
``changed``): it is true or false as it likes, and the same question is the same atom.
"""

from __future__ import annotations

__all__ = [
    "HAPPENED", "Atom", "Chosen", "DayPoint", "Exact", "Folded", "Free", "Happened", "IsBlank",
    "Node", "Ordered", "Part", "Point", "RelativePoint", "Test", "Variable", "Where",
]  # fmt: skip

from collections.abc import Hashable
from dataclasses import dataclass, field as _field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from syncline_grammar import syntax as s

from .formula import Every, Some


class Where(StrEnum):
    """What a variable stands for: a field now or before, or the truth of a free atom."""

    NOW = "now"
    BEFORE = "before"
    FREE = "free"


class Variable(NamedTuple):
    """A field by its API name, or a free atom by what it asks."""

    where: Where
    key: Hashable


#: What happened to the record: nothing, it is new, or one of the events.
HAPPENED = Variable(Where.FREE, "happened")


@dataclass(frozen=True, slots=True)
class IsBlank:
    """The field is blank."""


@dataclass(frozen=True, slots=True)
class Exact:
    """The field holds exactly this value."""

    value: str | bool


@dataclass(frozen=True, slots=True)
class Folded:
    """The field's text equals this one without case and outer space."""

    key: str
    #: As it was written.
    shown: str = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """The field's folded text contains, starts with or ends with this one."""

    op: s.Op
    text: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The value is one of those chosen in a multi-picklist."""

    value: str


@dataclass(frozen=True, slots=True)
class DayPoint:
    """A day of the calendar, ISO 8601."""

    day: str


@dataclass(frozen=True, slots=True)
class RelativePoint:
    """A moment counted from now, or the day on which it lies."""

    amount: int
    unit: s.Unit
    whole_day: bool


Point: TypeAlias = int | float | DayPoint | RelativePoint


@dataclass(frozen=True, slots=True)
class Ordered:
    """The field lies on this side of the point: ``<``, ``<=``, ``==``, ``>=``, ``>``."""

    sign: str
    point: Point


@dataclass(frozen=True, slots=True)
class Free:
    """The free atom holds."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to the record is what is *asked*: ``is new``, ``is deleted``; None: nothing."""

    asked: s.Op | None


Test: TypeAlias = IsBlank | Exact | Folded | Part | Chosen | Ordered | Free | Happened


@dataclass(frozen=True, slots=True)
class Atom:
    """A test of a variable, or its negation."""

    variable: Variable
    test: Test
    holds: bool


Node: TypeAlias = Atom | Every[Atom] | Some[Atom]
