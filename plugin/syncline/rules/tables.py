"""Look-up tables of a mapping row: ``as { "Hot" = 3, "Warm" = 2 }``."""

from __future__ import annotations

__all__ = ["backward", "forward"]

from collections.abc import Callable
from typing import Any

from syncline_grammar.syntax import Fallback, Table

from ..model import Field, Value, is_blank
from .values import Unturned, normaliser


def forward(table: Table, source: Field, fallback: Fallback) -> Callable[[Value], Any]:
    """Return what makes a CRM value the cadence's; an unlisted one becomes the table's ``else``."""
    pairs = [(left.value, right.value) for left, right in table.entries]
    other = None if table.otherwise is None else table.otherwise.value
    return _look_up(pairs, source, fallback, other)


def backward(table: Table, source: Field, fallback: Fallback) -> Callable[[Value], Any]:
    """Return what makes a cadence value the CRM's; of two that share it, the first listed."""
    pairs = [(right.value, left.value) for left, right in table.entries]
    return _look_up(pairs, source, fallback, None)


def _look_up(
    pairs: list[tuple[Any, Any]], source: Field, fallback: Fallback, other: Value
) -> Callable[[Value], Any]:
    same = normaliser(source)
    known: dict[Value, Value] = {}
    for key, value in pairs:
        known.setdefault(same(key), value)

    def look_up(value: Value) -> Any:
        if is_blank(value):
            return None
        found = known.get(same(value))
        if found is not None:
            return found
        if other is not None:
            return other
        return Unturned(fallback, f"the table has no entry for {value!r}")

    return look_up
