"""A rule file's text, and where things are in it."""

from __future__ import annotations

__all__ = ["SIGNIFICANT", "Source"]

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from .diagnostics import Span

#: Walks a text bracket by bracket: comments, texts and quoted names are passed over whole.
SIGNIFICANT = re.compile(r'#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|`[^`\n]*`|[{}()]')


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file and its name for the reader."""

    name: str
    text: str
    _starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0, *(m.end() for m in re.finditer("\n", self.text))]
        object.__setattr__(self, "_starts", starts)

    def span(self, start: int, end: int) -> Span:
        """Return the span of the characters from *start* to before *end*."""
        start = min(start, len(self.text))
        end = max(min(end, len(self.text)), start)
        line = bisect_right(self._starts, start)
        return Span(start, end, line, start - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return line *number* (the first is 1) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def at(self, span: Span) -> str:
        """Return ``file:line`` for the reader of a log."""
        return f"{self.name}:{span.line}"
