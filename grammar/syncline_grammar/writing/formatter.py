"""A rule file in its one form. Nothing is lost: what was printed is read again and compared."""

from __future__ import annotations

__all__ = ["Formatted", "format_parsed", "format_text", "tree_to_text"]

from dataclasses import dataclass, replace

from .. import syntax as s
from ..diagnostics import Diagnostic
from ..parse import Parsed, parse
from .attach import read_layout
from .layout import Layout, comments_in
from .printer import print_tree
from .spelling import UnwritableError


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text in its one form; the text as it was if ``diagnostics`` or ``refusal`` say why."""

    text: str
    #: What was read from ``text``.
    parsed: Parsed
    #: A sentence on what could not be formatted, empty if all was.
    refusal: str = ""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The faults that kept the text from being read."""
        return self.parsed.diagnostics


def tree_to_text(tree: s.RuleFile, layout: Layout | None = None) -> str:
    """Return *tree* as rules, with the comments of *layout*.

    Raises ``UnwritableError`` for a tree that says what the language cannot.
    """
    return print_tree(tree, Layout() if layout is None else layout)


def format_text(text: str, name: str = "rules") -> Formatted:
    """Return *text* in its one form; never raises for what it holds. *name* is for the reader.

    Meaning, comments and single blank lines stay; all else is decided here. What has its form
    already keeps it.
    """
    formatted = format_parsed(parse(text, name))
    # Of what is no text at all, the parser keeps nothing.
    return replace(formatted, text=text) if formatted.diagnostics else formatted


def format_parsed(parsed: Parsed) -> Formatted:
    """Like ``format_text``, for a text that was read before."""
    before = parsed.source.text
    if parsed.diagnostics:
        return Formatted(before, parsed)
    try:
        after = tree_to_text(parsed.tree, read_layout(parsed.tree, parsed.source))
    except UnwritableError as err:
        where = "" if err.line is None else f"line {err.line}: "
        return Formatted(before, parsed, f"{where}{err.message}")
    if after == before:
        return Formatted(after, parsed)
    again = parse(after, parsed.source.name)
    refusal = _difference(parsed, again)
    return Formatted(before, parsed, refusal) if refusal else Formatted(after, again)


def _difference(parsed: Parsed, again: Parsed) -> str:
    """Say what is not the same in two texts; empty if it is nothing that counts."""
    if again.diagnostics:
        return f"what was formatted could not be read again: {again.diagnostics[0].message}"
    if again.tree != parsed.tree:
        pairs = zip(parsed.tree.statements, again.tree.statements, strict=False)
        lines = [old.span.line for old, new in pairs if old != new]
        where = f"line {lines[0]}: " if lines else ""
        return f"{where}the rules would say something else"
    if comments_in(again.source.text) != comments_in(parsed.source.text):
        return "a comment would be lost"
    return ""
