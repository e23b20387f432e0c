"""From HubSpot's properties to our description of an object."""

from __future__ import annotations

__all__ = ["OWNER_TYPE", "object_type"]

from collections import Counter
from typing import TYPE_CHECKING, Any

from syncline import Field, FieldType, ObjectType

from .kinds import CONTACT_FIELD, KEY_FIELD, OWNER, OWNER_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .kinds import Kind

#: The longest text of a property, in characters. In one line nobody writes so much: to warn that
#: another system's field is shorter would be a warning in every row.
LONGEST, _LONG = 65_536, frozenset({"textarea", "html"})

#: Other types (coordinates, documents) have no place in a rule.
_TYPES = {
    "string": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "phone_number": FieldType.PHONE,
    "enumeration": FieldType.PICKLIST,
}


def object_type(kind: Kind, properties: Iterable[Mapping[str, Any]]) -> ObjectType:
    """Return the object that an answer of ``/crm/v3/properties/…`` describes."""
    shown = [raw for raw in properties if raw["type"] in _TYPES and not _tucked_away(raw)]
    fields = [_field(kind, raw) for raw in shown]
    if any(raw["name"] == "hubspot_owner_id" for raw in shown):
        fields.append(Field(name=OWNER_FIELD, label="Owner e-mail", type=FieldType.EMAIL))
    if kind.with_contact is not None:
        person = Field(
            name=CONTACT_FIELD, label="Contact", type=FieldType.REFERENCE, updatable=False
        )
        fields.append(person)
    unique = any(raw["name"] == KEY_FIELD and raw.get("hasUniqueValue") for raw in shown)
    return ObjectType(
        name=kind.name,
        label=kind.label,
        fields=tuple(fields),
        key_field=KEY_FIELD if unique else None,
        deletable=True,
    )


def _tucked_away(raw: Mapping[str, Any]) -> bool:
    """Tell a property that HubSpot keeps for itself; one that refers to a record it does not."""
    return bool(
        raw.get("hidden") and raw.get("hubspotDefined") and not raw.get("referencedObjectType")
    )


def _field(kind: Kind, raw: Mapping[str, Any]) -> Field:
    name, options = raw["name"], raw.get("options") or ()
    what = _type(raw, options)
    listed = what in {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}
    codes = tuple(str(option["value"]) for option in options) if listed else ()
    values = _labels(options) if listed else ()
    # Who owns a record is written by e-mail address, what it belongs to by an association.
    metadata: Mapping[str, Any] = raw.get("modificationMetadata") or {}
    open_ = not (
        raw.get("calculated")
        or metadata.get("readOnlyValue")
        or what in {FieldType.REFERENCE, FieldType.ID}
        or name == KEY_FIELD
    )
    return Field(
        name=name,
        label=raw["label"],
        type=what,
        length=LONGEST if raw.get("fieldType") in _LONG else None,
        values=values,
        codes=() if codes == values else codes,
        restricted=listed,
        required=name in kind.required,
        creatable=open_,
        updatable=open_,
    )


def _type(raw: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> FieldType:
    if raw["name"] == "hs_object_id":
        return FieldType.ID
    if raw.get("referencedObjectType"):
        return FieldType.REFERENCE
    if raw["name"] == "email":
        return FieldType.EMAIL
    if raw.get("fieldType") == "phonenumber":
        return FieldType.PHONE
    found = _TYPES[raw["type"]]
    if found is not FieldType.PICKLIST:
        return found
    codes = {option["value"] for option in options}
    if codes == {"true", "false"}:
        return FieldType.BOOLEAN
    if not codes:
        # Its choices live elsewhere (teams, business units): what stands there is shown as it is.
        return FieldType.TEXT
    return FieldType.MULTI_PICKLIST if raw.get("fieldType") == "checkbox" else found


def _labels(options: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what rules call the options: their labels, with the code where two share one."""
    seen = Counter(option["label"] for option in options)
    return tuple(
        option["label"] if seen[option["label"]] == 1 else f"{option['label']} ({option['value']})"
        for option in options
    )


def _shown_only(name: str, label: str, what: FieldType = FieldType.TEXT) -> Field:
    return Field(name=name, label=label, type=what, creatable=False, updatable=False)


#: The owners are no records with properties, and are the same in every portal.
OWNER_TYPE = ObjectType(
    name=OWNER,
    label="Owner",
    fields=(
        _shown_only("id", "Owner ID", FieldType.ID),
        _shown_only("email", "Email", FieldType.EMAIL),
        _shown_only("firstName", "First name"),
        _shown_only("lastName", "Last name"),
        _shown_only("userId", "User ID", FieldType.NUMBER),
        _shown_only("createdAt", "Created at", FieldType.DATETIME),
        _shown_only("updatedAt", "Updated at", FieldType.DATETIME),
    ),
)
