"""What the vendor does to one record: create, update, upsert, delete."""

from __future__ import annotations

__all__ = ["Rows", "object_named", "touched"]

from typing import TYPE_CHECKING, Any

from .catalog import catalog
from .start import USER
from .validate import checked
from .wire import Refusal, instant, is_id, same_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .catalog import ObjectInfo
    from .store import Row, Store


class Rows:
    """Changes to single records; each is refused as the vendor refuses it, or done."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def create(self, info: ObjectInfo, values: Mapping[str, Any]) -> str:
        """Create a record and return its id."""
        given = checked(info, values, self._store, current=None)
        row: Row = {
            field.name: field.default
            for field in info.fields.values()
            if field.default is not None and field.name not in given
        }
        row.update({name: value for name, value in given.items() if value is not None})
        moment = instant(self._now())
        row = {
            "IsDeleted": False,
            "OwnerId": USER,
            "CreatedDate": moment,
            "CreatedById": USER,
            **row,
        }
        return self._store.add(info, touched(info, row, moment))

    def update(self, info: ObjectInfo, record_id: str, values: Mapping[str, Any]) -> str:
        """Change a record and return its id. Its time moves on even if no value does."""
        row = self.found(info, record_id)
        if info.name == "Lead" and row.get("IsConverted"):
            raise Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
        given = checked(info, values, self._store, current=row)
        changed = {name: value for name, value in {**row, **given}.items() if value is not None}
        self._store.replace(touched(info, changed, instant(self._now())))
        return str(row["Id"])

    def upsert(
        self, info: ObjectInfo, key_field: str, key: Any, values: Mapping[str, Any]
    ) -> tuple[str, bool]:
        """Update the record that has this key, or create it; tell its id and if it is new."""
        field = info.get(key_field)
        if field is None or not field.external_id:
            raise Refusal(
                "NOT_FOUND",
                f"Provided external ID field does not exist or is not accessible: {key_field}",
                status=404,
            )
        if not isinstance(key, str) or not key.strip():
            raise Refusal("MISSING_ARGUMENT", f"{field.name} not specified", [field.name])
        standing = self._store.by_key(info.name, field.name, key.strip())
        if standing is None:
            return self.create(info, {**values, field.name: key}), True
        return self.update(info, standing["Id"], values), False

    def delete(self, info: ObjectInfo, record_id: str) -> None:
        """Put a record into the bin, where ``queryAll`` still finds it."""
        row = self.found(info, record_id)
        self._store.replace(touched(info, {**row, "IsDeleted": True}, instant(self._now())))

    def found(self, info: ObjectInfo, record_id: Any, *, reading: bool = False) -> Row:
        """Return the record to act upon; refuse an id that is malformed, foreign or gone.

        The vendor has one code for *reading* an id that no record ever had, and one for writing.
        """
        if not is_id(record_id) or not record_id.startswith(info.prefix):
            raise Refusal(
                "MALFORMED_ID", f"{info.label} ID: id value of incorrect type: {record_id}", ["Id"]
            )
        row = self._store.get(same_id(record_id))
        if row is None:
            if reading:
                raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
        if row["IsDeleted"]:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted", [], status=404)
        return row


def object_named(name: str) -> ObjectInfo:
    """Return an object by its name in any case."""
    info = catalog().get(name.casefold())
    if info is None:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    return info


def touched(info: ObjectInfo, row: Row, moment: str) -> Row:
    """Stamp a record, and work out the fields that the vendor derives from others."""
    row |= {"LastModifiedDate": moment, "LastModifiedById": USER, "SystemModstamp": moment}
    if info.name in {"Lead", "Contact"}:
        row["Name"] = " ".join(row[part] for part in ("FirstName", "LastName") if part in row)
    if info.name == "Task":
        row["IsClosed"] = row.get("Status") == "Completed"
        row["IsHighPriority"] = row.get("Priority") == "High"
    return row
