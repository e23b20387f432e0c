"""Apply a plan: an intent on disk, the call, its outcome on disk; batch by batch.

Original or final: what a case has settled is committed in the transaction that records the
outcome, so a run cut off anywhere leaves each field either as it was or as planned.
"""

from __future__ import annotations

__all__ = ["Applier", "pending_batches", "recover"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..errors import ConnectorError, RetriableError, UnknownOutcomeError
from ..ledger import journal
from ..ledger.codec import stamp
from ..ledger.database import Ledger
from ..model import ActionRequest, Outcome, OutcomeStatus, Side, Write
from ..observe.telling import tell
from .batches import batches, is_essential
from .commit import Committer
from .intents import Task, body_of, look, task_of
from .lease import LeaseLostError
from .meter import BudgetReachedError, Meter
from .plan import Plan, StepKind, batch_of
from .stopping import STOPPED, StoppedError, never
from .systems import Progress, System, Systems


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
        stop: Callable[[], bool] = never,
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._meter = meter
        self._committer = committer
        self._run = run
        self._skew = skew
        self._progress = progress
        self._stop = stop

    def apply(self, plan: Plan) -> None:
        """Do every step of *plan* and commit each batch with its outcomes."""
        with self._ledger.begin() as db:
            self._committer.open(db, plan.cases)
        total, done = len(plan.steps), 0
        self._progress("writing", 0, total)
        descriptions = {side: system.description for side, system in self._systems.items()}
        for batch in batches(plan.cases, descriptions):
            side = batch[0].step.side
            fault = self._committer.result.faults.get(side) or self._meter.resting.get(side)
            if self._stop():
                self._defer(batch, STOPPED)
            elif fault is not None and not isinstance(fault, BudgetReachedError):
                self._defer(batch, fault.message)
            else:
                self._spend_on(side, batch)
            done += len(batch)
            self._progress("writing", done, total)

    def _spend_on(self, side: Side, batch: Sequence[Task]) -> None:
        """Send as much of a batch as the budget has room for; the rest waits for a later run."""
        step = batch[0].step
        prices = self._systems[side].description.prices_of(step.object)
        acting = step.kind is StepKind.ACTION
        call = 0 if acting else batch_of(prices, step.kind, len(batch))[1]
        each = prices.action if acting else 0
        room = self._meter.room(side, essential=is_essential(batch[0]))
        fits = room.rows(len(batch), call=call, each=each)
        if fits:
            self._send(side, batch[:fits])
        if rest := batch[fits:]:
            # What a call carries beside others costs nothing more.
            price = each * len(rest) if acting or fits else call
            fault = self._meter.leave(side, price, len(rest))
            self._committer.result.faults[side] = fault
            self._defer(rest, fault.message)

    def _defer(self, batch: Sequence[Task], reason: str) -> None:
        if not batch:
            return
        with self._ledger.begin() as db:
            for task in batch:
                self._committer.deferred(task, reason)
            self._committer.flush(db)
        step = batch[0].step
        tell(
            "rows_deferred",
            {"reason": reason},
            side=step.side,
            object=step.object,
            what=step.kind,
            rows=len(batch),
        )

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
                for task in ready:
                    self._committer.deferred(task, err.message)
                self._committer.flush(db)
            return
        self._progress("answered", len(ready), None)
        skew = self._skew[side]
        span = _span(before + skew, self._committer.now() + skew)
        with self._ledger.begin() as db:
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
    action is asked for again under its own key. Steps of a side that fails in passing stay as
    they are, and nothing else is sent to it in this run. Returns how many steps were found out
    about.
    """
    with ledger.begin() as db:
        pending = journal.pending_intents(db)
    found = 0
    for sent in pending:
        tasks = [task_of(body) for body in sent.bodies]
        side = tasks[0].step.side
        again = tasks[0].step.kind is StepKind.ACTION
        try:
            outcomes = _call(systems[side], tasks)[0] if again else look(systems[side], tasks)
        except (StoppedError, LeaseLostError):
            raise
        except RetriableError as err:
            committer.result.faults[side] = err
            continue
        with ledger.begin() as db:
            for task, outcome in zip(tasks, outcomes, strict=True):
                if outcome.status is OutcomeStatus.DONE:
                    committer.recovered(db, task, outcome.id, sent.run)
                else:
                    committer.doubted(task, outcome, sent.run)
            committer.flush(db)
            journal.close_intents(db, sent.number)
        found += len(tasks)
    return found


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
                reason=f'workflow "{task.step.workflow}"' if task.step.workflow else "",
            )
            for task in tasks
        ]
        return system.connector.act(requests), None
    if first.kind is StepKind.DELETE:
        return system.connector.delete(first.object, [t.step.id or "" for t in tasks]), None
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


def pending_batches(db: Connection) -> list[tuple[Side, str, StepKind, int]]:
    """Return the batches that ``recover`` will find out about: side, object, kind and rows."""
    return [
        (Side(first["side"]), first["object"], StepKind(first["kind"]), len(sent.bodies))
        for sent in journal.pending_intents(db)
        for first in sent.bodies[:1]
    ]


def _has_aim(task: Task) -> bool:
    return task.step.id is not None or task.step.kind is StepKind.CREATE


def _span(first: datetime, last: datetime) -> tuple[str, str]:
    """Return our write's span of time; systems that keep whole seconds round down."""
    return stamp(first.replace(microsecond=0)), stamp(last)
