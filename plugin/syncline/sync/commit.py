"""Commit: outcomes into baselines, history and the inbox, in one transaction with each batch."""

from __future__ import annotations

__all__ = ["Committer", "Result"]

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from ..errors import ConnectorError
from ..ledger import changes, holds, inbox, journal, matchkeys, pairs, wakes
from ..ledger.codec import moment, stamp
from ..ledger.rows import Pair, State
from ..model import Gone, GoneKind, Outcome, OutcomeStatus, Side, Value
from ..observe.telling import tell
from ..rules.compiled import match_key
from . import pairing
from .history import Historian
from .intents import NOT_KNOWN, Task
from .keeping import KeyKeeper, forget_keys
from .plan import Case, Fate, Step, StepKind

_STATES = {
    Fate.HELD: State.HELD,
    Fate.FAILED: State.FAILED,
    Fate.DEFERRED: State.DEFERRED,
    Fate.SKIPPED: State.WAITING,
}
#: What the history calls the end of a record without a pair.
_KINDS = {Fate.HELD: "hold", Fate.FAILED: "fail"}
#: The worse of two fates is the case's.
_WORSE = (
    Fate.UNCHANGED, Fate.SKIPPED, Fate.WRITTEN, Fate.HELD, Fate.DEFERRED, Fate.FAILED,
)  # fmt: skip
#: A case that ended so is decided about again.
_STAYING = {Fate.DEFERRED, Fate.FAILED}
_Name = tuple[str, str]


@dataclass(slots=True)
class Result:
    """What became of a run's plans so far."""

    #: Candidates taken up; the fates must add up to them (B8).
    taken: int = 0
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    #: (side, object, what) -> rows done; *what* is create, update, delete, or the action's name.
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
    #: What was written so far, and until when, by side.
    written: dict[Side, tuple[Mapping[str, Value], str]] = field(
        default_factory=dict[Side, tuple[Mapping[str, Value], str]]
    )


