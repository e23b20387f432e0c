"""From a name to the place that says what becomes of it: a field's row, an object's map (B14)."""

from __future__ import annotations

__all__ = ["definition"]

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.parse import parse

from ..model import Side
from ..rules.catalog import Catalog, Problems, Scope
from ..rules.checking.maps import find_object
from .meaning import Kind, Meaning, meaning_of
from .outline import whole
from .place import Inside, word_at
from .reader import reader
from .resolve import field_named, object_named


def definition(text: str, at: int, catalog: Catalog) -> list[Span]:
    """Return the places that define the name at offset *at*: none, one, or one a map.

    A field leads to the rows that map it, an object to its maps, a title to its own statement.
    """
    place = word_at(text, at)
    word = reader().word(place.top, text, place.start)
    if word is None or place.inside is Inside.COMMENT:
        return []
    after = reader().feed(place.top, word.terminal, word.start, word.end)
    named = word.terminal in {"NAME", "QUOTED_NAME", "STRING"}
    meaning = meaning_of(after.below, catalog, text) if named and after and after.below else None
    if meaning is None:
        return []
    parsed = parse(text)
    tree, source = parsed.tree, parsed.source
    if meaning.kind is Kind.TITLE:
        return [
            whole(source, statement)
            for statement in tree.statements
            if statement.span.start <= place.start < statement.span.end
        ]
    name = place.word.strip("`")
    maps = [statement for statement in tree.statements if isinstance(statement, s.ObjectMap)]
    if meaning.kind is Kind.OBJECT:
        wanted = object_named(name, meaning.sides, catalog)
        return (
            []
            if wanted is None
            else [whole(source, m) for m in maps if wanted in _scopes(m, catalog)]
        )
    if meaning.kind is Kind.FIELD and word.terminal != "STRING":
        return _rows(name, meaning, maps, catalog)
    return []


def _rows(name: str, meaning: Meaning, maps: list[s.ObjectMap], catalog: Catalog) -> list[Span]:
    found = field_named(name, meaning.scopes)
    if found is None:
        return []
    field, scope = found
    places: list[Span] = []
    for block in maps:
        if scope not in _scopes(block, catalog):
            continue
        for row in block.rows:
            mapped = row.crm if scope.side is Side.CRM else row.cadence
            if scope.find(mapped) is field:
                places.append(row.span)
    return places


def _scopes(block: s.ObjectMap, catalog: Catalog) -> list[Scope]:
    named = ((block.crm_object, Side.CRM), (block.cadence_object, Side.CADENCE))
    found = (find_object(name, side, catalog, Problems()) for name, side in named)
    return [scope for scope in found if scope is not None]
