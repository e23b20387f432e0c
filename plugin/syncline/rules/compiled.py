"""Checked and compiled rules: what the engine and a host call. Values around plain functions."""

from __future__ import annotations

__all__ = [
    "ACTIVITY",
    "PERSON",
    "PROSPECT",
    "ActivityRule",
    "Due",
    "FieldRule",
    "MapRule",
    "WorkflowRule",
    "match_key",
]

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from syncline_grammar.syntax import ConflictWord, WriteRule

from ..model import ActivityTemplate, Field, Side, Value
from .explaining.explain import Explainer
from .explaining.explanation import Explanation
from .values import Clock, Unturned, now, text_of

Values = Mapping[str, Value]

#: The cadence's object that holds what was recorded, and its field for whom it happened with.
ACTIVITY = "activity"
PERSON = "prospect_id"
#: The cadence's object that people are in.
PROSPECT = "prospect"


class Test(Protocol):
    """A generated test of a record; *before* is the record as last seen, None if it is new.

    The clock is now unless one is given.
    """

    def __call__(
        self, record: Values, /, before: Values | None = None, clock: Clock | None = None
    ) -> bool:
        """Tell whether *record* fits."""
        ...


class Filter(Protocol):
    """A generated filter of records: faster than asking one by one."""

    def __call__(self, records: Iterable[Values], /, clock: Clock | None = None) -> list[Values]:
        """Return the records that fit, in their order."""
        ...


class Due(Protocol):
    """A generated question: when time alone may next change what a test says of a record."""

    def __call__(self, record: Values, clock: Clock, /) -> datetime | None:
        """Return the first such moment after the clock's now, in UTC; None when there is none.

        It may come too early, and is then asked again; it never comes too late.
        """
        ...


class Turn(Protocol):
    """A generated function from one side's record to the other's; the record is not changed."""

    def __call__(self, record: Values, /) -> dict[str, Value]:
        """Return *record* in the other side's fields."""
        ...


class TurnAll(Protocol):
    """The same for many records: faster than one by one."""

    def __call__(self, records: Iterable[Values], /) -> list[dict[str, Value]]:
        """Return *records* in the other side's fields."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One row of a map: two fields, and how a change goes each way (K2, E2)."""

    crm: Field
    cadence: Field
    #: The sides that changes may be written to, by the arrow.
    targets: frozenset[Side]
    write: Mapping[Side, WriteRule]
    conflict: ConflictWord
    required: bool
    locked: bool
    erase: bool
    #: The row only tidies (``using phone()``): values that are tidied alike are equal.
    tidies: bool
    #: For a record created in the CRM (E4).
    default: Value
    #: The name of the row's baselines: two rows over one field keep two.
    key: str
    #: Where the row stands, ``acme.rules:14``.
    at: str
    same_crm: Callable[[Value], Value]
    same_cadence: Callable[[Value], Value]
    #: A value passes as it is, either way: no function, table or type turns it.
    plain: bool = False

    def field(self, side: Side) -> Field:
        """Return the row's field on *side*."""
        return self.crm if side is Side.CRM else self.cadence

    def same(self, side: Side) -> Callable[[Value], Value]:
        """Return how values on *side* are told apart."""
        return self.same_crm if side is Side.CRM else self.same_cadence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapRule:
    """Two objects kept in step. It is itself alone: no two are equal."""

    crm_object: str
    cadence_object: str
    rows: tuple[FieldRule, ...]
    #: Pairs of fields that tell that two records are one, first to last (E8).
    matches: tuple[tuple[Field, Field], ...]
    #: The sides on which changes may be written at all: the map's arrow and the switches (K8, K9).
    targets: frozenset[Side]
    #: The sides on which a record is deleted when its partner was (B9).
    deletes: frozenset[Side]
    #: Criteria of ``sync … where``, by the side that changes come from.
    where: Mapping[Side, Test]
    #: When time alone may change what they say.
    due: Mapping[Side, Due]
    #: The fields that hold our key, by side; None where the system has none.
    key_fields: Mapping[Side, str | None]
    #: Every field the rules read, by side.
    reads: Mapping[Side, tuple[str, ...]]
    turn_to_cadence: Callable[[Values], list[Any]]
    turn_to_crm: Callable[[Values, Values | None], list[Any]]
    #: The CRM's record in the cadence's fields, as it would be created there (E7); a value that
    #: its table or function cannot turn is left out.
    to_cadence: Turn
    to_cadence_all: TurnAll
    #: The cadence's record in the CRM's fields, likewise.
    to_crm: Turn
    to_crm_all: TurnAll
    at: str

    @property
    def name(self) -> str:
        """The map's name in the ledger and in reports."""
        return f"{self.crm_object}/{self.cadence_object}"

    def object(self, side: Side) -> str:
        """Return the object's name on *side*."""
        return self.crm_object if side is Side.CRM else self.cadence_object

    def keys(self, side: Side, values: Values) -> list[str]:
        """Return the record's match keys, one a ``match`` row; blank where it has none."""
        return [
            match_key(values.get((crm if side is Side.CRM else cadence).name))
            for crm, cadence in self.matches
        ]

    def match_fields(self, side: Side) -> list[str]:
        """Return the names of the match rows' fields on *side*."""
        return [(crm if side is Side.CRM else cadence).name for crm, cadence in self.matches]


