"""What a rule file holds beside its rules: comments and blank lines, kept by line.

A line begins at a *node*: a statement, a row of a block, the first value of a table's entry, a
criterion of a group, and a criterion after ``and`` or ``or``. The line ``when`` begins at its
criterion, the line ``then`` at its first action. The closing brace of a block is a line too, its
*foot*, and so is the end of the file.
"""

from __future__ import annotations

__all__ = ["Layout", "Lines", "comments_in", "runs", "stands_apart"]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .. import syntax as s
from ..source import SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Lines:
    """The comments of one line, each with its ``#``, and the blank lines above it.

    ``above`` goes from top to bottom; an empty text in it is a blank line. ``beside`` is the
    comment at the end of the line, empty if there is none.
    """

    above: tuple[str, ...] = ()
    beside: str = ""

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments without the blank lines."""
        return tuple(text for text in (*self.above, self.beside) if text)


_NOTHING = Lines()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a tree. Kept by identity: two rows that say the same are still two rows."""

    #: By the ``id`` of the node that begins a line; what is missing has nothing beside it.
    lines: Mapping[int, Lines] = field(default_factory=dict[int, Lines])
    #: By the ``id`` of the node whose closing brace it is; for a file, its end.
    feet: Mapping[int, Lines] = field(default_factory=dict[int, Lines])

    def at(self, node: object) -> Lines:
        """Return the lines of what begins with *node*."""
        return self.lines.get(id(node), _NOTHING)

    def foot(self, node: object) -> Lines:
        """Return the lines of the closing brace of *node*."""
        return self.feet.get(id(node), _NOTHING)

    @property
    def comments(self) -> list[str]:
        """Every comment, sorted."""
        found = (*self.lines.values(), *self.feet.values())
        return sorted(text.rstrip() for lines in found for text in lines.comments)


def comments_in(text: str) -> list[str]:
    """Return the comments of a rule file, sorted, without the space at their ends."""
    found = (match[0] for match in SIGNIFICANT.finditer(text))
    return sorted(piece.rstrip() for piece in found if piece.startswith("#"))


def runs(items: Iterable[T], layout: Layout) -> Iterator[list[T]]:
    """Yield neighbours together: what no blank line parts stands in the same columns."""
    run: list[T] = []
    for item in items:
        if run and "" in layout.at(item).above:
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def stands_apart(statements: Sequence[s.Statement], at: int) -> bool:
    """Tell whether a blank line stands above statement *at*, written or not.

    It parts a statement with a block from its neighbours.
    """
    blocks = s.ObjectMap | s.Workflow | s.Activity | s.Form | s.Test
    return at > 0 and any(isinstance(x, blocks) for x in statements[at - 1 : at + 1])
