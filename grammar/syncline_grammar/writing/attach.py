"""Find the line that each comment and each blank line of a rule file belongs to.

The places of a tree go from a node's first child to its last: key words and brackets lie outside.
So the text is cut into words once, each line gets the number of the word that it begins with, and
a comment falls to the line before it or after it. The work grows with the length of the text.
"""

from __future__ import annotations

__all__ = ["read_layout"]

import re
from bisect import bisect_right
from collections.abc import Iterator

from .. import syntax as s
from ..source import SIGNIFICANT, Source
from .layout import Layout, Lines, stands_apart

_WORD = re.compile(rf'{SIGNIFICANT.pattern}|,|[^\s\ufeff\u200b#"`{{}}(),]+')
_KEYWORDS: dict[type[s.Statement], str] = {
    s.Connect: "connect",
    s.Schedule: "sync",
    s.Flow: "sync",
    s.Admin: "admin",
    s.ObjectMap: "map",
    s.Workflow: "workflow",
    s.Activity: "activity",
    s.Allow: "allow",
    s.Form: "form",
    s.Test: "test",
}


def read_layout(tree: s.RuleFile, source: Source) -> Layout:
    """Return the comments and blank lines of *source*, which was read without a fault as *tree*."""
    words = _Words(source.text)
    starts = _Starts(words)
    starts.file(tree)
    lines: dict[int, Lines] = {}
    feet: dict[int, Lines] = {}
    for node, foot, found in _shared(words, sorted(starts.found)):
        if found != Lines():
            (feet if foot else lines)[node] = found
    for at, statement in enumerate(tree.statements):
        above = lines[id(statement)].above if id(statement) in lines else ()
        if stands_apart(tree.statements, at) and above[:1] == ("",) and "" not in above[1:]:
            # It will stand there anyway, so it says nothing.
            lines[id(statement)] = Lines(above[1:], lines[id(statement)].beside)
    return Layout(lines, feet)


