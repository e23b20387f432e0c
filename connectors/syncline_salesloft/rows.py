"""From the API's rows to records, and to the ends of records."""

from __future__ import annotations

__all__ = ["ended", "records"]

from typing import TYPE_CHECKING, Any

from syncline import FieldType, Gone, GoneKind, Record

from .values import from_wire, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncline import Field, ObjectType, Value

    from .directory import Directory
    from .fields import Kind


def records(
    kind: Kind,
    described: ObjectType,
    directory: Directory,
    fields: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
) -> list[Record]:
    """Return the records of people or accounts, with exactly *fields*."""
    standard = {field.name for field in kind.fields}
    asked = [(name, described.get(name)) for name in fields]
    return [
        Record(
            object=kind.name,
            id=str(row["id"]),
            values={
                name: None if field is None else _value(kind, field, row, directory, standard)
                for name, field in asked
            },
            modified=parse_instant(row["updated_at"]),
        )
        for row in rows
    ]


def ended(object_name: str, rows: Iterable[Mapping[str, Any]]) -> list[Gone]:
    """Return the people who were deleted, by what their cadences remember of them.

    The API tells of no deletion; a membership says that its person has since been deleted.
    """
    return [
        Gone(
            object=object_name,
            id=str(row["person"]["id"]),
            kind=GoneKind.DELETED,
            at=parse_instant(row["updated_at"]),
        )
        for row in rows
        if row.get("person_deleted") and row.get("person")
    ]


def _value(
    kind: Kind, field: Field, row: Mapping[str, Any], directory: Directory, standard: set[str]
) -> Value:
    if field.name not in standard:
        # A custom field is known to the API by its label; one without a value is left out.
        custom: Mapping[str, Any] = row.get("custom_fields") or {}
        return from_wire(custom.get(field.label), field.type)
    if field.name == "account_id":
        return _id(row.get("account"))
    if field.name not in kind.named:
        return from_wire(row.get(field.name), field.type)
    what = kind.named[field.name]
    if field.type is FieldType.MULTI_PICKLIST:
        several: list[dict[str, int]] = row.get(field.name) or []
        names = [directory.name(what, each["id"]) for each in several]
        return tuple(name for name in names if name is not None)
    held: dict[str, int] | None = row.get(field.name)
    return None if held is None else directory.name(what, held["id"])


def _id(reference: Mapping[str, Any] | None) -> str | None:
    return None if reference is None else str(reference["id"])
