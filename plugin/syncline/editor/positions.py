"""Places as editors count them: lines, and units in a line, of UTF-16 unless agreed otherwise."""

from __future__ import annotations

__all__ = ["Positions"]

import re
from bisect import bisect_right
from dataclasses import dataclass, field

#: An editor's line ends with any of these; a rule file's own lines end with ``\n`` alone.
_LINE_END = re.compile(r"\r\n|\n|\r")
#: Each with the codec that adds no mark, and the bytes of one unit.
_ENCODINGS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@dataclass(frozen=True, slots=True)
class Positions:
    """Turns offsets in a text, in characters, into (line, column) and back; both begin with 0.

    In UTF-16 a sign beyond the first 65,536, such as an emoji, counts two.
    """

    text: str
    #: ``utf-8``, ``utf-16`` or ``utf-32``.
    encoding: str = "utf-16"
    #: Where each line begins, and where it ends without its line break.
    _starts: list[int] = field(init=False, repr=False)
    _ends: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        breaks = [found.span() for found in _LINE_END.finditer(self.text)]
        object.__setattr__(self, "_starts", [0, *(end for _start, end in breaks)])
        object.__setattr__(self, "_ends", [*(start for start, _end in breaks), len(self.text)])

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of *offset*; one beyond the text is its end."""
        offset = max(min(offset, len(self.text)), 0)
        line = bisect_right(self._starts, offset) - 1
        return line, self._units(self.text[self._starts[line] : min(offset, self._ends[line])])

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place; one beyond a line is its end, one beyond the text too."""
        if line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[max(line, 0)], self._ends[max(line, 0)]
        if self.text[start:end].isascii():
            return min(start + max(column, 0), end)
        at = start
        # In the middle of a sign of several units: before it.
        while at < end and (column := column - self._units(self.text[at])) >= 0:
            at += 1
        return at

    def _units(self, text: str) -> int:
        if text.isascii():
            return len(text)
        # An editor may hold half of a pair of surrogates.
        name, size = _ENCODINGS[self.encoding]
        return len(text.encode(name, "surrogatepass")) // size
