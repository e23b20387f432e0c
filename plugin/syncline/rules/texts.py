"""Texts with variables: ``"Call: {outcome} ({list_name})"`` (K3)."""

from __future__ import annotations

__all__ = ["split_template", "variables"]

import re

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span

_VARIABLE = re.compile(r"\{\s*([^{}]+?)\s*\}")


def split_template(text: str) -> list[tuple[str, str | None]]:
    """Return (text before, variable) pairs; the last has no variable."""
    parts: list[tuple[str, str | None]] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        parts.append((text[at : found.start()], found[1]))
        at = found.end()
    parts.append((text[at:], None))
    return parts


def variables(text: s.Text) -> list[s.Name]:
    """Return the variables of *text*, each with its place in the file."""
    names: list[s.Name] = []
    for found in _VARIABLE.finditer(text.value):
        # The opening quote is one character; escapes before it would move the place a little.
        start = text.span.start + 1 + found.start(1)
        column = text.span.column + 1 + found.start(1)
        span = Span(start, start + len(found[1]), text.span.line, column)
        names.append(s.Name(found[1], span))
    return names
