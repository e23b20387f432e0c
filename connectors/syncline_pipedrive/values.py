"""One value across the border, in either direction."""

from __future__ import annotations

__all__ = ["from_wire", "held", "instant", "parse_instant", "to_wire"]

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from syncline import FieldType, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Field, Value

    from .book import Book
    from .kinds import Kind, Standard


def instant(moment: datetime) -> str:
    """Return a time as the lists take it: whole seconds; what is finer is cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text: str) -> datetime:
    """Read a time of either version, ``2021-01-01T00:00:00Z`` or ``2021-01-01 00:00:00``: UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def held(kind: Kind, field: Field, standard: Standard | None, row: Mapping[str, Any]) -> Any:
    """Return what a record holds in a field, as it lies there."""
    if standard is not None:
        return _dig(row, standard.path)
    code, _, part = field.code.partition(".")
    if kind.version == 1:
        return row.get(code if part in {"", "value"} else f"{code}_{part}")
    return _dig(row.get("custom_fields") or {}, field.code)


def from_wire(book: Book, object_name: str, field: Field, value: Any) -> Value:
    """Return what a field holds, from JSON."""
    if value is None or value == "" or value == []:
        return None
    match field.type:
        case FieldType.DATETIME:
            moment = parse_instant(value).replace(tzinfo=None)
            return f"{moment.isoformat(timespec='seconds')}Z"
        case FieldType.DATE:
            return str(value)[:10]
        case FieldType.PICKLIST if not field.restricted:
            return book.email(str(value))
        case FieldType.PICKLIST if field.codes:
            return book.label(object_name, field, str(value))
        case FieldType.MULTI_PICKLIST:
            codes = value.split(",") if isinstance(value, str) else value
            labels = (book.label(object_name, field, str(code)) for code in codes)
            return tuple(label for label in labels if label is not None) or None
        case FieldType.BOOLEAN:
            return bool(value)
        case FieldType.NUMBER:
            return value if isinstance(value, int | float) else float(value)
        case _:
            return str(value)


def to_wire(book: Book, object_name: str, field: Field, value: Value) -> Any:
    """Return *value* as JSON takes it; what is blank clears the field."""
    if is_blank(value):
        return None
    match field.type:
        case FieldType.PICKLIST:
            return _number(book.code(object_name, field, str(value)))
        case FieldType.MULTI_PICKLIST:
            labels = value if isinstance(value, tuple) else (str(value),)
            return [_number(book.code(object_name, field, label)) for label in labels]
        case FieldType.REFERENCE:
            return _number(str(value))
        case FieldType.NUMBER | FieldType.BOOLEAN:
            return value
        case _:
            return str(value)


def _number(text: str) -> int | str:
    """Return an id as version 2 wants it: a number, unless it is none (a lead, a status)."""
    return int(text) if text.isascii() and text.isdigit() else text


def _dig(row: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - JSON of any shape
    return row  # pyright: ignore[reportUnknownVariableType] - as above
