"""Texts with a mark for the cursor."""

from __future__ import annotations

__all__ = ["CURSOR", "marked"]

CURSOR = "‸"


def marked(text: str) -> tuple[str, int]:
    """Return *text* without its mark, and the offset at which the mark stood."""
    before, _mark, after = text.partition(CURSOR)
    return before + after, len(before)
