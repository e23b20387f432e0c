"""What the functions share: how a count is read, and how a reason quotes a text."""

from __future__ import annotations

__all__ = ["count_of", "shown"]

import math

#: A reason is read aloud; the rest of a long text tells nobody more.
_QUOTED = 40


def count_of(number: float) -> int:
    """Return *number* as a count: its whole part, and 0 for less and for what is no number."""
    return max(int(number), 0) if isinstance(number, int) or math.isfinite(number) else 0


def shown(text: str) -> str:
    """Return *text* in quotes on one line, cut to what a person reads."""
    line = " ".join(text[: 4 * _QUOTED].split())
    return f'"{line}"' if len(line) <= _QUOTED else f'"{line[: _QUOTED - 1]}…"'
