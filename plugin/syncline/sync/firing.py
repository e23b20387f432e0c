"""Which workflows fire for a pair, and which of their actions are still owed (K10, K11). Pure.

A firing is owed from the moment its criteria are seen to hold until its action is done: it stands
in the pair, so that neither a crash nor a refusal loses it, and its key gives it one effect.
"""

from __future__ import annotations

__all__ = ["fire", "owed_by"]

from collections.abc import Iterable, Mapping, Sequence

from ..ledger.rows import Owed, Pair
from ..model import Side, Value
from ..rules.compiled import MapRule, WorkflowRule
from ..rules.values import Clock
from .plan import Step, StepKind

Values = Mapping[str, Value]


def fire(
    rule: MapRule,
    workflows: Sequence[WorkflowRule],
    pair: Pair | None,
    ids: Mapping[Side, str],
    record: Values,
    clock: Clock,
    changed: str,
) -> tuple[list[Step], frozenset[str]]:
    """Return the actions to take, and the names of all workflows whose criteria hold.

    *record* is the CRM's; *changed* names its modification, and is empty if it did not change.
    """
    before = None if pair is None else pair.base[Side.CRM]
    held = frozenset[str]() if pair is None else pair.holding
    steps = [] if pair is None else _still_owed(rule, workflows, pair)
    known = {step.key for step in steps}
    holding: set[str] = set()
    for workflow in workflows:
        if not workflow.matches(record, before, clock):
            continue
        holding.add(workflow.name)
        if workflow.name in held and not (workflow.every_time and changed):
            continue
        moment = changed or clock.now.isoformat()
        for number, _action in enumerate(workflow.actions):
            key = f"{rule.name}:{ids[Side.CRM]}:{workflow.name}:{number}:{moment}"
            if key not in known:
                steps.append(_step(rule, workflow, number, key, ids.get(Side.CADENCE)))
    return steps, frozenset(holding)


def owed_by(steps: Iterable[Step]) -> tuple[Owed, ...]:
    """Return what the pair owes while these steps are not done."""
    return tuple(
        Owed(step.workflow, step.number, step.key or "")
        for step in steps
        if step.kind is StepKind.ACTION
    )


def _still_owed(rule: MapRule, workflows: Sequence[WorkflowRule], pair: Pair) -> list[Step]:
    """Return the actions of earlier firings; a workflow that the rules lost owes nothing."""
    by_name = {workflow.name: workflow for workflow in workflows}
    return [
        _step(rule, workflow, owed.number, owed.key, pair.ids[Side.CADENCE])
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
