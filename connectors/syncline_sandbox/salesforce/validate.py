"""The vendor's checks of the values of one record, with its own codes and words."""

from __future__ import annotations

__all__ = ["checked"]

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from .catalog import OBJECTS
from .wire import Refusal, instant, is_id, same_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .catalog import FieldInfo, ObjectInfo
    from .store import Row, Store

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})


def checked(
    info: ObjectInfo, values: Mapping[str, Any], store: Store, *, current: Row | None
) -> Row:
    """Return *values* by the fields' own names, None where one is cleared, or raise ``Refusal``.

    *current* is the record as it stands, None for one that is being created.
    """
    given: Row = {}
    for name, value in values.items():
        field = info.get(name)
        if field is None:
            raise Refusal(
                "INVALID_FIELD", f"No such column '{name}' on sobject of type {info.name}"
            )
        given[field.name] = None if value == "" else value
    _writable(info, given, creating=current is None)
    for name, value in given.items():
        field = info.fields[name.casefold()]
        given[name] = _value(field, value, store)
    _required(info, given, creating=current is None)
    _unique(info, given, store, own=None if current is None else current["Id"])
    return given


def _writable(info: ObjectInfo, given: Row, *, creating: bool) -> None:
    fixed = [
        name
        for name in given
        if not (
            info.fields[name.casefold()].createable
            if creating
            else info.fields[name.casefold()].updateable
        )
    ]
    if fixed:
        raise Refusal(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(fixed)}. Please check the security "
            "settings of this field and verify that it is read/write for your profile or "
            "permission set.",
            fixed,
        )


def _required(info: ObjectInfo, given: Row, *, creating: bool) -> None:
    missing = [
        field.name
        for field in info.fields.values()
        if field.createable
        and not field.nillable
        and given.get(field.name) is None
        and (field.name in given or (creating and not field.defaulted))
    ]
    if creating and info.name == "Event" and not _timed(given):
        missing += ["DurationInMinutes", "ActivityDateTime"]
    if missing:
        raise Refusal(
            "REQUIRED_FIELD_MISSING",
            f"Required fields are missing: [{', '.join(missing)}]",
            missing,
        )


def _timed(given: Row) -> bool:
    """Tell whether an event says when it begins and, unless it lasts the day, how long it is."""
    if given.get("IsAllDayEvent"):
        return bool(given.get("ActivityDate") or given.get("StartDateTime"))
    begins = given.get("StartDateTime") or given.get("ActivityDateTime")
    return bool(begins and (given.get("EndDateTime") or given.get("DurationInMinutes")))


def _unique(info: ObjectInfo, given: Row, store: Store, *, own: str | None) -> None:
    for name, value in given.items():
        if value is None or not info.fields[name.casefold()].unique:
            continue
        other = store.by_key(info.name, name, value)
        if other is not None and other["Id"] != own:
            raise Refusal(
                "DUPLICATE_VALUE",
                f"duplicate value found: {name} duplicates value on record with id: "
                f"{same_id(other['Id'])}",
                [],
            )


def _value(field: FieldInfo, value: Any, store: Store) -> Any:
    if value is None:
        return None
    if field.type == "boolean":
        if not isinstance(value, bool):
            _unfit("boolean", value)
        return value
    if field.type in _NUMBERS:
        return _number(field, value)
    if not isinstance(value, str):
        _unfit("string", value)
    if field.type in {"date", "datetime"}:
        return _moment(field, value)
    if field.type == "reference":
        return _reference(field, value, store)
    # The vendor keeps no white space at either end of a text.
    return _text(field, value.strip()) or None


def _text(field: FieldInfo, value: str) -> str:
    if field.length and len(value) > field.length:
        raise Refusal(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            [field.name],
        )
    chosen = value.split(";") if field.type == "multipicklist" else [value]
    for choice in chosen:
        if value and field.allowed is not None and choice not in field.allowed:
            raise Refusal(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{field.label}: bad value for restricted picklist field: {choice}",
                [field.name],
            )
    if value and field.type == "email" and not _EMAIL.match(value):
        raise Refusal(
            "INVALID_EMAIL_ADDRESS",
            f"{field.label}: invalid email address: {value}",
            [field.name],
        )
    return value


def _number(field: FieldInfo, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _unfit(field.type, value)
    if field.type == "int" and value != int(value):
        _unfit("int", value)
    return int(value) if field.type == "int" else float(value)


def _moment(field: FieldInfo, value: str) -> str:
    try:
        if field.type == "date":
            if not _DATE.match(value):
                _unfit("date", value)
            return datetime.fromisoformat(value).date().isoformat()
        moment = datetime.fromisoformat(value)
    except ValueError:
        _unfit(field.type, value)
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _reference(field: FieldInfo, value: str, store: Store) -> str:
    if not is_id(value):
        raise Refusal(
            "MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", [field.name]
        )
    if not any(target in OBJECTS for target in field.targets):
        return value
    row = store.get(value)
    if row is None or store.object_of(value) not in field.targets:
        raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
    if row["IsDeleted"]:
        raise Refusal("ENTITY_IS_DELETED", "entity is deleted", [field.name])
    if row.get("IsConverted"):
        raise Refusal(
            "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [field.name]
        )
    return str(row["Id"])


def _unfit(wanted: str, value: Any) -> NoReturn:
    kinds = {bool: "BOOLEAN", int: "NUMBER_INT", float: "NUMBER_FLOAT", str: "STRING"}
    if isinstance(value, dict | list):
        kind = "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"
        said = f"Cannot deserialize instance of {wanted} from {kind} value"
    else:
        said = (
            f"Cannot deserialize instance of {wanted} from VALUE_{kinds[type(value)]} value {value}"
        )
    raise Refusal("JSON_PARSER_ERROR", f"{said} or request may be missing a required field")
