"""Where the cursor stands: in what kind of word, and what was said before it."""

from __future__ import annotations

__all__ = ["Inside", "Place", "place_at", "word_at"]

import re
from dataclasses import dataclass
from enum import StrEnum

from .mending import read_to
from .reader import Node, reader

#: Texts and names in quotes, closed or not, and comments: each lies within a line.
_QUOTED = re.compile(r'#[^\n]*|"(?:\\.|[^"\\\n])*(?:"|$)|`[^`\n]*(?:`|$)', re.MULTILINE)
_WORD = re.compile(r"[^\W\d][\w.]*|\d[\w.:-]*|[<>=!]+-?>?|->?")
_MARKS = {'"': "text", "`": "name", "#": "comment"}


class Inside(StrEnum):
    """What the cursor stands in."""

    WORD = "word"
    TEXT = "text"
    NAME = "name"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Place:
    """The cursor at ``at``, in a word from ``start`` to ``end``; nothing of it may be there yet."""

    text: str
    at: int
    inside: Inside
    start: int
    end: int
    #: What was read before the word.
    top: Node

    @property
    def word(self) -> str:
        """The word, with its quotes."""
        return self.text[self.start : self.end]


def place_at(text: str, at: int) -> Place:
    """Return the place of the cursor before the character *at*."""
    at = max(min(at, len(text)), 0)
    inside, start, end = _around(text, at)
    return Place(text, at, inside, start, end, read_to(reader(), text, start))


def word_at(text: str, at: int) -> Place:
    """Return the place of the word under a pointer, which may stand before its first sign."""
    place = place_at(text, at)
    if place.start == place.end and at < len(text):
        after = place_at(text, at + 1)
        if after.start == at < after.end:
            return after
    return place


def _around(text: str, at: int) -> tuple[Inside, int, int]:
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    if end > begin and text[end - 1] == "\r" and end > at:
        end -= 1
    for found in _QUOTED.finditer(text, begin, end):
        if found.start() >= at:
            break
        open_end = found[0].startswith("#") or len(found[0]) == 1 or found[0][-1] != found[0][0]
        if at < found.end() or (at == found.end() and open_end):
            return Inside(_MARKS[found[0][0]]), found.start(), found.end()
    for found in _WORD.finditer(text, begin, end):
        if found.start() < at <= found.end() and not _in_quotes(text, begin, end, found.start()):
            return Inside.WORD, found.start(), found.end()
    return Inside.WORD, at, at


def _in_quotes(text: str, begin: int, end: int, at: int) -> bool:
    return any(found.start() <= at < found.end() for found in _QUOTED.finditer(text, begin, end))
