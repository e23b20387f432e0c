"""One value across the border, in either direction."""

from __future__ import annotations

__all__ = ["from_sheet", "from_wire", "same_id", "to_wire"]

from typing import TYPE_CHECKING, Any

from syncline import FieldType, Value, is_blank

from . import soql
from .owners import OWNER_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import ObjectType


def from_wire(value: Any, kind: FieldType | None) -> Value:
    """Return what a field of *kind* holds, from JSON."""
    if value is None or value == "":
        return None
    if kind is FieldType.DATETIME:
        moment = soql.parse_instant(value)
        return f"{moment.replace(tzinfo=None).isoformat()}Z"
    if kind is FieldType.MULTI_PICKLIST:
        return tuple(str(value).split(";"))
    return value if isinstance(value, str | int | float | bool) else None


def from_sheet(row: Mapping[str, str | None], described: ObjectType) -> dict[str, Any]:
    """Return a row of a sheet, which holds texts alone, as a query would have answered it."""
    found: dict[str, Any] = {}
    for name, text in row.items():
        if name == OWNER_PATH:
            found["Owner"] = {"Email": text}
            continue
        field = described.get(name)
        found[name] = text if text is None or field is None else _typed(text, field.type)
    return found


def _typed(text: str, kind: FieldType) -> Any:
    if kind is FieldType.BOOLEAN:
        return text == "true"
    if kind is FieldType.NUMBER:
        return float(text) if "." in text or "e" in text.casefold() else int(text)
    return text


def to_wire(value: Value) -> str | int | float | bool | None:
    """Return *value* as JSON takes it; what is blank clears the field."""
    if is_blank(value):
        return None
    return ";".join(value) if isinstance(value, tuple) else value


def same_id(record_id: str) -> str:
    """Return what the 15- and the 18-character form of one id have in common."""
    return record_id[:15]