def match_key(value: Value) -> str:
    """Return a match field's value as it compares: without case and outer space."""
    if isinstance(value, tuple):
        return ""
    # 12345.0 of one system is the 12345 of another.
    return str(text_of(value) or "").strip().casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRule:
    """What happens to a prospect when its record fits (K10, K11)."""

    name: str
    object: str
    every_time: bool
    #: (action, cadence to move to or None), in the order written.
    actions: tuple[tuple[str, str | None], ...]
    #: Whether time alone can make it fit: then it is asked again in every cycle.
    timed: bool
    #: When time alone may next change whether a record fits.
    due: Due
    #: Whether a record fits now.
    matches: Test
    #: Those of many records that fit now, each looked at as if it were new.
    matching: Filter
    at: str
    #: Makes the second compiled form, which explains; given by the rule set that holds the rule.
    explainer: Callable[[], Explainer] | None = field(default=None, repr=False, compare=False)

    def explain(
        self, record: Values, before: Values | None = None, clock: Clock | None = None
    ) -> Explanation:
        """Return why *record* fits or not: each row with its truth and the values it saw."""
        if self.explainer is None:
            raise TypeError(f'"{self.name}" stands outside of a rule set and cannot be explained')
        return self.explainer()(record, before, clock or now())


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRule:
    """Which activities of one side appear on the other, and with which values (K3, K5, RS2)."""

    kind: str
    #: The side on which they are recorded.
    source: Side
    #: Outcomes ticked, folded; empty means all. Of the cadence's own alone.
    outcomes: frozenset[str]
    #: Which of the CRM's records are meant; None: all.
    where: Test | None
    template: ActivityTemplate
    #: The field of the source's record that holds our key if the record is a copy.
    own_key: str | None
    #: The source's fields that are read.
    reads: tuple[str, ...]
    #: The copy's fields that rows write.
    fields: tuple[Field, ...]
    values: Callable[[Values], list[Any]]
    #: When the source's record is deleted, so is the copy.
    deletes: bool
    at: str

    @property
    def name(self) -> str:
        """The name in the ledger and in reports."""
        return f"{self.template.object}/{ACTIVITY}"

    def object(self, side: Side) -> str:
        """Return the object's name on *side*."""
        return self.template.object if side is Side.CRM else ACTIVITY

    def person_field(self, side: Side) -> str:
        """Return the field on *side* that names the person it happened with."""
        return self.template.person_field if side is Side.CRM else PERSON

    def fits(self, activity: Values, clock: Clock) -> bool:
        """Tell whether a record of the source is one that the rule asks for."""
        if self.source is Side.CRM:
            return self.where is None or self.where(activity, None, clock)
        if activity.get("kind") != self.kind:
            return False
        outcome = activity.get("outcome")
        return not self.outcomes or (
            isinstance(outcome, str) and outcome.strip().casefold() in self.outcomes
        )

    def record(self, activity: Values) -> dict[str, Value]:
        """Return the copy's values: what every such record has, then the rule's."""
        day = self.template.date_field
        if self.source is Side.CRM:
            values: dict[str, Value] = {"kind": self.kind}
            if day and isinstance(at := activity.get(day), str):
                values["at"] = at if "T" in at else f"{at}T00:00:00Z"
        else:
            values = dict(self.template.values)
            if day and isinstance(at := activity.get("at"), str):
                values[day] = at[:10]
        for target, value in zip(self.fields, self.values(activity), strict=True):
            if not isinstance(value, Unturned):
                values[target.name] = value
        return values
