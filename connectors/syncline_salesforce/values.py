"""One value across the border, in either direction."""

from __future__ import annotations

__all__ = ["from_wire", "same_id", "to_wire"]

from typing import Any

from syncline import FieldType, Value, is_blank

from . import soql


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


def to_wire(value: Value) -> str | int | float | bool | None:
    """Return *value* as JSON takes it; what is blank clears the field."""
    if is_blank(value):
        return None
    return ";".join(value) if isinstance(value, tuple) else value


def same_id(record_id: str) -> str:
    """Return what the 15- and the 18-character form of one id have in common."""
    return record_id[:15]
