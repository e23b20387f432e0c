"""Whether a CRM would take a row, and with which of Salesforce's codes it would not."""

from __future__ import annotations

__all__ = ["Fault", "fault_in"]

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from syncline import Field, FieldType, ObjectType, Value, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Fault(NamedTuple):
    """Why a row is refused."""

    code: str
    message: str


def fault_in(
    kind: ObjectType,
    values: Mapping[str, Value],
    current: Mapping[str, Any] | None,
    *,
    creating: bool,
) -> Fault | None:
    """Return the first thing wrong with *values*, or None.

    *current* is the record as it stands. A creation may find one, when its key is known: a value
    that can only be given at creation is then taken if it is the one already there.
    """
    for name, value in values.items():
        field = kind.get(name)
        if field is None:
            return Fault("INVALID_FIELD", f"{kind.name} has no field {name}.")
        writable = field.creatable if creating else field.updatable
        if creating and current is not None and not field.updatable:
            writable = writable and current.get(name) == value
        if not writable:
            moment = "creating" if creating and current is None else "updating"
            return Fault("INVALID_FIELD", f"{name} cannot be set when {moment} a {kind.name}.")
        if is_blank(value):
            if field.required:
                return _missing(field)
        elif (fault := _fault_of(field, value)) is not None:
            return fault
    if current is None:
        for field in kind.fields:
            if field.required and field.name not in values:
                return _missing(field)
    return None


def _missing(field: Field) -> Fault:
    return Fault("REQUIRED_FIELD_MISSING", f"{field.name} is required and was blank.")


def _fault_of(field: Field, value: Value) -> Fault | None:
    wanted = _wanted(field.type, value)
    if wanted:
        return Fault("INVALID_TYPE", f"{field.name} takes {wanted}; this is not one: {value!r}.")
    if not isinstance(value, str):
        return None
    if field.length is not None and len(value) > field.length:
        return Fault(
            "STRING_TOO_LONG",
            f"{field.name} takes {field.length} characters; this text has {len(value)}.",
        )
    if field.restricted and value not in field.values:
        return Fault(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.name} takes one of {', '.join(field.values)}; not {value!r}.",
        )
    if field.type is FieldType.EMAIL and not _EMAIL.fullmatch(value):
        return Fault("INVALID_EMAIL_ADDRESS", f"{field.name} is not an e-mail address: {value!r}.")
    return None


def _wanted(kind: FieldType, value: Value) -> str:
    """Return what the type takes when *value* is no such thing, else an empty text."""
    match kind:
        case FieldType.NUMBER:
            good = (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and math.isfinite(value)
            )
            return "" if good else "a number"
        case FieldType.BOOLEAN:
            return "" if isinstance(value, bool) else "true or false"
        case FieldType.DATE:
            return "" if _is_date(value) else "a date such as 2026-11-22"
        case FieldType.DATETIME:
            return "" if _is_instant(value) else "a time such as 2026-11-22T15:40:00Z"
        case _:
            return "" if isinstance(value, str) else "text"


def _is_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_instant(value: Value) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
