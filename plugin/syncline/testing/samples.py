"""Values to try an object with, made of its description alone."""

from __future__ import annotations

__all__ = ["refused", "updatable", "values"]

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ..model import Field, FieldType, ObjectType, Value
from .check import UnableError

_DAY = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
#: A field that holds another record's id, or the record's own, takes no made-up value.
_SKIPPED = {FieldType.REFERENCE, FieldType.ID}


def values(kind: ObjectType, number: int) -> dict[str, Value]:
    """Return a value for each field that can be set at creation, another for each *number*."""
    found: dict[str, Value] = {}
    for field in kind.fields:
        if not field.creatable or field.name == kind.key_field:
            continue
        if field.type not in _SKIPPED:
            found[field.name] = _value(field, number)
        elif field.required:
            raise UnableError(
                f"{kind.name} needs {field.name}, which holds an id: the harness has no `values`"
            )
    return found


def updatable(kind: ObjectType, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return those of the values that may be set in a record that stands."""
    return {
        name: value
        for name, value in given.items()
        if (field := kind.get(name)) is not None and field.updatable
    }


def refused(kind: ObjectType, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return *given* with one value that breaks what the description says of its field."""
    for field in kind.fields:
        if field.required and field.creatable and field.name in given:
            return {**given, field.name: None}
    for field in kind.fields:
        if field.name not in given:
            continue
        if field.restricted:
            return {**given, field.name: "no such value"}
        if field.length is not None:
            return {**given, field.name: "x" * (field.length + 1)}
    raise UnableError(
        f"the description of {kind.name} tells of no value that is refused (`refused`)"
    )


def _value(field: Field, number: int) -> Value:
    match field.type:
        case FieldType.NUMBER:
            return number
        case FieldType.BOOLEAN:
            return number % 2 == 1
        case FieldType.DATE:
            return (_DAY + timedelta(days=number)).date().isoformat()
        case FieldType.DATETIME:
            return (_DAY + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        case FieldType.PICKLIST if field.values:
            return field.values[number % len(field.values)]
        case FieldType.MULTI_PICKLIST:
            return field.values[:1]
        case FieldType.EMAIL:
            return f"person{number}@example.com"
        case FieldType.PHONE:
            return f"+1 202 555 {number % 10_000:04d}"
        case FieldType.URL:
            return f"https://example.com/{number}"
        case _:
            text = f"{field.label} {number}"
            return text if field.length is None else text[-field.length :].strip()
