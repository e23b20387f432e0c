"""One value across the border, in either direction."""

from __future__ import annotations

__all__ = ["from_wire", "instant", "parse_instant", "to_wire"]

from datetime import UTC, datetime
from typing import Any

from syncline import FieldType, Value, is_blank


def parse_instant(text: str) -> datetime:
    """Read a moment as the API writes it, ``2023-01-01T00:00:00.000000-05:00``, into UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def instant(moment: datetime) -> str:
    """Return a moment for a filter, which compares to the microsecond."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='microseconds')}Z"


def from_wire(value: Any, kind: FieldType) -> Value:
    """Return what a field of *kind* holds, from JSON."""
    if value is None or value == "":
        return None
    if kind is FieldType.DATETIME:
        moment = parse_instant(value)
        return f"{moment.replace(tzinfo=None).isoformat()}Z"
    if kind is FieldType.MULTI_PICKLIST:
        return tuple(str(each) for each in value)
    if kind is FieldType.ID:
        return str(value)
    return value if isinstance(value, str | int | float | bool) else None


def to_wire(value: Value, kind: FieldType) -> Any:
    """Return *value* as JSON takes it; what is blank clears the field."""
    if kind is FieldType.MULTI_PICKLIST:
        return [] if is_blank(value) else list(value) if isinstance(value, tuple) else [str(value)]
    if is_blank(value):
        return False if kind is FieldType.BOOLEAN else None
    return value
