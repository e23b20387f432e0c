"""A cycle from beginning to end: recover, detect, then plan and apply in turn, and report."""

from __future__ import annotations

__all__ = ["Cycle", "Preview"]

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from ..errors import ConnectorError, FatalError, SynclineError
from ..ledger import inbox, journal, pairs
from ..ledger.codec import moment
from ..ledger.database import Ledger, read_meta, write_meta
from ..ledger.rows import Pair, State
from ..model import Page, Record, Side
from ..rules.compiled import MapRule, match_key
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .apply import Applier, recover
from .commit import Committer
from .detect import detect
from .locks import check_locked, keep_rows
from .meter import Meter
from .plan import Plan, price
from .propose import ACTIVITY, CHUNK, Proposer
from .report import Report
from .systems import Progress, Systems

#: Servers date their answers to the second, and the answer takes its time.
_TELLABLE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the next run would do, and what that costs by side (B3)."""

    plan: Plan
    price: Mapping[Side, int]


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
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._rules = rules
        self._meter = meter
        self._now = now
        self._progress = progress
        self._before_apply = before_apply
        self._skew: dict[Side, timedelta] = dict.fromkeys(Side, timedelta(0))

    def preview(self) -> Preview:
        """Read what changed and plan, without writing to either system.

        Steps of an interrupted run are planned as if they had not been sent; ``run`` looks first.
        """
        self._meter.start()
        with self._ledger.begin() as db:
            check_locked(db, self._rules)
        self._detect(run=0)
        plan = Plan(cases=tuple(c for part in self._proposer().plans() for c in part.cases))
        prices = {side: self._systems[side].description.prices for side in Side}
        return Preview(plan=plan, price=price(plan.steps, prices))

    def run(self) -> Report:
        """Do one cycle. A fault of a system ends up in the report; nothing is lost by it."""
        self._meter.start()
        with self._ledger.begin() as db:
            check_locked(db, self._rules)
            keep_rows(db, self._rules)
        recovered = 0
        faults: list[ConnectorError] = []
        with self._run() as (run, committer, started):
            applier = Applier(
                self._ledger,
                self._systems,
                self._meter,
                committer,
                run=run,
                skew=self._skew,
                progress=self._progress,
            )
            try:
                recovered = recover(self._ledger, self._systems, self._meter, committer, run=run)
                self._detect(run)
                for plan in self._proposer().plans():
                    self._before_apply(plan)
                    applier.apply(plan)
            except ConnectorError as err:
                faults.append(err)
            faults += [f for f in committer.result.faults.values() if f not in faults]
            return self._report(run, started, committer, recovered, faults)

    @contextmanager
    def _run(self) -> Generator[tuple[int, Committer, datetime]]:
        """Open a run in the ledger; whatever is raised, its calls and its end are written."""
        started = self._now()
        with self._ledger.begin() as db:
            run = journal.begin_run(db, started)
        try:
            yield run, Committer(run, self._now), started
        except SynclineError as err:
            with self._ledger.begin() as db:
                journal.end_run(db, run, self._now(), "failed", {"error": err.message})
            raise
        finally:
            with self._ledger.begin() as db:
                self._meter.flush(db, run)

    def _proposer(self) -> Proposer:
        return Proposer(self._ledger, self._rules, Clock(self._now()), self._skew)

    def _detect(self, run: int) -> None:
        """Read what changed on both sides, one listing an object."""
        maps = self._rules.compiled.maps
        self._ask_again_after_edit()
        for side in Side:
            for name in dict.fromkeys(m.object(side) for m in maps):
                mine = [m for m in maps if m.object(side) == name]
                matches = [pair[list(Side).index(side)] for m in mine for pair in m.matches]
                detect(
                    self._ledger,
                    self._systems[side],
                    side,
                    name,
                    fields=list(dict.fromkeys(f for m in mine for f in m.reads[side])),
                    key_fields=list(dict.fromkeys(field.name for field in matches)),
                    others={m.name: m.object(side.other) for m in mine},
                    seen_page=self._page_counter(run, side, name),
                )
        if self._rules.activities:
            targets = {a.template.object for a in self._rules.activities}
            detect(
                self._ledger,
                self._systems[Side.CADENCE],
                Side.CADENCE,
                ACTIVITY,
                fields=self._rules.activities[0].reads,
                key_fields=["prospect_id"],
                others={f"{target}/{ACTIVITY}": target for target in sorted(targets)},
                seen_page=self._page_counter(run, Side.CADENCE, ACTIVITY),
            )

    def _page_counter(self, run: int, side: Side, name: str) -> Callable[[Connection, Page], None]:
        rows = 0
        asked = self._now()

        def seen(db: Connection, page: Page) -> None:
            nonlocal rows, asked
            rows += len(page.records)
            self._meter.flush(db, run)
            now = self._now()
            self._skew[side] = _skew(page.server_time - now, page.server_time - asked)
            asked = now
            self._progress(f"reading {name} from the {side.word}", rows, None)

        return seen

    def _ask_again_after_edit(self) -> None:
        """When the rules mean something else than last time, ask every record again (E5).

        Records that wait or are held get another hearing, and each pair is looked at in the light
        of the new rows and workflows. It is one transaction with the note of the new rules.
        """
        meaning = self._rules.meaning
        with self._ledger.begin() as db:
            known = read_meta(db, "rules")
            if known == meaning:
                return
            write_meta(db, "rules", meaning)
            if known is None:
                return
            states = [State.WAITING, State.HELD, State.FAILED]
            for rule in self._rules.compiled.maps:
                for side in Side:
                    inbox.requeue(db, side, rule.object(side), states, None)
                self._reopen(db, rule)
            inbox.requeue(db, Side.CADENCE, ACTIVITY, states, None)

    def _reopen(self, db: Connection, rule: MapRule) -> None:
        """Put the records of every pair of a map back into the inbox, as last seen."""
        after = ""
        while found := pairs.quiet(db, rule.name, after=after, limit=CHUNK, owing=False):
            after = found[-1].ids[Side.CRM]
            for side in Side:
                inbox.ask_again(db, side, [_last_seen(pair, side) for pair in found], self._now())
        for side in Side:
            self._index_again(db, rule, side)

    def _index_again(self, db: Connection, rule: MapRule, side: Side) -> None:
        """Keep the keys of the rules' match rows, which may be new, for every record."""
        fields = [(crm if side is Side.CRM else cadence).name for crm, cadence in rule.matches]
        name, after = rule.object(side), ""
        while found := inbox.candidates(
            db, side, name, after=after, limit=CHUNK, attempts=sys.maxsize
        ):
            after = found[-1].id
            keys = {e.id: {f: match_key(e.values.get(f)) for f in fields} for e in found}
            inbox.note_keys(db, side, name, keys)

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
        with self._ledger.begin() as db:
            self._meter.flush(db, run)
            report = Report(
                run=run,
                state="failed" if failed else "stopped" if faults else "done",
                started=started,
                finished=self._now(),
                candidates=result.taken,
                counts=result.fates,
                done=result.done,
                recovered=recovered,
                calls=dict(self._meter.spent),
                used={side: self._meter.used(side) for side in Side},
                limit=self._rules.calls,
                vendor={side: system.connector.usage() for side, system in self._systems.items()},
                waiting=inbox.waiting_counts(db),
                faults=tuple((f.message, f.hint) for f in faults),
                exit_code=code,
            )
            journal.end_run(db, run, report.finished, report.state, report.to_json())
        return report


def _skew(least: timedelta, most: timedelta) -> timedelta:
    """Return how far a server's clock is ahead, when an answer took its time: within bounds."""
    if least > _TELLABLE:
        return least
    return most if most < -_TELLABLE else timedelta(0)


def _last_seen(pair: Pair, side: Side) -> Record:
    at, _, _ = pair.seen[side].partition("#")
    return Record(
        object=pair.objects[side],
        id=pair.ids[side],
        # Row baselines are named `field>field`; the rest is the record itself.
        values={name: value for name, value in pair.base[side].items() if ">" not in name},
        modified=moment(at) if at else datetime.min.replace(tzinfo=UTC),
    )
