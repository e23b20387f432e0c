"""Findings as values: what a rule file does, how sure it is a mistake, where, and an example."""

from __future__ import annotations

__all__ = ["Finding", "Kind", "Level", "Place", "Witness"]

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncline_grammar.diagnostics import Span

from ..model import Value

Pairs = tuple[tuple[str, Value], ...]


class Kind(StrEnum):
    """What was found (B2)."""

    ALWAYS_FALSE = "always-false"
    ALWAYS_TRUE = "always-true"
    NO_DIFFERENCE = "no-difference"
    OVERLAP = "overlap"
    REPEATED = "repeated-workflow"
    UNREACHABLE = "unreachable"
    OUTSIDE_WHERE = "outside-where"
    TWO_WRITERS = "two-writers"
    FIELD_CIRCLE = "field-circle"
    CADENCE_CIRCLE = "cadence-circle"
    TABLE_GAP = "table-gap"
    TABLE_ENTRY = "table-entry-unused"
    TABLE_MERGES = "table-merges"
    TOO_LARGE = "too-large"
    NEVER_OPENS = "never-opens"
    CAP_OUT_OF_REACH = "cap-out-of-reach"


class Level(StrEnum):
    """A fault cannot be meant; a question may be meant, and somebody should look."""

    FAULT = "fault"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the rule file, and what it has to do with the finding."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A record that shows the finding: the compiled criteria were asked about it.

    Fields that the criteria do not ask about are left out.
    """

    object: str
    record: Pairs
    #: The record as last seen; None when it is new, or when nothing looks back.
    before: Pairs | None = None
    #: Whether the criteria ask about the record before.
    looks_back: bool = False
    #: The moment called ``now``, when the criteria look at the clock.
    now: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the rules do. ``places`` is never empty; the first is where it stands."""

    kind: Kind
    level: Level
    message: str
    places: tuple[Place, ...]
    notes: tuple[str, ...] = ()
    witness: Witness | None = None
