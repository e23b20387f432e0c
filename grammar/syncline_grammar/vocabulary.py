"""The words of the language that stand for one of a few things."""

from __future__ import annotations

__all__ = [
    "Arrow",
    "ConflictWord",
    "Counted",
    "Event",
    "Fallback",
    "Op",
    "Quantifier",
    "Unit",
    "WriteRule",
]

from enum import StrEnum


class Arrow(StrEnum):
    """Which way a field's changes go."""

    BOTH = "<->"
    TO_CADENCE = "->"
    TO_CRM = "<-"


class WriteRule(StrEnum):
    """When a change may be written (K2)."""

    ALWAYS = "always"
    NEVER = "never"
    WHEN_BLANK = "when blank"
    ON_CREATE = "on create"


class ConflictWord(StrEnum):
    """Who wins when both sides changed (E3)."""

    NEWEST = "newest wins"
    CRM = "crm wins"
    CADENCE = "cadence wins"
    HOLD = "hold on conflict"


class Counted(StrEnum):
    """What the limit of 24 hours counts (K6)."""

    #: Calls of the system's interface, as its vendor counts them.
    CALLS = "calls"
    #: Each action on each record.
    ACTIONS = "actions"


class Event(StrEnum):
    """What can happen to a record as a whole (B9)."""

    DELETED = "deleted"
    MERGED = "merged"
    CONVERTED = "converted"
    UNDELETED = "undeleted"


class Fallback(StrEnum):
    """What becomes of a value that a function or a table cannot turn."""

    SKIP = "skip"
    HOLD = "hold"


class Quantifier(StrEnum):
    """How the rows of a group combine (K10)."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Op(StrEnum):
    """A comparison; the negative ones are exactly the negation of their positive one."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EXACTLY = "exactly ="
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    MATCHES = "matches"
    BLANK = "is blank"
    NOT_BLANK = "is not blank"
    BEFORE = "before"
    AFTER = "after"
    BETWEEN = "between"
    IN_LAST = "in the last"
    IN_NEXT = "in the next"
    CHANGED = "changed"
    CHANGED_TO = "changed to"
    CHANGED_FROM = "changed from"
    WAS = "was"
    IS_NEW = "is new"
    IS_DELETED = "is deleted"
    IS_MERGED = "is merged"
    IS_CONVERTED = "is converted"
    IS_UNDELETED = "is undeleted"

    @property
    def event(self) -> Event | None:
        """What happened to the record, where that is what is asked."""
        return _EVENTS.get(self)


class Unit(StrEnum):
    """A unit of time, in the singular."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_EVENTS = {Op(f"is {event}"): event for event in Event}
