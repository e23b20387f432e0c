"""The vendor's checks of the values of one record; version 2 takes nothing for something else."""

from __future__ import annotations

__all__ = ["checked"]

import re
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from .catalog import ADDRESS
from .wire import Refusal, bad_request, invalid, moment_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .catalog import FieldInfo, KindInfo
    from .store import Row, Store

#: Fields that exist only where contact sync is on, which it is not here.
_CONTACT_SYNC = frozenset({"postal_address", "notes", "im", "birthday", "job_title"})
_REFERENCES = {
    "org": "organization",
    "people": "person",
    "user": "user",
    "deal": "deal",
    "lead": "lead",
}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?\Z")
_LENGTHS = {"varchar": 255, "varchar_auto": 255, "phone": 255, "text": 65_535}


def checked(kind: KindInfo, body: Mapping[str, Any], store: Store) -> Row:
    """Return the fields to set, custom ones under ``custom_fields``, or raise ``Refusal``."""
    version2 = kind.name not in {"lead", "note"}
    customs = store.customs(kind.name)
    given: Row = {}
    own: dict[str, Any] = {}
    for name, value in body.items():
        if name in customs and not version2:
            own[name] = value
        elif name == "custom_fields" and version2 and kind.customs:
            if not isinstance(value, dict):
                raise invalid("custom_fields: not a valid object")
            own |= cast("dict[str, Any]", value)
        elif name == "add_time" and kind.name in {"person", "organization", "note"}:
            given[name] = _when(value)
        else:
            given[name] = _standard(kind, name, value, store, strict=version2)
    for code, value in own.items():
        field = customs.get(code)
        if field is None:
            raise invalid(f"custom_fields.{code}: unknown field")
        own[code] = None if value is None else _value(field, code, value, store)
    if own:
        given["custom_fields"] = own
    return given


def _standard(kind: KindInfo, name: str, value: Any, store: Store, *, strict: bool) -> Any:
    field = kind.by_wire.get(name)
    if field is None or not field.writable:
        if kind.name == "person" and name in _CONTACT_SYNC:
            raise Refusal(
                403, {"success": False, "error": f"{name} needs contact sync", "code": "FORBIDDEN"}
            )
        raise invalid(f"{name}: unknown field") if strict else bad_request(f"{name} is not allowed")
    if value is None:
        if field.required:
            raise invalid(f"{name}: field may not be null")
        return [] if field.type in {"labels", "lead_labels"} else None
    if name == "phones" or name == "emails":
        return _contacts(name, value)
    return _value(field, name, value, store)


def _value(field: FieldInfo, name: str, value: Any, store: Store) -> Any:
    kind = field.type
    if kind in _REFERENCES:
        return _reference(kind, name, value, store)
    if kind == "enum" and isinstance(value, bool | str):
        raise invalid(f"{name}: not a valid integer")
    if kind in {"enum", "status", "activity_type"}:
        if value not in {option for option, _ in field.options or ()}:
            raise invalid(f"{name}: {value!r} is not a valid option")
        return value
    return _BY_TYPE[kind](field, name, value)


def _reference(kind: str, name: str, value: Any, store: Store) -> Any:
    of = _REFERENCES[kind]
    wanted = str if of == "lead" else int
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise invalid(f"{name}: not a valid {'string' if of == 'lead' else 'integer'}")
    row = store.get(of, value)
    if row is None or row.get("is_deleted") or row.get("active") is False:
        raise Refusal.absent(f"{of.capitalize()} {value} was not found")
    return value


