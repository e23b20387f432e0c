"""What the drawers of the ledger hold, as values: without SQL, so that deciding stays pure."""

from __future__ import annotations

__all__ = ["Cursor", "Echo", "Entry", "Pair", "State"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ..model import Position, Side, Value


class State(StrEnum):
    """Why a record waits."""

    NEW = "new"
    #: The budget was used up, or the run was stopped: the next run goes on here.
    DEFERRED = "deferred"
    #: A system refused it; tried again until its attempts are used up.
    FAILED = "failed"
    #: A person decides.
    HELD = "held"
    #: Skipped for a reason that its next change, or a change of the rules, may lift.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record in the inbox."""

    side: Side
    object: str
    id: str
    modified: datetime
    values: Mapping[str, Value]
    state: State
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a listing has come: None is its very beginning."""

    position: Position | None
    #: The server's time when the listing now running began; None when none runs.
    started: datetime | None
    #: The fields that were read so far.
    fields: tuple[str, ...]


class Echo(NamedTuple):
    """A write of ours: its span of time by the server's clock, as text, and its fields."""

    first: str
    last: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two linked records. ``base`` holds the values last agreed on, by side."""

    map: str
    ids: Mapping[Side, str]
    objects: Mapping[Side, str]
    base: Mapping[Side, Mapping[str, Value]]
    #: The modification last seen, as text; empty until the record comes by.
    modified: Mapping[Side, str]
    #: Our last write to each side: what it may echo back.
    echo: Mapping[Side, Echo | None]
    holding: frozenset[str]
