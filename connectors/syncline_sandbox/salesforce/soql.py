"""From the text of a query to a value that says what it asks."""

from __future__ import annotations

__all__ = [
    "Aggregate",
    "Comparison",
    "Condition",
    "Every",
    "Literal",
    "Membership",
    "Not",
    "OrderKey",
    "Select",
    "Some",
    "parse",
]

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, Tree
from lark.exceptions import UnexpectedInput, VisitError

from .wire import Refusal


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written. ``kind`` is string, number, date, datetime, days, boolean or null.

    Days are named by how far the first and the last of them lie from today.
    """

    kind: str
    value: Any
    #: A string as it stands in the text: LIKE tells an escaped ``%`` from a bare one.
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field op value``; the operator is in upper case, ``<>`` is ``!=``."""

    field: str
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Membership:
    """``field IN (…)`` or ``field NOT IN (…)``."""

    field: str
    negated: bool
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    term: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """Conditions joined by AND."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Conditions joined by OR."""

    terms: tuple[Condition, ...]


Condition = Comparison | Membership | Not | Every | Some


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of ORDER BY; nulls come first unless the query says otherwise."""

    field: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``COUNT(Id) people``: a function over a field, in upper case, and the name of its result."""

    function: str
    field: str
    alias: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A whole query. ``fields`` is None for ``count()``; a field may be a path, or a query."""

    fields: tuple[str | Aggregate | Select, ...] | None
    object: str
    where: Condition | None = None
    order: tuple[OrderKey, ...] = ()
    limit: int | None = None
    offset: int = 0


def parse(text: str) -> Select:
    """Read a query; raise ``Refusal`` with ``MALFORMED_QUERY`` where it cannot be read."""
    try:
        tree: Tree[Token] = _parser().parse(text)  # pyright: ignore[reportUnknownMemberType] - Lark types half of its input
        return _Build().transform(tree)
    except UnexpectedInput as err:
        token = getattr(err, "token", None)
        if isinstance(token, Token) and token.type != "$END":
            raise Refusal("MALFORMED_QUERY", f"unexpected token: '{token}'") from err
        raise Refusal("MALFORMED_QUERY", "unexpected token: '<EOF>'") from err
    except VisitError as err:
        raise Refusal("MALFORMED_QUERY", "invalid date") from err


@cache
def _parser() -> Lark:
    grammar = (files("syncline_sandbox.salesforce") / "soql.lark").read_text("utf-8")
    return Lark(grammar, start="query", parser="lalr", maybe_placeholders=False)


_DAYS = {"YESTERDAY": (-1, -1), "TODAY": (0, 0), "TOMORROW": (1, 1)}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class _Build(Transformer[Token, Select]):
    """Turns each rule of the grammar into its value; the methods bear the rules' names."""

    def column(self, parts: list[Any]) -> str:
        return str(parts[0])

    def count(self, parts: list[Any]) -> None:
        return None

    def call(self, parts: list[Any]) -> Aggregate:
        alias = str(parts[2]) if len(parts) > 2 else None
        return Aggregate(str(parts[0]).upper(), str(parts[1]), alias)

    def subquery(self, parts: list[Any]) -> Select:
        select: Select = parts[0]
        return select

    def fields(self, parts: list[Any]) -> tuple[str | Aggregate | Select, ...]:
        return tuple(parts)

    def string(self, parts: list[Any]) -> Literal:
        text = re.sub(
            r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), str(parts[0])[1:-1], flags=re.DOTALL
        )
        return Literal("string", text, str(parts[0])[1:-1])

    def number(self, parts: list[Any]) -> Literal:
        return Literal("number", float(parts[0]))

    def date(self, parts: list[Any]) -> Literal:
        return Literal("date", datetime.fromisoformat(str(parts[0])).date().isoformat())

    def datetime(self, parts: list[Any]) -> Literal:
        return Literal("datetime", datetime.fromisoformat(str(parts[0])).astimezone(UTC))

    def days(self, parts: list[Any]) -> Literal:
        word, _, count = str(parts[0]).upper().partition(":")
        number = int(count or 0)
        return Literal(
            "days", {**_DAYS, "LAST_N_DAYS": (-number, 0), "NEXT_N_DAYS": (1, number)}[word]
        )

    def true(self, parts: list[Any]) -> Literal:
        return Literal("boolean", True)

    def false(self, parts: list[Any]) -> Literal:
        return Literal("boolean", False)

    def null(self, parts: list[Any]) -> Literal:
        return Literal("null", None)

    def comparison(self, parts: list[Any]) -> Comparison:
        operator = str(parts[1]).upper()
        return Comparison(parts[0], "!=" if operator == "<>" else operator, parts[2])

    def membership(self, parts: list[Any]) -> Membership:
        return Membership(parts[0], str(parts[1]).upper().startswith("NOT"), tuple(parts[2:]))

    def negation(self, parts: list[Any]) -> Not:
        return Not(parts[1])

    def conjunction(self, parts: list[Any]) -> Every:
        return Every(tuple(parts))

    def disjunction(self, parts: list[Any]) -> Some:
        return Some(tuple(parts))

    def key(self, parts: list[Any]) -> OrderKey:
        words = [str(part).upper() for part in parts[1:]]
        return OrderKey(parts[0], "DESC" in words, any(word.endswith("LAST") for word in words))

    def where(self, parts: list[Any]) -> tuple[str, Condition]:
        return "where", parts[0]

    def order(self, parts: list[Any]) -> tuple[str, tuple[OrderKey, ...]]:
        return "order", tuple(parts)

    def limit(self, parts: list[Any]) -> tuple[str, int]:
        return "limit", int(parts[0])

    def offset(self, parts: list[Any]) -> tuple[str, int]:
        return "offset", int(parts[0])

    def query(self, parts: list[Any]) -> Select:
        return Select(fields=parts[0], object=str(parts[1]), **dict(parts[2:]))