def _text(field: FieldInfo, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(f"{name}: not a valid string")
    if len(value) > _LENGTHS.get(field.type, 65_535):
        raise invalid(f"{name}: longer than maximum length {_LENGTHS[field.type]}")
    if field.required and not value.strip():
        raise invalid(f"{name}: shorter than minimum length 1")
    return value


def _number(field: FieldInfo, name: str, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"{name}: not a valid number")
    if field.type in {"int", "pipeline", "stage"} and not isinstance(value, int):
        raise invalid(f"{name}: not a valid integer")
    return value


def _boolean(_field: FieldInfo, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{name}: not a valid boolean")
    return value


def _flag(_field: FieldInfo, name: str, value: Any) -> bool:
    if value not in (0, 1):
        raise bad_request(f"{name} must be one of [0, 1]")
    return bool(value)


def _day(_field: FieldInfo, name: str, value: Any) -> str:
    try:
        day = date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as err:
        raise invalid(f"{name}: not a valid date") from err
    if day != value:
        raise invalid(f"{name}: not a valid date")
    return day


def _clock(_field: FieldInfo, name: str, value: Any) -> str:
    if not (isinstance(value, str) and _CLOCK.match(value)):
        raise invalid(f"{name}: not a valid time")
    return value if len(value) == 8 else f"{value}:00"


def _labels(field: FieldInfo, name: str, value: Any) -> list[Any]:
    return _set(field, name, value) if value and field.options else _listed(name, value)


def _set(field: FieldInfo, name: str, value: Any) -> list[int]:
    known = {option for option, _ in field.options or ()}
    given = _listed(name, value)
    if not given:
        raise invalid(f"{name}: shorter than minimum length 1")
    for each in given:
        if isinstance(each, bool | str) or each not in known:
            raise invalid(f"{name}: {each!r} is not a valid option")
    return given


def _visible(field: FieldInfo, name: str, value: Any) -> Any:
    allowed: tuple[Any, ...] = (1, 3, 5, 7)
    if field.type == "visible_to_v1":
        allowed = tuple(map(str, allowed))
    if isinstance(value, bool) or value not in allowed:
        raise invalid(f"{name}: must be one of {', '.join(map(str, allowed))}")
    return value


def _parts(
    *names: str, needed: tuple[str, ...] = ("value",)
) -> Callable[[FieldInfo, str, Any], dict[str, Any]]:
    """Return a check of an object; the parts that are not given become null."""

    def check(_field: FieldInfo, name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(f"{name}: not a valid object")
        given = cast("dict[str, Any]", value)
        if strange := set(given) - set(names):
            raise invalid(f"{name}.{min(strange)}: unknown field")
        if missing := [each for each in needed if given.get(each) is None]:
            raise invalid(f"{name}.{missing[0]}: missing data for required field")
        return {each: given.get(each) for each in names}

    return check


def _contacts(name: str, value: Any) -> list[dict[str, Any]]:
    """Return phones or e-mail addresses: one of them is the primary one."""
    made: list[dict[str, Any]] = []
    for entry in _objects(name, value):
        if not isinstance(entry.get("value"), str):
            raise invalid(f"{name}.value: missing data for required field")
        usual = {"primary": False, "label": "work"}
        made.append({"value": entry["value"]} | {n: entry.get(n, v) for n, v in usual.items()})
    if sum(entry["primary"] is True for entry in made) > 1:
        raise invalid(f"{name}: only one value can be primary")
    if made and not any(entry["primary"] for entry in made):
        made[0]["primary"] = True
    return made


def _participants(_field: FieldInfo, name: str, value: Any) -> list[dict[str, Any]]:
    rows = _objects(name, value)
    if any(isinstance(row.get("person_id"), bool | str | None) for row in rows):
        raise invalid(f"{name}.person_id: not a valid integer")
    return [{"person_id": row["person_id"], "primary": row.get("primary", False)} for row in rows]


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(f"{name}: not a valid list")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON of any shape


def _objects(name: str, value: Any) -> list[dict[str, Any]]:
    rows = _listed(name, value)
    if not all(isinstance(row, dict) for row in rows):
        raise invalid(f"{name}: not a valid object")
    return rows


def _when(value: Any) -> str:
    if not isinstance(value, str):
        raise invalid("add_time: not a valid datetime")
    text = value if "T" in value else f"{value.replace(' ', 'T')}Z"
    return moment_in(text, "add_time")


_BY_TYPE: dict[str, Callable[[FieldInfo, str, Any], Any]] = {
    **dict.fromkeys(("varchar", "varchar_auto", "text", "phone"), _text),
    **dict.fromkeys(("double", "int", "pipeline", "stage"), _number),
    "boolean": _boolean,
    "flag": _flag,
    "date": _day,
    "clock": _clock,
    "labels": _labels,
    "lead_labels": _labels,
    "set": _set,
    "visible_to": _visible,
    "visible_to_v1": _visible,
    "address": _parts(*ADDRESS),
    "amount": _parts("amount", "currency", needed=("amount", "currency")),
    "monetary": _parts("value", "currency"),
    "daterange": _parts("value", "until"),
    "time": _parts("value", "timezone_id", "timezone_name"),
    "timerange": _parts("value", "until", "timezone_id", "timezone_name"),
    "participants": _participants,
}
