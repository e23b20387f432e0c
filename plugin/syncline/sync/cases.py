"""One pair, or one new record: from what is known of it to its case. Pure."""

from __future__ import annotations

__all__ = ["NewCase", "PairFacts", "new_case", "pair_case"]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..ledger.codec import stamp
from ..ledger.rows import Entry, Pair
from ..model import Side, Value
from ..rules.compiled import FieldRule, MapRule, WorkflowRule
from ..rules.values import Clock
from .plan import Case, Fate, FieldNote, FieldWrite, Ref, Step, StepKind
from .reconcile import MISSING, Base, FieldState, Verb, decide, make_record

Values = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """All that is known of one pair in this cycle."""

    rule: MapRule
    #: None when the two records become a pair now.
    pair: Pair | None
    ids: Mapping[Side, str]
    #: The records that changed; a side without one still holds its baseline.
    entries: Mapping[Side, Entry]
    #: How far each system's clock is ahead of ours.
    skew: Mapping[Side, timedelta]


def pair_case(facts: PairFacts, workflows: Iterable[WorkflowRule], clock: Clock) -> Case:
    """Decide about every field of a pair, and which workflows fire for it."""
    rule, pair = facts.rule, facts.pair
    now = {side: _now(facts, side) for side in Side}
    base = _bases(facts, now)
    targets = _targets(rule, now, clock)
    turned_to = {
        Side.CADENCE: rule.turn_to_cadence(now[Side.CRM]),
        Side.CRM: rule.turn_to_crm(now[Side.CADENCE], now[Side.CRM]),
    }
    newest = _newest(facts)
    writes: dict[Side, list[FieldWrite]] = {Side.CRM: [], Side.CADENCE: []}
    settles: dict[Side, Values] = {Side.CRM: {}, Side.CADENCE: {}}
    after: dict[Side, dict[Side, Values]] = {s: {Side.CRM: {}, Side.CADENCE: {}} for s in Side}
    notes: list[FieldNote] = []
    for number, row in enumerate(rule.rows):
        state = FieldState(
            base={s: base[s].get(row.base[s], MISSING) for s in Side},
            now={s: now[s].get(row.field(s).name) for s in Side},
            turned={s: turned_to[s][number] for s in Side},
            newest=newest,
        )
        decision = decide(row, targets, state)
        if decision.verb is Verb.WRITE:
            assert decision.target is not None
            target = decision.target
            written = {target: decision.value, target.other: state.now[target.other]}
            for side in Side:
                after[target][side][row.base[side]] = written[side]
            writes[target].append(
                FieldWrite(
                    field=row.field(target).name,
                    old=state.now[target],
                    new=decision.value,
                    at=row.at,
                    reason=decision.reason,
                    lost=decision.lost,
                )
            )
            continue
        if decision.verb is Verb.HOLD:
            notes.append(_note(row, state, decision.reason, held=True))
            continue
        if decision.verb is Verb.SKIP:
            notes.append(_note(row, state, decision.reason))
        if decision.verb is not Verb.NOTHING:
            for side in Side:
                settles[side][row.base[side]] = state.now[side]
    for side, entry in facts.entries.items():
        _settle_the_rest(rule, side, entry.values, settles)
    steps = [
        Step(
            kind=StepKind.UPDATE,
            side=side,
            object=rule.object(side),
            id=facts.ids[side],
            writes=tuple(writes[side]),
            settles=after[side],
        )
        for side in Side
        if writes[side]
    ]
    before = None if pair is None else now[Side.CRM] | dict(pair.base[Side.CRM])
    actions, holding = _fire(facts, workflows, now[Side.CRM], before, clock)
    steps += actions
    return Case(
        map=rule.name,
        ids=facts.ids,
        objects={s: rule.object(s) for s in Side},
        candidates=_refs(facts.entries),
        modified={s: stamp(e.modified) for s, e in facts.entries.items()},
        steps=tuple(steps),
        notes=tuple(notes),
        settles=settles,
        links=pair is None,
        holding=holding,
        fate=_fate(steps, notes),
        reason=notes[0].reason if notes else "",
    )


def _now(facts: PairFacts, side: Side) -> Values:
    """Return a record's values: as it came, or, when it did not change, its baseline."""
    entry = facts.entries.get(side)
    if entry is not None:
        return dict(entry.values)
    assert facts.pair is not None
    base = facts.pair.base[side]
    values = dict(base)
    for row in facts.rule.rows:
        if row.base[side] in base:
            values[row.field(side).name] = base[row.base[side]]
    return values


def _bases(facts: PairFacts, now: Mapping[Side, Values]) -> dict[Side, Mapping[str, Base]]:
    """Return the baselines; for what a side echoes of our own write, what it made of it (B12)."""
    found: dict[Side, Mapping[str, Base]] = {}
    for side in Side:
        base: dict[str, Base] = {} if facts.pair is None else dict(facts.pair.base[side])
        echoed = _echoed(facts, side)
        for row in facts.rule.rows:
            if row.field(side).name in echoed and row.base[side] in base:
                base[row.base[side]] = now[side].get(row.field(side).name)
        found[side] = base
    return found


def _echoed(facts: PairFacts, side: Side) -> tuple[str, ...]:
    """Return the fields of our last write, if the record was modified last within its span."""
    entry = facts.entries.get(side)
    echo = None if facts.pair is None else facts.pair.echo[side]
    if entry is None or echo is None:
        return ()
    first, last = datetime.fromisoformat(echo.first), datetime.fromisoformat(echo.last)
    return echo.fields if first <= entry.modified <= last else ()


def _targets(rule: MapRule, now: Mapping[Side, Values], clock: Clock) -> frozenset[Side]:
    """Return the sides that may be written for this record: the switches and ``where`` (K8)."""
    shut = {side.other for side, where in rule.where.items() if not where(now[side], None, clock)}
    return rule.targets - shut


