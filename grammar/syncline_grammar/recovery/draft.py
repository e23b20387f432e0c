"""A statement while it is being mended: its text now, and where each sign of it stood."""

from __future__ import annotations

__all__ = ["Draft", "moved"]

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from ..diagnostics import Span
from ..source import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A stretch of *source* from offset *start* on, as it reads after some replacements."""

    source: Source
    start: int
    text: str
    #: (where in the text of then, characters written, characters they took the place of)
    edits: tuple[tuple[int, int, int], ...] = ()

    def replaced(self, start: int, end: int, text: str) -> Draft:
        """Return the draft with the characters from *start* to *end* replaced by *text*."""
        return replace(
            self,
            text=self.text[:start] + text + self.text[end:],
            edits=(*self.edits, (start, len(text), end - start)),
        )

    def original(self, at: int) -> int:
        """Return the offset in the source of offset *at* of the text now."""
        for start, written, taken in reversed(self.edits):
            if at >= start + written:
                at += taken - written
            elif at > start:
                at = start + min(at - start, taken)
        return self.start + at

    def span(self, start: int, end: int) -> Span:
        """Return the place in the source of the characters from *start* to *end*."""
        return self.source.span(self.original(start), self.original(end))

    def untouched(self, start: int, end: int) -> bool:
        """Tell whether these characters stand in the source as they stand here.

        Of a place without characters, tell whether what stands before it was left as it was:
        behind a line that was set aside may be a comment.
        """
        if start == end and not self._plain(start):
            return False
        there = self.source.text[self.original(start) : self.original(end)]
        return there == self.text[start:end]

    def _plain(self, at: int) -> bool:
        for start, written, taken in reversed(self.edits):
            if start < at <= start + written:
                return False
            if at > start:
                at += taken - written
        return True

    def place(self, span: Span) -> Span:
        """Return where in the source a *span* of the text now lies."""
        return self.span(span.start, span.end)


def moved(node: T, place: Callable[[Span], Span]) -> T:
    """Return a copy of a tree whose places are those that *place* returns for them."""
    kind: Any = node.__class__
    if kind is Span:
        return cast("T", place(cast("Span", node)))
    if kind is tuple:
        return cast("T", tuple([moved(part, place) for part in cast("tuple[Any, ...]", node)]))
    names = _names(kind)
    if not names:
        return node
    return cast("T", kind(**{name: moved(getattr(node, name), place) for name in names}))


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
