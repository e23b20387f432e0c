"""Formulas without negation: every leaf is a condition of its own, joined by "every" and "some"."""

from __future__ import annotations

__all__ = ["FALSE", "TRUE", "Every", "Formula", "Literal", "Some", "every", "some"]

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, Union

Leaf = TypeVar("Leaf")


@dataclass(frozen=True, slots=True)
class Every(Generic[Leaf]):
    """All parts hold; without parts it is true."""

    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True, slots=True)
class Some(Generic[Leaf]):
    """At least one part holds; without parts it is false."""

    parts: tuple[Tree[Leaf], ...]


Tree: TypeAlias = Union[Leaf, "Every[Leaf]", "Some[Leaf]"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A variable lies in one of the cells whose bits are set in *mask*."""

    variable: int
    mask: int


Formula: TypeAlias = Literal | Every[Literal] | Some[Literal]

TRUE: Every[Literal] = Every(())
FALSE: Some[Literal] = Some(())


def every(parts: Iterable[Formula]) -> Formula:
    """Return "all of *parts*", with the conditions on one variable made one."""
    masks: dict[int, int] = {}
    rest: list[Formula] = []
    todo = list(parts)[::-1]
    while todo:
        part = todo.pop()
        if isinstance(part, Every):
            todo.extend(part.parts[::-1])
        elif isinstance(part, Literal):
            masks[part.variable] = masks.get(part.variable, part.mask) & part.mask
        else:
            rest.append(part)
    if FALSE in rest or not all(masks.values()):
        return FALSE
    literals = [Literal(variable, mask) for variable, mask in masks.items()]
    return literals[0] if len(literals) == 1 and not rest else _joined(Every, literals, rest)


def some(parts: Iterable[Formula]) -> Formula:
    """Return "one of *parts*", with the conditions on one variable made one."""
    masks: dict[int, int] = {}
    rest: list[Formula] = []
    todo = list(parts)[::-1]
    while todo:
        part = todo.pop()
        if isinstance(part, Some):
            todo.extend(part.parts[::-1])
        elif isinstance(part, Literal):
            masks[part.variable] = masks.get(part.variable, 0) | part.mask
        else:
            rest.append(part)
    if TRUE in rest:
        return TRUE
    literals = [Literal(variable, mask) for variable, mask in masks.items()]
    return literals[0] if len(literals) == 1 and not rest else _joined(Some, literals, rest)


def _joined(
    kind: type[Every[Literal]] | type[Some[Literal]],
    literals: list[Literal],
    rest: list[Formula],
) -> Formula:
    parts: list[Formula] = [*literals, *rest]
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
