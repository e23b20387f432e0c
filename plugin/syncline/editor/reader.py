"""Read a text up to a place, over any slips before it, and tell what could stand there.

The parser reads whole statements and answers with a tree. An editor asks in the middle of a
sentence, where no tree is yet: what counts is the parser's stack. Here the grammar's tables are
walked with a stack that is never changed, only put upon, so that one can go back and try again.
"""

from __future__ import annotations

__all__ = ["Node", "Reader", "Word", "reader"]

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from syncline_grammar.parsing.tables import Tables, load


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """The top of the stack: what was read last, what it is made of, and what was read before."""

    state: int
    #: A terminal, or what a rule of the grammar makes.
    symbol: str
    start: int
    end: int
    #: The word as written; empty for what rules make, and for what is only supposed to be there.
    text: str
    parts: tuple[Node, ...]
    below: Node | None

    def sentence(self) -> list[Node]:
        """Return what is on the stack, in the order of the text, without the ground it lies on."""
        found: list[Node] = []
        node: Node = self
        while (below := node.below) is not None:
            found.append(node)
            node = below
        return found[::-1]

    def words(self) -> Iterator[Node]:
        """Yield the words that this was made of, in the order of the text."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            if node.parts:
                waiting.extend(reversed(node.parts))
            elif node.text:
                yield node


class Word(NamedTuple):
    """A word of the text: its terminal and its place."""

    terminal: str
    start: int
    end: int


class Reader:
    """Reads by *tables*."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        ignored = "|".join(t.pattern for t in tables.terminals if t.name in tables.ignored)
        self._ignored = re.compile(f"(?:{ignored})*+")
        self._readers: dict[frozenset[str], tuple[re.Pattern[str], dict[str, dict[str, str]]]] = {}

    @property
    def ground(self) -> Node:
        """The stack before anything was read."""
        return Node(self._tables.start, "", 0, 0, "", (), None)

    def feed(self, top: Node, terminal: str, start: int, end: int, text: str = "") -> Node | None:
        """Return the stack with one word more; None when it cannot stand there."""
        states, rules = self._tables.states, self._tables.rules
        while (action := states[top.state].get(terminal)) is not None:
            if action >= 0:
                return Node(action, terminal, start, end, text, (), top)
            rule = rules[~action]
            parts: list[Node] = []
            for _ in range(rule.size):
                parts.append(top)
                assert top.below is not None
                top = top.below
            begin = parts[-1].start if parts else start
            finish = parts[0].end if parts else start
            state = states[top.state][rule.origin]
            top = Node(state, rule.origin, begin, finish, "", tuple(reversed(parts)), top)
        return None

    def accepts(self, top: Node) -> list[str]:
        """Return the terminals that can stand next, the end of the text aside."""
        names = [t.name for t in self._tables.terminals if t.name in self._tables.states[top.state]]
        return [name for name in names if self.feed(top, name, top.end, top.end) is not None]

    def word(self, top: Node, text: str, at: int) -> Word | None:
        """Return the next word from *at* on, as it would be read on this stack."""
        found = self._ignored.match(text, at)
        start = at if found is None else found.end()
        pattern, words = self._pattern(frozenset(self._tables.states[top.state]))
        read = pattern.match(text, start)
        if read is None or read.lastgroup is None:
            return None
        terminal = words[read.lastgroup].get(read[0], read.lastgroup)
        return Word(terminal, start, read.end())

    def skipped(self, text: str, at: int) -> int:
        """Return where the next word begins: white space and comments are passed over."""
        found = self._ignored.match(text, at)
        return at if found is None else found.end()

    def read(self, top: Node, text: str, at: int, end: int) -> tuple[Node, int]:
        """Read on from *at*; return the stack and where reading stopped, at *end* if all is well.

        Words are read as if the text ended at *end*.
        """
        while True:
            at = self.skipped(text, at)
            if at >= end:
                return top, end
            word = self.word(top, text, at)
            if word is None or word.end > end:
                return top, at
            after = self.feed(top, word.terminal, word.start, word.end, text[word.start : word.end])
            if after is None:
                return top, at
            top, at = after, word.end

    def _pattern(
        self, accepted: frozenset[str]
    ) -> tuple[re.Pattern[str], dict[str, dict[str, str]]]:
        if accepted not in self._readers:
            terminals = [t for t in self._tables.terminals if t.name in accepted]
            words = {
                t.name: {w: name for w, name in t.words.items() if name in accepted}
                for t in terminals
            }
            apart = {name for found in words.values() for name in found.values()}
            patterns = [f"(?P<{t.name}>{t.pattern})" for t in terminals if t.name not in apart]
            self._readers[accepted] = re.compile("|".join(patterns) or "(?!)"), words
        return self._readers[accepted]


@cache
def reader() -> Reader:
    """Return the reader of rule files."""
    return Reader(load())
