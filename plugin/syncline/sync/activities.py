"""One recorded activity: it appears on the other side once, and follows its edits (K3 to K5, RS2).

Only what was recorded is a source; its copy on the other side is left alone, whoever edits it.
Pure.
"""

from __future__ import annotations

__all__ = ["ActivityFacts", "activity_case", "lost_case"]

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..ledger.codec import stamp
from ..ledger.rows import Entry, Pair, State
from ..model import Gone, GoneKind, Side, Value, is_blank
from ..rules.compiled import PERSON, ActivityRule
from ..rules.values import normaliser
from .plan import Case, Fate, FieldNote, FieldWrite, Ref, Step, StepKind

#: What a pair keeps of its activity's kind, in the cadence's terms.
_KIND = "kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    """All that is known of one activity in this cycle."""

    entry: Entry
    #: The rule that asks for it, if any.
    rule: ActivityRule | None
    #: Whom it happened with, by the id on the other side.
    person: str | None
    #: It and its copy, if one of them was made in an earlier cycle.
    pair: Pair | None
    #: The part of our keys that names this ledger.
    instance: str


def activity_case(facts: ActivityFacts) -> Case:
    """Decide what becomes of a recorded activity."""
    rule, entry, pair = facts.rule, facts.entry, facts.pair
    source, other = entry.side, entry.side.other
    target = "" if rule is None else rule.object(other)
    names = {source: entry.object, other: target}
    case = Case(
        map=f"{names[Side.CRM] or '-'}/{names[Side.CADENCE] or '-'}",
        ids={source: entry.id} if pair is None else pair.ids,
        objects=names if pair is None else pair.objects,
        candidates=(Ref(source, entry.object, entry.id),),
        seen={source: entry.seen},
        waited=entry.state is State.DEFERRED,
        pair=pair,
    )
    if _is_copy(facts):
        return replace(case, map=case.map if pair is None else pair.map).ended(
            Fate.UNCHANGED, f"it comes from the {other.word}"
        )
    if rule is None:
        reason = "no rule asks for this kind of activity and outcome"
        return case.ended(Fate.SKIPPED, reason)
    if pair is not None and pair.gone[other]:
        why, _, _at = pair.gone[other].rpartition(" ")
        note = FieldNote(field="", value=None, at=rule.at, reason=f"its {target} was {why}")
        return replace(case, notes=(note,)).ended(Fate.SKIPPED, note.reason)
    if facts.person is None:
        whose = "prospect" if source is Side.CADENCE else "person"
        return case.ended(Fate.SKIPPED, f"its {whose} has no partner in the {other.word}")
    writes = _writes(rule, entry, facts.person, pair)
    if not writes:
        return case
    base = {} if pair is None else dict(pair.base[other])
    step = Step(
        kind=StepKind.CREATE if pair is None else StepKind.UPDATE,
        side=other,
        object=target,
        id=None if pair is None else pair.ids[other],
        key=f"{facts.instance}:{entry.object}:{entry.id}" if pair is None else None,
        writes=writes,
        settles={
            other: base | {w.field: w.new for w in writes},
            source: {_KIND: rule.kind} if source is Side.CADENCE else {},
        },
        at=rule.at,
    )
    return case.with_steps([step])


def _is_copy(facts: ActivityFacts) -> bool:
    """Tell whether the record is one that we made of an activity of the other side."""
    entry, pair, rule = facts.entry, facts.pair, facts.rule
    if pair is not None:
        return entry.side is not _source(pair)
    key = None if rule is None or rule.own_key is None else entry.values.get(rule.own_key)
    return isinstance(key, str) and key.startswith(f"{facts.instance}:")


def _source(pair: Pair) -> Side:
    """Return the side on which an activity was recorded: there nothing was written."""
    return Side.CRM if PERSON in pair.base[Side.CADENCE] else Side.CADENCE


def lost_case(pair: Pair, entry: Entry, gone: Gone, rules: Sequence[ActivityRule]) -> Case:
    """Return the case of an activity, or of its copy, that is no longer there.

    A copy that went is left so. When what was recorded went, its copy goes too if the rule says
    so, and is kept otherwise.
    """
    side, other = entry.side, entry.side.other
    what = f"{gone.kind} in the {side.word}"
    reason = f"{what}; the activity is kept in the {other.word}"
    steps: list[Step] = []
    mine = [r for r in rules if r.source is side and side is _source(pair)]
    rule = next((r for r in mine if _speaks_of(r, pair)), None)
    if rule is not None and rule.deletes and gone.kind is GoneKind.DELETED and not pair.gone[other]:
        reason = what
        steps.append(
            Step(
                kind=StepKind.DELETE,
                side=other,
                object=pair.objects[other],
                id=pair.ids[other],
                at=rule.at,
            )
        )
    ref = Ref(side, entry.object, entry.id)
    return Case(
        map=pair.map,
        ids=pair.ids,
        objects=pair.objects,
        candidates=(ref,),
        seen={side: entry.seen},
        steps=tuple(steps),
        notes=(FieldNote(field="", value=None, at="", reason=reason, kind="gone"),),
        pair=pair,
        gone={side: f"{what} {stamp(gone.at)}"},
        fate=Fate.WRITTEN if steps else Fate.SKIPPED,
        reason=reason,
    )


def _speaks_of(rule: ActivityRule, pair: Pair) -> bool:
    kind = pair.base[Side.CADENCE].get(_KIND)
    return (rule.object(Side.CRM), rule.kind) == (pair.objects[Side.CRM], kind)


def _writes(
    rule: ActivityRule, entry: Entry, person: str, pair: Pair | None
) -> tuple[FieldWrite, ...]:
    """Return the fields to write: all that hold something at first, then what was edited."""
    other = rule.source.other
    values: dict[str, Value] = dict(rule.record(entry.values))
    values[rule.person_field(other)] = person
    base: dict[str, Value] = {} if pair is None else dict(pair.base[other])
    same = {field.name: normaliser(field) for field in rule.fields}
    did = "recorded" if pair is None else "edited"
    reason = f"{did} in the {rule.source.word}"

    def changed(name: str, value: Value) -> bool:
        if name not in base:
            return not is_blank(value)
        return name in same and same[name](base[name]) != same[name](value)

    return tuple(
        FieldWrite(field=name, old=base.get(name), new=value, at=rule.at, reason=reason)
        for name, value in values.items()
        if changed(name, value)
    )
