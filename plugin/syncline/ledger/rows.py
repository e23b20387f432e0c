"""What the drawers of the ledger hold, as values: without SQL, so that deciding stays pure."""

from __future__ import annotations

__all__ = ["Arrival", "Cursor", "Echo", "Entry", "Owed", "Pair", "State", "Turn"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from ..model import Gone, Position, Record, Side, Value
from .codec import dump, stamp


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
    #: It failed too often: it rests until it changes, or until somebody says ``retry``.
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record in the inbox."""

    side: Side
    object: str
    id: str
    modified: datetime
    values: Mapping[str, Value]
    state: State
    #: The record's modification and a digest of its values (``Arrival``).
    seen: str
    #: Since when it waits.
    since: str = ""
    #: The run that took it up last.
    run: int = 0
    #: What became of it, when it is no longer there.
    gone: Gone | None = None

    @property
    def turn(self) -> Turn:
        """Its place in the inbox."""
        return Turn(self.since, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a listing has come: None is its very beginning."""

    position: Position | None
    #: The server's time when the listing now running began; None when none runs.
    started: datetime | None
    #: The fields that were read so far.
    fields: tuple[str, ...]
    #: How far the server's clock was ahead of ours then, in seconds.
    ahead: int = 0
    #: What the system leaves out of it, in words of ours; empty: nothing.
    narrowed: str = ""


class Turn(NamedTuple):
    """A place in the inbox: since when a record waits, and its id."""

    since: str = ""
    id: str = ""


class Owed(NamedTuple):
    """One action of a workflow that fired, and the key under which it has one effect."""

    workflow: str
    number: int
    key: str
    #: How often the system refused it.
    tries: int = 0


class Echo(NamedTuple):
    """A write of ours: its span of time by the server's clock, as text, and the rows it settled."""

    first: str
    last: str
    rows: tuple[str, ...]
    #: How the record was last seen then (``Entry.seen``).
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two linked records. ``base`` holds the values last agreed on, by side."""

    map: str
    ids: Mapping[Side, str]
    objects: Mapping[Side, str]
    base: Mapping[Side, Mapping[str, Value]]
    #: How each record was last seen (``Entry.seen``); empty until it comes by.
    seen: Mapping[Side, str]
    #: Our last write to each side: what it may echo back.
    echo: Mapping[Side, Echo | None]
    #: Workflows whose criteria hold: they fire when they begin to.
    holding: frozenset[str]
    #: Actions of firings that are not done yet.
    owed: tuple[Owed, ...]
    #: Why a side has no record any more; empty while it has one.
    gone: Mapping[Side, str] = field(default_factory=lambda: dict.fromkeys(Side, ""))
    #: When time alone may next change what the rules say of it (``stamp``); empty for never.
    due: str = ""
    #: When each row was last written back and forth (B12), by the row's key.
    flips: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    #: The side whose value a person chose for a held row, by the row's key.
    choices: Mapping[str, Side] = field(default_factory=dict[str, Side])


class Arrival(NamedTuple):
    """A record as it came, with the texts under which the ledger keeps it."""

    record: Record
    modified: str
    text: str
    #: What tells this state of the record from the next: the same is not seen twice. The time
    #: alone will not do: some systems keep whole seconds.
    seen: str

    @classmethod
    def of(cls, record: Record) -> Arrival:
        """Return the arrival of *record*."""
        modified, text = stamp(record.modified), dump(record.values)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return cls(record, modified, text, f"{modified}#{digest}")
