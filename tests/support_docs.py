"""What tests of the documentation share: where a page lies, and the blocks of examples in it."""

from __future__ import annotations

__all__ = ["ROOT", "Fence", "fences", "guide", "guide_path", "rows_of_table"]

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^```([^\n`]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Between two cells of a table, but not within a text that writes the sign itself.
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of an example."""

    #: The line of the page on which its text begins.
    line: int
    #: What kind of block it is: ``python``, ``rules``, ``console``.
    mark: str
    #: The words behind the mark.
    words: tuple[str, ...]
    text: str
    #: Where the text stands in the page.
    start: int

    def word(self, key: str) -> str:
        """Return the value of a word such as ``error=E202``; empty when it is not there."""
        return next((w.partition("=")[2] for w in self.words if w.startswith(f"{key}=")), "")


def guide_path(name: str) -> Path:
    """Return where a page of the documentation lies."""
    return ROOT / "docs" / name


def guide(name: str) -> str:
    """Return a page of the documentation."""
    return guide_path(name).read_text("utf-8")


def fences(text: str, *marks: str) -> Iterator[Fence]:
    """Yield the blocks of *text* that have one of the *marks*, in order."""
    for found in _FENCE.finditer(text):
        mark, *words = found[1].split()
        if mark in marks:
            line = text.count("\n", 0, found.start()) + 2
            yield Fence(line, mark, tuple(words), found[2], found.start(2))


def rows_of_table(text: str, head: str) -> list[list[str]]:
    """Return the cells of the table under the row *head*, row by row."""
    _, _, below = text.partition(f"{head}\n")
    assert below, f"there is no table {head}"
    rows = below.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip().replace("\\|", "|") for cell in _BAR.split(r)[1:-1]] for r in rows]
