"""One recorded activity: created once in the CRM, edited after (K3, K4, K5). Pure."""

from __future__ import annotations

__all__ = ["ActivityFacts", "activity_case", "lost_case"]

from dataclasses import dataclass, replace

from ..ledger.codec import stamp
from ..ledger.rows import Entry, Pair, State
from ..model import Gone, Side, Value, is_blank
from ..rules.compiled import ActivityRule
from ..rules.values import normaliser
from .plan import Case, Fate, FieldNote, FieldWrite, Ref, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    """All that is known of one activity in this cycle."""

    entry: Entry
    #: The rule that asks for it, if any.
    rule: ActivityRule | None
    #: The Lead or Contact it happened with, by its id in the CRM.
    person: str | None
    #: The CRM record that it became in an earlier cycle.
    pair: Pair | None
    #: The part of our keys that names this ledger.
    instance: str


def activity_case(facts: ActivityFacts) -> Case:
    """Decide what becomes of a recorded activity."""
    rule, entry, pair = facts.rule, facts.entry, facts.pair
    target = "" if rule is None else rule.template.object
    case = Case(
        map=f"{target or '-'}/{entry.object}",
        ids={Side.CADENCE: entry.id} if pair is None else pair.ids,
        objects={Side.CRM: target, Side.CADENCE: entry.object},
        candidates=(Ref(entry.side, entry.object, entry.id),),
        seen={entry.side: entry.seen},
        waited=entry.state is State.DEFERRED,
        pair=pair,
    )
    if rule is None:
        reason = "no rule asks for this kind of activity and outcome"
        return case.ended(Fate.SKIPPED, reason)
    if pair is not None and pair.gone[Side.CRM]:
        why, _, _at = pair.gone[Side.CRM].rpartition(" ")
        note = FieldNote(field="", value=None, at=rule.at, reason=f"its {target} was {why}")
        return replace(case, notes=(note,)).ended(Fate.SKIPPED, note.reason)
    if facts.person is None:
        return case.ended(Fate.SKIPPED, "its prospect has no partner in the CRM")
    writes = _writes(rule, entry, facts.person, pair)
    if not writes:
        return case
    base = {} if pair is None else dict(pair.base[Side.CRM])
    step = Step(
        kind=StepKind.CREATE if pair is None else StepKind.UPDATE,
        side=Side.CRM,
        object=target,
        id=None if pair is None else pair.ids[Side.CRM],
        key=f"{facts.instance}:{entry.object}:{entry.id}" if pair is None else None,
        writes=writes,
        settles={Side.CRM: base | {w.field: w.new for w in writes}, Side.CADENCE: {}},
        at=rule.at,
    )
    return case.with_steps([step])


def lost_case(pair: Pair, entry: Entry, gone: Gone) -> Case:
    """Return the case of a CRM record of an activity that is no longer there: it is left so."""
    what = f"{gone.kind} in the CRM"
    reason = f"{what}; the activity is kept in the cadence"
    ref = Ref(entry.side, entry.object, entry.id)
    return Case(
        map=pair.map,
        ids=pair.ids,
        objects=pair.objects,
        candidates=(ref,),
        seen={entry.side: entry.seen},
        notes=(FieldNote(field="", value=None, at="", reason=reason, kind="gone"),),
        pair=pair,
        gone={entry.side: f"{what} {stamp(gone.at)}"},
        fate=Fate.SKIPPED,
        reason=reason,
    )


def _writes(
    rule: ActivityRule, entry: Entry, person: str, pair: Pair | None
) -> tuple[FieldWrite, ...]:
    """Return the fields to write: all that hold something at first, then what was edited."""
    values: dict[str, Value] = dict(rule.record(entry.values))
    values[rule.template.person_field] = person
    base: dict[str, Value] = {} if pair is None else dict(pair.base[Side.CRM])
    same = {field.name: normaliser(field) for field in rule.fields}
    reason = "recorded in the cadence" if pair is None else "edited in the cadence"

    def changed(name: str, value: Value) -> bool:
        if name not in base:
            return not is_blank(value)
        return name in same and same[name](base[name]) != same[name](value)

    return tuple(
        FieldWrite(field=name, old=base.get(name), new=value, at=rule.at, reason=reason)
        for name, value in values.items()
        if changed(name, value)
    )