def _newest(facts: PairFacts) -> Side:
    times = {side: e.modified - facts.skew[side] for side, e in facts.entries.items()}
    if len(times) == 1:
        return next(iter(times))
    return Side.CADENCE if times[Side.CADENCE] > times[Side.CRM] else Side.CRM


def _note(row: FieldRule, state: FieldState, reason: str, *, held: bool = False) -> FieldNote:
    field = row.crm
    return FieldNote(
        field=field.name, value=state.now[Side.CRM], at=row.at, reason=reason, held=held
    )


def _settle_the_rest(
    rule: MapRule, side: Side, values: Mapping[str, Value], settles: Mapping[Side, Values]
) -> None:
    """Keep the fields that only criteria and arguments read: the next cycle's ``before``."""
    mapped = {row.field(side).name for row in rule.rows}
    settles[side].update({name: v for name, v in values.items() if name not in mapped})


def _fire(
    facts: PairFacts,
    workflows: Iterable[WorkflowRule],
    now: Values,
    before: Values | None,
    clock: Clock,
) -> tuple[list[Step], frozenset[str]]:
    """Return the actions of the workflows that fire, and the names of all that hold (K10, K11)."""
    held_before = frozenset[str]() if facts.pair is None else facts.pair.holding
    changed = Side.CRM in facts.entries
    steps: list[Step] = []
    holding: set[str] = set()
    for workflow in workflows:
        if not workflow.matches(now, before, clock):
            continue
        holding.add(workflow.name)
        if workflow.name in held_before and not (workflow.every_time and changed):
            continue
        moment = (
            stamp(facts.entries[Side.CRM].modified) if changed else clock.now.date().isoformat()
        )
        steps += _actions(workflow, facts.rule, facts.ids, moment)
    return steps, frozenset(holding)


def _actions(
    workflow: WorkflowRule, rule: MapRule, ids: Mapping[Side, str], moment: str
) -> list[Step]:
    """Return the actions of one firing. The key names the firing, so that it has one effect."""
    return [
        Step(
            kind=StepKind.ACTION,
            side=Side.CADENCE,
            object=rule.cadence_object,
            id=ids.get(Side.CADENCE),
            key=f"{rule.name}:{ids[Side.CRM]}:{workflow.name}:{number}:{moment}",
            action=action,
            target=target,
            workflow=workflow.name,
            at=workflow.at,
        )
        for number, (action, target) in enumerate(workflow.actions)
    ]


def _fate(steps: Iterable[Step], notes: Iterable[FieldNote]) -> Fate:
    notes = list(notes)
    if any(note.held for note in notes):
        return Fate.HELD
    if any(True for _ in steps):
        return Fate.WRITTEN
    return Fate.SKIPPED if notes else Fate.UNCHANGED


def _refs(entries: Mapping[Side, Entry]) -> tuple[Ref, ...]:
    return tuple(Ref(side, e.object, e.id) for side, e in sorted(entries.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A record without a partner, and the part of our key that names this ledger."""

    rule: MapRule
    entry: Entry
    instance: str


def new_case(facts: NewCase, workflows: Iterable[WorkflowRule], clock: Clock) -> Case:
    """Decide whether a record gets a partner, and with which values (E4, E7, RS5)."""
    rule, entry = facts.rule, facts.entry
    source, target = entry.side, entry.side.other
    where = rule.where.get(source)
    if target not in rule.targets:
        return _alone(
            facts, Fate.SKIPPED, f"the {target.word} gets no records from the {source.word}"
        )
    if where is not None and not where(entry.values, None, clock):
        return _alone(facts, Fate.SKIPPED, f"it does not fit the criteria of `sync {source} to …`")
    made = make_record(rule, target, entry.values)
    if made.hold or made.skip:
        return _alone(facts, Fate.HELD if made.hold else Fate.SKIPPED, made.hold or made.skip)
    created = {row.base[target]: value for row, value in made.values}
    settles: dict[Side, Values] = {
        source: dict(entry.values)
        | {row.base[source]: entry.values.get(row.field(source).name) for row in rule.rows},
        target: {row.base[target]: created.get(row.base[target]) for row in rule.rows},
    }
    step = Step(
        kind=StepKind.CREATE,
        side=target,
        object=rule.object(target),
        id=None,
        key=f"{facts.instance}:{entry.object}:{entry.id}",
        writes=tuple(
            FieldWrite(
                field=row.field(target).name, old=None, new=value, at=row.at, reason="new record"
            )
            for row, value in made.values
        ),
        settles=settles,
        at=rule.at,
    )
    steps = [step]
    holding: set[str] = set()
    if source is Side.CRM:
        for workflow in workflows:
            if workflow.matches(entry.values, None, clock):
                holding.add(workflow.name)
                # Somebody who was never in a cadence has none to leave.
                fired = _actions(workflow, rule, {source: entry.id}, stamp(entry.modified))
                steps += [action for action in fired if action.action != "exit"]
    return Case(
        map=rule.name,
        ids={source: entry.id},
        objects={s: rule.object(s) for s in Side},
        candidates=(Ref(source, entry.object, entry.id),),
        modified={source: stamp(entry.modified)},
        steps=tuple(steps),
        holding=frozenset(holding),
        fate=Fate.WRITTEN,
    )


def _alone(facts: NewCase, fate: Fate, reason: str) -> Case:
    entry = facts.entry
    return Case(
        map=facts.rule.name,
        ids={entry.side: entry.id},
        objects={s: facts.rule.object(s) for s in Side},
        candidates=(Ref(entry.side, entry.object, entry.id),),
        fate=fate,
        reason=reason,
    )
