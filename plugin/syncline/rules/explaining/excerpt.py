"""A criterion or an expression as it stands in its file, on one line and without comments."""

from __future__ import annotations

__all__ = ["excerpt", "tidied"]

import re

from syncline_grammar import syntax as s
from syncline_grammar.source import SIGNIFICANT

#: A text or a quoted name, which stays as it is; comments and white space become one space.
_TIDY = re.compile(r'("(?:\\.|[^"\\\n])*"|`[^`\n]*`)|(?:#[^\n]*|\s)+')
_GAP = r"(?:\s|#[^\n]*\n)*"
_LAST_WORDS = {
    s.Op.CHANGED: "changed",
    s.Op.BLANK: f"is{_GAP}blank",
    s.Op.NOT_BLANK: f"is{_GAP}not{_GAP}blank",
}
_OF_RELATIVE = f"(?:ago|from{_GAP}now)"


def excerpt(node: s.Criterion | s.Expression, text: str) -> str:
    """Return *node* as written in *text*.

    A node's place leads from its first name or value to its last; the brackets around them and the
    words after them (``ago``, ``changed``, ``is blank``) are taken along.
    """
    start, end = node.span.start, node.span.end
    missing = lacking = 0
    for sign in SIGNIFICANT.findall(text[start:end]):
        if sign == "(":
            missing += 1
        elif sign == ")" and missing:
            missing -= 1
        elif sign == ")":
            lacking += 1
    words = _ending(node)
    for pattern in (*[r"\)"] * missing, *([words] if words else [])):
        found = re.compile(_GAP + pattern).match(text, end)
        end = end if found is None else found.end()
    for _ in range(lacking):
        start = max(text.rfind("(", 0, start), 0)
    return tidied(text[start:end])


def tidied(text: str) -> str:
    """Return a stretch of a rule file without comments, each white space one space."""
    return _TIDY.sub(lambda found: found[1] or " ", text).strip()


def _ending(node: s.Criterion | s.Expression) -> str:
    """Return a pattern of the words that stand after the last value of *node*; mostly none."""
    match node:
        case s.Relative(word=""):
            return _OF_RELATIVE
        case s.Comparison(op=op, right=()):
            return _LAST_WORDS.get(op, "")
        case s.Comparison(right=(*_, last)):
            return _ending(last)
        case _:
            return ""
