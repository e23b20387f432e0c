"""One cycle over the records of a test: the engine's own decisions, without its ledger."""

from __future__ import annotations

__all__ = ["Outcome", "Played", "play"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..model import Side, Value, is_blank
from ..rules.checking.tests import Expected
from ..rules.compiled import PROSPECT, ActivityRule, MapRule, WorkflowRule
from ..sync.activities import ActivityFacts, activity_case
from ..sync.cases import PairFacts, pair_case
from ..sync.creation import NewFacts, new_case
from ..sync.departures import GoneFacts, gone_case
from ..sync.plan import Case, Fate, FieldWrite, Step, StepKind
from .scene import IDS, Scene

Values = Mapping[str, Value]

_INSTANCE = "test"
_NO_SKEW = dict.fromkeys(Side, timedelta())
#: As in a run: what a plugin's function chokes on fails this record alone.
_FAULTS = (ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a cycle did to the two records of one case."""

    case: Case
    #: The objects, by side; empty where nothing says in which one it would be.
    objects: Mapping[Side, str]
    #: What each side held when the cycle began, and holds when it is done; None: no record.
    before: Mapping[Side, Values | None]
    after: Mapping[Side, Values | None]

    def writes(self, side: Side) -> tuple[FieldWrite, ...]:
        """Return what was written to *side*."""
        return tuple(
            write
            for step in self.case.steps
            if step.side is side and step.kind is not StepKind.ACTION
            for write in step.writes
        )

    def is_written(self, side: Side) -> bool:
        """Tell whether a record was made or changed on *side*."""
        return any(s.side is side and s.kind is not StepKind.ACTION for s in self.case.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Played):
    """What a cycle did to the records of a test."""

    #: The map that took them.
    rule: MapRule
    #: What became of the activity that the test gives; None without one.
    activity: Played | None

    def of(self, expected: Expected) -> Played:
        """Return the part that *expected* is about."""
        return self.activity if expected.of_activity and self.activity is not None else self

    @property
    def actions(self) -> tuple[Step, ...]:
        """What the workflows did."""
        return tuple(step for step in self.case.steps if step.kind is StepKind.ACTION)


def play(
    scene: Scene,
    maps: Sequence[MapRule],
    workflows: Sequence[WorkflowRule],
    activities: Sequence[ActivityRule],
) -> Outcome:
    """Run one cycle over *scene* by *maps*, *workflows* and *activities*.

    A record without a partner goes from map to map until one takes it, as in a run.
    """
    rule, case = maps[0], None
    for rule in maps if scene.is_lone else maps[:1]:
        case = _guarded(scene, rule, workflows)
        if case.fate is not Fate.SKIPPED:
            break
    assert case is not None
    before = {side: scene.record(side, rule) for side in Side}
    after = _after(case, before)
    is_linked = rule.cadence_object == PROSPECT and None not in after.values()
    return Outcome(
        rule=rule,
        case=case,
        objects={side: rule.object(side) for side in Side},
        before=before,
        after=after,
        activity=_activity(scene, activities, is_linked=is_linked),
    )


def _activity(
    scene: Scene, activities: Sequence[ActivityRule], *, is_linked: bool
) -> Played | None:
    """Return what appears of the scene's activity; its person may have got a partner just now."""
    entry = scene.activity
    if entry is None:
        return None
    mine = [a for a in activities if (a.source, a.object(a.source)) == (entry.side, entry.object)]
    person = entry.values.get(mine[0].person_field(entry.side))
    try:
        facts = ActivityFacts(
            entry=entry,
            rule=next((rule for rule in mine if rule.fits(entry.values, scene.clock)), None),
            person=IDS[entry.side.other] if is_linked and not is_blank(person) else None,
            pair=None,
            instance=_INSTANCE,
        )
        case = activity_case(facts)
    except _FAULTS as err:
        case = _failed("-", err)
    before = {entry.side: entry.values, entry.side.other: None}
    return Played(case=case, objects=case.objects, before=before, after=_after(case, before))


def _guarded(scene: Scene, rule: MapRule, workflows: Sequence[WorkflowRule]) -> Case:
    try:
        return (_lone if scene.is_lone else _pair)(scene, rule, workflows)
    except _FAULTS as err:
        return _failed(rule.name, err)


def _failed(name: str, err: Exception) -> Case:
    return Case(
        map=name,
        ids={},
        objects=dict.fromkeys(Side, ""),
        candidates=(),
        fate=Fate.FAILED,
        reason=f"a rule could not read the record: {type(err).__name__}: {err}",
    )


def _own(rule: MapRule, workflows: Sequence[WorkflowRule]) -> list[WorkflowRule]:
    return [workflow for workflow in workflows if workflow.object == rule.crm_object]


def _lone(scene: Scene, rule: MapRule, workflows: Sequence[WorkflowRule]) -> Case:
    (entry,) = scene.entries.values()
    facts = NewFacts(rule=rule, entry=entry, instance=_INSTANCE)
    return new_case(facts, _own(rule, workflows), scene.clock)


def _pair(scene: Scene, rule: MapRule, workflows: Sequence[WorkflowRule]) -> Case:
    own = _own(rule, workflows)
    ids = {side: entry.id for side, entry in scene.entries.items()}
    if scene.pair is not None:
        ids = dict(scene.pair.ids)
    if not scene.entries and not any(workflow.timed for workflow in own):
        # Nobody looks at a pair that did not change, unless time alone can fire a workflow.
        return Case(map=rule.name, ids=ids, objects={}, candidates=())
    gone = next((entry for entry in scene.entries.values() if entry.gone is not None), None)
    if gone is not None and scene.pair is not None:
        left = GoneFacts(
            rule=rule,
            pair=scene.pair,
            entry=gone,
            successor=None,
            partner=scene.entries.get(gone.side.other),
            skew=_NO_SKEW,
        )
        return gone_case(left, own, scene.clock)
    facts = PairFacts(rule=rule, pair=scene.pair, ids=ids, entries=scene.entries, skew=_NO_SKEW)
    return pair_case(facts, own, scene.clock, str(scene.events.get(Side.CRM, "")))


def _after(case: Case, before: Mapping[Side, Values | None]) -> dict[Side, Values | None]:
    after = dict(before)
    for step in case.steps:
        if step.kind is StepKind.DELETE:
            after[step.side] = None
        elif step.kind is not StepKind.ACTION:
            after[step.side] = {**(before[step.side] or {}), **step.values}
    return after
