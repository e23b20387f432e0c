"""One posted value as its field takes it, or the reason why it cannot be taken."""

from __future__ import annotations

__all__ = ["normalised"]

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from syncline_grammar.words import nearest

from ..functions.function import Function
from ..model import FieldType, Value, plain
from .form import Choice, FormField

_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
#: Types whose values a function of the rules tidies, which also says why it cannot.
_TIDIED = {FieldType.EMAIL: "email", FieldType.URL: "url"}
_SHOWN = 40


def normalised(
    field: FormField, given: Any, functions: Mapping[str, Function]
) -> tuple[Value, str]:
    """Return (value, "") or (None, what is wrong and what to do). *given* is not blank."""
    kind = field.field.type
    if kind is FieldType.MULTI_PICKLIST:
        return _many(field, given)
    if kind is FieldType.BOOLEAN:
        return _truth(given)
    if kind is FieldType.NUMBER:
        value, fault = _number(given)
        # `Hot` stands for the number that a table makes of it.
        told = isinstance(given, str) and bool(field.choices)
        return (None, fault) if fault and not told else _chosen(field, given if fault else value)
    if not isinstance(given, str):
        return None, "It takes a text: write it as one."
    text = plain(given).strip()
    match kind:
        case FieldType.DATE:
            return _date(text)
        case FieldType.DATETIME:
            return _instant(text)
        case FieldType.EMAIL | FieldType.URL:
            try:
                text = str(functions[_TIDIED[kind]].call(text))
            except ValueError as err:
                return None, f"{err}: correct it."
        case _:
            pass
    length = field.field.length
    if length is not None and len(text) > length:
        return None, f"It takes {length} characters, and this has {len(text)}: shorten it."
    return _chosen(field, text)


def _chosen(field: FormField, value: Value) -> tuple[Value, str]:
    """Return the choice that *value* is, by its value or by its label, whatever its capitals."""
    if not field.choices:
        return value, ""
    found = _choice(field, value)
    if found is not None:
        return found.value, ""
    if not field.closed:
        return value, ""
    labels = [choice.label for choice in field.choices]
    near = nearest(str(value), labels)
    hint = f" Did you mean {near}?" if near else ""
    return None, f"It takes one of {', '.join(labels)}; not {_short(value)}.{hint}"


def _choice(field: FormField, value: Value) -> Choice | None:
    wanted = str(value).casefold()
    for choice in field.choices:
        if choice.value == value or str(choice.value).casefold() == wanted:
            return choice
    return next((each for each in field.choices if each.label.casefold() == wanted), None)


def _many(field: FormField, given: Any) -> tuple[Value, str]:
    parts: list[Any] = [*given] if isinstance(given, list | tuple) else [given]
    if not all(isinstance(part, str) for part in parts):
        return None, "It takes a list of texts: write each as one."
    found: dict[str, None] = {}
    for part in parts:
        if not part.strip():
            continue
        value, fault = _chosen(field, plain(part).strip())
        if fault:
            return None, fault
        found[str(value)] = None
    return tuple(found), ""


def _truth(given: Any) -> tuple[Value, str]:
    if isinstance(given, bool):
        return given, ""
    found = _TRUTHS.get(str(given).strip().casefold())
    return found, "" if found is not None else f"It takes true or false; not {_short(given)}."


def _number(given: Any) -> tuple[Value, str]:
    wrong = f"It takes a number such as 250; not {_short(given)}."
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None, wrong
    try:
        number = float(given) if isinstance(given, str) else given
        if not math.isfinite(number):
            return None, wrong
    except (ValueError, OverflowError):
        return None, wrong
    whole = isinstance(number, float) and number.is_integer() and abs(number) < 2**53
    return (int(number) if whole else number), ""


def _date(text: str) -> tuple[Value, str]:
    try:
        return date.fromisoformat(text).isoformat(), ""
    except ValueError:
        return None, f"It takes a day such as 2026-11-22; not {_short(text)}."


def _instant(text: str) -> tuple[Value, str]:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        wanted = "a time with its zone such as 2026-11-22T15:40:00Z"
        return None, f"It takes {wanted}; not {_short(text)}."
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return None, f"No calendar has {_short(text)}."
    return utc.isoformat(timespec="seconds").replace("+00:00", "Z"), ""


def _short(value: Any) -> str:
    text = plain(str(value))
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"
