"""Calls of the registry's functions: arguments read, blanks kept blank, failures told."""

from __future__ import annotations

__all__ = ["Guarded"]

from collections.abc import Callable
from typing import Any

from syncline_grammar.syntax import Fallback

from ...functions.function import Function, Parameter
from ...model import FieldType, Value
from ..types import family
from ..values import Unturned, blank, num, text_of


class Guarded:
    """A function as generated code calls it, with a known number of arguments.

    A blank argument makes a blank result unless its parameter allows blanks. A failure becomes
    ``Unturned`` with its reason where the rule says what to do then, and blank where it does not.
    """

    __slots__ = ("_call", "_reads", "count", "fallback", "function", "one_text")

    def __init__(self, function: Function, count: int, fallback: Fallback | None) -> None:
        self.function = function
        self.count = count
        self.fallback = fallback
        self._call = function.call
        self._reads = tuple(_reader(function.parameter(place)) for place in range(count))
        #: Its one argument is a text, and a blank one makes a blank.
        self.one_text = self._reads == ((text_of, False),)

    def __call__(self, *values: Value) -> Any:
        """Return the function's result for *values*."""
        given = self._read(values)
        if given is None:
            return None
        try:
            return self._call(*given)
        except Exception as err:  # noqa: BLE001 - whatever a plugin raises, the rest goes on
            if self.fallback is None:
                return None
            return Unturned(self.fallback, f"{self.function.name}(): {_told(err)}")

    def _read(self, values: tuple[Value, ...]) -> tuple[Any, ...] | None:
        """Return the arguments as the function takes them; None when a blank makes a blank."""
        given: list[Any] = []
        for (read, may_be_blank), value in zip(self._reads, values, strict=True):
            if may_be_blank and value.__class__ is str:
                # White space alone may be meant: a separator.
                argument = value or None
            else:
                argument = None if blank(value) else read(value)
            if argument is None and not may_be_blank:
                return None
            given.append(argument)
        return tuple(given)


def _told(err: Exception) -> str:
    try:
        words = str(err)
    except Exception:  # noqa: BLE001 - an error that cannot even be told
        words = ""
    return words if words and isinstance(err, ValueError) else f"{type(err).__name__}: {words}"


def _reader(parameter: Parameter) -> tuple[Callable[[Value], Any], bool]:
    return _READERS["" if parameter.type is None else family(parameter.type)], parameter.blank


def _any(value: Value) -> Value:
    return value


def _truth(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _choices(value: Value) -> tuple[str, ...] | None:
    return value if isinstance(value, tuple) else None


def _date(value: Value) -> str | None:
    return value.strip() if isinstance(value, str) else None


_READERS: dict[str, Callable[[Value], Any]] = {
    "": _any,
    "text": text_of,
    family(FieldType.NUMBER): num,
    family(FieldType.BOOLEAN): _truth,
    family(FieldType.DATE): _date,
    family(FieldType.MULTI_PICKLIST): _choices,
}
