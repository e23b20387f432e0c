"""The texts in quotes that may stand at a place, and the variables inside of them."""

from __future__ import annotations

__all__ = ["texts", "variables"]

import re
from collections.abc import Iterable
from zoneinfo import available_timezones

from syncline_grammar import syntax as s
from syncline_grammar.parse import parse

from ..model import Side
from ..rules.catalog import Catalog
from ..sending.days_off import countries
from .describe import brief, field_text
from .items import Item, ItemKind, quoted
from .meaning import Kind, Meaning
from .place import Place

#: A variable that is begun before the cursor, and the rest of it behind.
_BEGUN = re.compile(r"\{[^{}\"\n]*$")
_REST = re.compile(r"[^{}\"\n]*\}|\w*")


def texts(place: Place, meaning: Meaning, catalog: Catalog) -> list[Item]:
    """Return an item for each text that *meaning* allows."""
    match meaning.kind:
        case Kind.CADENCE:
            return _items(place, catalog.descriptions[Side.CADENCE].cadences, ItemKind.CADENCE)
        case Kind.ZONE:
            return _items(place, sorted(available_timezones()), ItemKind.VALUE)
        case Kind.COUNTRY:
            return _items(place, countries(), ItemKind.VALUE)
        case Kind.OUTCOME:
            fields = (scope.type.get("outcome") for scope in meaning.scopes)
            known = [value for field in fields if field is not None for value in field.values]
            return _items(place, [*known, *_outcomes(place.text)], ItemKind.VALUE)
        case Kind.FIELD | Kind.VALUE if meaning.field is not None:
            detail = f"a value of {meaning.field.name}"
            return _items(place, meaning.field.values, ItemKind.VALUE, detail)
        case _:
            return []


def variables(place: Place, meaning: Meaning) -> list[Item]:
    """Return an item for each variable, if the cursor stands behind an opening brace."""
    begun = _BEGUN.search(place.text, place.start, place.at)
    if begun is None:
        return []
    rest = _REST.match(place.text, place.at)
    end = place.at if rest is None else rest.end()
    return [
        Item(
            label=field.name,
            kind=ItemKind.FIELD,
            insert=f"{{{field.name}}}",
            start=begun.start(),
            end=end,
            detail=brief(field),
            documentation=field_text(field, scope),
            filter=f"{{{field.name} {field.label}",
        )
        for scope in meaning.scopes
        for field in scope.type.fields
    ]


def _outcomes(text: str) -> Iterable[str]:
    """Return the outcomes that the file names elsewhere."""
    for statement in parse(text).tree.statements:
        if isinstance(statement, s.Activity):
            yield from (outcome.value for outcome in statement.outcomes)


def _items(place: Place, values: Iterable[str], kind: ItemKind, detail: str = "") -> list[Item]:
    return [
        Item(
            label=value,
            kind=kind,
            insert=quoted(value),
            start=place.start,
            end=place.end,
            detail=detail,
            filter=quoted(value) if place.start < place.end else value,
        )
        for value in dict.fromkeys(values)
    ]
