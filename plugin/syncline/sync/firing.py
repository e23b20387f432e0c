"""Which workflows fire for a pair, and which of their actions are still owed (K10, K11). Pure.

A firing is owed from the moment its criteria are seen to hold until its action is done: it stands
in the pair, so that neither a crash nor a refusal loses it, and its key gives it one effect. A
move back to where another workflow moved the prospect within a day is a circle, and is stopped. An
action that is refused as often as a record may be is given up, until its criteria hold anew.
"""

from __future__ import annotations

__all__ = ["Fired", "fire", "owed_by", "still_owed"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ..ledger.codec import stamp
from ..ledger.rows import Owed, Pair
from ..model import Side, Value
from ..rules.compiled import MapRule, WorkflowRule
from ..rules.values import EVENT, Clock
from .plan import FieldNote, Step, StepKind

Values = Mapping[str, Value]
#: Where a pair keeps its moves among its flips; no row has such a key.
_MOVES = "move"
_DAY = timedelta(hours=24)


@dataclass(slots=True)
class Fired:
    """The actions to take, the workflows that hold, and the moves that would go in a circle."""

    steps: list[Step] = field(default_factory=list[Step])
    holding: frozenset[str] = frozenset()
    notes: list[FieldNote] = field(default_factory=list[FieldNote])
    #: The moves of the last day, ``moment cadence``.
    flips: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


_NONE = Fired()


def fire(
    rule: MapRule,
    workflows: Sequence[WorkflowRule],
    pair: Pair | None,
    ids: Mapping[Side, str],
    record: Values,
    clock: Clock,
    changed: str,
    event: str = "",
) -> Fired:
    """Return what the workflows ask for.

    *record* is the CRM's; *changed* names its modification, and is empty if it did not change;
    *event* is what happened to it (``deleted``), empty for a change.
    """
    if not workflows:
        return _NONE
    before = None if pair is None else pair.base[Side.CRM]
    held = frozenset[str]() if pair is None else pair.holding
    found = Fired(steps=[] if pair is None else still_owed(rule, workflows, pair))
    known = {step.key for step in found.steps}
    holding: set[str] = set()
    moves = _moves(pair, clock)
    seen = {**record, EVENT: event} if event else record
    for workflow in workflows:
        if workflow.object != rule.crm_object or not workflow.matches(seen, before, clock):
            continue
        holding.add(workflow.name)
        if workflow.name in held and not (workflow.every_time and changed):
            continue
        moment = changed or clock.now.isoformat()
        for number, (_action, target) in enumerate(workflow.actions):
            key = f"{rule.name}:{ids[Side.CRM]}:{workflow.name}:{number}:{moment}"
            if key in known:
                continue
            if target is not None and _comes_back(moves, target):
                found.notes.append(_circle(workflow, target))
                continue
            if target is not None:
                moves = (*moves, f"{stamp(clock.now)} {target}")
                found.flips[_MOVES] = moves
            found.steps.append(_step(rule, workflow, number, key, ids.get(Side.CADENCE)))
    found.holding = frozenset(holding)
    return found


def _moves(pair: Pair | None, clock: Clock) -> tuple[str, ...]:
    if pair is None or _MOVES not in pair.flips:
        return ()
    since = stamp(clock.now - _DAY)
    return tuple(move for move in pair.flips[_MOVES] if move > since)


def _comes_back(moves: Sequence[str], target: str) -> bool:
    """Tell whether a prospect was moved to *target* within the day, and on from there."""
    went = [move.partition(" ")[2] for move in moves]
    return target in went[:-1] and went[-1] != target


def _circle(workflow: WorkflowRule, target: str) -> FieldNote:
    return FieldNote(
        field="",
        value=target,
        at=workflow.at,
        reason=f'workflow "{workflow.name}" would move it to {target} a second time within a day: '
        "workflows that send one another's prospects back make a circle",
        kind="skip",
    )


def owed_by(steps: Iterable[Step]) -> tuple[Owed, ...]:
    """Return what the pair owes while these steps are not done."""
    return tuple(
        Owed(step.workflow, step.number, step.key or "", step.tries)
        for step in steps
        if step.kind is StepKind.ACTION
    )


def still_owed(rule: MapRule, workflows: Sequence[WorkflowRule], pair: Pair) -> list[Step]:
    """Return the actions of earlier firings; a workflow that the rules lost owes nothing."""
    if not pair.owed:
        return []
    by_name = {workflow.name: workflow for workflow in workflows}
    return [
        replace(
            _step(rule, workflow, owed.number, owed.key, pair.ids[Side.CADENCE]),
            tries=owed.tries,
        )
        for owed in pair.owed
        if (workflow := by_name.get(owed.workflow)) is not None
        and owed.number < len(workflow.actions)
    ]


def _step(
    rule: MapRule, workflow: WorkflowRule, number: int, key: str, prospect: str | None
) -> Step:
    action, target = workflow.actions[number]
    return Step(
        kind=StepKind.ACTION,
        side=Side.CADENCE,
        object=rule.cadence_object,
        id=prospect,
        key=key,
        action=action,
        target=target,
        workflow=workflow.name,
        number=number,
        at=workflow.at,
    )
