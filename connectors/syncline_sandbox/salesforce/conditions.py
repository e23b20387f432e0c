"""A query's condition as one function of a row."""

from __future__ import annotations

__all__ = ["comparable", "condition"]

import re
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from . import soql
from .paths import path_to
from .wire import Refusal, instant, is_id, same_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from .catalog import FieldInfo, ObjectInfo
    from .paths import Path
    from .store import Row, Store

_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_IDS = frozenset({"id", "reference"})
_SIGN = re.compile(r"\\.|.", re.DOTALL)


def condition(
    info: ObjectInfo, asked: soql.Condition, store: Store, now: datetime
) -> Callable[[Row], bool]:
    """Return the function; refuse a field or a value that the vendor would not compare."""
    match asked:
        case soql.Every(terms):
            every = [condition(info, term, store, now) for term in terms]
            return lambda row: all(holds(row) for holds in every)
        case soql.Some(terms):
            some = [condition(info, term, store, now) for term in terms]
            return lambda row: any(holds(row) for holds in some)
        case soql.Not(term):
            denied = condition(info, term, store, now)
            return lambda row: not denied(row)
        case soql.Membership():
            path = _filterable(info, asked.field)
            return _membership(partial(_seen, path, store), path.field, asked)
        case soql.Comparison():
            path = _filterable(info, asked.field)
            return _comparison(partial(_seen, path, store), path.field, asked, now)


def comparable(field: FieldInfo, value: Any) -> Any:
    """Return a stored value as it compares: text without its case, an id without its checksum."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type in _IDS:
        return same_id(value)
    return value.casefold() if isinstance(value, str) else value


def _seen(path: Path, store: Store, row: Row) -> Any:
    return comparable(path.field, path.value(row, store))


def _filterable(info: ObjectInfo, name: str) -> Path:
    path = path_to(info, name)
    if not path.field.filterable:
        raise Refusal(
            "INVALID_FIELD", f"field '{path.field.name}' can not be filtered in a query call"
        )
    return path


def _membership(
    seen: Callable[[Row], Any], field: FieldInfo, asked: soql.Membership
) -> Callable[[Row], bool]:
    wanted = frozenset(_wanted(field, value) for value in asked.values)
    if asked.negated:
        return lambda row: seen(row) not in wanted
    return lambda row: seen(row) in wanted


def _comparison(
    seen: Callable[[Row], Any], field: FieldInfo, asked: soql.Comparison, now: datetime
) -> Callable[[Row], bool]:
    if asked.operator == "LIKE":
        return _like(seen, asked.value)
    if asked.value.kind == "days":
        return _days(seen, field, asked, now)
    wanted = _wanted(field, asked.value)
    match asked.operator:
        case "=":
            return lambda row: seen(row) == wanted
        case "!=":
            return lambda row: seen(row) != wanted
        case operator:
            return _ordered(seen, _ORDERED[operator], wanted)


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _ordered(
    seen: Callable[[Row], Any], test: Callable[[Any, Any], bool], wanted: Any
) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        value = seen(row)
        return value is not None and wanted is not None and test(value, wanted)

    return holds


def _days(
    seen: Callable[[Row], Any], field: FieldInfo, asked: soql.Comparison, now: datetime
) -> Callable[[Row], bool]:
    """Compare with a run of whole days, which begins at midnight in the user's zone (UTC here)."""
    if field.type not in {"date", "datetime"}:
        raise Refusal("INVALID_FIELD", f"value of filter criterion for field '{field.name}'")
    first, last = asked.value.value
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = midnight + timedelta(days=first), midnight + timedelta(days=last + 1)
    if field.type == "date":
        low, high = begin.date().isoformat(), end.date().isoformat()
    else:
        low, high = _stamp(begin), _stamp(end)
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda value: low <= value < high,
        "<": lambda value: value < low,
        "<=": lambda value: value < high,
        ">": lambda value: value >= high,
        ">=": lambda value: value >= low,
    }
    if asked.operator == "!=":
        return lambda row: (value := seen(row)) is None or not low <= value < high
    test = tests[asked.operator]
    return lambda row: (value := seen(row)) is not None and test(value)


def _like(seen: Callable[[Row], Any], value: soql.Literal) -> Callable[[Row], bool]:
    if value.kind != "string":
        raise Refusal("MALFORMED_QUERY", "LIKE takes a string")
    wild: dict[str, str] = {"%": ".*", "_": "."}
    signs: list[str] = _SIGN.findall(value.raw)
    plain: dict[str, str] = {r"\n": "\n", r"\r": "\r", r"\t": "\t", r"\b": "\b", r"\f": "\f"}
    pattern = re.compile(
        "".join(wild.get(sign) or re.escape(plain.get(sign, sign[-1])) for sign in signs),
        re.IGNORECASE | re.DOTALL,
    )
    return lambda row: pattern.fullmatch(str(seen(row) or "")) is not None


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
        return _stamp(value.value)
    return value.value.casefold() if isinstance(value.value, str) else value.value


def _stamp(moment: datetime) -> str:
    """Return a moment as it compares. Stored times have whole seconds, a literal may be finer."""
    return instant(moment).replace(".000", f".{moment.microsecond // 1000:03}").casefold()


def _kind(field: FieldInfo) -> str:
    if field.type in _NUMBERS:
        return "number"
    return field.type if field.type in {"boolean", "date", "datetime"} else "string"
