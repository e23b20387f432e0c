"""One pair: from what is known of it to its case. Pure.

A pair's base holds two kinds of value on each side: under a row's key, what that row last agreed
on; under a field's name, what the record was last seen to hold.
"""

from __future__ import annotations

__all__ = ["PairFacts", "due_of", "lone_case", "pair_case"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ..ledger.codec import stamp
from ..ledger.rows import Entry, Pair, State
from ..model import Side, Value
from ..rules.compiled import FieldRule, MapRule, WorkflowRule
from ..rules.values import Clock
from .echo import FLIPS, alike, flipped, is_echo, made_of
from .firing import fire
from .plan import Case, Fate, FieldNote, FieldWrite, Ref, Step, StepKind
from .reconcile import MISSING, Base, Decision, FieldState, Verb, prefer, reconcile, touched

Values = Mapping[str, Value]
BySide = dict[Side, dict[str, Value]]
BySideValues = Mapping[Side, Values]
_CRM, _CADENCE = Side.CRM, Side.CADENCE
_NO_VALUES: Values = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """All that is known of one pair in this cycle."""

    rule: MapRule
    #: None when the two records become a pair now.
    pair: Pair | None
    ids: Mapping[Side, str]
    #: The records that changed; a side without one is as it was last seen.
    entries: Mapping[Side, Entry]
    #: How far each system's clock is ahead of ours.
    skew: Mapping[Side, timedelta]


def _sides() -> BySide:
    return {_CRM: {}, _CADENCE: {}}


@dataclass(slots=True)
class _Draft:
    """What the rows of one pair have come to so far."""

    facts: PairFacts
    clock: Clock
    writes: dict[Side, list[FieldWrite]] = field(default_factory=lambda: {_CRM: [], _CADENCE: []})
    #: The baselines that hold at once, and those that hold once a side is written.
    settles: BySide = field(default_factory=_sides)
    after: dict[Side, BySide] = field(default_factory=dict[Side, BySide])
    notes: list[FieldNote] = field(default_factory=list[FieldNote])
    flips: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    chosen: list[str] = field(default_factory=list[str])

    def take(self, row: FieldRule, state: FieldState, decision: Decision) -> None:
        """Add one row's decision."""
        pair = self.facts.pair
        if pair is not None and row.key in pair.choices:
            # It decides this conflict and no later one, whatever became of it meanwhile.
            self.chosen.append(row.key)
            if decision.verb in {Verb.HOLD, Verb.WRITE}:
                decision = prefer(row, state, pair.choices[row.key])
        if decision.verb is Verb.NOTHING:
            return
        if decision.verb is Verb.WRITE:
            self._write(row, state, decision)
        elif decision.verb is Verb.SETTLE:
            self._settle(row, state)
        elif decision.verb is Verb.HOLD:
            self._note(row, state, decision.reason, "hold")
        elif decision.settled:
            self._note(row, state, decision.reason, "skip", decision.lost)
            self._settle(row, state)
        elif self._is_news(row, state):
            self._note(row, state, decision.reason, "skip")

    def _settle(self, row: FieldRule, state: FieldState) -> None:
        self.settles[_CRM][row.key] = state.now[_CRM]
        self.settles[_CADENCE][row.key] = state.now[_CADENCE]

    def _is_news(self, row: FieldRule, state: FieldState) -> bool:
        """Tell whether either value is seen for the first time: a shut row is told of once."""
        pair, entries = self.facts.pair, self.facts.entries.values()
        return (
            pair is None
            # Who takes the place of a record that went is new to its partner.
            or not all(pair.seen.values())
            # When it was put off, it was seen, and nothing was told of what stays.
            or any(entry.state is State.DEFERRED for entry in entries)
            or any(pair.base[s].get(row.field(s).name) != state.now[s] for s in Side)
        )

    def _note(
        self,
        row: FieldRule,
        state: FieldState,
        reason: str,
        kind: str,
        lost: tuple[Side, Value] | None = None,
    ) -> None:
        self.notes.append(
            FieldNote(
                field=row.crm.name,
                value=state.now[_CRM],
                across=state.now[_CADENCE],
                row=row.key,
                at=row.at,
                reason=reason,
                held=kind == "hold",
                kind=kind,
                lost=lost,
            )
        )

    def _write(self, row: FieldRule, state: FieldState, decision: Decision) -> None:
        target = decision.target
        assert target is not None
        old = state.now[target]
        kept = () if self.facts.pair is None else self.facts.pair.flips.get(row.key, ())
        if row.key in self.chosen:
            kept = ()
        flips = flipped(kept, old, decision.value, self.clock.now)
        if flips.stop:
            reason = f"put back and forth {FLIPS} times in 24 hours: something else writes it too"
            self._note(row, state, reason, "hold")
            return
        self.flips[row.key] = flips.kept
        name = row.field(target).name
        after = self.after.setdefault(target, _sides())
        after[target][row.key] = after[target][name] = decision.value
        after[target.other][row.key] = state.now[target.other]
        self.writes[target].append(
            FieldWrite(
                field=name,
                old=old,
                new=decision.value,
                at=row.at,
                reason=decision.reason,
                lost=decision.lost,
            )
        )

    def steps(self) -> list[Step]:
        """Return an update for each side that is written."""
        rule, ids = self.facts.rule, self.facts.ids
        return [
            Step(
                kind=StepKind.UPDATE,
                side=side,
                object=rule.object(side),
                id=ids[side],
                writes=tuple(writes),
                settles=self.after[side],
            )
            for side, writes in self.writes.items()
            if writes
        ]


def pair_case(
    facts: PairFacts, workflows: Sequence[WorkflowRule], clock: Clock, event: str = ""
) -> Case:
    """Decide about every field of a pair, and which workflows fire for it.

    *event* is what happened to the CRM's record, as a criterion names it (``undeleted``).
    """
    rule, pair, entries = facts.rule, facts.pair, facts.entries
    now = {_CRM: _now(facts, _CRM), _CADENCE: _now(facts, _CADENCE)}
    draft = _Draft(facts, clock)
    base = {_CRM: _base(draft, _CRM, now[_CRM]), _CADENCE: _base(draft, _CADENCE, now[_CADENCE])}
    rows = touched(rule)(base[_CRM], now[_CRM], base[_CADENCE], now[_CADENCE])
    if rows:
        targets, newest = _targets(rule, now, clock), _newest(facts)
        for row, state, decision in reconcile(rule, rows, base, now, targets, newest):
            draft.take(row, state, decision)
    for side, entry in entries.items():
        # A row's agreed value is never that of a field: their names differ.
        draft.settles[side].update(entry.values)
    changed = entries[_CRM].seen if _CRM in entries else ""
    fired = fire(rule, workflows, pair, facts.ids, now[_CRM], clock, changed, event)
    steps = [*draft.steps(), *fired.steps]
    notes = (*draft.notes, *fired.notes)
    return Case(
        map=rule.name,
        ids=facts.ids,
        objects={_CRM: rule.crm_object, _CADENCE: rule.cadence_object},
        candidates=tuple(Ref(s, e.object, e.id) for s, e in sorted(entries.items())),
        seen={side: entry.seen for side, entry in entries.items()},
        waited=any(entry.state is State.DEFERRED for entry in entries.values()),
        steps=tuple(steps),
        notes=notes,
        settles=draft.settles,
        links=pair is None,
        pair=pair,
        holding=fired.holding,
        due=due_of(rule, workflows, now, clock),
        flips=draft.flips | fired.flips,
        chosen=tuple(draft.chosen),
        fate=_fate(steps, notes),
        reason=notes[0].reason if notes else "",
    )


def _now(facts: PairFacts, side: Side) -> Values:
    """Return a record's values: as it came, or, when it did not change, as last seen."""
    entry = facts.entries.get(side)
    if entry is not None:
        return entry.values
    assert facts.pair is not None
    return facts.pair.base[side]


def _base(draft: _Draft, side: Side, now: Values) -> Mapping[str, Base]:
    """Return the baselines of a side; for what it echoes of our write, what it made of it (B12)."""
    facts = draft.facts
    if facts.pair is None:
        return _NO_VALUES
    entry, echo = facts.entries.get(side), facts.pair.echo[side]
    known = facts.pair.base[side]
    if entry is None or echo is None:
        return known
    near = is_echo(echo, entry.modified)
    # Not read again since we wrote: whatever its time now, it may show what was made of our write.
    seen_last = facts.pair.seen[side]
    first = seen_last == echo.seen or seen_last < echo.first
    if not near and not first:
        return known
    base: dict[str, Base] = dict(known)
    for row in facts.rule.rows:
        if row.key not in echo.rows:
            continue
        field_ = row.field(side)
        seen, written = now.get(field_.name), base.get(row.key, MISSING)
        if seen == written:
            continue
        length = field_.length
        if (near and made_of(written, seen, length)) or (first and alike(written, seen, length)):
            base[row.key] = seen
            draft.settles[side][row.key] = seen
            draft.notes.append(
                FieldNote(
                    field=field_.name,
                    value=seen,
                    at=row.at,
                    row=row.key,
                    reason=f"the {side.word} made this of what was written to it",
                    kind="echo",
                )
            )
    return base


def _targets(rule: MapRule, now: BySideValues, clock: Clock) -> frozenset[Side]:
    """Return the sides that may be written for this record: the switches and ``where`` (K8)."""
    shut = {side.other for side, where in rule.where.items() if not where(now[side], None, clock)}
    return rule.targets - shut if shut else rule.targets


def _newest(facts: PairFacts) -> Side:
    """Return the side modified last, each by its own server's clock; the CRM in a tie."""
    times = {side: e.modified - facts.skew[side] for side, e in facts.entries.items()}
    if len(times) == len(Side):
        return _CADENCE if times[_CADENCE] > times[_CRM] else _CRM
    return next(iter(times), _CRM)


def _fate(steps: Sequence[Step], notes: Sequence[FieldNote]) -> Fate:
    if any(note.held for note in notes):
        return Fate.HELD
    if steps:
        return Fate.WRITTEN
    return Fate.SKIPPED if any(note.kind == "skip" for note in notes) else Fate.UNCHANGED


def due_of(
    rule: MapRule, workflows: Iterable[WorkflowRule], now: BySideValues, clock: Clock
) -> str:
    """Return when time alone may next change what the rules say of a pair; empty for never."""
    timed = (w for w in workflows if w.timed and w.object == rule.crm_object)
    asked = [workflow.due(now[_CRM], clock) for workflow in timed]
    asked += [due(now[side], clock) for side, due in rule.due.items()]
    moments = [moment for moment in asked if moment is not None]
    return stamp(min(moments)) if moments else ""


def lone_case(rule: MapRule, entry: Entry) -> Case:
    """Return the case of a record that has no partner, with nothing decided yet."""
    return Case(
        map=rule.name,
        ids={entry.side: entry.id},
        objects={_CRM: rule.crm_object, _CADENCE: rule.cadence_object},
        candidates=(Ref(entry.side, entry.object, entry.id),),
        seen={entry.side: entry.seen},
        waited=entry.state is State.DEFERRED,
    )
