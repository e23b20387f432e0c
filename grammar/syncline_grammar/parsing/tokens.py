"""What the tokens of the language stand for: places, texts, numbers, times."""

from __future__ import annotations

__all__ = [
    "MINUTES_IN",
    "Children",
    "Token",
    "minutes_of",
    "number_of",
    "span_of",
    "text_of",
    "unit_of",
    "unquote",
]

import re
from typing import Any, TypeAlias, cast

from .. import syntax as s
from ..diagnostics import Span

Children: TypeAlias = list[Any]
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t"}


class Token(str):
    """A word of the text, and its place."""

    __slots__ = ("span",)

    span: Span


def span_of(children: Children) -> Span:
    """Return the place from the first child that has one to the last that has one."""
    try:
        first, last = children[0].span, children[-1].span
    except (AttributeError, IndexError):
        places = _places(children)
        if not places:
            return Span(0, 0, 1, 1)
        first, last = places[0], places[-1]
    if first is last:
        return cast("Span", first)
    return Span(first.start, last.end, first.line, first.column)


def _places(children: Children) -> list[Span]:
    """Return the places of *children* and of what lies in their lists, in order."""
    places: list[Span] = []
    for child in children:
        if child.__class__ in {list, tuple}:
            places.extend(_places(cast("Children", child)))
        elif (place := getattr(child, "span", None)) is not None:
            places.append(place)
    return places


def unquote(token: Token) -> str:
    """Return the text between the quotes, escapes resolved."""
    if "\\" not in token:
        return token[1:-1]
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), token[1:-1])


def text_of(token: Token) -> s.Text:
    """Return a quoted token as a tree node."""
    return s.Text(unquote(token), token.span)


def number_of(token: Token) -> int | float:
    """Return a number without its grouping underscores."""
    digits = token.replace("_", "")
    return float(digits) if "." in digits else int(digits)


def minutes_of(token: Token) -> int:
    """Return a clock time as minutes after midnight."""
    hours, minutes = token.split(":")
    return int(hours) * 60 + int(minutes)


def unit_of(token: Token) -> s.Unit:
    """Return a unit of time, whether written in the singular or not."""
    return s.Unit(token.removesuffix("s"))


MINUTES_IN = {
    s.Unit.MINUTE: 1,
    s.Unit.HOUR: 60,
    s.Unit.DAY: 1440,
    s.Unit.WEEK: 10080,
    s.Unit.MONTH: 43200,
    s.Unit.YEAR: 525600,
}