class Committer:
    """Gathers what became of a batch and writes it into the ledger at ``flush``.

    *keepers* keep the match keys of what is written; *recorded* are the objects that hold
    activities: they wait for people who get a partner.
    """

    def __init__(
        self,
        run: int,
        now: Callable[[], datetime],
        keepers: Mapping[tuple[Side, str], KeyKeeper],
        recorded: Collection[tuple[Side, str]] = (),
    ) -> None:
        self._run = run
        self.now = now
        self.result = Result()
        self._history = Historian(run, now)
        self._open: dict[int, _UnderWay] = {}
        self._finished: list[_UnderWay] = []
        #: Pairs that give way, that are new, and that changed, by name.
        self._removed: list[_Name] = []
        self._new: dict[_Name, Pair] = {}
        self._changed: dict[_Name, Pair] = {}
        #: People who got a partner: their activities need wait no longer.
        self._linked: list[Mapping[Side, str]] = []
        self._keepers = keepers
        self._recorded = recorded
        #: Match keys that were written, by (side, object) and id: others find the record by them
        #: at once.
        self._keys: dict[tuple[Side, str], dict[str, dict[str, str]]] = {}
        #: Records that we deleted.
        self._ended: list[tuple[str, str, str]] = []
        #: Records found to be gone when they were written, with what they last held.
        self._lost: list[tuple[Side, Gone, Mapping[str, Value]]] = []

    def open(self, db: Connection, cases: Sequence[Case]) -> None:
        """Take in a plan's cases, and commit all that needs no call: links and baselines."""
        for case in cases:
            self.result.taken += len(case.candidates)
            if case.replaces is not None:
                self._removed.append(case.replaces)
            pair = self._standing(case)
            under_way = _UnderWay(case, pair, len(case.steps), case.fate, case.reason)
            if case.steps:
                self._open[id(case)] = under_way
            else:
                self._finished.append(under_way)
            self._history.notes(case)
        self.flush(db)

    def _standing(self, case: Case) -> Pair | None:
        """Return a case's pair with all that holds before any call."""
        if case.links:
            self._history.note(case, "link", case.reason or "matched")
            return self._add(pairing.new_pair(case))
        if case.pair is None:
            return None
        pair = pairing.moved(case.pair, case)
        if case.returns:
            self._linked.append(pair.ids)
        if case.replaces is not None:
            return self._add(pair)
        # A firing must be on disk before its call; all else is proposed again from the inbox.
        return self._keep(pair) if pair.owed or not case.steps else pair

    def outcome(self, task: Task, outcome: Outcome, span: tuple[str, str]) -> None:
        """Take in what became of one step; *span* is when it was written, by the server."""
        under_way = self._open[id(task.case)]
        step = task.step
        if outcome.status is OutcomeStatus.DONE:
            self._done(task, outcome.id, span, under_way, self._run)
            what = step.action or step.kind
            place = (step.side, step.object, str(what))
            self.result.done[place] = self.result.done.get(place, 0) + 1
        else:
            words = f"{outcome.code}: {outcome.message}" if outcome.code else outcome.message
            if outcome.status is OutcomeStatus.RETRY:
                self.doubted(task, outcome, self._run)
                self._worsen(under_way, Fate.DEFERRED, words)
            elif outcome.status is OutcomeStatus.GONE and step.id is not None:
                self._worsen(under_way, Fate.DEFERRED, words or f"{step.id} is no longer there")
                self._lose(step, step.id, span, under_way.pair)
            else:
                self._worsen(under_way, Fate.FAILED, words)
                if step.kind is StepKind.ACTION:
                    words = self._refuse(under_way, step, words)
                self._history.note(task.case, "fail", words, step)
                tell(
                    "record_failed",
                    {"reason": words},
                    side=step.side,
                    object=step.object,
                    id=step.id,
                    map=task.case.map,
                    code=outcome.code,
                )
        self._step_over(under_way)

    def _refuse(self, under_way: _UnderWay, step: Step, words: str) -> str:
        """Count an action's refusal; give it up when it was refused often enough."""
        pair, tries = under_way.pair, step.tries + 1
        if pair is None:
            return words
        if tries < inbox.ATTEMPTS:
            under_way.pair = self._keep(pairing.refused(pair, step))
            return words
        under_way.pair = self._keep(pairing.acted(pair, step))
        return f"{words}; refused {tries} times, and given up"

    def _lose(self, step: Step, id_: str, span: tuple[str, str], pair: Pair | None) -> None:
        """Note that a record was not there when it was written: the next run deals with it."""
        gone = Gone(object=step.object, id=id_, kind=GoneKind.DELETED, at=moment(span[1]))
        known: Mapping[str, Value] = {} if pair is None else pair.base[step.side]
        values = {name: value for name, value in known.items() if ">" not in name}
        self._lost.append((step.side, gone, values))

    def deferred(self, task: Task, reason: str) -> None:
        """Leave a step for a later run."""
        under_way = self._open[id(task.case)]
        self._worsen(under_way, Fate.DEFERRED, reason)
        self._step_over(under_way)

    def recovered(self, db: Connection, task: Task, id_: str | None, run: int) -> None:
        """Take in a step that *run* sent and that turned out to be done: it wrote it."""
        crm = task.case.ids.get(Side.CRM)
        other = task.step.side.other if crm is None else Side.CRM
        found = pairs.by_side(db, task.case.map, other, [task.case.ids[other]])
        pair = found.get(task.case.ids[other])
        # Nobody knows when it was.
        at = stamp(self.now())
        self._done(task, id_, (at, at), _UnderWay(task.case, pair, 1, Fate.WRITTEN, ""), run)
        self._catch_up(db, task.step)

    def doubted(self, task: Task, outcome: Outcome, run: int) -> None:
        """Keep what a step replaced if it arrived, where nobody can see any more whether it did."""
        if outcome.code == NOT_KNOWN:
            self._history.written(task, task.case.ids, run, doubt=outcome.message)

    def _catch_up(self, db: Connection, step: Step) -> None:
        """Let what waits of a record wait with what was written to it, if it was read before."""
        if step.kind is not StepKind.UPDATE or step.id is None:
            return
        entry = inbox.fetch(db, step.side, step.object, [step.id]).get(step.id)
        if entry is not None:
            stale = {w.field: w.new for w in step.writes if entry.values.get(w.field) == w.old}
            inbox.correct(db, (str(step.side), step.object, step.id), stale, "")

    def created(self, case: Case) -> str | None:
        """Return the id of the cadence record that this run created for *case*."""
        pair = self._open[id(case)].pair
        return None if pair is None else pair.ids[Side.CADENCE]

    def flush(self, db: Connection) -> None:
        """Write all that was taken in since the last flush, within *db*'s transaction."""
        self._close(db)
        pairs.remove(db, self._removed)
        pairs.add(db, self._new.values())
        pairs.save(db, self._changed.values())
        journal.add_entries(db, self._history.taken())
        for where, keys in self._keys.items():
            self._keepers[where].keep(db, keys)
        for side, gone, values in self._lost:
            inbox.departed(db, side, [(gone, values)], self.now())
            changes.note(db, self._run, side, [], [gone])
        for side, name in self._recorded if self._linked else ():
            people = (match_key(ids[side]) for ids in self._linked)
            waiting = matchkeys.owners(db, side, name, people)
            inbox.requeue(db, side, name, [State.WAITING], waiting)
        self._finished, self._linked, self._removed, self._lost = [], [], [], []
        self._new, self._changed, self._keys = {}, {}, {}

    def _done(
        self, task: Task, id_: str | None, span: tuple[str, str], under_way: _UnderWay, run: int
    ) -> None:
        step = task.step
        ids = dict(task.case.ids)
        if step.kind is StepKind.CREATE and id_ is not None:
            ids[step.side] = id_
        pair = under_way.pair
        if step.kind is StepKind.ACTION:
            if pair is not None:
                under_way.pair = self._keep(pairing.acted(pair, step))
        elif step.kind is StepKind.DELETE:
            if pair is not None:
                by = step.writes[0].reason if step.writes else "the rules"
                what = f"deleted by {by} {stamp(self.now())}"
                self._ended.append((str(step.side), step.object, pair.ids[step.side]))
                under_way.pair = self._keep(pairing.without(pair, step.side, what))
        else:
            if pair is None:
                pair = self._add(pairing.new_pair(replace(task.case, ids=ids, settles={})))
            self._note_keys(step, ids[step.side])
            under_way.pair = self._keep(pairing.written(pair, step, span))
            under_way.written[step.side] = (step.values, span[1])
        self._history.written(task, ids, run)

    def _note_keys(self, step: Step, id_: str) -> None:
        where = (step.side, step.object)
        keeper = self._keepers.get(where)
        if keeper is not None and (keys := keeper.of_written(step.settles[step.side])):
            self._keys.setdefault(where, {}).setdefault(id_, {}).update(keys)

    def _add(self, pair: Pair) -> Pair:
        self._new[_name(pair)] = pair
        self._linked.append(pair.ids)
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
        staying: dict[tuple[State, str, str], list[tuple[str, str, str]]] = {}
        forgotten: list[tuple[str, str, str]] = []
        for under_way in self._finished:
            case, pair, fate = under_way.case, under_way.pair, under_way.fate
            self.result.fates[fate] += len(case.candidates)
            refs = [(str(r.side), r.object, r.id) for r in case.candidates]
            if fate is Fate.HELD:
                ids = {f"{side}_id": id_ for side, id_ in case.ids.items()}
                tell("record_held", {"reason": under_way.reason}, map=case.map, **ids)
            if fate in _STATES and (fate is not Fate.SKIPPED or pair is None):
                place = (_STATES[fate], under_way.reason, case.due if pair is None else "")
                staying.setdefault(place, []).extend(refs)
                self._correct(db, under_way)
            else:
                gone += refs
            if fate is Fate.DEFERRED and not case.waited and case.candidates:
                self._history.note(case, "defer", under_way.reason)
            if pair is not None:
                self._keep(pairing.not_yet_gone(pair, case) if fate in _STAYING else pair)
            elif case.candidates and not case.steps and fate is not Fate.DEFERRED:
                kind = _KINDS.get(fate, "skip")
                self._history.note(case, kind, under_way.reason)
            forgotten += [(str(r.side), r.object, r.id) for r in case.forgets]
            for ref in case.rereads:
                wanted = wakes.Wake(side=ref.side, object=ref.object, ids=(ref.id,))
                wakes.add(db, wanted, self.now())
        for (state, reason, due), refs in staying.items():
            inbox.finish(db, refs, state, reason, run=self._run, due=due)
        # Whatever waits of a record that we deleted was read before.
        inbox.forget(db, gone + self._ended)
        forget_keys(db, self._keepers, forgotten + self._ended)
        self._ended = []
        ended = [(u.case, u.fate, u.reason) for u in self._finished]
        holds.keep(db, self._run, self.now(), ended)

    def _correct(self, db: Connection, under_way: _UnderWay) -> None:
        """Let a record that waits on, though it was written, wait with what was written."""
        for ref in under_way.case.candidates:
            if ref.side in under_way.written:
                values, until = under_way.written[ref.side]
                inbox.correct(db, (str(ref.side), ref.object, ref.id), values, until)


def _name(pair: Pair) -> _Name:
    return pair.map, pair.ids[Side.CRM]
