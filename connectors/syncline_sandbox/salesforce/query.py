"""A query answered from rows in memory: its condition becomes one function of a row."""

from __future__ import annotations

__all__ = ["answer", "columns"]

import re
from typing import TYPE_CHECKING, Any

from . import soql
from .catalog import catalog
from .wire import Refusal, instant, is_id, same_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .catalog import FieldInfo, ObjectInfo
    from .store import Row, Store

_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_IDS = frozenset({"id", "reference"})
_APPEND = (
    "If you are attempting to use a custom {0}, be sure to append the '__c' after the {1} name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


def answer(
    select: soql.Select, store: Store, *, deleted: bool
) -> tuple[ObjectInfo, list[FieldInfo] | None, list[Row]]:
    """Return the object, the fields asked for (None for a count) and the rows in their order."""
    info = catalog().get(select.object.casefold())
    if info is None:
        raise Refusal(
            "INVALID_TYPE",
            f"sObject type '{select.object}' is not supported. "
            + _APPEND.format("object", "entity"),
        )
    fields = None if select.fields is None else columns(info, select.fields)
    holds = _condition(info, select.where) if select.where else None
    rows = [
        row
        for row in store.rows(info.name)
        if (deleted or not row["IsDeleted"]) and (holds is None or holds(row))
    ]
    for key in reversed(select.order):
        _sort(rows, _field(info, key.field), key)
    end = None if select.limit is None else select.offset + select.limit
    return info, fields, rows[select.offset : end]


def columns(info: ObjectInfo, names: Sequence[str]) -> list[FieldInfo]:
    """Return the fields of those names."""
    return [_field(info, name) for name in names]


def _field(info: ObjectInfo, name: str) -> FieldInfo:
    if "." in name:
        raise Refusal(
            "INVALID_FIELD", f"Didn't understand relationship '{name.split('.')[0]}' in field path."
        )
    found = info.get(name)
    if found is None:
        raise Refusal(
            "INVALID_FIELD",
            f"No such column '{name}' on entity '{info.name}'. "
            + _APPEND.format("field", "custom field"),
        )
    return found


def _sort(rows: list[Row], field: FieldInfo, key: soql.OrderKey) -> None:
    if not field.sortable:
        raise Refusal("INVALID_FIELD", f"field '{field.name}' can not be sorted in a query call")
    present = [row for row in rows if row.get(field.name) is not None]
    absent = [row for row in rows if row.get(field.name) is None]
    present.sort(key=lambda row: _comparable(field, row[field.name]), reverse=key.descending)
    rows[:] = present + absent if key.nulls_last else absent + present


def _condition(info: ObjectInfo, condition: soql.Condition) -> Callable[[Row], bool]:
    match condition:
        case soql.Every(terms):
            every = [_condition(info, term) for term in terms]
            return lambda row: all(holds(row) for holds in every)
        case soql.Some(terms):
            some = [_condition(info, term) for term in terms]
            return lambda row: any(holds(row) for holds in some)
        case soql.Not(term):
            denied = _condition(info, term)
            return lambda row: not denied(row)
        case soql.Membership():
            return _membership(_filterable(info, condition.field), condition)
        case soql.Comparison():
            return _comparison(_filterable(info, condition.field), condition)


def _filterable(info: ObjectInfo, name: str) -> FieldInfo:
    field = _field(info, name)
    if not field.filterable:
        raise Refusal("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    return field


def _membership(field: FieldInfo, condition: soql.Membership) -> Callable[[Row], bool]:
    wanted = frozenset(_wanted(field, value) for value in condition.values)
    if condition.negated:
        return lambda row: _comparable(field, row.get(field.name)) not in wanted
    return lambda row: _comparable(field, row.get(field.name)) in wanted


def _comparison(field: FieldInfo, condition: soql.Comparison) -> Callable[[Row], bool]:
    name, wanted = field.name, _wanted(field, condition.value)
    match condition.operator:
        case "=":
            return lambda row: _comparable(field, row.get(name)) == wanted
        case "!=":
            return lambda row: _comparable(field, row.get(name)) != wanted
        case "LIKE":
            return _like(field, condition.value)
        case operator:
            test = _ORDERED[operator]
    if wanted is None:
        return lambda row: False

    def ordered(row: Row) -> bool:
        value = _comparable(field, row.get(name))
        return value is not None and test(value, wanted)

    return ordered


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _like(field: FieldInfo, value: soql.Literal) -> Callable[[Row], bool]:
    if value.kind != "string":
        raise Refusal("MALFORMED_QUERY", "LIKE takes a string")
    signs: Sequence[str] = re.findall(r"\\?.", value.value, flags=re.DOTALL)
    wild = {"%": ".*", "_": "."}
    pattern = re.compile(
        "".join(wild.get(sign) or re.escape(sign[-1]) for sign in signs),
        re.IGNORECASE | re.DOTALL,
    )
    return lambda row: pattern.fullmatch(str(row.get(field.name) or "")) is not None


def _comparable(field: FieldInfo, value: Any) -> Any:
    """Return a stored value as it compares: text without its case, an id without its checksum."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type in _IDS:
        return same_id(value)
    return value.casefold() if isinstance(value, str) else value


def _wanted(field: FieldInfo, value: soql.Literal) -> Any:
    """Return a literal as it compares, if its kind is one that the field compares with."""
    if value.kind == "null":
        return None
    if value.kind != _kind(field):
        quoted = " and should be enclosed in quotes" if _kind(field) == "string" else ""
        if value.kind == "string":
            quoted = " and should not be enclosed in quotes"
        raise Refusal(
            "INVALID_FIELD",
            f"value of filter criterion for field '{field.name}' must be of type "
            f"{field.type}{quoted}",
        )
    if field.type in _IDS:
        if not is_id(value.value):
            raise Refusal("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value.value}")
        return same_id(value.value)
    if value.kind == "datetime":
        # Stored times have whole seconds; a literal between two of them lies between them.
        return (
            instant(value.value)
            .replace(".000", f".{value.value.microsecond // 1000:03}")
            .casefold()
        )
    return value.value.casefold() if isinstance(value.value, str) else value.value


def _kind(field: FieldInfo) -> str:
    if field.type in _NUMBERS:
        return "number"
    return field.type if field.type in {"boolean", "date", "datetime"} else "string"
