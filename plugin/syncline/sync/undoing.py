"""Taking a run back: its inverse is a plan, priced and applied like any other (B6)."""

from __future__ import annotations

__all__ = ["Undoer"]

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from ..errors import ConnectorError, SynclineError, WorkspaceError
from ..ledger import cursors, journal
from ..ledger.database import Ledger
from ..model import Side
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .apply import Applier, pending_batches, recover
from .commit import Committer
from .cost import Estimate
from .cycle import Preview
from .inverses import Inverses
from .keeping import key_keepers
from .meter import Meter
from .plan import Plan
from .systems import Progress, Systems
from .traces import Stays, Written, written_by
from .undone import Undone, UndoPlan

#: No run writes so many lines.
_ALL = 1_000_000_000


class Undoer:
    """Takes back what one run wrote. Everything it needs is handed in."""

    def __init__(
        self,
        ledger: Ledger,
        systems: Systems,
        rules: RuleSet,
        meter: Meter,
        *,
        of: int,
        force: bool,
        now: Callable[[], datetime],
        progress: Progress,
        before_apply: Callable[[Plan], None],
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._meter = meter
        self._of = of
        self._now = now
        self._progress = progress
        self._before_apply = before_apply
        descriptions = {side: system.description for side, system in systems.items()}
        self._units = {side: found.prices.unit for side, found in descriptions.items()}
        self._estimate = Estimate(descriptions)
        self._maps = rules.compiled.maps
        self._inverses = Inverses(
            ledger,
            systems,
            rules,
            self._estimate,
            Clock(now()),
            reason=f"the undo of run {of}",
            force=force,
            progress=progress,
        )

    def preview(self) -> UndoPlan:
        """Read the records as they are and say what the undo would do; write nothing."""
        self._meter.start()
        with self._ledger.begin() as db:
            self._estimate.looks(pending_batches(db))
        self._check()
        written, stays = self._traces()
        present = self._inverses.read(written)
        found = [self._inverses.plan(written, present, anew=anew) for anew in (True, False)]
        for part, more in found:
            self._estimate.steps(part.steps)
            stays += more
        cost = self._estimate.costs
        preview = Preview(
            plan=Plan(cases=tuple(case for part, _more in found for case in part.cases)),
            cost=cost,
            units=self._units,
            budget={s: self._meter.stand(s, (cost[s].total, cost[s].records)) for s in Side},
        )
        return UndoPlan(of=self._of, preview=preview, stays=tuple(stays))

    def run(self) -> Undone:
        """Take the run back. A fault of a system ends up in the result; run it again then."""
        self._meter.start()
        self._check()
        left = 0
        stays: list[Stays] = []
        faults: list[ConnectorError] = []
        with self._run() as (run, committer):
            applier = Applier(
                self._ledger,
                self._systems,
                self._meter,
                committer,
                run=run,
                skew=self._skew(),
                progress=self._progress,
            )
            try:
                # Some of what is to be taken back may only now be heard of.
                recover(self._ledger, self._systems, self._meter, committer, run=run)
                written, stays = self._traces()
                present = self._inverses.read(written)
                for anew in (True, False):
                    plan, more = self._inverses.plan(written, present, anew=anew)
                    stays += more
                    left += len(plan.steps)
                    self._before_apply(plan)
                    applier.apply(plan)
            except ConnectorError as err:
                faults.append(err)
            faults += committer.result.faults.values()
            left -= sum(committer.result.done.values())
            return self._undone(run, committer, left, stays, faults)

    def _undone(
        self,
        run: int,
        committer: Committer,
        left: int,
        stays: Sequence[Stays],
        faults: Sequence[ConnectorError],
    ) -> Undone:
        code = max((fault.exit_code for fault in faults), default=2 if left else 0)
        found = Undone(
            of=self._of,
            run=run,
            state={0: "done", 2: "stopped"}.get(code, "failed"),
            done=committer.result.done,
            left=left,
            stays=tuple(stays),
            calls=dict(self._meter.spent),
            units=self._units,
            faults=tuple((fault.message, fault.hint) for fault in faults),
            exit_code=code or (3 if any(each.forcible for each in stays) else 0),
        )
        report = {"undo_of": self._of, "state": found.state, "stays": len(stays)}
        with self._ledger.begin() as db:
            journal.end_run(db, run, self._now(), found.state, report)
        return found

    @contextmanager
    def _run(self) -> Generator[tuple[int, Committer]]:
        """Open a run of its own kind; whatever is raised, its end is written."""
        with self._ledger.begin() as db:
            run = journal.begin_run(db, self._now(), kind="undo")
        self._meter.run = run
        try:
            yield run, Committer(run, self._now, key_keepers(self._maps))
        except SynclineError as err:
            with self._ledger.begin() as db:
                journal.end_run(db, run, self._now(), "failed", {"error": err.message})
            raise

    # -- what there is to take back

    def _check(self) -> None:
        with self._ledger.begin() as db:
            if journal.get_run(db, self._of) is None:
                raise WorkspaceError(
                    f"there is no run {self._of}", hint="`syncline log` names the runs."
                )

    def _traces(self) -> tuple[list[Written], list[Stays]]:
        with self._ledger.begin() as db:
            lines = journal.history(db, run=self._of, limit=_ALL)
        return written_by(reversed(lines))

    def _skew(self) -> dict[Side, timedelta]:
        """Return how far each server's clock was ahead of ours when it was last listened to."""
        found = dict.fromkeys(Side, timedelta(0))
        with self._ledger.begin() as db:
            for rule in self._maps:
                for side in Side:
                    cursor = cursors.read_cursor(db, side, rule.object(side))
                    if cursor is not None:
                        found[side] = timedelta(seconds=cursor.ahead)
        return found
