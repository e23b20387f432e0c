"""One filter of a search, with the vendor's own meaning of equal, of words, and of missing."""

from __future__ import annotations

__all__ = ["fits", "holds_word"]

import re
from collections.abc import Callable, Mapping
from typing import Any

from .wire import Refusal, millis

_WORD, _PATTERN = re.compile(r"\w+"), re.compile(r"[\w*]+")
_Asked = Mapping[str, Any]
#: (filter, text of the property, description of the property)
_Test = Callable[[_Asked, str, _Asked], bool]


def fits(asked: Mapping[str, Any], text: str | None, described: Mapping[str, Any]) -> bool:
    """Tell whether a property that holds *text* fits a filter.

    What is missing fits no operator but NOT_HAS_PROPERTY, the negative ones neither. Texts ignore
    case, except that IN and NOT_IN expect their values in lower case; options are exact.
    """
    operator = str(asked.get("operator"))
    if operator == "HAS_PROPERTY":
        return text is not None
    if operator == "NOT_HAS_PROPERTY":
        return text is None
    if operator not in _OPERATORS:
        raise Refusal(f"{operator} is no operator of a search")
    return text is not None and _OPERATORS[operator](asked, text, described)


def holds_word(text: str, pattern: str) -> bool:
    """Tell whether the words of *pattern* stand in *text* one behind another; ``*`` is anything."""
    held = _WORD.findall(text.casefold())
    wanted = [
        re.compile(".*".join(map(re.escape, each.split("*"))))
        for each in _PATTERN.findall(pattern.casefold())
    ]
    return bool(wanted) and any(
        all(one.fullmatch(word) for one, word in zip(wanted, held[at:], strict=False))
        for at in range(len(held) - len(wanted) + 1)
    )


def _parts(text: str, described: Mapping[str, Any]) -> list[Any]:
    """Return what a property holds, as values that compare: several for a list of choices."""
    match described["type"], described["fieldType"]:
        case "number", _:
            return [float(text)]
        case (("date" | "datetime"), _):
            return [millis(text)]
        case "enumeration", "checkbox":
            return text.split(";")
        case (("enumeration" | "bool"), _):
            return [text]
        case _:
            return [text.lower()]


def _asked(value: Any, described: Mapping[str, Any]) -> Any:
    """Return the value of a filter as it compares with those of ``_parts``."""
    text = str(value)
    try:
        (found,) = _parts(text, {**described, "fieldType": ""})
    except ValueError:
        raise Refusal(f"{text} is no value of {described['name']}") from None
    return found


def _equal(asked: _Asked, text: str, described: _Asked) -> bool:
    return _asked(asked.get("value"), described) in _parts(text, described)


def _among(asked: _Asked, text: str, described: _Asked) -> bool:
    values: list[Any] = list(asked.get("values") or ())
    if not values:
        raise Refusal(f"{asked.get('operator')} takes values")
    if described["type"] != "string":
        values = [_asked(each, described) for each in values]
    return any(each in values for each in _parts(text, described))


def _compared(asked: _Asked, text: str, described: _Asked) -> int:
    (held,), value = _parts(text, described), _asked(asked.get("value"), described)
    return int(held > value) - int(held < value)


def _between(asked: _Asked, text: str, described: _Asked) -> bool:
    (held,) = _parts(text, described)
    low, high = _asked(asked.get("value"), described), _asked(asked.get("highValue"), described)
    return bool(low <= held <= high)


def _word(asked: _Asked, text: str, _described: _Asked) -> bool:
    return holds_word(text, str(asked.get("value")))


def _not(test: _Test) -> _Test:
    return lambda asked, text, described: not test(asked, text, described)


def _ordered(fine: Callable[[int], bool]) -> _Test:
    return lambda asked, text, described: fine(_compared(asked, text, described))


_OPERATORS: Mapping[str, _Test] = {
    "EQ": _equal,
    "NEQ": _not(_equal),
    "IN": _among,
    "NOT_IN": _not(_among),
    "LT": _ordered(lambda order: order < 0),
    "LTE": _ordered(lambda order: order <= 0),
    "GT": _ordered(lambda order: order > 0),
    "GTE": _ordered(lambda order: order >= 0),
    "BETWEEN": _between,
    "CONTAINS_TOKEN": _word,
    "NOT_CONTAINS_TOKEN": _not(_word),
}
