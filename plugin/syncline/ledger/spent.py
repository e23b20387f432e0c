"""What was spent on a side, as values: without SQL, so that deciding about it stays pure."""

from __future__ import annotations

__all__ = ["PAGE", "POLL", "WINDOW", "Level", "Slice", "Spent", "Stated"]

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

#: What calls are for, besides the names of the connector's methods: the first page of a listing,
#: which looks for changes, and the others.
POLL, PAGE = "poll", "page"
#: A call counts this long.
WINDOW = timedelta(hours=24)


class Level(StrEnum):
    """How full a budget was found."""

    OK = "ok"
    WARNED = "warned"
    #: Only what cannot wait is done, until much has come free again.
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a vendor said of its own limit, and when we heard it."""

    used: int
    allowed: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One side's spending in the 24 hours before a moment."""

    #: In the vendor's unit, and the records that were read or written.
    units: int
    records: int
    #: The latest call; None without one.
    latest: datetime | None
    stated: Stated | None
    #: Units spent after the vendor's word was heard.
    after: int


class Slice(NamedTuple):
    """What was spent in one stretch of ten minutes, whose last call was ``at``."""

    at: datetime
    units: int
    records: int
