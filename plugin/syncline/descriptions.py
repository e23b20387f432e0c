"""A system's description as plain JSON: what a host hands in, and what a workspace remembers."""

from __future__ import annotations

__all__ = ["description_from_json", "description_to_json"]

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from syncline_schemas import check

from .errors import WorkspaceError
from .model import Action, Bulk, Description, Field, FieldType, ObjectType, Prices


def description_to_json(description: Description) -> dict[str, Any]:
    """Return *description* as a document of ``description.schema.json``."""
    return {
        "objects": [
            {
                "name": kind.name,
                "label": kind.label,
                "key_field": kind.key_field,
                "deletable": kind.deletable,
                "fields": [_field_to_json(field) for field in kind.fields],
            }
            | ({} if kind.prices is None else {"prices": asdict(kind.prices)})
            for kind in description.objects
        ],
        "actions": [asdict(action) for action in description.actions],
        "cadences": list(description.cadences),
        "prices": asdict(description.prices),
    }


def description_from_json(document: Any, where: str = "the description") -> Description:
    """Return the description in *document*; raise ``WorkspaceError`` if it is not one."""
    faults = check("description", document)
    if faults:
        raise WorkspaceError(f"{where} is not valid: {faults[0]}")
    return Description(
        objects=tuple(
            ObjectType(
                name=kind["name"],
                label=kind.get("label", kind["name"]),
                key_field=kind.get("key_field"),
                deletable=kind.get("deletable", False),
                fields=tuple(_field_from_json(field) for field in kind["fields"]),
                prices=_prices_from_json(kind["prices"]) if "prices" in kind else None,
            )
            for kind in document["objects"]
        ),
        actions=tuple(Action(**action) for action in document.get("actions", [])),
        cadences=tuple(document.get("cadences", [])),
        prices=_prices_from_json(document.get("prices", {})),
    )


def _prices_from_json(document: Mapping[str, Any]) -> Prices:
    given = dict(document)
    bulk = given.pop("bulk", None)
    return Prices(**given, bulk=None if bulk is None else Bulk(**bulk))


def _field_to_json(field: Field) -> dict[str, Any]:
    document = asdict(field) | {
        "type": str(field.type),
        "values": list(field.values),
        "codes": list(field.codes),
    }
    return {
        name: value
        for name, value in document.items()
        if name in {"name", "label", "type"} or value != _DEFAULTS[name]
    }


def _field_from_json(document: Mapping[str, Any]) -> Field:
    given = dict(document)
    given["type"] = FieldType(given["type"])
    for listed in ("values", "codes"):
        given[listed] = tuple(given.get(listed, ()))
    given.setdefault("label", given["name"])
    return Field(**given)


_DEFAULTS: Mapping[str, Any] = {
    "length": None,
    "values": [],
    "codes": [],
    "restricted": False,
    "required": False,
    "creatable": True,
    "updatable": True,
    "code": "",
}
