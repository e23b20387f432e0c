"""Conditions that the org can filter by itself, as SOQL: exact, or letting too much through.

SOQL compares text without regard to case, as rules do. It has no white space at the ends of a
text, and its ``!=`` is true for null.
"""

from __future__ import annotations

__all__ = ["narrows", "where"]

from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from syncline import AllOf, AnyOf, Comparison, FieldType, Operator

from . import soql
from .owners import OWNER_EMAIL, OWNER_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncline import Condition, Field, ObjectType, Value

#: A condition that would take more of a query's text than this is left to the engine.
LONGEST = 4000
#: The longest text that SOQL filters by; longer ones are "long text areas".
_FILTERABLE = 255

_TEXTS = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})
_ORDERS = {
    Operator.LESS: "<",
    Operator.AT_MOST: "<=",
    Operator.GREATER: ">",
    Operator.AT_LEAST: ">=",
}
_LIKE: dict[Operator, Callable[[str], str]] = {
    Operator.CONTAINS: lambda text: f"%{text}%",
    Operator.STARTS: lambda text: f"{text}%",
    Operator.ENDS: lambda text: f"%{text}",
}
_SETS = frozenset({Operator.IN, Operator.NOT_IN})


def narrows(kind: ObjectType, condition: Condition) -> bool:
    """Tell whether the org filters by *condition* so that nothing is missed."""
    return _can(kind, condition) and len(quote_plus(where(kind, condition))) <= LONGEST


def where(kind: ObjectType, condition: Condition) -> str:
    """Return a condition that ``narrows`` took, in brackets."""
    if isinstance(condition, Comparison):
        return f"({_comparison(kind, condition)})"
    word = " AND " if isinstance(condition, AllOf) else " OR "
    return f"({word.join(where(kind, part) for part in condition.parts)})"


def _can(kind: ObjectType, condition: Condition) -> bool:
    if isinstance(condition, AllOf | AnyOf):
        return all(_can(kind, part) for part in condition.parts)
    field = kind.get(condition.field)
    if field is None:
        return False
    operator = condition.operator
    if operator is Operator.NOT_BLANK:
        # A text of white space alone is let through; no other type can be one.
        return field.type not in _TEXTS or _filterable(field)
    match field.type:
        case kind_of if kind_of in _TEXTS:
            plain = all(_plain(value) for value in condition.values)
            return plain and _filterable(field) and (operator in _SETS or operator in _LIKE)
        case FieldType.PICKLIST:
            return operator in _SETS and (operator is Operator.IN or _closed(field))
        case FieldType.NUMBER:
            # Where there are several currencies, an amount is converted before it is compared.
            one = kind.get("CurrencyIsoCode") is None
            return one and (operator in _SETS or operator in _ORDERS or operator is Operator.BLANK)
        case FieldType.DATE:
            return operator in _SETS or operator in _ORDERS or operator is Operator.BLANK
        case FieldType.BOOLEAN:
            return operator in _SETS
        case _:
            return False


def _filterable(field: Field) -> bool:
    """Tell whether SOQL filters by a text; those that it cannot are described without a length."""
    return field.length is not None and field.length <= _FILTERABLE


def _plain(value: Value) -> bool:
    return isinstance(value, str) and value == value.strip() != "" and "\\" not in value


def _closed(field: Field) -> bool:
    """Tell whether no two values differ by their case alone, which SOQL would take for one."""
    folded = {value.casefold() for value in field.values}
    return field.restricted and len(folded) == len(field.values)


def _comparison(kind: ObjectType, row: Comparison) -> str:
    name = OWNER_PATH if row.field == OWNER_EMAIL else soql.name(row.field)
    field, operator = kind.get(row.field), row.operator
    if operator is Operator.BLANK:
        return f"{name} = null"
    if operator is Operator.NOT_BLANK:
        return f"{name} != null"
    if operator in _LIKE:
        pattern = soql.like(str(row.values[0]))
        return f"{name} LIKE '{_LIKE[operator](pattern)}'"
    date = field is not None and field.type is FieldType.DATE
    values = [soql.value(value, date=date) for value in row.values]
    if operator in _ORDERS:
        return f"{name} {_ORDERS[operator]} {values[0]}"
    if field is not None and field.type is FieldType.BOOLEAN:
        # A checkbox is compared with one value at a time.
        word, sign = (" OR ", "=") if operator is Operator.IN else (" AND ", "!=")
        return word.join(f"{name} {sign} {value}" for value in values)
    listed = f"({', '.join(values)})"
    if operator is Operator.IN:
        return f"{name} IN {listed}"
    return f"{name} = null OR {name} NOT IN {listed}"
