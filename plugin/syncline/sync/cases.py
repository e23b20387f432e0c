"""One pair, or one new record: from what is known of it to its case. Pure.

A pair's base holds two kinds of value on each side: under a row's key, what that row last agreed
on; under a field's name, what the record was last seen to hold.
"""

from __future__ import annotations

__all__ = ["NewFacts", "PairFacts", "lone_case", "new_case", "pair_case"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..ledger.rows import Entry, Pair
from ..model import Side, Value
from ..rules.compiled import FieldRule, MapRule, WorkflowRule
from ..rules.values import Clock
from .firing import fire
from .plan import Case, Fate, FieldNote, FieldWrite, Ref, Step, StepKind
from .reconcile import MISSING, Base, Decision, FieldState, Verb, decide, make_record

Values = dict[str, Value]
BySide = dict[Side, Values]


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
    return {Side.CRM: {}, Side.CADENCE: {}}


@dataclass(slots=True)
class _Draft:
    """What the rows of one pair have come to so far."""

    writes: dict[Side, list[FieldWrite]] = field(
        default_factory=lambda: {Side.CRM: [], Side.CADENCE: []}
    )
    #: The baselines that hold at once, and those that hold once a side is written.
    settles: BySide = field(default_factory=_sides)
    after: dict[Side, BySide] = field(
        default_factory=lambda: {Side.CRM: _sides(), Side.CADENCE: _sides()}
    )
    notes: list[FieldNote] = field(default_factory=list[FieldNote])

    def take(self, row: FieldRule, state: FieldState, decision: Decision, *, fresh: bool) -> None:
        """Add one row's decision; *fresh* is whether either value is seen for the first time."""
        if decision.verb is Verb.WRITE:
            self._write(row, state, decision)
            return
        if decision.verb is Verb.SKIP and not decision.settled and not fresh:
            return
        if decision.verb in {Verb.HOLD, Verb.SKIP}:
            self.notes.append(
                FieldNote(
                    field=row.crm.name,
                    value=state.now[Side.CRM],
                    at=row.at,
                    reason=decision.reason,
                    held=decision.verb is Verb.HOLD,
                )
            )
        if decision.verb is not Verb.HOLD and decision.settled:
            for side in Side:
                self.settles[side][row.key] = state.now[side]

    def _write(self, row: FieldRule, state: FieldState, decision: Decision) -> None:
        target = decision.target
        assert target is not None
        name = row.field(target).name
        self.after[target][target] |= {row.key: decision.value, name: decision.value}
        self.after[target][target.other][row.key] = state.now[target.other]
        self.writes[target].append(
            FieldWrite(
                field=name,
                old=state.now[target],
                new=decision.value,
                at=row.at,
                reason=decision.reason,
                lost=decision.lost,
            )
        )

    def steps(self, facts: PairFacts) -> list[Step]:
        """Return an update for each side that is written."""
        return [
            Step(
                kind=StepKind.UPDATE,
                side=side,
                object=facts.rule.object(side),
                id=facts.ids[side],
                writes=tuple(self.writes[side]),
                settles=self.after[side],
            )
            for side in Side
            if self.writes[side]
        ]


def pair_case(facts: PairFacts, workflows: Sequence[WorkflowRule], clock: Clock) -> Case:
    """Decide about every field of a pair, and which workflows fire for it."""
    rule, pair = facts.rule, facts.pair
    now = {side: _now(facts, side) for side in Side}
    base = {side: _base(facts, side, now[side]) for side in Side}
    targets = _targets(rule, now, clock)
    turned = {
        Side.CADENCE: rule.turn_to_cadence(now[Side.CRM]),
        Side.CRM: rule.turn_to_crm(now[Side.CADENCE], now[Side.CRM]),
    }
    newest = _newest(facts)
    draft = _Draft()
    for number, row in enumerate(rule.rows):
        state = FieldState(
            base={side: base[side].get(row.key, MISSING) for side in Side},
            now={side: now[side].get(row.field(side).name) for side in Side},
            turned={side: turned[side][number] for side in Side},
            newest=newest,
        )
        fresh = pair is None or any(
            pair.base[side].get(row.field(side).name) != state.now[side] for side in Side
        )
        draft.take(row, state, decide(row, targets, state), fresh=fresh)
    for side, entry in facts.entries.items():
        draft.settles[side] |= entry.values
    changed = facts.entries[Side.CRM].seen if Side.CRM in facts.entries else ""
    actions, holding = fire(rule, workflows, pair, facts.ids, now[Side.CRM], clock, changed)
    steps = [*draft.steps(facts), *actions]
    return Case(
        map=rule.name,
        ids=facts.ids,
        objects={side: rule.object(side) for side in Side},
        candidates=tuple(Ref(s, e.object, e.id) for s, e in sorted(facts.entries.items())),
        seen={side: entry.seen for side, entry in facts.entries.items()},
        steps=tuple(steps),
        notes=tuple(draft.notes),
        settles=draft.settles,
        links=pair is None,
        holding=holding,
        fate=_fate(steps, draft.notes),
        reason=draft.notes[0].reason if draft.notes else "",
    )


def _now(facts: PairFacts, side: Side) -> Values:
    """Return a record's values: as it came, or, when it did not change, as last seen."""
    entry = facts.entries.get(side)
    if entry is not None:
        return dict(entry.values)
    assert facts.pair is not None
    return dict(facts.pair.base[side])


def _base(facts: PairFacts, side: Side, now: Values) -> Mapping[str, Base]:
    """Return the baselines of a side; for what it echoes of our write, what it made of it (B12)."""
    base: dict[str, Base] = {} if facts.pair is None else dict(facts.pair.base[side])
    entry = facts.entries.get(side)
    echo = None if facts.pair is None else facts.pair.echo[side]
    if entry is None or echo is None:
        return base
    first, last = datetime.fromisoformat(echo.first), datetime.fromisoformat(echo.last)
    if first <= entry.modified <= last:
        for row in facts.rule.rows:
            seen = now.get(row.field(side).name)
            if row.key in echo.rows and _made_of(base.get(row.key, MISSING), seen):
                base[row.key] = seen
    return base


def _made_of(written: Base, seen: Value) -> bool:
    """Tell whether *seen* is what a system may make of a value: cut, trimmed, cased, rounded.

    Anything else is somebody's edit, though it fell into the very second of our write.
    """
    if isinstance(written, str) and isinstance(seen, str):
        ours, theirs = _bare(written), _bare(seen)
        # A cut text is the beginning of ours; a phone number gains or loses its country.
        return ours.startswith(theirs) or (
            len(theirs) > _NUMBER and (ours.endswith(theirs) or theirs.endswith(ours))
        )
    if isinstance(written, int | float) and isinstance(seen, int | float):
        return any(round(written, places) == seen for places in range(6))
    return False


#: Fewer signs than a telephone number has prove nothing by their end.
_NUMBER = 6


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _targets(rule: MapRule, now: Mapping[Side, Values], clock: Clock) -> frozenset[Side]:
    """Return the sides that may be written for this record: the switches and ``where`` (K8)."""
    shut = {side.other for side, where in rule.where.items() if not where(now[side], None, clock)}
    return rule.targets - shut


def _newest(facts: PairFacts) -> Side:
    """Return the side modified last, each by its own server's clock; the CRM in a tie."""
    times = {side: e.modified - facts.skew[side] for side, e in facts.entries.items()}
    if len(times) == len(Side):
        return Side.CADENCE if times[Side.CADENCE] > times[Side.CRM] else Side.CRM
    return next(iter(times), Side.CRM)


def _fate(steps: Sequence[Step], notes: Iterable[FieldNote]) -> Fate:
    notes = list(notes)
    if any(note.held for note in notes):
        return Fate.HELD
    if steps:
        return Fate.WRITTEN
    return Fate.SKIPPED if notes else Fate.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFacts:
    """A record without a partner, and the part of our key that names this ledger."""

    rule: MapRule
    entry: Entry
    instance: str


def lone_case(rule: MapRule, entry: Entry) -> Case:
    """Return the case of a record that has no partner, with nothing decided yet."""
    return Case(
        map=rule.name,
        ids={entry.side: entry.id},
        objects={side: rule.object(side) for side in Side},
        candidates=(Ref(entry.side, entry.object, entry.id),),
        seen={entry.side: entry.seen},
    )


def new_case(facts: NewFacts, workflows: Sequence[WorkflowRule], clock: Clock) -> Case:
    """Decide whether a record gets a partner, and with which values (E4, E7, RS5)."""
    rule, entry = facts.rule, facts.entry
    source, target = entry.side, entry.side.other
    where = rule.where.get(source)
    case = lone_case(rule, entry)
    if target not in rule.targets:
        reason = f"the {target.word} gets no records from the {source.word}"
        return case.ended(Fate.SKIPPED, reason)
    if where is not None and not where(entry.values, None, clock):
        return case.ended(Fate.SKIPPED, f"it does not fit the criteria of `sync {source} to …`")
    made = make_record(rule, target, entry.values)
    if made.hold or made.skip:
        return case.ended(Fate.HELD if made.hold else Fate.SKIPPED, made.hold or made.skip)
    steps = [_creation(facts, made.values)]
    holding: frozenset[str] = frozenset()
    if source is Side.CRM:
        actions, holding = fire(rule, workflows, None, case.ids, entry.values, clock, entry.seen)
        # Somebody who was never in a cadence has none to leave.
        steps += [action for action in actions if action.action != "exit"]
    return case.with_steps(steps, holding)


def _creation(facts: NewFacts, values: Sequence[tuple[FieldRule, Value]]) -> Step:
    rule, entry = facts.rule, facts.entry
    source, target = entry.side, entry.side.other
    created = {row.key: value for row, value in values}
    # A row that had nothing to give, and takes the other way, is looked at when both are there.
    rows = [row for row in rule.rows if row.key in created or target in row.targets]
    settles: BySide = {
        source: dict(entry.values)
        | {row.key: entry.values.get(row.field(source).name) for row in rows},
        target: {row.key: created.get(row.key) for row in rows}
        | {row.field(target).name: value for row, value in values},
    }
    return Step(
        kind=StepKind.CREATE,
        side=target,
        object=rule.object(target),
        id=None,
        key=f"{facts.instance}:{entry.object}:{entry.id}",
        writes=tuple(
            FieldWrite(
                field=row.field(target).name, old=None, new=value, at=row.at, reason="new record"
            )
            for row, value in values
        ),
        settles=settles,
        at=rule.at,
    )
