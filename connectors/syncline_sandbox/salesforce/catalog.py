"""The objects that the sandbox holds, as the vendor describes them."""

from __future__ import annotations

__all__ = ["FieldInfo", "ObjectInfo", "catalog"]

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

OBJECTS = (
    "Account", "ActionCadence", "ActionCadenceStep", "ActionCadenceStepTracker",
    "ActionCadenceTracker", "Contact", "Event", "Lead", "Opportunity", "Task", "User",
)  # fmt: skip
#: The references that make a record the child of another; all others only name one.
_PARENTS = ("AccountId", "ContactId", "WhoId", "WhatId", "ActionCadenceId")

#: What an entry of the list of objects keeps of the object's whole description.
_SUMMARY = (
    "activateable", "associateEntityType", "associateParentEntity", "createable", "custom",
    "customSetting", "deepCloneable", "deletable", "deprecatedAndHidden", "feedEnabled",
    "hasSubtypes", "isInterface", "isSubtype", "keyPrefix", "label", "labelPlural", "layoutable",
    "mergeable", "mruEnabled", "name", "queryable", "replicateable", "retrieveable", "searchable",
    "triggerable", "undeletable", "updateable", "urls",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """What the sandbox asks of one field, many times."""

    name: str
    label: str
    type: str
    length: int
    nillable: bool
    createable: bool
    updateable: bool
    defaulted: bool
    default: Any
    unique: bool
    external_id: bool
    filterable: bool
    sortable: bool
    #: The active values of a picklist that takes no other; None for every other field.
    allowed: frozenset[str] | None
    targets: tuple[str, ...]
    #: Under which name a query reaches the record that a reference names.
    relation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """One object: its description as served, and its fields by their name in any case."""

    name: str
    label: str
    prefix: str
    description: Mapping[str, Any] = field(repr=False)
    fields: Mapping[str, FieldInfo] = field(repr=False)

    def get(self, name: str) -> FieldInfo | None:
        """Return the field of that name, in any case."""
        return self.fields.get(name.casefold())

    def relation(self, name: str) -> FieldInfo | None:
        """Return the reference that a query follows under that name, in any case."""
        folded = name.casefold()
        named = (f for f in self.fields.values() if f.relation is not None)
        return next((f for f in named if (f.relation or "").casefold() == folded), None)

    def children(self) -> dict[str, tuple[ObjectInfo, FieldInfo]]:
        """Return, by the relationship's name, the objects whose records belong to one of these."""
        return {
            child.description["labelPlural"].replace(" ", ""): (child, field)
            for child in catalog().values()
            for field in child.fields.values()
            if self.name in field.targets
            and field.name in _PARENTS
            and not (child.name in {"Task", "Event"} and field.name == "AccountId")
        }

    def described(self) -> dict[str, Any]:
        """Return its whole description, as served."""
        return {**self.description, "childRelationships": [_child(*each) for each in self._named()]}

    def _named(self) -> list[tuple[str, ObjectInfo, FieldInfo]]:
        return [(name, child, field) for name, (child, field) in self.children().items()]

    def summary(self) -> dict[str, Any]:
        """Return its entry in the list of all objects."""
        return {key: self.description[key] for key in _SUMMARY}


def _child(name: str, child: ObjectInfo, field: FieldInfo) -> dict[str, Any]:
    return {
        "cascadeDelete": False,
        "childSObject": child.name,
        "deprecatedAndHidden": False,
        "field": field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": name,
        "restrictedDelete": False,
    }


@cache
def catalog() -> Mapping[str, ObjectInfo]:
    """Return every object by its name in lower case."""
    return {name.casefold(): _load(name) for name in OBJECTS}


def _load(name: str) -> ObjectInfo:
    text = (files("syncline_sandbox.salesforce") / "describe" / f"{name}.json").read_text("utf-8")
    described: dict[str, Any] = json.loads(text)
    return ObjectInfo(
        name=name,
        label=described["label"],
        prefix=described["keyPrefix"],
        description=described,
        fields={raw["name"].casefold(): _field(raw) for raw in described["fields"]},
    )


def _field(raw: Mapping[str, Any]) -> FieldInfo:
    values = [value for value in raw["picklistValues"] if value["active"]]
    default = raw["defaultValue"]
    for value in values:
        if value["defaultValue"]:
            default = value["value"]
    return FieldInfo(
        name=raw["name"],
        label=raw["label"],
        type=raw["type"],
        length=raw["length"],
        nillable=raw["nillable"],
        createable=raw["createable"],
        updateable=raw["updateable"],
        defaulted=raw["defaultedOnCreate"],
        default=default,
        unique=raw["unique"],
        external_id=raw["externalId"],
        filterable=raw["filterable"],
        sortable=raw["sortable"],
        allowed=frozenset(value["value"] for value in values)
        if raw["restrictedPicklist"]
        else None,
        targets=tuple(raw["referenceTo"]),
        relation=raw["relationshipName"],
    )
