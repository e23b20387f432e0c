"""Rename a workflow, a form or a test (B14): its title is written once, and is its name."""

from __future__ import annotations

__all__ = ["RefusedError", "Title", "rename", "title_at"]

from dataclasses import dataclass

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Edit
from syncline_grammar.parse import parse
from syncline_grammar.source import Source

from .items import quoted
from .place import Inside, word_at

_TITLED = {"WORKFLOW", "FORM", "TEST"}


class RefusedError(Exception):
    """The new name cannot be; the message is for the person who typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title between its quotes, from ``start`` to ``end``."""

    #: ``workflow``, ``form`` or ``test``.
    what: str
    text: str
    start: int
    end: int


def title_at(text: str, at: int) -> Title | None:
    """Return the title at offset *at*; None where there is none to rename."""
    place = word_at(text, at)
    closed = len(place.word) > 1 and place.word.endswith('"')
    if place.inside is not Inside.TEXT or not closed or place.top.symbol not in _TITLED:
        return None
    return Title(
        what=place.top.symbol.lower(),
        text=place.word[1:-1],
        start=place.start + 1,
        end=place.end - 1,
    )


def rename(text: str, at: int, name: str) -> list[Edit]:
    """Return what changes when the statement at *at* gets the title *name*.

    Raises ``RefusedError`` where there is no title, or the new one is empty or taken.
    """
    title = title_at(text, at)
    if title is None:
        raise RefusedError("Only the name of a workflow, a form or a test can be changed here.")
    if not name.strip():
        raise RefusedError(f"A {title.what} needs a name: write one or more words.")
    source = Source("rules", text)
    for statement in parse(text).tree.statements:
        if (
            isinstance(statement, s.Workflow | s.Form | s.Test)
            and (type(statement).__name__.lower(), statement.name) == (title.what, name)
            and not statement.span.start <= at <= statement.span.end
        ):
            raise RefusedError(
                f"Line {statement.span.line} has a {title.what} of this name already: choose "
                "another."
            )
    span = source.span(title.start, title.end)
    return [Edit(span=span, text=quoted(name)[1:-1], title=f"rename the {title.what}")]
