"""The rows of a CSV file as lists of cells; a fault is told with its line, and its column if known.

A first line ``sep=;`` is Excel's word for the separator. It is no row, and still counts as a line.
"""

from __future__ import annotations

__all__ = ["Rows", "said_separator"]

import csv
import io
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TextIO

from ..errors import WorkspaceError

#: Characters that a cell may have. Connectors set the same: the csv module has one limit for all.
_MOST = 1_000_000
csv.field_size_limit(_MOST)
_SAID = re.compile(r'"?sep=(\\t|\t|[^\w\s"])"?[\r\n]*', re.IGNORECASE)
_BREAK = re.compile(r"\r\n?|\n")


def said_separator(line: str) -> str:
    """Return the separator that a first line names, as in ``sep=;``; empty when it is none."""
    found = _SAID.fullmatch(line)
    return "" if found is None else found[1].replace("\\t", "\t")


class Rows:
    """Reads the rows of one opened file, in which each cell is text.

    Iterating raises ``WorkspaceError`` where the file is no CSV, or has a cell that is too long.
    """

    def __init__(self, file: TextIO, separator: str, name: str) -> None:
        self._file = file
        self._separator = separator
        self._name = name
        #: The lines of the row that is being read.
        self._raw: list[str] = []
        self._head: Sequence[str] = ()
        #: The number of the last line that was read, from 1.
        self.line = 0

    def __iter__(self) -> Iterator[list[str]]:
        rows = csv.reader(self._lines(), delimiter=self._separator, strict=True)
        try:
            for row in rows:
                self._raw.clear()
                if any(cell.strip() for cell in row):
                    self._head = self._head or row
                    yield row
        except csv.Error as err:
            raise self._fault(err) from err

    def _lines(self) -> Iterator[str]:
        for line in self._file:
            self.line += 1
            text = "\n" if self.line == 1 and said_separator(line) else line
            self._raw.append(text)
            yield text

    def _fault(self, err: csv.Error) -> WorkspaceError:
        text = "".join(self._raw)
        if not self._is_too_long(text):
            return WorkspaceError(
                f"{self._name}, line {self.line}: this is no CSV: {err}",
                hint="Save it anew as CSV with a head, in UTF-8.",
            )
        # The longest beginning of the row that can be read ends within the cell in question.
        end = bisect_left(range(len(text)), True, key=lambda n: self._is_too_long(text[: n + 1]))
        cells = self._parsed(text[:end])
        column, line = len(cells), self.line - len(_BREAK.findall(cells[-1]))
        name = f" ({self._head[column - 1].strip()[:40]})" if column <= len(self._head) else ""
        return WorkspaceError(
            f"{self._name}, line {line}, column {column}{name}: "
            f"a cell of more than {_MOST:,} characters",
            hint="Shorten the cell or empty it. If it is not that long, a quote in that line opens "
            "and never ends: close it.",
        )

    def _is_too_long(self, text: str) -> bool:
        try:
            self._parsed(text)
        except csv.Error:
            return True
        return False

    def _parsed(self, text: str) -> list[str]:
        """Return the cells of one row, the last of which may be cut off."""
        lines = io.StringIO(text, newline="")
        return next(csv.reader(lines, delimiter=self._separator), [""])
