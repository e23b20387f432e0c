"""A cycle from beginning to end: recover, detect, then plan and apply in turn, and report."""

from __future__ import annotations

__all__ = ["Cycle", "Preview"]

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ..errors import ConnectorError, FatalError, RetriableError, SynclineError
from ..ledger import inbox, journal
from ..ledger.database import Ledger
from ..ledger.rows import State
from ..model import Side
from ..observe.telling import each_in_span, span, tell
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .apply import Applier, pending_batches, recover
from .caution import check_deletions
from .commit import Committer
from .cost import Cost, Estimate, differences
from .keeping import key_keepers
from .listening import Listener
from .locks import check_locked, keep_rows
from .meter import Meter
from .plan import Case, Plan
from .propose import Proposer
from .report import Report
from .revision import ask_again_after_edit
from .standing import Standing
from .stopping import StoppedError, never
from .systems import Progress, Systems

#: Nothing is asked of these until something changes.
_RESTING = (State.HELD, State.WAITING, State.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the next run would do, and what that costs by side (B3)."""

    plan: Plan
    cost: Mapping[Side, Cost]
    #: Each vendor's word for what it counts.
    units: Mapping[Side, str]
    #: How each side's budget stands, with all of that waiting for it.
    budget: Mapping[Side, Standing]
    #: Records that were held or left alone before, and stay so, by their state in the inbox.
    waiting: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def price(self) -> dict[Side, int]:
        """What the whole run costs, in each side's own unit."""
        return {side: cost.total for side, cost in self.cost.items()}

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``plan.schema.json``)."""
        return {
            "price": {str(side): self.price[side] for side in Side},
            "unit": {str(side): self.units[side] for side in Side},
            "cost": {str(side): self.cost[side].to_json() for side in Side},
            "budget": {str(side): self.budget[side].to_json() for side in Side},
            "counts": {str(fate): n for fate, n in self.plan.counts().items()},
            "waiting": dict(self.waiting),
            "cases": self.plan.to_json(),
        }


class Cycle:
    """One cycle over two open systems. Everything it needs is handed in."""

    def __init__(
        self,
        ledger: Ledger,
        systems: Systems,
        rules: RuleSet,
        meter: Meter,
        *,
        now: Callable[[], datetime],
        progress: Progress,
        before_apply: Callable[[Plan], None],
        version: int = 0,
        stop: Callable[[], bool] = never,
        allow_deletes: bool = False,
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._rules = rules
        self._meter = meter
        self._now = now
        self._progress = progress
        self._before_apply = before_apply
        self._version = version
        self._stop = stop
        self._allow_deletes = allow_deletes
        descriptions = {side: system.description for side, system in systems.items()}
        #: What this cycle is expected to cost, as it becomes known.
        self._estimate = Estimate(descriptions)
        self._listener = Listener(
            ledger,
            systems,
            rules,
            meter,
            self._estimate,
            now=now,
            progress=progress,
            go_on=self._go_on,
        )

    def preview(self) -> Preview:
        """Read what changed and plan, without writing to either system.

        Steps of an interrupted run are planned as if they had not been sent; ``run`` looks first.
        """
        self._meter.start()
        with self._ledger.begin() as db:
            check_locked(db, self._rules)
            self._estimate.looks(pending_batches(db))
        cases: list[Case] = []
        for part in self._plans(run=0):
            self._estimate.steps(part.steps)
            cases += part.cases
        cost = self._estimate.costs
        budget = {s: self._meter.stand(s, (cost[s].total, cost[s].records)) for s in Side}
        plan = Plan(cases=tuple(cases))
        with self._ledger.begin() as db:
            found = inbox.waiting_counts(db)
        waiting = {str(state): found[state] for state in _RESTING if state in found}
        return Preview(plan=plan, cost=cost, units=self._units(), budget=budget, waiting=waiting)

    def run(self) -> Report:
        """Do one cycle. A fault of a system ends up in the report; nothing is lost by it."""
        self._meter.start()
        with self._ledger.begin() as db:
            check_locked(db, self._rules)
            keep_rows(db, self._rules)
            self._estimate.looks(pending_batches(db))
        recovered = 0
        faults: list[ConnectorError] = []
        with self._run() as (run, committer, started):
            applier = Applier(
                self._ledger,
                self._systems,
                self._meter,
                committer,
                run=run,
                skew=self._listener.skew,
                progress=self._progress,
                stop=self._stop,
            )
            try:
                recovered = recover(self._ledger, self._systems, self._meter, committer, run=run)
                for plan in self._plans(run):
                    self._before_apply(plan)
                    self._estimate.steps(plan.steps)
                    with span("apply"):
                        applier.apply(plan)
                    self._go_on()
                    if self._listener.is_stale:
                        self._listen(run)
                        if self._meter.is_blind:
                            break
            except ConnectorError as err:
                faults.append(err)
            given_up = (*committer.result.faults.values(), *self._meter.resting.values())
            told = {fault.message for fault in faults}
            faults += {f.message: f for f in given_up if f.message not in told}.values()
            return self._report(run, started, committer, recovered, faults)

    @contextmanager
    def _run(self) -> Generator[tuple[int, Committer, datetime]]:
        """Open a run in the ledger; whatever is raised, its calls and its end are written."""
        started = self._now()
        with self._ledger.begin() as db:
            run = journal.begin_run(db, started, self._version)
        self._meter.run = run
        tell("run_begun", run=run, rules=self._version)
        try:
            recorded = {(a.source, a.object(a.source)) for a in self._rules.activities}
            keepers = key_keepers(self._rules.compiled.maps)
            yield run, Committer(run, self._now, keepers, recorded), started
        except SynclineError as err:
            with self._ledger.begin() as db:
                journal.end_run(db, run, self._now(), "failed", {"error": err.message})
            raise
        except Exception as err:
            fault = FatalError(
                f"this is a fault of Syncline: {type(err).__name__}: {err}",
                hint="Nothing was lost. Please report it, with the rules and what you did.",
            )
            with self._ledger.begin() as db:
                journal.end_run(db, run, self._now(), "failed", {"error": fault.message})
            raise fault from err

    def _units(self) -> dict[Side, str]:
        return {side: s.description.prices.unit for side, s in self._systems.items()}

    def _go_on(self) -> None:
        """Raise ``StoppedError`` if the cycle was asked to stop."""
        if self._stop():
            raise StoppedError

    def _plans(self, run: int) -> Iterator[Plan]:
        """Listen to both sides, and yield what is to be done."""
        now = self._now()
        ask_again_after_edit(self._ledger, self._rules, now)
        self._listen(run)
        if self._meter.is_blind:
            # What waits of a side that was not read may be older than what we wrote to it.
            return iter(())
        with self._ledger.begin() as db:
            inbox.awaken(db, self._now())
        clock = Clock(self._now())
        proposer = Proposer(self._ledger, self._rules, clock, self._listener.skew, run=run)
        return each_in_span("plan", proposer.plans())

    def _listen(self, run: int) -> None:
        """Read what changed; who is said to be deleted is looked for before anybody believes it."""
        with span("listen"):
            self._listener.listen(run)
        if self._meter.is_blind:
            return
        maps = self._rules.compiled.maps
        objects = dict.fromkeys((side, m.object(side)) for side in Side for m in maps)
        share = 1.0 if self._allow_deletes else self._rules.head.max_deletes
        check_deletions(self._ledger, objects, share, partial(self._listener.check, run))

    def _report(
        self,
        run: int,
        started: datetime,
        committer: Committer,
        recovered: int,
        faults: list[ConnectorError],
    ) -> Report:
        result = committer.result
        if result.taken != sum(result.fates.values()):
            faults.append(
                FatalError(
                    f"the counts do not add up: {result.taken} records were taken up, "
                    f"{sum(result.fates.values())} came to an end",
                    hint="This is a fault of Syncline; please report it with the ledger.",
                )
            )
        failed = any(isinstance(f, FatalError) for f in faults)
        code = max((f.exit_code for f in faults), default=0)
        budget = {side: self._meter.stand(side) for side in Side}
        units = self._units()
        with self._ledger.begin() as db:
            report = Report(
                run=run,
                rules=self._version,
                state="failed" if failed else "stopped" if faults else "done",
                started=started,
                finished=self._now(),
                candidates=result.taken,
                counts=result.fates,
                done=result.done,
                recovered=recovered,
                calls=dict(self._meter.spent),
                planned={side: cost.total for side, cost in self._estimate.costs.items()},
                differences=differences(
                    self._estimate.costs, self._meter.tally, self._meter.left, units
                ),
                left=dict(self._meter.left),
                units=units,
                used={side: sum(stands.spent_on.values()) for side, stands in budget.items()},
                budget=budget,
                limit=self._rules.calls,
                waiting=inbox.waiting_counts(db),
                faults=tuple((f.message, f.hint) for f in faults),
                exit_code=code,
                retry_after=max(
                    (f.retry_after or 0 for f in faults if isinstance(f, RetriableError)), default=0
                )
                or None,
            )
            journal.end_run(db, run, report.finished, report.state, report.to_json())
        return report
