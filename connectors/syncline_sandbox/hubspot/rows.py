"""What the vendor does to one record: create, change, archive, restore, merge."""

from __future__ import annotations

__all__ = ["APP", "Rows", "answered", "merged_ids", "written"]

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .validate import checked
from .wire import NotFound, Refusal, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from .catalog import Kind
    from .store import Row, Store

#: The number of the one app that the portal lets in.
APP = 4_169_410

#: What a new contact holds without being asked.
_CONTACT = {
    "hs_currently_enrolled_in_prospecting_agent": "false",
    "hs_is_contact": "true",
    "hs_is_unworked": "true",
    "hs_membership_has_accessed_private_content": "0",
    "hs_pipeline": "contacts-lifecycle-pipeline",
    "hs_registered_member": "0",
    "lifecyclestage": "lead",
}
_SOURCE = {
    "hs_object_source": "INTEGRATION",
    "hs_object_source_id": str(APP),
    "hs_object_source_label": "INTEGRATION",
}
#: What the answer to a change holds beside the properties that were changed.
_TOLD = ("hs_is_contact", "hs_is_unworked", "hs_pipeline", "lifecyclestage", *_SOURCE)


@dataclass
class Rows:
    """Changes to single records; each is refused as the vendor refuses it, or done."""

    store: Store
    now: Callable[[], datetime]
    #: What happened since it was last asked: (kind, what, record, more of the event).
    events: list[tuple[Kind, str, Row, dict[str, Any]]] = field(
        default_factory=list[tuple["Kind", str, "Row", dict[str, Any]]]
    )

    def create(self, kind: Kind, values: Mapping[str, Any]) -> Row:
        """Create a record and return it."""
        given = checked(kind, values, self.store, current=None)
        record_id, moment = self.store.next_id(), instant(self.now())
        properties = {**(_CONTACT if kind.path == "contacts" else {}), **_SOURCE}
        properties |= {name: value for name, value in given.items() if value}
        properties |= {
            kind.created: moment,
            kind.modified: moment,
            "hs_object_id": record_id,
        }
        if kind.path == "contacts":
            properties["hs_all_contact_vids"] = record_id
            properties[f"hs_lifecyclestage_{properties['lifecyclestage']}_date"] = moment
        row: Row = {
            "id": record_id,
            "properties": _derived(kind, properties),
            "createdAt": moment,
            "updatedAt": moment,
            "archived": False,
        }
        self.store.put_row(kind.path, row)
        self.events.append((kind, "creation", row, {}))
        return row

    def update(self, kind: Kind, record_id: str, values: Mapping[str, Any]) -> Row:
        """Change a record and return it. Its time moves on even if no value does."""
        row = self.found(kind, record_id)
        given = checked(kind, values, self.store, current=row)
        changed = self.touched(kind, row, given)
        for name, value in given.items():
            if row["properties"].get(name, "") != value:
                more = {"propertyName": name, "propertyValue": value}
                self.events.append((kind, "propertyChange", changed, more))
        return changed

    def touched(self, kind: Kind, row: Row, given: Mapping[str, str]) -> Row:
        """Put properties into a record, take empty ones out, and move its time on."""
        moment = instant(self.now())
        merged = {**row["properties"], **given, kind.modified: moment}
        properties = {name: value for name, value in merged.items() if value}
        changed = {
            **row,
            "properties": _derived(kind, properties),
            "updatedAt": moment,
        }
        self.store.put_row(kind.path, changed)
        return changed

    def archive(self, kind: Kind, record_id: str) -> None:
        """Put a record into the bin; its modified time stays. One that is not there is gone."""
        row = self.store.get(kind.path, record_id)
        if row is None or row["archived"]:
            return
        put = {**row, "archived": True, "archivedAt": instant(self.now())}
        self.store.put_row(kind.path, put)
        self.events.append((kind, "deletion", put, {}))

    def restore(self, kind: Kind, record_id: str) -> Row:
        """Take a record out of the bin, where the losers of merges are not."""
        row = self.store.get(kind.path, record_id)
        if row is None or not row["archived"] or "mergedInto" in row:
            raise Refusal(f"{record_id} cannot be restored")
        back = {name: value for name, value in row.items() if name != "archivedAt"}
        back = self.touched(kind, {**back, "archived": False}, {})
        self.events.append((kind, "restore", back, {}))
        return back

    def merge(self, kind: Kind, winner: str, loser: str) -> Row:
        """Merge two records. A contact lives on under its id, any other under a new one."""
        if not kind.mergeable:
            raise Refusal(f"{kind.word.upper()} records cannot be merged")
        kept, lost = self.found(kind, winner), self.found(kind, loser)
        if kept["id"] == lost["id"]:
            raise Refusal("A record cannot be merged with itself")
        target = kept["id"] if kind.path == "contacts" else self.store.next_id()
        ended = [row for row in (kept, lost) if row["id"] != target]
        for row in ended:
            put = {**row, "archived": True, "mergedInto": target}
            self.store.put_row(kind.path, put)
        before = [*merged_ids(kept), *merged_ids(lost), *(row["id"] for row in ended)]
        properties = {**lost["properties"], **kept["properties"], "hs_object_id": target}
        properties["hs_merged_object_ids"] = ";".join(dict.fromkeys(before))
        row = self.touched(kind, {**kept, "id": target, "properties": properties}, {})
        more = {
            "primaryObjectId": int(kept["id"]),
            "mergedObjectIds": [int(lost["id"])],
            "newObjectId": int(target),
            "numberOfPropertiesMoved": len(set(lost["properties"]) - set(kept["properties"])),
        }
        self.events.append((kind, "merge", row, more))
        return row

    def found(self, kind: Kind, record_id: Any, *, archived: bool = False) -> Row:
        """Return the record in use under this id; that of a merged one is the other's too."""
        row = self.store.get(kind.path, str(record_id))
        while row is not None and "mergedInto" in row:
            row = self.store.get(kind.path, row["mergedInto"])
        if row is None or row["archived"] is not archived:
            raise NotFound
        return row

    def by_property(
        self, kind: Kind, name: str | None, value: Any, *, archived: bool = False
    ) -> Row:
        """Return the record with this value in a unique property, or with this id."""
        if name is None or name == "hs_object_id":
            return self.found(kind, value, archived=archived)
        known = self.store.properties(kind).get(name)
        unique = known is not None and known["hasUniqueValue"]
        if not unique and (kind.path, name) != ("contacts", "email"):
            raise Refusal(f"Property {name} is not a unique property", code="INVALID_ID_PROPERTY")
        row = self.store.by_key(kind.path, name, str(value).strip())
        if row is None or archived:
            raise NotFound
        return row


