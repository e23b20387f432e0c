"""Look-up tables of a mapping row: ``as { "Hot" = 3, "Warm" = 2 }``."""

from __future__ import annotations

__all__ = ["Lookup"]

from collections.abc import Callable
from typing import Any

from syncline_grammar.syntax import Fallback, Table

from ...model import Field, Side, Value, is_blank
from ..values import Unturned, normaliser


class Lookup:
    """What makes a value of one side the other's.

    To the cadence, an unlisted value becomes the table's ``else``. To the CRM, of two values that
    share a partner, the first listed comes back.
    """

    __slots__ = ("_fallback", "_other", "_same", "known")

    def __init__(self, table: Table, source: Field, to: Side, fallback: Fallback) -> None:
        self._same: Callable[[Value], Value] = normaliser(source)
        self._fallback = fallback
        forth = to is Side.CADENCE
        self._other = table.otherwise.value if forth and table.otherwise is not None else None
        #: The entries. Generated code looks here first, and asks the table for the rest.
        self.known: dict[Value, Value] = {}
        for left, right in table.entries:
            key, value = (left.value, right.value) if forth else (right.value, left.value)
            self.known.setdefault(self._same(key), value)

    def __call__(self, value: Value) -> Any:
        """Return what *value* becomes; ``Unturned`` where the table does not say."""
        if is_blank(value):
            return None
        found = self.known.get(self._same(value))
        if found is not None:
            return found
        if self._other is not None:
            return self._other
        return Unturned(self._fallback, f"the table has no entry for {value!r}")
