"""What differs between two rule sets for one record, as values."""

from __future__ import annotations

__all__ = [
    "Effect",
    "FieldChange",
    "GateChange",
    "Key",
    "RecordChange",
    "RowGiven",
    "WorkflowChange",
]

from dataclasses import dataclass
from typing import NamedTuple

from ..model import Side, Value
from ..rules.explaining.explanation import Explanation


class Key(NamedTuple):
    """Names a rule in both files: its kind, where it belongs, and its own name."""

    #: ``row``, ``workflow``, ``map`` or ``sync``; a statement of another kind by its first word.
    kind: str
    #: The map of a row, ``Lead/prospect``; otherwise empty.
    of: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGiven:
    """What one row of a map makes of a record."""

    key: Key
    value: Value
    #: Why there is no value: its table or function could not turn it.
    unturned: str
    #: Whether a later change is written as well, not the creation alone.
    follows: bool
    #: The row as written, and its place.
    text: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field across that the two rule sets fill differently; None: no row fills it."""

    map: str
    side: Side
    field: str
    old: RowGiven | None
    new: RowGiven | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one rule set says: its answer, the rows that decide it, what follows, its place."""

    truth: bool
    rows: tuple[Explanation, ...]
    actions: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateChange:
    """A record that one rule set lets through to the other side and the other does not."""

    map: str
    side: Side
    old: Effect
    new: Effect
    #: The rules whose difference it shows.
    keys: frozenset[Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowChange:
    """A workflow that fires under one rule set alone, or does something else; None: not there."""

    name: str
    old: Effect | None
    new: Effect | None

    @property
    def kind(self) -> str:
        """``no longer``, ``newly``, or ``otherwise`` when both fire."""
        was, now = (e is not None and e.truth for e in (self.old, self.new))
        return "otherwise" if was and now else "newly" if now else "no longer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """All that differs for one record."""

    object: str
    #: The record's id or e-mail address, or its place in the file.
    name: str
    at: str
    fields: tuple[FieldChange, ...]
    gates: tuple[GateChange, ...]
    workflows: tuple[WorkflowChange, ...]

    @property
    def differs(self) -> bool:
        """Whether there is any difference."""
        return bool(self.fields or self.gates or self.workflows)

    def keys(self) -> set[Key]:
        """Return the rules whose difference this record shows."""
        shown = {Key("workflow", "", change.name) for change in self.workflows}
        for field in self.fields:
            shown |= {given.key for given in (field.old, field.new) if given is not None}
        for gate in self.gates:
            shown |= gate.keys
        return shown