class _Words:
    """The words of a text, and the comments between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        #: By the number of words before it: the comments that stand there, each (start, end).
        self.comments: dict[int, list[tuple[int, int]]] = {}
        #: By the number of an opening brace or bracket: the number of the one that closes it.
        self.closing: dict[int, int] = {}
        opened: list[int] = []
        for found in _WORD.finditer(text):
            word = found[0]
            if word[0] == "#":
                self.comments.setdefault(len(self.words), []).append(found.span())
                continue
            if word in "{(":
                opened.append(len(self.words))
            elif word in "})":
                self.closing[opened.pop()] = len(self.words)
            self.words.append(word)
            self.starts.append(found.start())
            self.ends.append(found.end())

    def at(
        self,
        node: s.Statement | s.Name | s.Deletes | s.DeletesToo | s.Criterion | s.Table | s.Literal,
    ) -> int:
        """Return the number of the word in which the place of *node* begins."""
        return bisect_right(self.starts, node.span.start) - 1

    def back(self, number: int, word: str) -> int:
        """Return the number of the last *word* before word *number*."""
        while self.words[number := number - 1] != word:
            pass
        return number

    def brace(self, number: int) -> int:
        """Return the number of the closing brace of the first block after word *number*."""
        while self.words[number] != "{":
            number += 1
        return self.closing[number]


class _Starts:
    """Finds where lines begin."""

    def __init__(self, words: _Words) -> None:
        self._words = words
        #: (number of the first word, id of the node, whether it is the node's foot)
        self.found: list[tuple[int, int, bool]] = []

    def file(self, tree: s.RuleFile) -> None:
        for statement in tree.statements:
            self._statement(statement)
        self._foot(len(self._words.words), tree)

    def _begin(self, number: int, node: object) -> None:
        self.found.append((number, id(node), False))

    def _foot(self, number: int, node: object) -> None:
        self.found.append((number, id(node), True))

    def _statement(self, statement: s.Statement) -> None:
        words = self._words
        at = words.at(statement)
        self._begin(words.back(at, _KEYWORDS[type(statement)]), statement)
        match statement:
            case s.Flow():
                if statement.where is not None:
                    self._criterion(statement.where)
            case s.ObjectMap():
                for match in statement.matches:
                    self._begin(words.back(words.at(match.crm), "match"), match)
                for deletes in statement.deletes:
                    self._begin(words.at(deletes), deletes)
                for row in statement.rows:
                    self._begin(words.at(row.crm), row)
                    if row.table is not None:
                        self._table(row.table)
                at = words.at(statement.cadence_object)
            case s.Workflow():
                self._begin(words.back(words.at(statement.when), "when"), statement.when)
                self._criterion(statement.when)
                action = statement.actions[0]
                number = bisect_right(words.starts, action.span.start) - 1
                self._begin(words.back(number, "then"), action)
                at = words.at(statement.object)
            case s.Activity():
                if statement.where is not None:
                    self._criterion(statement.where)
                for too in statement.deletes:
                    self._begin(words.at(too), too)
                for value in statement.values:
                    self._begin(words.at(value.field), value)
                at = words.at(statement.object)
            case s.Form():
                for field in statement.fields:
                    self._begin(words.at(field.field), field)
                at = words.at(statement.object)
            case s.Test():
                for given in statement.givens:
                    number = bisect_right(words.starts, given.span.start) - 1
                    self._begin(words.back(number, "given"), given)
                for expect in statement.expects:
                    number = bisect_right(words.starts, expect.span.start) - 1
                    self._begin(words.back(number, "expect"), expect)
            case _:
                return
        if not isinstance(statement, s.Flow):
            self._foot(words.brace(at), statement)

    def _table(self, table: s.Table) -> None:
        words = self._words
        for first, _second in table.entries:
            at = words.at(first)
            self._begin(at - (words.words[at - 1] == "-"), first)
        self._foot(words.brace(words.at(table)), table)

    def _criterion(self, node: s.Criterion) -> None:
        if isinstance(node, s.Not):
            self._criterion(node.row)
        elif isinstance(node, s.Group):
            for number, row in enumerate(node.rows):
                if number > 0 or not node.inline:
                    # The word before it is `and` or `or`.
                    self._begin(self._bare(row) - node.inline, row)
                self._criterion(row)
            if not node.inline:
                self._foot(self._words.brace(self._words.at(node)), node)

    def _bare(self, node: s.Criterion) -> int:
        """Return the number of a criterion's first word, be it a bracket or ``not``."""
        number = self._words.at(node)
        while self._words.words[number - 1] in {"not", "("}:
            number -= 1
        return number


def _shared(
    words: _Words, starts: list[tuple[int, int, bool]]
) -> Iterator[tuple[int, bool, Lines]]:
    """Yield each line's node with what is above and beside it."""
    above: list[list[str]] = [[] for _ in starts]
    #: The comments within a line; the last of them will stand beside it.
    within: list[list[str]] = [[] for _ in starts]
    line = 0
    for number in sorted({*words.comments, *(start for start, _node, _foot in starts)}):
        while starts[line][0] < number:
            line += 1
        begins = starts[line][0] == number
        end = words.ends[number - 1] if number else 0
        for start, stop in words.comments.get(number, ()):
            gap = words.text.count("\n", end, start)
            comment = words.text[start:stop].rstrip()
            if number and (gap == 0 or not begins):
                within[line - 1].append(comment)
            else:
                above[line] += [""] * (gap > 1) + [comment]
            end = stop
        if begins and number < len(words.starts):
            gap = words.text.count("\n", end, words.starts[number])
            above[line] += [""] * (gap > 1)
    for (_start, node, foot), upper, own in zip(starts, above, within, strict=True):
        yield node, foot, Lines((*upper, *own[:-1]), own[-1] if own else "")
