"""A line of a rule file as a terminal shows it, and what stands below which of its signs."""

from __future__ import annotations

__all__ = ["Excerpt", "excerpt"]

from dataclasses import dataclass

from rich.cells import cell_len

from .signs import tame_sign

#: Cells of a line that are shown; of a longer one the neighbourhood of the place.
_WIDTH = 96
#: Cells before the place, where a line is cut.
_BEFORE = 32
_TAB = 4
_CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A line, or the part of it around a place, and how the place is marked below it."""

    text: str
    #: Cells before the place.
    lead: int
    #: Cells of the place, at least 1.
    width: int


def excerpt(line: str, start: int, end: int) -> Excerpt:
    """Return *line* as it is shown, with its characters from *start* to before *end* marked."""
    # Of a line without end only what may come to be shown is looked at.
    first = max(start - 2 * _WIDTH, 0)
    last = start + 2 * _WIDTH
    signs = _shown(line[first:last])
    start, end = start - first, max(min(end, last) - first, start - first)
    cut_before = first > 0
    cut_after = len(line) > last
    if cut_before or cut_after or cell_len("".join(signs)) > _WIDTH:
        left = _back(signs, start)
        right = _forth(signs, left)
        cut_before, cut_after = cut_before or left > 0, cut_after or right < len(signs)
        signs = signs[left:right]
        start, end = start - left, min(end - left, len(signs))
    before = (_CUT if cut_before else "") + "".join(signs[:start])
    marked = "".join(signs[start:end])
    text = before + marked + "".join(signs[end:]) + (_CUT if cut_after else "")
    return Excerpt(
        text=text.rstrip(), lead=cell_len(before), width=max(cell_len(marked.rstrip()), 1)
    )


def _shown(text: str) -> list[str]:
    """Return what is shown for each character: tabs as spaces, what steers a terminal as a sign."""
    signs: list[str] = []
    column = 0
    for sign in text:
        shown = " " * (_TAB - column % _TAB) if sign == "\t" else tame_sign(sign)
        column += cell_len(shown)
        signs.append(shown)
    return signs


def _back(signs: list[str], start: int) -> int:
    """Return where a cut line begins: some cells before the place, never at a combining mark."""
    left = min(start, len(signs))
    cells = 0
    while left > 0 and cells < _BEFORE:
        left -= 1
        cells += cell_len(signs[left])
    while left > 0 and cell_len(signs[left]) == 0:
        left -= 1
    return left


def _forth(signs: list[str], left: int) -> int:
    right = left
    cells = 0
    while right < len(signs) and cells + cell_len(signs[right]) <= _WIDTH:
        cells += cell_len(signs[right])
        right += 1
    return right
