"""Steps as they stand on disk before their call, and what they became when nobody heard."""

from __future__ import annotations

__all__ = ["NOT_KNOWN", "Task", "body_of", "look", "task_of"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ..ledger.codec import reads
from ..ledger.rows import Owed
from ..model import Outcome, OutcomeStatus, Side, Value, is_blank
from .echo import made_of
from .firing import owed_by
from .plan import Case, FieldWrite, Step, StepKind
from .systems import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step with the case it belongs to: what a call, its outcome and its commit need."""

    case: Case
    step: Step


def body_of(task: Task) -> dict[str, Any]:
    """Return a task as the JSON that is kept while its call is under way."""
    case, step = task.case, task.step
    return {
        "map": case.map,
        "ids": {str(side): id_ for side, id_ in case.ids.items()},
        "objects": {str(side): name for side, name in case.objects.items()},
        "kind": str(step.kind),
        "side": str(step.side),
        "object": step.object,
        "id": step.id,
        "key": step.key,
        "writes": [
            [w.field, w.old, w.new, w.at, w.reason, None if w.lost is None else list(w.lost)]
            for w in step.writes
        ],
        "settles": {str(side): dict(values) for side, values in step.settles.items()},
        "action": step.action,
        "target": step.target,
        "workflow": step.workflow,
        "number": step.number,
        "at": step.at,
        "holding": sorted(case.holding),
        "owed": [list(owed) for owed in owed_by(case.steps)],
    }


@reads
def task_of(body: Mapping[str, Any]) -> Task:
    """Return the task that ``body_of`` described."""
    step = Step(
        kind=StepKind(body["kind"]),
        side=Side(body["side"]),
        object=body["object"],
        id=body["id"],
        key=body["key"],
        writes=tuple(
            FieldWrite(
                field=field,
                old=_value(old),
                new=_value(new),
                at=at,
                reason=reason,
                lost=None if lost is None else (Side(lost[0]), _value(lost[1])),
            )
            for field, old, new, at, reason, lost in body["writes"]
        ),
        settles={
            Side(side): {name: _value(value) for name, value in values.items()}
            for side, values in body["settles"].items()
        },
        action=body["action"],
        target=body["target"],
        workflow=body["workflow"],
        number=body["number"],
        at=body["at"],
    )
    owed = [
        replace(
            step,
            kind=StepKind.ACTION,
            writes=(),
            workflow=one.workflow,
            number=one.number,
            key=one.key,
            tries=one.tries,
        )
        for one in (Owed(*given) for given in body["owed"])
    ]
    case = Case(
        map=body["map"],
        ids={Side(side): id_ for side, id_ in body["ids"].items()},
        objects={Side(side): name for side, name in body["objects"].items()},
        candidates=(),
        steps=tuple(owed),
        holding=frozenset(body["holding"]),
    )
    return Task(case=case, step=step)


def look(system: System, tasks: Sequence[Task]) -> list[Outcome]:
    """Find out by reading what became of writes that were sent and never answered.

    A creation is found by its key; an update is done if its fields hold what was meant; a deletion,
    if nobody is there. It is not asked for again before its reason is: its partner may be back.
    An update of a record that went since, or that holds neither what it held nor what was meant,
    has an outcome with the code ``NOT_KNOWN``.
    """
    first = tasks[0].step
    if first.kind is StepKind.CREATE:
        keys = [task.step.key or "" for task in tasks]
        found = system.connector.lookup(first.object, keys)
        return [
            Outcome(status=OutcomeStatus.DONE, id=found[key]) if key in found else _UNDONE
            for key in keys
        ]
    ids = [task.step.id or "" for task in tasks]
    fields = sorted({w.field for task in tasks for w in task.step.writes})
    records = {r.id: r.values for r in system.connector.read(first.object, ids, fields)}
    return [_became(task.step, records.get(task.step.id or "")) for task in tasks]


#: What only resembles a vendor's code: the write may have arrived, and cannot be seen any more.
NOT_KNOWN = "NOT_KNOWN"
_UNDONE = Outcome(status=OutcomeStatus.RETRY, code="NOT_DONE", message="the write did not arrive")
_LOST = Outcome(status=OutcomeStatus.RETRY, code=NOT_KNOWN, message="nobody saw whether it arrived")


def _became(step: Step, values: Mapping[str, Value] | None) -> Outcome:
    """Tell what became of an update or a deletion by what the record holds now; None if it went.

    A record is written as a whole: a field that holds what was written tells that it arrived,
    though people changed others since. It proves nothing beside one that still holds what it held
    before, for people write the same into both systems.
    """
    done = Outcome(status=OutcomeStatus.DONE, id=step.id)
    if step.kind is StepKind.DELETE:
        return done if values is None else _UNDONE
    if values is None:
        return _LOST
    told = [w for w in step.writes if _plain(w.old) != _plain(w.new)]
    left = any(_plain(values.get(w.field)) == _plain(w.old) for w in told)
    arrived = any(_arrived(w, values.get(w.field)) for w in told)
    if not told or (arrived and not left):
        return done
    return _UNDONE if left and not arrived else _LOST


def _arrived(write: FieldWrite, seen: Value) -> bool:
    """Tell whether *seen* is what was written, or what a system makes of it."""
    if _plain(seen) == _plain(write.new):
        return True
    return not is_blank(seen) and _plain(seen) != _plain(write.old) and made_of(write.new, seen)


def _plain(value: Value) -> Value:
    return (value.strip() or None) if isinstance(value, str) else value


def _value(value: Any) -> Value:
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value
