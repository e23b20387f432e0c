"""The plan: everything that a run will do, as values, before anything is done (B3)."""

from __future__ import annotations

__all__ = [
    "Case",
    "Fate",
    "FieldNote",
    "FieldWrite",
    "Plan",
    "Ref",
    "Step",
    "StepKind",
    "batch_of",
    "price",
    "writing",
]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from ..ledger.rows import Pair
from ..model import Description, Prices, Side, Value


class Fate(StrEnum):
    """How a candidate record ends (B8): the counts of these add up to the candidates."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    HELD = "held"
    FAILED = "failed"


class Ref(NamedTuple):
    """A record of one side."""

    side: Side
    object: str
    id: str


class StepKind(StrEnum):
    """What is done to a system."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ACTION = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWrite:
    """One field of a write, with the row that wants it."""

    field: str
    old: Value
    new: Value
    #: The row, ``acme.rules:14``.
    at: str
    reason: str
    #: The value that lost a conflict to ``new``, with its side.
    lost: tuple[Side, Value] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNote:
    """A field that was not written, and why."""

    field: str
    #: The value that stays where it is: the CRM's.
    value: Value
    at: str
    reason: str
    held: bool = False
    #: The row's key, and the cadence's value.
    row: str = ""
    across: Value = None
    #: hold, skip, gone, or echo: what the system made of our write.
    kind: str = "skip"
    #: The value that lost a conflict, though the winner could not be written.
    lost: tuple[Side, Value] | None = None


Values = dict[str, Value]


def _bases() -> dict[Side, Values]:
    return {Side.CRM: {}, Side.CADENCE: {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One create, update or action. ``settles`` are the baselines that hold once it is done."""

    kind: StepKind
    side: Side
    object: str
    #: The record written; None for a creation.
    id: str | None
    #: Our key: of a creation, or of an action.
    key: str | None = None
    writes: tuple[FieldWrite, ...] = ()
    settles: Mapping[Side, Mapping[str, Value]] = field(default_factory=_bases)
    #: An action, the cadence it leads to, the workflow that wants it, and its place in it.
    action: str = ""
    target: str | None = None
    workflow: str = ""
    number: int = 0
    #: How often the action was refused before.
    tries: int = 0
    at: str = ""

    @property
    def values(self) -> dict[str, Value]:
        """The fields to write."""
        return {w.field: w.new for w in self.writes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a cycle decides about one pair, or about one record without a partner."""

    #: The map's name, ``Lead/prospect``.
    map: str
    #: The pair's record on each side, where it is known.
    ids: Mapping[Side, str]
    objects: Mapping[Side, str]
    #: The changed records that led here; each ends with this case's fate.
    candidates: tuple[Ref, ...]
    #: How each candidate was seen (``Entry.seen``).
    seen: Mapping[Side, str] = field(default_factory=dict[Side, str])
    steps: tuple[Step, ...] = ()
    notes: tuple[FieldNote, ...] = ()
    #: Baselines that move without a write.
    settles: Mapping[Side, Mapping[str, Value]] = field(default_factory=_bases)
    #: Whether the two records become a pair in this cycle.
    links: bool = False
    #: Whether a record is back that was gone: the two are partners again.
    returns: bool = False
    #: The pair as it stood, and (map, CRM id) of one that gives way to it.
    pair: Pair | None = field(default=None, repr=False)
    replaces: tuple[str, str] | None = None
    #: Why a side has no record any more, by side; only what this cycle learns.
    gone: Mapping[Side, str] = field(default_factory=dict[Side, str])
    #: What the pair keeps for later: see ``Pair``.
    due: str = ""
    flips: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    #: Whether a record of it was deferred before: that is told once.
    waited: bool = False
    #: Records that went: nobody is matched with them any more.
    forgets: tuple[Ref, ...] = ()
    #: Records to be read again before the case can be decided.
    rereads: tuple[Ref, ...] = ()
    #: Rows for which a person's choice is used up.
    chosen: tuple[str, ...] = ()
    #: Workflows that hold for the record after this cycle.
    holding: frozenset[str] = frozenset()
    #: How the case ends if every step succeeds, and why when nothing is written.
    fate: Fate = Fate.UNCHANGED
    reason: str = ""

    def ended(self, fate: Fate, reason: str, *, due: str = "") -> Case:
        """Return the case with this end and no steps; it is asked again at *due*, if ever."""
        return replace(self, fate=fate, reason=reason, due=due)

    def with_steps(
        self,
        steps: Iterable[Step],
        holding: frozenset[str] = frozenset(),
        *,
        due: str = "",
        flips: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Case:
        """Return the case with steps, which make it end as written."""
        return replace(
            self,
            steps=tuple(steps),
            holding=holding,
            due=due,
            flips=flips or {},
            fate=Fate.WRITTEN,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Some cases of a cycle, in a fixed order."""

    cases: tuple[Case, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order of the cases."""
        return tuple(step for case in self.cases for step in case.steps)

    def counts(self) -> dict[Fate, int]:
        """Return how many candidates end how, if every step succeeds."""
        counts = dict.fromkeys(Fate, 0)
        for case in self.cases:
            counts[case.fate] += len(case.candidates)
        return counts

    def to_json(self) -> list[dict[str, Any]]:
        """Return the steps, holds and skips as plain JSON, in order."""
        return [
            {
                "map": case.map,
                "records": {str(side): id_ for side, id_ in sorted(case.ids.items())},
                "fate": str(case.fate),
                "reason": case.reason,
                "steps": [_step_json(step) for step in case.steps],
                "notes": [
                    {"field": n.field, "rule": n.at, "reason": n.reason, "held": n.held}
                    for n in case.notes
                ],
            }
            for case in self.cases
            if case.steps or case.notes or case.fate is not Fate.UNCHANGED
        ]


def _step_json(step: Step) -> dict[str, Any]:
    document: dict[str, Any] = {
        "kind": str(step.kind),
        "side": str(step.side),
        "object": step.object,
        "id": step.id,
    }
    if step.kind is StepKind.ACTION:
        return document | {
            "action": step.action,
            "target": step.target,
            "workflow": step.workflow,
            "rule": step.at,
        }
    return document | {
        "writes": [
            {"field": w.field, "old": w.old, "new": w.new, "rule": w.at, "reason": w.reason}
            for w in step.writes
        ]
    }


def price(steps: Iterable[Step], descriptions: Mapping[Side, Description]) -> dict[Side, int]:
    """Return what *steps* cost on each side, in its own unit, when sent in full batches."""
    batches: dict[tuple[Side, str, StepKind], int] = {}
    cost = dict.fromkeys(Side, 0)
    for step in steps:
        if step.kind is StepKind.ACTION:
            cost[step.side] += descriptions[step.side].prices.action
        else:
            group = (step.side, step.object, step.kind)
            batches[group] = batches.get(group, 0) + 1
    for (side, name, kind), rows in batches.items():
        cost[side] += writing(descriptions[side].prices_of(name), kind, rows)
    return cost


def writing(prices: Prices, kind: StepKind, rows: int) -> int:
    """Return what *rows* steps of one kind over one object cost, in full batches."""
    cost = 0
    while rows > 0:
        size, call = batch_of(prices, kind, rows)
        cost += call
        rows -= size
    return cost


def batch_of(prices: Prices, kind: StepKind, rows: int) -> tuple[int, int]:
    """Return how many of *rows* steps one call carries, and its price."""
    if kind is StepKind.DELETE:
        return prices.write_size, prices.delete or prices.write
    return prices.batch(rows)
