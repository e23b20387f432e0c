"""The names that may stand at a place: fields with what is known of them, objects, systems."""

from __future__ import annotations

__all__ = ["name_as_written", "names"]

from collections.abc import Iterator

from ..model import Side
from ..rules.catalog import Catalog, Scope
from ..rules.checking.blocks import CHANNELS
from .describe import brief, field_text, object_text
from .items import Item, ItemKind
from .meaning import Kind, Meaning
from .place import Inside, Place
from .reader import Node, reader


def name_as_written(name: str, before: Node, *, quoted: bool = False) -> str:
    """Return *name* as it stands after *before*: in back-ticks unless it would be read as a name.

    Names with spaces need them, and names that are words of the language at this place.
    """
    word = reader().word(before, name, 0)
    if quoted or word is None or word.terminal != "NAME" or word.end != len(name):
        return f"`{name}`"
    return name


def names(place: Place, meaning: Meaning, catalog: Catalog) -> list[Item]:
    """Return an item for each name that *meaning* allows."""
    match meaning.kind:
        case Kind.FIELD:
            return list(_fields(place, meaning.scopes))
        case Kind.OBJECT:
            return list(_objects(place, meaning, catalog))
        case Kind.SYSTEM:
            return [_plain(place, name, ItemKind.SYSTEM) for name in catalog.connectors]
        case Kind.CHANNEL:
            return [_plain(place, name, ItemKind.VALUE) for name in CHANNELS]
        case Kind.ACTIVITY:
            crm = catalog.systems[Side.CRM]
            kinds = dict.fromkeys(t.kind for t in catalog.templates if t.connector == crm)
            return [_plain(place, name, ItemKind.VALUE) for name in kinds]
        case _:
            return []


def _fields(place: Place, scopes: tuple[Scope, ...]) -> Iterator[Item]:
    seen: set[str] = set()
    for scope in scopes:
        for field in scope.type.fields:
            if field.name in seen or "`" in field.name:
                continue
            seen.add(field.name)
            insert = _inserted(place, field.name)
            yield Item(
                label=field.name,
                kind=ItemKind.FIELD,
                insert=insert,
                start=place.start,
                end=place.end,
                detail=brief(field),
                documentation=field_text(field, scope),
                # The label finds it too.
                filter=f"{insert} {field.label}",
            )


def _objects(place: Place, meaning: Meaning, catalog: Catalog) -> Iterator[Item]:
    for side in meaning.sides:
        for kind in catalog.descriptions[side].objects:
            insert = _inserted(place, kind.name)
            yield Item(
                label=kind.name,
                kind=ItemKind.OBJECT,
                insert=insert,
                start=place.start,
                end=place.end,
                detail=f"{kind.label} · {side.word}",
                documentation=object_text(kind, side, catalog.systems[side]),
                filter=f"{insert} {kind.label}",
            )


def _plain(place: Place, name: str, kind: ItemKind) -> Item:
    insert = _inserted(place, name)
    return Item(
        label=name, kind=kind, insert=insert, start=place.start, end=place.end, filter=insert
    )


def _inserted(place: Place, name: str) -> str:
    return name_as_written(name, place.top, quoted=place.inside is Inside.NAME)