def answered(kind: Kind, row: Row, wanted: Iterable[str] | None) -> dict[str, Any]:
    """Return a record with the properties *wanted*; None asks for those it shows anyway."""
    names = {*(kind.shown if wanted is None else wanted), *kind.always}
    properties = row["properties"]
    body: dict[str, Any] = {
        "id": row["id"],
        "properties": {name: properties.get(name) for name in sorted(names)},
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
        "archived": row["archived"],
    }
    if "archivedAt" in row:
        body["archivedAt"] = row["archivedAt"]
    return body


def written(kind: Kind, row: Row, given: Iterable[str] | None) -> dict[str, Any]:
    """Return a record as the answer to a write holds it: all of a new one, else what changed."""
    held = row["properties"]
    names = held if given is None else [*given, *kind.always, *_TOLD]
    return answered(kind, row, [name for name in names if name in held])


def _derived(kind: Kind, properties: dict[str, str]) -> dict[str, str]:
    """Work out the properties that the vendor derives from others."""
    if kind.path == "contacts" and "email" in properties:
        properties["hs_email_domain"] = properties["email"].rpartition("@")[2]
    return dict(sorted(properties.items()))


def merged_ids(row: Row) -> list[str]:
    """Return the ids under which a record was known before it was merged."""
    return [each for each in row["properties"].get("hs_merged_object_ids", "").split(";") if each]
