"""One record of a system in memory, and one change of it, as a witness hears of it."""

from __future__ import annotations

__all__ = ["Change", "Count", "Row", "Values"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..model import Gone, Side, Value

Values = dict[str, Value]


@dataclass(slots=True)
class Row:
    """One record: as it is, and as a listing shows it."""

    id: str
    object: str
    values: Values
    modified: datetime
    #: The number of the change that made it so.
    version: int
    gone: Gone | None = None
    #: (values, version, gone) in a listing, which may lag behind.
    shown: tuple[Mapping[str, Value], int, Gone | None] | None = None
    #: Its place in the listing.
    place: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one record that got another value, or a record that went (no field)."""

    number: int
    at: datetime
    side: Side
    object: str
    id: str
    field: str
    old: Value
    new: Value
    #: Whether it was the engine, and not a person.
    ours: bool
    #: How long a listing does not show it.
    late: timedelta


@dataclass(slots=True)
class Count:
    """Numbers the changes of both systems of a history, so that they have one order."""

    last: int = 0

    def next(self) -> int:
        """Return the next number."""
        self.last += 1
        return self.last
