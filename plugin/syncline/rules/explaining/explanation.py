"""What a criterion says of a record, as a value: TRUE or FALSE for each row, and what it saw."""

from __future__ import annotations

__all__ = ["Explanation", "Seen", "as_written"]

import json
from collections.abc import Iterator
from dataclasses import dataclass

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span

from ...model import Value, is_blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One value that a row looked at: a field's, or what an expression gave."""

    #: The field or expression as written.
    text: str
    #: The field's API name; empty for an expression.
    field: str = ""
    now: Value = None
    #: What it was in the record before; None without one.
    before: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one node of a criterion says of one record, and why."""

    node: s.Criterion
    #: A row as written, on one line; of a group its word: ``all``, ``any``, ``none``, ``not``.
    text: str
    span: Span
    truth: bool
    #: The rows of a group; none for a row.
    children: tuple[Explanation, ...] = ()
    seen: tuple[Seen, ...] = ()
    #: Sentences: what keeps the row, or what it is the negation of, from holding.
    faults: tuple[str, ...] = ()

    def rows(self) -> Iterator[Explanation]:
        """Yield every row below, itself if it is one, in the order written."""
        if not isinstance(self.node, s.Group | s.Not):
            yield self
        for child in self.children:
            yield from child.rows()


def as_written(value: Value) -> str:
    """Return a value as a rule would write it; blank is ``(blank)``."""
    if is_blank(value):
        return "(blank)"
    if isinstance(value, tuple | list):
        return ", ".join(json.dumps(part, ensure_ascii=False, default=str) for part in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False, default=str)
