"""Apply a plan: an intent on disk, the call, its outcome on disk; batch by batch.

Original or final: what a case has settled is committed in the transaction that records the
outcome, so a run cut off anywhere leaves each field either as it was or as planned.
"""

from __future__ import annotations

__all__ = ["Applier", "recover"]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..errors import ConnectorError, UnknownOutcomeError
from ..ledger import journal
from ..ledger.codec import stamp
from ..ledger.database import Ledger
from ..model import ActionRequest, Outcome, OutcomeStatus, Side, Write
from .commit import Committer
from .intents import Task, body_of, look, task_of
from .meter import BudgetReachedError, Meter
from .plan import Case, Plan, StepKind
from .systems import Progress, System, Systems

#: Actions sent before their outcomes are committed: what a crash may have to ask again.
_ACTIONS = 50
_ORDER = (StepKind.CREATE, StepKind.UPDATE, StepKind.ACTION)


class Applier:
    """Applies the plans of one run."""

    def __init__(
        self,
        ledger: Ledger,
        systems: Systems,
        meter: Meter,
        committer: Committer,
        *,
        run: int,
        skew: Mapping[Side, timedelta],
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._meter = meter
        self._committer = committer
        self._run = run
        self._skew = skew
        self._progress = progress

    def apply(self, plan: Plan) -> None:
        """Do every step of *plan* and commit each batch with its outcomes."""
        with self._ledger.begin() as db:
            self._committer.open(db, plan.cases)
        total, done = len(plan.steps), 0
        self._progress("writing", 0, total)
        for batch in _batches(plan.cases, self._systems):
            side = batch[0].step.side
            if side in self._committer.result.faults or not self._has_room(side, batch):
                self._defer(batch, self._committer.result.faults[side].message)
            else:
                self._send(side, batch)
            done += len(batch)
            self._progress("writing", done, total)

    def _has_room(self, side: Side, batch: Sequence[Task]) -> bool:
        prices = self._systems[side].description.prices
        action = batch[0].step.kind is StepKind.ACTION
        if self._meter.has_room(side, prices.action * len(batch) if action else prices.write):
            return True
        self._committer.result.faults[side] = BudgetReachedError.of(side)
        return False

    def _defer(self, batch: Sequence[Task], reason: str) -> None:
        if not batch:
            return
        with self._ledger.begin() as db:
            for task in batch:
                self._committer.deferred(task, reason)
            self._committer.flush(db)

    def _send(self, side: Side, batch: Sequence[Task]) -> None:
        addressed = [self._addressed(task) for task in batch]
        ready = [task for task in addressed if _has_aim(task)]
        lost = [task for task in addressed if not _has_aim(task)]
        self._defer(lost, "its prospect was not created")
        if not ready:
            return
        with self._ledger.begin() as db:
            number = journal.open_intents(db, self._run, map(body_of, ready))
        self._progress("sending", len(ready), None)
        before = self._committer.now()
        try:
            outcomes, fault = _call(self._systems[side], ready)
        except ConnectorError as err:
            self._committer.result.faults[side] = err
            with self._ledger.begin() as db:
                if not isinstance(err, UnknownOutcomeError):
                    # It was refused before it took effect: nothing to find out about later.
                    journal.close_intents(db, number)
                self._meter.flush(db, self._run)
                for task in ready:
                    self._committer.deferred(task, err.message)
                self._committer.flush(db)
            return
        self._progress("answered", len(ready), None)
        skew = self._skew[side]
        span = _span(before + skew, self._committer.now() + skew)
        with self._ledger.begin() as db:
            self._meter.flush(db, self._run)
            for task, outcome in zip(ready, outcomes, strict=True):
                self._committer.outcome(task, outcome, span)
            self._committer.flush(db)
            journal.close_intents(db, number)
        if fault is not None:
            self._committer.result.faults[side] = fault

    def _addressed(self, task: Task) -> Task:
        """Give an action the prospect that this run created for its case."""
        step = task.step
        if step.kind is not StepKind.ACTION or step.id is not None:
            return task
        return replace(task, step=replace(step, id=self._committer.created(task.case)))


def recover(
    ledger: Ledger, systems: Systems, meter: Meter, committer: Committer, *, run: int
) -> int:
    """Find out what became of the steps that an earlier run sent and never committed.

    What is done is committed; what is not is forgotten, and planned again from the inbox. An
    action is asked for again under its own key. Returns how many steps there were.
    """
    with ledger.begin() as db:
        pending = journal.pending_intents(db)
    for number, bodies in pending:
        tasks = [task_of(body) for body in bodies]
        system = systems[tasks[0].step.side]
        action = tasks[0].step.kind is StepKind.ACTION
        outcomes = _call(system, tasks)[0] if action else look(system, tasks)
        with ledger.begin() as db:
            meter.flush(db, run)
            for task, outcome in zip(tasks, outcomes, strict=True):
                if outcome.status is OutcomeStatus.DONE:
                    committer.recovered(db, task, outcome.id)
            committer.flush(db)
            journal.close_intents(db, number)
    return sum(len(bodies) for _number, bodies in pending)


def _call(
    system: System, tasks: Sequence[Task]
) -> tuple[list[Outcome], UnknownOutcomeError | None]:
    """Send a batch; return its outcomes, and the fault that kept some of it from arriving."""
    first = tasks[0].step
    if first.kind is StepKind.ACTION:
        requests = [
            ActionRequest(
                key=task.step.key or "",
                action=task.step.action,
                prospect=task.step.id or "",
                target=task.step.target,
            )
            for task in tasks
        ]
        return system.connector.act(requests), None
    writes = [Write(values=task.step.values, id=task.step.id, key=task.step.key) for task in tasks]
    try:
        return system.connector.write(first.object, writes), None
    except UnknownOutcomeError as lost:
        try:
            outcomes = look(system, tasks)
        except ConnectorError as err:
            raise UnknownOutcomeError(
                f"{lost.message}; looking for what became of it failed too: {err.message}"
            ) from err
        arrived = all(outcome.status is OutcomeStatus.DONE for outcome in outcomes)
        return outcomes, None if arrived else lost


def _has_aim(task: Task) -> bool:
    return task.step.id is not None or task.step.kind is StepKind.CREATE


def _span(first: datetime, last: datetime) -> tuple[str, str]:
    """Return our write's span of time; systems that keep whole seconds round down."""
    return stamp(first.replace(microsecond=0)), stamp(last)


def _batches(cases: Iterable[Case], systems: Systems) -> Iterator[list[Task]]:
    """Yield the steps by kind, side and object, in batches that one call takes."""
    groups: dict[tuple[int, Side, str], list[Task]] = {}
    for case in cases:
        for step in case.steps:
            where = (_ORDER.index(step.kind), step.side, step.object)
            groups.setdefault(where, []).append(Task(case=case, step=step))
    for (kind, side, _name), tasks in sorted(groups.items(), key=lambda group: group[0]):
        action = _ORDER[kind] is StepKind.ACTION
        size = _ACTIONS if action else systems[side].description.prices.write_size
        for start in range(0, len(tasks), size):
            yield tasks[start : start + size]
