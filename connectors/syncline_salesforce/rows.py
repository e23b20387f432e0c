"""Rows of a query, as records and as ends of records (B9)."""

from __future__ import annotations

__all__ = ["columns", "marks", "record", "split"]

from typing import TYPE_CHECKING, Any

from syncline import Gone, GoneKind, ObjectType, Record

from . import soql
from .owners import OWNER_EMAIL, OWNER_PATH
from .values import from_wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncline import Value

#: What tells the fate of a row. Not every object has each, nor may every user see each.
_MARKS = ("IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId", "IsArchived")


def marks(described: ObjectType) -> tuple[str, ...]:
    """Return the fields to ask for beside the values, so that ``split`` can tell."""
    return tuple(name for name in _MARKS if described.get(name) is not None)


def columns(fields: Sequence[str]) -> tuple[str, ...]:
    """Return what a query asks for so that a row holds *fields*."""
    return tuple(OWNER_PATH if name == OWNER_EMAIL else soql.name(name) for name in fields)


def split(
    object_name: str, found: Sequence[Mapping[str, Any]], fields: Sequence[str], kind: ObjectType
) -> tuple[tuple[Record, ...], tuple[Gone, ...]]:
    """Return the records among the rows of a listing, and the ends of records."""
    records: list[Record] = []
    ends: list[Gone] = []
    for row in found:
        if end := _gone(object_name, row):
            ends.append(end)
        elif not row.get("IsArchived"):
            # `query` never shows activities that the org put away, `queryAll` does.
            records.append(record(object_name, row, fields, kind))
    return tuple(records), tuple(ends)


def record(
    object_name: str, row: Mapping[str, Any], fields: Sequence[str], described: ObjectType
) -> Record:
    """Return the record of a row, with exactly *fields*."""
    values: dict[str, Value] = {}
    for name in fields:
        field = described.get(name)
        held = _owner(row) if name == OWNER_EMAIL else row[name]
        values[name] = from_wire(held, field.type if field else None)
    return Record(
        object=object_name,
        id=row["Id"],
        values=values,
        modified=soql.parse_instant(row["SystemModstamp"]),
    )


def _owner(row: Mapping[str, Any]) -> Any:
    """Return the owner's e-mail; a queue has none."""
    owner: Mapping[str, Any] = row["Owner"] or {}
    return owner.get("Email")


def _gone(object_name: str, row: Mapping[str, Any]) -> Gone | None:
    """Return how the record of a row ended; None while it is in use.

    A converted lead stands for ever and takes no change, whether it is deleted later or not: what
    counts is the contact that took its place. The row's time is that of its latest change, which
    was its end as a rule.
    """
    kind, into = GoneKind.DELETED, None
    if row.get("IsConverted"):
        kind, contact = GoneKind.CONVERTED, row.get("ConvertedContactId")
        into = ("Contact", str(contact)) if contact else None
    elif not row.get("IsDeleted"):
        return None
    elif master := row.get("MasterRecordId"):
        kind, into = GoneKind.MERGED, (object_name, str(master))
    at = soql.parse_instant(row["SystemModstamp"])
    return Gone(object=object_name, id=row["Id"], kind=kind, at=at, into=into)
