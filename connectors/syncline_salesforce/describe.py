"""From Salesforce's description of an object to ours."""

from __future__ import annotations

__all__ = ["KEY_FIELD", "object_type"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncline import Field, FieldType, ObjectType

from .owners import OWNER_EMAIL

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The custom field that an admin makes for our key: text, external id, unique.
KEY_FIELD = "Syncline_Key__c"

#: Compound and binary types (address, location, base64 …) have no place in a rule.
_TYPES = {
    "string": FieldType.TEXT,
    "textarea": FieldType.TEXT,
    "encryptedstring": FieldType.TEXT,
    # A combobox suggests values and takes any other.
    "combobox": FieldType.TEXT,
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "url": FieldType.URL,
    "picklist": FieldType.PICKLIST,
    "multipicklist": FieldType.MULTI_PICKLIST,
    "boolean": FieldType.BOOLEAN,
    "int": FieldType.NUMBER,
    "long": FieldType.NUMBER,
    "double": FieldType.NUMBER,
    "currency": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "reference": FieldType.REFERENCE,
    "id": FieldType.ID,
}


def object_type(described: Mapping[str, Any]) -> ObjectType:
    """Return the object that an answer of ``/sobjects/…/describe`` describes."""
    fields: list[Field] = []
    for raw in described["fields"]:
        if raw["type"] in _TYPES:
            fields.append(_field(raw))
        if raw["name"] == "OwnerId":
            fields.append(_owner(fields[-1]))
    key = any(raw["name"] == KEY_FIELD and raw["externalId"] for raw in described["fields"])
    return ObjectType(
        name=described["name"],
        label=described["label"],
        fields=tuple(fields),
        key_field=KEY_FIELD if key and described["createable"] else None,
        deletable=described.get("deletable") is True,
    )


def _field(raw: Mapping[str, Any]) -> Field:
    kind = _TYPES[raw["type"]]
    listed = kind in {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}
    # Our key goes in with a creation; a rule that wrote it would make one record of two.
    ours = raw["name"] == KEY_FIELD
    return Field(
        name=raw["name"],
        label=raw["label"],
        type=kind,
        length=_length(raw),
        values=tuple(value["value"] for value in raw["picklistValues"] if value["active"])
        if listed
        else (),
        restricted=listed and raw["restrictedPicklist"],
        required=raw["createable"] and not raw["nillable"] and not raw["defaultedOnCreate"],
        creatable=raw["createable"] and not ours,
        updatable=raw["updateable"] and not ours,
    )


def _owner(owner: Field) -> Field:
    """Return the field that stands for the owner by e-mail."""
    kind = FieldType.EMAIL
    return replace(owner, name=OWNER_EMAIL, label="Owner e-mail", type=kind, length=80)


def _length(raw: Mapping[str, Any]) -> int | None:
    """Return how long a text may be; None as well for one that the org cannot filter by.

    Those are the encrypted ones, and those that are told apart by their case: a listing that was
    narrowed by such a field would miss records.
    """
    exact = raw["type"] == "string" and raw.get("caseSensitive") is True
    return None if exact or raw.get("encrypted") is True else raw["length"] or None
