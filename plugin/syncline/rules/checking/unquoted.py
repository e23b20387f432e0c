"""Bare words where a value stands: a text without its quotes, or another word for blank."""

from __future__ import annotations

__all__ = ["tell_unquoted"]

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Edit, Span
from syncline_grammar.recovery.wording import BLANKS
from syncline_grammar.words import nearest
from syncline_grammar.writing.spelling import quote

from ...model import FieldType
from ..catalog import Problems, Scope
from ..types import PICKED, family
from .expressions import Typed


def tell_unquoted(
    row: s.Comparison, left: Typed | None, value: s.Expression, scope: Scope, problems: Problems
) -> bool:
    """Note that *value* is no field but a text without quotes (E202), or means blank (E304).

    Return False where it is nothing of the kind, or may be a misspelt field.
    """
    if not isinstance(value, s.FieldRef) or value.name.quoted or scope.find(value.name):
        return False
    word = value.name.text
    if word.lower() in BLANKS:
        _tell_blank(row, value, problems)
        return True
    better = _text_for(word, left, scope)
    if better is None:
        return False
    problems.add(
        "E202",
        f"field `{word}` is not known in {scope.type.name} ({scope.system}); a text stands in "
        f"quotes: {better}",
        value.span,
        better=better,
    )
    return True


def _text_for(word: str, left: Typed | None, scope: Scope) -> str | None:
    """Return the text that *word* surely is beside *left*."""
    if left is None or "." in word:
        return None
    values = () if left.field is None or left.type not in PICKED else left.field.values
    listed = [known for known in values if known.casefold() == word.casefold()]
    if len(listed) == 1:
        return quote(listed[0])
    known = [name for field in scope.type.fields for name in (field.name, field.label)]
    if values or nearest(word, known) is not None:
        return None
    text = family(left.type) == "text" or left.type is FieldType.MULTI_PICKLIST
    return quote(word) if text else None


def _tell_blank(row: s.Comparison, value: s.FieldRef, problems: Problems) -> None:
    word = value.name.text
    asked = "is not blank" if row.op in {s.Op.NE, s.Op.NOT_IN} else "is blank"
    message = f"`{word}` is not a value: blank is asked with `{asked}`"
    fix = None
    notes: tuple[str, ...] = ()
    if isinstance(row.left, s.FieldRef):
        field, left = row.left.name, row.left.span
        if row.op in {s.Op.EQ, s.Op.NE}:
            message = f"`{row.op} {word}` is written `{asked}`"
            place = Span(left.end, value.span.end, left.line, left.column + left.end - left.start)
            fix = Edit(span=place, text=f" {asked}", title=f"write `{asked}`")
        elif row.op is s.Op.CHANGED_TO and not field.quoted:
            notes = (f"Write `{field.text} changed and {field.text} is blank`.",)
    problems.found.append(
        Diagnostic(code="E304", message=message, span=value.span, notes=notes, fix=fix)
    )
