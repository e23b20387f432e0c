"""A page that is written line by line: indents, columns, and comments that stand in a column."""

from __future__ import annotations

__all__ = ["WIDTH", "Page", "column", "padded", "rows"]

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from .layout import Layout, Lines, runs
from .spelling import width

#: Rules are broken so as to stay within so many columns; comments are not.
WIDTH = 100
_INDENT = "    "
#: Between a line and the comment beside it.
_GAP = 2

T = TypeVar("T")


@dataclass(slots=True)
class _Line:
    text: str
    comment: str = ""
    #: Lines whose comments stand in one column have the same.
    indent: int = 0


class Page:
    """Text that grows at its end. A line may go over several rows; its comment ends the last."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        #: The comment beside the line that is being written.
        self.beside = ""

    def begin(self, indent: int, lines: Lines, *, first: bool = False, apart: bool = False) -> None:
        """End the line and begin another, with what stands above it.

        A *first* line of a block has no blank line above it; one that stands *apart* has.
        """
        self._end()
        above = list(lines.above)
        if apart and "" not in above:
            above.insert(0, "")
        self._above(indent, above, first=first)
        self._lines.append(_Line(_INDENT * indent, indent=indent))
        self.beside = lines.beside

    def close(self, indent: int, lines: Lines, brace: str, *, empty: bool) -> None:
        """End a block, or with no *brace* the page; *empty* if nothing stands in it."""
        self._end()
        above = list(lines.above)
        while above and not above[-1]:
            above.pop()
        self._above(indent + 1 if brace else 0, above, first=empty)
        if brace:
            self._lines.append(_Line(_INDENT * indent + brace, indent=indent))
        self.beside = lines.beside

    def _above(self, indent: int, above: Iterable[str], *, first: bool) -> None:
        for text in above:
            if text:
                self._lines.append(_Line(_INDENT * indent + text.rstrip()))
            elif self._lines and self._lines[-1].text and not first:
                self._lines.append(_Line(""))
            first = first and not text

    def _end(self) -> None:
        if self._lines:
            # What was padded may have nothing behind it.
            self._lines[-1].text = self._lines[-1].text.rstrip()
        if self.beside:
            self._lines[-1].comment = self.beside.rstrip()
            self.beside = ""

    def put(self, text: str) -> None:
        """Go on in the line."""
        self._lines[-1].text += text

    def fits(self, text: str) -> bool:
        """Tell whether *text* would still stand within the line."""
        return width(self._lines[-1].text) + width(text) <= WIDTH

    def fill(self, pieces: Sequence[str], indent: int) -> None:
        """Go on with *pieces*, a space between two, in as many rows as it takes."""
        for number, piece in enumerate(pieces):
            if number == 0:
                self.put(piece)
            elif self.fits(f" {piece}"):
                self.put(f" {piece}")
            else:
                self._lines.append(_Line(_INDENT * (indent + 1) + piece, indent=indent))

    def text(self) -> str:
        """Return all that was written, ended by a line end."""
        self._end()
        rows: list[str] = []
        for (commented, _indent), run in groupby(
            self._lines, key=lambda line: (bool(line.comment), line.indent)
        ):
            lines = list(run)
            if commented:
                margin = max(width(line.text) for line in lines) + _GAP
                rows += [padded(line.text, margin) + line.comment for line in lines]
            else:
                rows += [line.text for line in lines]
        return "".join(f"{row}\n" for row in rows)


def padded(text: str, columns: int) -> str:
    """Return *text* filled up with spaces to *columns*."""
    return text + " " * (columns - width(text))


def column(cells: Iterable[str]) -> int:
    """Return the columns that the widest of *cells* takes; 0 when there is none."""
    return max(map(width, cells), default=0)


def rows(
    page: Page, layout: Layout, items: Iterable[T], cell: Callable[[T], str], indent: int = 1
) -> Iterator[tuple[T, str]]:
    """Begin a line for each of a block's *items*; yield it with its *cell*, padded.

    The cells of neighbours take the same number of columns.
    """
    first = True
    for run in runs(items, layout):
        margin = column(map(cell, run))
        for item in run:
            page.begin(indent, layout.at(item), first=first)
            first = False
            yield item, padded(cell(item), margin)
