"""Commit: outcomes into baselines, history and the inbox, in one transaction with each batch."""

from __future__ import annotations

__all__ = ["Committer", "Result"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from ..errors import ConnectorError
from ..ledger import inbox, journal, pairs
from ..ledger.codec import stamp
from ..ledger.rows import Echo, Pair, State
from ..model import Outcome, OutcomeStatus, Side, Value
from ..rules.compiled import match_key
from .firing import owed_by
from .intents import Task
from .plan import Case, Fate, Step, StepKind

_KINDS = {StepKind.CREATE: "create", StepKind.UPDATE: "update"}
_STATES = {
    Fate.HELD: State.HELD,
    Fate.FAILED: State.FAILED,
    Fate.DEFERRED: State.DEFERRED,
    Fate.SKIPPED: State.WAITING,
}
#: The worse of two fates is the case's.
_WORSE = (
    Fate.UNCHANGED, Fate.SKIPPED, Fate.WRITTEN, Fate.HELD, Fate.DEFERRED, Fate.FAILED,
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """What became of a run's plans so far."""

    #: Candidates taken up; the fates must add up to them (B8).
    taken: int = 0
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    #: (side, object, what) -> rows done; *what* is create, update, or the action's name.
    done: dict[tuple[Side, str, str], int] = field(default_factory=dict[tuple[Side, str, str], int])
    #: Why a side was given up, by side.
    faults: dict[Side, ConnectorError] = field(default_factory=dict[Side, ConnectorError])


@dataclass(slots=True)
class _UnderWay:
    """A case whose steps are not all done: its pair as it stands, and how it will end."""

    case: Case
    pair: Pair | None
    left: int
    fate: Fate
    reason: str


class Committer:
    """Gathers what became of a batch and writes it into the ledger at ``flush``."""

    def __init__(self, run: int, now: Callable[[], datetime]) -> None:
        self._run = run
        self.now = now
        self.result = Result()
        self._open: dict[int, _UnderWay] = {}
        self._finished: list[_UnderWay] = []
        self._new: dict[tuple[str, str], Pair] = {}
        self._changed: dict[tuple[str, str], Pair] = {}
        #: Prospects that got a partner: their activities need wait no longer.
        self._linked: set[str] = set()
        self._lines: list[journal.Entry] = []

    def open(self, db: Connection, cases: Sequence[Case]) -> None:
        """Take in a plan's cases, and commit all that needs no call: links and baselines."""
        known = self._known(db, cases)
        for case in cases:
            self.result.taken += len(case.candidates)
            pair = known.get((case.map, case.ids.get(Side.CRM, "")))
            if case.links:
                pair = self._add(_new_pair(case))
                self._note(case, "link", case.reason or "matched")
            elif pair is not None:
                pair = _settled(pair, case.settles)
                owed = owed_by(case.steps)
                pair = self._keep(replace(pair, holding=case.holding, owed=owed))
            under_way = _UnderWay(case, pair, len(case.steps), case.fate, case.reason)
            if case.steps:
                self._open[id(case)] = under_way
            else:
                self._finished.append(under_way)
            self._notes(case)
        self.flush(db)

    def outcome(self, task: Task, outcome: Outcome, span: tuple[str, str]) -> None:
        """Take in what became of one step; *span* is when it was written, by the server."""
        under_way = self._open[id(task.case)]
        step = task.step
        if outcome.status is OutcomeStatus.DONE:
            self._done(task, outcome.id, span, under_way)
            what = step.action or step.kind
            place = (step.side, step.object, str(what))
            self.result.done[place] = self.result.done.get(place, 0) + 1
        else:
            words = f"{outcome.code}: {outcome.message}" if outcome.code else outcome.message
            passing = outcome.status is OutcomeStatus.RETRY
            self._worsen(under_way, Fate.DEFERRED if passing else Fate.FAILED, words)
            if not passing:
                self._note(task.case, "fail", words, step)
        self._step_over(under_way)

    def deferred(self, task: Task, reason: str) -> None:
        """Leave a step for a later run."""
        under_way = self._open[id(task.case)]
        self._worsen(under_way, Fate.DEFERRED, reason)
        self._step_over(under_way)

    def recovered(self, db: Connection, task: Task, id_: str | None) -> None:
        """Take in a step of an earlier run that turned out to be done."""
        crm = task.case.ids.get(Side.CRM)
        other = task.step.side.other if crm is None else Side.CRM
        found = pairs.by_side(db, task.case.map, other, [task.case.ids[other]])
        pair = found.get(task.case.ids[other])
        self._done(task, id_, None, _UnderWay(task.case, pair, 1, Fate.WRITTEN, ""))

    def created(self, case: Case) -> str | None:
        """Return the id of the cadence record that this run created for *case*."""
        pair = self._open[id(case)].pair
        return None if pair is None else pair.ids[Side.CADENCE]

    def flush(self, db: Connection) -> None:
        """Write all that was taken in since the last flush, within *db*'s transaction."""
        self._close(db)
        pairs.add(db, self._new.values())
        pairs.save(db, self._changed.values())
        journal.add_entries(db, self._lines)
        if self._linked:
            waiting = inbox.owners(db, Side.CADENCE, "activity", map(match_key, self._linked))
            inbox.requeue(db, Side.CADENCE, "activity", [State.WAITING], waiting)
        self._finished, self._lines, self._linked = [], [], set()
        self._new, self._changed = {}, {}

    def _done(
        self, task: Task, id_: str | None, span: tuple[str, str] | None, under_way: _UnderWay
    ) -> None:
        step = task.step
        ids = dict(task.case.ids)
        if step.kind is StepKind.CREATE and id_ is not None:
            ids[step.side] = id_
        pair = under_way.pair
        if step.kind is StepKind.ACTION:
            if pair is not None:
                left = tuple(owed for owed in pair.owed if owed.key != step.key)
                under_way.pair = self._keep(replace(pair, owed=left))
        else:
            if pair is None:
                pair = self._add(_new_pair(replace(task.case, ids=ids, settles={})))
            echo = None if span is None else Echo(*span, tuple(step.settles[step.side]))
            pair = replace(_settled(pair, step.settles), echo={**pair.echo, step.side: echo})
            under_way.pair = self._keep(pair)
        self._written(task, ids)

    def _add(self, pair: Pair) -> Pair:
        self._new[_name(pair)] = pair
        self._linked.add(pair.ids[Side.CADENCE])
        return pair

    def _keep(self, pair: Pair) -> Pair:
        where = self._new if _name(pair) in self._new else self._changed
        where[_name(pair)] = pair
        return pair

    def _step_over(self, under_way: _UnderWay) -> None:
        under_way.left -= 1
        if under_way.left == 0:
            del self._open[id(under_way.case)]
            self._finished.append(under_way)

    def _worsen(self, under_way: _UnderWay, fate: Fate, reason: str) -> None:
        if _WORSE.index(fate) > _WORSE.index(under_way.fate):
            under_way.fate, under_way.reason = fate, reason

    def _close(self, db: Connection) -> None:
        """End cases: their records leave the inbox, or stay in it with their reason."""
        gone: list[tuple[str, str, str]] = []
        staying: dict[tuple[State, str], list[tuple[str, str, str]]] = {}
        for under_way in self._finished:
            case, pair, fate = under_way.case, under_way.pair, under_way.fate
            self.result.fates[fate] += len(case.candidates)
            refs = [(str(r.side), r.object, r.id) for r in case.candidates]
            if fate in _STATES and (fate is not Fate.SKIPPED or pair is None):
                staying.setdefault((_STATES[fate], under_way.reason), []).extend(refs)
            else:
                gone += refs
            if pair is not None:
                self._keep(replace(pair, seen={**pair.seen, **case.seen}))
            elif case.candidates and not case.steps:
                kind = {Fate.HELD: "hold", Fate.FAILED: "fail"}.get(fate, "skip")
                self._note(case, kind, under_way.reason)
        for (state, reason), refs in staying.items():
            inbox.finish(db, refs, state, reason)
        inbox.forget(db, gone)

    def _known(self, db: Connection, cases: Sequence[Case]) -> dict[tuple[str, str], Pair]:
        by_map: dict[str, list[str]] = {}
        for case in cases:
            if Side.CRM in case.ids and Side.CADENCE in case.ids and not case.links:
                by_map.setdefault(case.map, []).append(case.ids[Side.CRM])
        return {
            (name, id_): pair
            for name, ids in by_map.items()
            for id_, pair in pairs.by_side(db, name, Side.CRM, ids).items()
        }

    # -- history

    def _notes(self, case: Case) -> None:
        self._lines += [
            self._line(
                case,
                "hold" if note.held else "skip",
                side=str(Side.CRM),
                object_name=case.objects[Side.CRM],
                field=note.field,
                new=note.value,
                rule=note.at,
                reason=note.reason,
            )
            for note in case.notes
        ]

    def _note(self, case: Case, kind: str, reason: str, step: Step | None = None) -> None:
        line = self._line(
            case,
            kind,
            side="" if step is None else str(step.side),
            object_name="" if step is None else step.object,
            rule="" if step is None else step.at,
            reason=reason,
        )
        self._lines.append(line)

    def _written(self, task: Task, ids: Mapping[Side, str]) -> None:
        step = task.step
        case = replace(task.case, ids=ids)
        if step.kind is StepKind.ACTION:
            what = step.action if step.target is None else f"{step.action} to {step.target}"
            reason = f'{what}: workflow "{step.workflow}"'
            self._note(case, "action", reason, step)
            return
        self._lines += [
            self._line(
                case,
                _KINDS[step.kind],
                side=str(step.side),
                object_name=step.object,
                field=w.field,
                old=w.old,
                new=w.new,
                lost=None if w.lost is None else [str(w.lost[0]), w.lost[1]],
                rule=w.at,
                reason=w.reason,
            )
            for w in step.writes
        ]

    def _line(
        self,
        case: Case,
        kind: str,
        *,
        side: str,
        object_name: str,
        field: str = "",
        old: Value = None,
        new: Value = None,
        lost: list[Value] | None = None,
        rule: str = "",
        reason: str = "",
    ) -> journal.Entry:
        return journal.Entry(
            run=self._run,
            at=stamp(self.now()),
            kind=kind,
            map=case.map,
            crm_id=case.ids.get(Side.CRM, ""),
            cadence_id=case.ids.get(Side.CADENCE, ""),
            side=side,
            object=object_name,
            field=field,
            old=old,
            new=new,
            lost=lost,
            rule=rule,
            reason=reason,
        )


def _name(pair: Pair) -> tuple[str, str]:
    return pair.map, pair.ids[Side.CRM]


def _settled(pair: Pair, values: Mapping[Side, Mapping[str, Value]]) -> Pair:
    base = {side: {**pair.base[side], **values.get(side, {})} for side in Side}
    return replace(pair, base=base)


def _new_pair(case: Case) -> Pair:
    return Pair(
        map=case.map,
        ids=dict(case.ids),
        objects=dict(case.objects),
        base={side: dict(case.settles.get(side, {})) for side in Side},
        seen=dict.fromkeys(Side, ""),
        echo=dict.fromkeys(Side),
        holding=case.holding,
        owed=owed_by(case.steps),
    )
