"""A criterion as a system may filter by it: what of ``sync … where`` a connector can push down.

Everything that a condition lets through is asked again here, so a condition may let through too
much and never too little. It reads no clock and no former value.
"""

from __future__ import annotations

__all__ = ["AllOf", "AnyOf", "Comparison", "Condition", "Operator"]

from dataclasses import dataclass
from enum import StrEnum

from .model import Value


class Operator(StrEnum):
    """How a field is compared; the meaning is the language's (docs/language.md, "Blank")."""

    #: True if the field is equal to one of the values. Text ignores case and outer space; a
    #: picklist, a number, a day and a truth are exact.
    IN = "in"
    #: Exactly the negation: true for a blank field.
    NOT_IN = "not in"
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    BLANK = "is blank"
    NOT_BLANK = "is not blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One row: a field and what it is compared with; only NOT_IN and BLANK fit a blank field."""

    field: str
    operator: Operator
    #: None is among them never; empty for BLANK and NOT_BLANK, one for all but IN and NOT_IN.
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True if every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True if one part is."""

    parts: tuple[Condition, ...]


Condition = Comparison | AllOf | AnyOf
