"""The JSON form of rules (B1): the same meaning, comments and blank lines, for visual builders.

``rules.schema.json`` describes it. From rules to the form and back is the formatted text.
"""

from __future__ import annotations

__all__ = ["from_json", "to_json"]

from typing import Any, cast

import syncline_schemas

from .. import syntax as s
from ..parse import Parsed, parse
from ..writing.attach import read_layout
from ..writing.formatter import format_parsed, format_text, tree_to_text
from ..writing.layout import comments_in
from ..writing.spelling import UnwritableError
from .read import tree_of
from .write import document_of

#: Faults of a document that are told at once.
_MOST = 5
#: Objects and lists within one another; brackets in a text go far less deep.
_DEEP = 250


def to_json(rules: str | Parsed) -> dict[str, Any]:
    """Return the JSON form of *rules*, a document that is valid by ``rules.schema.json``.

    Raises ``UnwritableError`` for rules that cannot be read, or cannot be formatted.
    """
    formatted = format_text(rules) if isinstance(rules, str) else format_parsed(rules)
    if formatted.diagnostics:
        fault = formatted.diagnostics[0]
        raise UnwritableError(f"the rules cannot be read: {fault.message}", fault.span.line)
    if formatted.refusal:
        raise UnwritableError(formatted.refusal)
    tree, layout = (
        formatted.parsed.tree,
        read_layout(formatted.parsed.tree, formatted.parsed.source),
    )
    return document_of(tree, layout)


def from_json(document: Any, name: str = "rules") -> Parsed:
    """Return the rules that *document* describes, written as text and read from it.

    Their text is ``source.text``; *name* is for the reader. Raises ``UnwritableError`` that says
    what is wrong with the document, and where.
    """
    if _is_deep(document):
        raise UnwritableError("it is nested too deep")
    faults = list(dict.fromkeys(syncline_schemas.check("rules", document)))
    if faults:
        more = f"; and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
        raise UnwritableError("; ".join(faults[:_MOST]) + more)
    tree, layout = tree_of(document)
    try:
        text = tree_to_text(tree, layout)
        text.encode()
    except UnwritableError:
        raise _placed(tree) from None
    except UnicodeEncodeError as err:
        raise UnwritableError(f"{err.object[err.start]!a} is half a sign, and no text") from None
    parsed = parse(text, name)
    if parsed.diagnostics or parsed.tree != tree:
        raise _placed(tree)
    if comments_in(text) != layout.comments:
        raise UnwritableError("a comment stands where no line begins")
    return parsed


def _placed(tree: s.RuleFile) -> UnwritableError:
    """Return an error that names the first statement that cannot be written as it is."""
    for number, statement in enumerate(tree.statements):
        alone = s.RuleFile((statement,))
        why = "the language has no words for this"
        try:
            parsed = parse(tree_to_text(alone))
            if parsed.tree == alone:
                continue
            why += "".join(f": {fault.message}" for fault in parsed.diagnostics[:1])
        except UnwritableError as err:
            why = err.message
        return UnwritableError(f"statements.{number}: {why}")
    return UnwritableError("the statements cannot stand in one file")


def _is_deep(document: Any) -> bool:
    """Tell whether *document* goes deeper than any rules, without going down itself."""
    level: list[Any] = [document]
    for _ in range(_DEEP):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += cast("dict[str, Any]", value).values()
            elif isinstance(value, list):
                inner += value
        if not inner:
            return False
        level = inner
    return True
