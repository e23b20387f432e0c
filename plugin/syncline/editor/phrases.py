"""The words of the language that may stand at a place, each said to its end: ``starts with``."""

from __future__ import annotations

__all__ = ["Phrase", "phrases"]

from collections.abc import Iterator
from dataclasses import dataclass

from syncline_grammar.words import words_of

from .reader import Node, Reader

#: The longest: ``in the prospect's time zone``.
_LONGEST = 5
_SIGNS = {
    "EQUAL": ("=",),
    "COMPARE": ("!=", "<", "<=", ">", ">="),
    "BOTH": ("<->",),
    "TO_CADENCE": ("->",),
    "TO_CRM": ("<-",),
    "LBRACE": ("{",),
    "PERCENT": ("%",),
}
#: Begin something of their own: they make no phrase with the words before them.
_APART = {"DAYWORD", "TRUE", "FALSE", "QUANTIFIER", "NOT", "IS", "DAY", "UNIT", "WHERE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A few words or a sign, as written."""

    text: str
    #: The terminal it begins with.
    terminal: str
    #: What is on the stack after its first word.
    after: Node


def phrases(reader: Reader, top: Node, accepted: list[str]) -> Iterator[Phrase]:
    """Yield every phrase that can follow; one that has to go on is told with all it needs."""
    for terminal in accepted:
        after = reader.feed(top, terminal, top.end, top.end)
        if after is None:
            continue
        for text in _SIGNS.get(terminal, ()):
            yield Phrase(text=text, terminal=terminal, after=after)
        for word in sorted(words_of((terminal,))):
            worded = reader.feed(top, terminal, top.end, top.end, word)
            assert worded is not None
            for text in _said(reader, worded, worded, word):
                yield Phrase(text=text, terminal=terminal, after=after)


def _said(reader: Reader, start: Node, top: Node, said: str) -> Iterator[str]:
    """Yield *said*, which begins at *start*, with the words that make it whole."""
    accepted = reader.accepts(top)
    words = said.split()
    onward = [name for name in accepted if _is_within(reader, start, top, name)]
    if len(words) == 1 and len(accepted) == 1 and words_of(accepted):
        # Nothing else can follow: `crm wins`.
        onward = accepted
    elif len(onward) < len(accepted) or not all(words_of((name,)) for name in accepted):
        yield said
        onward = [name for name in onward if name not in _APART]
    if start.symbol in _APART and start.symbol not in {"NOT", "IS"}:
        return
    for terminal in onward:
        for word in sorted(words_of((terminal,))):
            after = reader.feed(top, terminal, top.end, top.end, word)
            if after is not None and word not in words and len(words) < _LONGEST:
                yield from _said(reader, start, after, f"{said} {word}")


def _is_within(reader: Reader, start: Node, top: Node, terminal: str) -> bool:
    """Tell whether what was said from *start* on goes on with *terminal*, and is not over."""
    node = reader.feed(top, terminal, top.end, top.end)
    while node is not None and node is not start:
        node = node.below
    return node is not None
