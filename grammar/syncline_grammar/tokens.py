"""What the tokens of the language stand for: places, texts, numbers, times."""

from __future__ import annotations

__all__ = [
    "MINUTES_IN",
    "Children",
    "minutes_of",
    "number_of",
    "span_of",
    "text_of",
    "token_span",
    "unit_of",
    "unquote",
]

import re
from typing import Any, TypeAlias, cast

from lark import Token

from . import syntax as s
from .diagnostics import Span

Children: TypeAlias = list[Any]
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t"}


def span_of(children: Children) -> Span:
    """Return the place from the first child that has one to the last that has one."""
    places = [place for child in children if (place := _place(child)) is not None]
    if not places:
        return Span(0, 0, 1, 1)
    first = places[0]
    return Span(first.start, places[-1].end, first.line, first.column)


def _place(child: Any) -> Span | None:
    if isinstance(child, Token):
        return token_span(child)
    if child.__class__ in {list, tuple} and child:
        return span_of(cast("Children", child))
    place: Span | None = getattr(child, "span", None)
    return place


def token_span(token: Token) -> Span:
    """Return the place of one token."""
    return Span(token.start_pos or 0, token.end_pos or 0, token.line or 1, token.column or 1)


def unquote(token: Token) -> str:
    """Return the text between the quotes, escapes resolved."""
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), token[1:-1])


def text_of(token: Token) -> s.Text:
    """Return a quoted token as a tree node."""
    return s.Text(unquote(token), token_span(token))


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
