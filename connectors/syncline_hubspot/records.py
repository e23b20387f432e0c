"""From rows of HubSpot's to records of ours, and from our writes to the rows of a batch."""

from __future__ import annotations

__all__ = ["Records", "ends", "properties_of"]

from typing import TYPE_CHECKING, Any

from syncline import Gone, GoneKind, Record

from .kinds import CONTACT_FIELD, KEY_FIELD, OWNER_FIELD
from .values import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncline import Value, Write

    from .kinds import Kind
    from .listing import Found
    from .owners import Owners
    from .ties import Ties
    from .values import Border

_OWNER_ID = "hubspot_owner_id"


class Records:
    """Translates whole records; the fields of ours that are no properties among them."""

    def __init__(self, owners: Owners, ties: Ties) -> None:
        self._owners = owners
        self._ties = ties

    def read(
        self,
        kind: Kind,
        border: Border,
        rows: Sequence[Mapping[str, Any]],
        fields: Sequence[str],
    ) -> list[Record]:
        """Return the record of each row, with exactly *fields*."""
        contacts: Mapping[str, str] = {}
        if CONTACT_FIELD in fields and kind.with_contact is not None:
            contacts = self._ties.contacts(kind, [row["id"] for row in rows])

        def value(row: Mapping[str, Any], name: str) -> Value:
            if name == OWNER_FIELD:
                owner = row["properties"].get(_OWNER_ID)
                return self._owners.email(owner) if owner else None
            if name == CONTACT_FIELD:
                return contacts.get(row["id"])
            return border.read(name, row["properties"].get(name))

        return [
            Record(
                object=kind.name,
                id=row["id"],
                values={name: value(row, name) for name in fields},
                modified=instant(row["properties"][kind.modified]),
            )
            for row in rows
        ]

    def row(self, kind: Kind, border: Border, write: Write) -> dict[str, Any]:
        """Return one input of a batch; raise ``Untranslatable`` for a value it cannot hold."""
        given = dict(write.values)
        contact = given.pop(CONTACT_FIELD, None) if kind.with_contact is not None else None
        properties = self._owner(given)
        properties |= {name: border.write(name, value) for name, value in given.items()}
        if write.id is not None:
            return {"id": write.id, "properties": properties}
        # A creation has nothing to clear.
        properties = {name: text for name, text in properties.items() if text}
        if kind.with_contact is None:
            return {"id": write.key, "idProperty": KEY_FIELD, "properties": properties}
        category = {"associationCategory": "HUBSPOT_DEFINED"}
        types = [{**category, "associationTypeId": kind.with_contact}]
        tied = [] if contact is None else [{"to": {"id": str(contact)}, "types": types}]
        return {"properties": {**properties, KEY_FIELD: write.key}, "associations": tied}

    def _owner(self, given: dict[str, Value]) -> dict[str, str]:
        """Take the owner out of *given*; return the property that says the same."""
        if OWNER_FIELD not in given:
            return {}
        email = str(given.pop(OWNER_FIELD) or "").strip()
        owner = self._owners.id_of(email) if email else ""
        return {} if owner is None else {_OWNER_ID: owner}


def properties_of(fields: Sequence[str]) -> list[str]:
    """Return the properties that hold *fields*."""
    found = [_OWNER_ID if name == OWNER_FIELD else name for name in fields]
    return [name for name in dict.fromkeys(found) if name != CONTACT_FIELD]


def ends(object_name: str, found: Found) -> tuple[Gone, ...]:
    """Return how the records ended that a page tells of."""
    return tuple(
        Gone(
            object=object_name,
            id=lost,
            kind=GoneKind.DELETED if into is None else GoneKind.MERGED,
            at=at,
            into=None if into is None else (object_name, into),
        )
        for lost, at, into in found.gone
    )
