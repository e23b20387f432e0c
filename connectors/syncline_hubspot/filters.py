"""Criteria as filters of HubSpot's search: they may let too much through, and never too little.

What its search does not do as the language does: ``CONTAINS_TOKEN`` looks for whole words;
negative operators leave out what is blank; texts are compared with the spaces around them; a group
takes 6 filters, a search 5 groups and 18 filters.
"""

from __future__ import annotations

__all__ = ["Filter", "Groups", "groups", "narrows"]

from datetime import date
from typing import TYPE_CHECKING, Any

from syncline import AnyOf, Comparison, Condition, FieldType, Operator

from .kinds import CONTACT_FIELD, OWNER_FIELD
from .values import Border, Untranslatable, instant, millis

if TYPE_CHECKING:
    from syncline import Field, ObjectType, Value

#: One filter as JSON, and the groups of which one has to fit.
Filter = dict[str, Any]
Groups = list[list[Filter]]

#: Each group also says since when; one more asks for the survivors of merges (two filters), and
#: one for the rest of an instant (three).
_GROUPS, _FILTERS, _ALL_FILTERS = 5 - 2, 6 - 1, 18 - 2 - 3

_ORDERS = {
    Operator.LESS: "LT",
    Operator.AT_MOST: "LTE",
    Operator.GREATER: "GT",
    Operator.AT_LEAST: "GTE",
}
#: Compared as they stand, or as HubSpot keeps them: e-mail addresses in small letters.
_EXACT = {
    FieldType.PICKLIST,
    FieldType.NUMBER,
    FieldType.BOOLEAN,
    FieldType.DATE,
    FieldType.EMAIL,
    FieldType.ID,
    FieldType.REFERENCE,
}
#: HubSpot may hold white space alone in these, which is blank to a rule.
_LOOSE = {FieldType.TEXT, FieldType.PHONE, FieldType.URL}
#: Fields of ours that are no properties.
_NO_PROPERTIES = {OWNER_FIELD, CONTACT_FIELD}


def narrows(described: ObjectType, condition: Condition) -> bool:
    """Tell whether a search leaves out anything that *condition* does."""
    return groups(condition, Border(described)) is not None


def groups(condition: Condition, border: Border) -> Groups | None:
    """Return the groups for all that fits *condition*, and perhaps more; None for everything."""
    if isinstance(condition, Comparison):
        return _comparison(condition, border)
    parts = [groups(part, border) for part in condition.parts]
    if isinstance(condition, AnyOf):
        known = [part for part in parts if part is not None]
        found = [group for part in known for group in part]
        return found if len(known) == len(parts) and _fit(found) else None
    together: Groups | None = None
    for part in parts:
        if part is None:
            continue
        both = part if together is None else [one + two for one in together for two in part]
        # What does not fit into a search any more is asked here.
        together = both if _fit(both) else together
    return together


def _fit(found: Groups) -> bool:
    sizes = [len(group) for group in found]
    return (
        len(found) <= _GROUPS
        and max(sizes, default=0) <= _FILTERS
        and sum(sizes) + len(sizes) <= _ALL_FILTERS
    )


def _comparison(asked: Comparison, border: Border) -> Groups | None:
    field = border.described.get(asked.field)
    if field is None or field.name in _NO_PROPERTIES:
        return None
    name, kind = field.name, field.type
    missing: Filter = {"propertyName": name, "operator": "NOT_HAS_PROPERTY"}
    match asked.operator:
        case Operator.BLANK:
            return None if kind in _LOOSE else [[missing]]
        case Operator.NOT_IN:
            values = _values(field, asked.values, border)
            if values is None or kind not in _EXACT | _LOOSE:
                return None
            return [[{"propertyName": name, "operator": "NOT_IN", "values": values}], [missing]]
        case Operator.IN if kind in _EXACT:
            values = _values(field, asked.values, border)
            if values is not None:
                return [[{"propertyName": name, "operator": "IN", "values": values}]]
        case order if order in _ORDERS and kind in {FieldType.NUMBER, FieldType.DATE}:
            values = _values(field, asked.values, border)
            if values is not None:
                return [[{"propertyName": name, "operator": _ORDERS[order], "value": values[0]}]]
        case _:
            pass
    # No positive operator fits a blank.
    return [[{"propertyName": name, "operator": "HAS_PROPERTY"}]]


def _values(field: Field, values: tuple[Value, ...], border: Border) -> list[str] | None:
    """Return the values as a filter takes them; None when one of them cannot be said."""
    try:
        found = [_value(field, value, border) for value in values]
    except (Untranslatable, ValueError):
        return None
    # Beyond these letters, systems disagree on which are the same but for their case.
    return found if all(text.isascii() for text in found) or field.codes else None


def _value(field: Field, value: Value, border: Border) -> str:
    if field.type is FieldType.PICKLIST:
        label = str(value)
        if label not in field.values:
            raise ValueError(label)
        return border.code(field, label)
    if field.type is FieldType.DATE:
        date.fromisoformat(str(value))
        return millis(instant(str(value)))
    text = border.write(field.name, value)
    return text.lower().strip() if field.type in _LOOSE | {FieldType.EMAIL} else text
