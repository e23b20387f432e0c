"""Rows of criteria in words: what each says, and what it saw."""

from __future__ import annotations

__all__ = ["rows_seen"]

from collections.abc import Sequence

from ..model import is_blank
from ..rules.explaining.explanation import Explanation, as_written

#: As many rows as are worth reading.
_FEW = 3


def rows_seen(rows: Sequence[Explanation]) -> str:
    """Return the rows that make the answer what it is, and what they saw."""
    words = [_row(row) for row in rows[:_FEW]]
    if len(rows) > _FEW:
        words.append(f"and {len(rows) - _FEW} more")
    return ", ".join(words)


def _row(row: Explanation) -> str:
    truth = "true" if row.truth else "false"
    seen = row.faults or tuple(
        f"{value.text} is {'blank' if is_blank(value.now) else as_written(value.now)}"
        for value in row.seen
        if value.field
    )
    because = f" ({'; '.join(seen)})" if seen else ""
    return f"`{row.text}` in line {row.span.line} is {truth}{because}"
