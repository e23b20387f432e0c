"""The fields that a row of a test gives or expects, and each value as its field holds it."""

from __future__ import annotations

__all__ = ["given_fields", "once", "value_of"]

from collections.abc import Collection, Iterable
from dataclasses import replace

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span

from ...model import Field, FieldType, Value
from ..catalog import Problems, Scope
from ..values import instant
from .literals import check_date, check_written


def given_fields(
    values: Iterable[tuple[s.Name, s.Literal]],
    scope: Scope,
    before: Collection[str],
    problems: Problems,
) -> list[tuple[Field, Value, Span]]:
    """Return the fields of *scope* and their values; those in *before* have one already."""
    found: list[tuple[Field, Value, Span]] = []
    seen = set(before)
    for name, literal in values:
        field = scope.resolve(name, problems)
        if field is not None:
            once(name, field, seen, problems)
            seen.add(field.name)
            found.append((field, value_of(literal, field, problems), name.span))
    return found


def once(name: s.Name, field: Field, known: Collection[str], problems: Problems) -> None:
    """Note a *field* that has a value already."""
    if field.name in known:
        problems.add("E208", f"{field.name} is given a value twice", name.span)


def value_of(literal: s.Literal, field: Field, problems: Problems) -> Value:
    """Return what *literal* is as a value of *field*; an empty text is blank in any field."""
    if isinstance(literal, s.Date):
        check_date(literal, problems)
    if isinstance(literal, s.Text):
        if not literal.value.strip():
            return None
        if field.type is FieldType.MULTI_PICKLIST:
            return _choices(literal, field, problems)
        if field.type is FieldType.DATETIME and instant(literal.value) is not None:
            return literal.value
    # The system takes other values too, and the list is only what it proposes.
    free = field.type is FieldType.PICKLIST and not field.restricted
    check_written(literal, replace(field, values=()) if free else field, problems)
    if isinstance(literal, s.Date) and field.type is FieldType.DATETIME:
        return f"{literal.value}T00:00:00Z"
    return literal.value


def _choices(literal: s.Text, field: Field, problems: Problems) -> tuple[str, ...]:
    """Return the choices in ``"Red; Blue"``."""
    chosen = tuple(part.strip() for part in literal.value.split(";") if part.strip())
    strange = [part for part in chosen if field.values and part not in field.values]
    if strange and field.restricted:
        problems.add(
            "E301",
            f'{field.name} has no value "{strange[0]}"',
            literal.span,
            notes=(f"Its values: {', '.join(field.values)}. Put `;` between two of them.",),
        )
    return chosen
