"""One record that is no longer there: deleted, merged or converted (B9). Pure.

What its partner becomes of it is the rules' word: a map's ``deletes`` row, and workflows that
ask ``is deleted``, ``is merged``, ``is converted``. Without any, the partner is kept and its pair
rests; if the record comes back, so does the pair.
"""

from __future__ import annotations

__all__ = [
    "GoneFacts",
    "Successor",
    "gone_case",
    "inherited",
    "left_case",
    "resting_case",
]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from ..ledger.codec import stamp
from ..ledger.rows import Entry, Pair, State
from ..model import Gone, GoneKind, Side
from ..rules.compiled import MapRule, WorkflowRule
from ..rules.values import Clock
from .cases import PairFacts, lone_case, pair_case
from .firing import Fired, fire, still_owed
from .plan import Case, Fate, FieldNote, Ref, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """The record into which another went, under the map that keeps it."""

    rule: MapRule
    workflows: Sequence[WorkflowRule]
    id: str
    #: Its own pair, when it has one.
    pair: Pair | None
    #: As it waits in the inbox; None while it was not read.
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFacts:
    """All that is known of a pair one side of which went."""

    rule: MapRule
    pair: Pair
    #: The record that went; its ``gone`` says how.
    entry: Entry
    #: None after a deletion, and when no map keeps what it became.
    successor: Successor | None
    #: The partner, if it waits too.
    partner: Entry | None
    skew: Mapping[Side, timedelta]


def gone_case(facts: GoneFacts, workflows: Sequence[WorkflowRule], clock: Clock) -> Case:
    """Decide what becomes of a pair when one of its records went."""
    heir = facts.successor
    fired = _fired(facts, workflows, clock)
    if heir is None:
        return _parted(facts, fired, "")
    if heir.entry is not None and heir.entry.gone is not None:
        return _parted(facts, fired, f"and {heir.id} went too")
    if heir.pair is not None:
        partner = heir.pair.ids[facts.entry.side.other]
        return _parted(facts, fired, f"which is linked to {partner}")
    if heir.entry is None and facts.entry.state is State.DEFERRED:
        return _parted(facts, fired, f"and {heir.id} is not to be found")
    if heir.entry is None:
        case = lone_case(facts.rule, facts.entry)
        reason = f"it went into {heir.id}, which is being read"
        wanted = (Ref(facts.entry.side, heir.rule.object(facts.entry.side), heir.id),)
        return replace(case.ended(Fate.DEFERRED, reason), rereads=wanted)
    return _handed_on(facts, heir, heir.entry, fired, clock)


def _fired(facts: GoneFacts, workflows: Sequence[WorkflowRule], clock: Clock) -> Fired:
    """Return what workflows ask for; they are about the CRM's records."""
    entry, pair = facts.entry, facts.pair
    if entry.side is not Side.CRM or pair.gone[Side.CADENCE]:
        return Fired(holding=pair.holding)
    return fire(
        facts.rule,
        workflows,
        pair,
        pair.ids,
        entry.values,
        clock,
        entry.seen,
        str(_gone(entry).kind),
    )


def _gone(entry: Entry) -> Gone:
    assert entry.gone is not None
    return entry.gone


def _parted(facts: GoneFacts, fired: Fired, why: str) -> Case:
    """Return the case in which the pair rests, its partner deleted if the map says so."""
    rule, pair, entry = facts.rule, facts.pair, facts.entry
    gone, other = _gone(entry), entry.side.other
    what = f"{gone.kind} in the {entry.side.word}"
    if gone.into is not None:
        what += f" into {' '.join(gone.into)}" + (f", {why}" if why else "")
    steps = list(fired.steps)
    # What was merged or converted lives on elsewhere: its partner is nobody's to delete.
    if gone.kind is GoneKind.DELETED and other in rule.deletes and not pair.gone[other]:
        steps.append(
            Step(
                kind=StepKind.DELETE,
                side=other,
                object=rule.object(other),
                id=pair.ids[other],
                at=rule.at,
            )
        )
        reason = what
    else:
        reason = f"{what}; its {rule.object(other)} is kept"
    note = FieldNote(field="", value=None, at=rule.at, reason=reason, kind="gone")
    return Case(
        map=rule.name,
        ids=pair.ids,
        objects=pair.objects,
        candidates=(Ref(entry.side, entry.object, entry.id),),
        seen={entry.side: entry.seen},
        steps=tuple(steps),
        notes=(note, *fired.notes),
        pair=pair,
        gone={entry.side: f"{what} {stamp(gone.at)}"},
        forgets=(Ref(entry.side, entry.object, entry.id),),
        holding=fired.holding,
        flips=fired.flips,
        fate=Fate.WRITTEN if steps else Fate.SKIPPED,
        reason=reason,
    )


def _handed_on(facts: GoneFacts, heir: Successor, entry: Entry, fired: Fired, clock: Clock) -> Case:
    """Return the case in which the partner goes on with the successor."""
    side = facts.entry.side
    heirs = inherited(facts.pair, heir.rule, entry)
    entries = {side: entry}
    if facts.partner is not None and facts.partner.gone is None:
        entries[side.other] = facts.partner
    found = pair_case(
        PairFacts(rule=heir.rule, pair=heirs, ids=heirs.ids, entries=entries, skew=facts.skew),
        heir.workflows,
        clock,
    )
    gone = _gone(facts.entry)
    reason = f"{gone.kind} into {heir.id}, which takes its place"
    note = FieldNote(field="", value=None, at=heir.rule.at, reason=reason, kind="gone")
    known = {step.key for step in found.steps}
    steps = (*found.steps, *(step for step in fired.steps if step.key not in known))
    return replace(
        found,
        candidates=(Ref(side, facts.entry.object, facts.entry.id), *found.candidates),
        steps=steps,
        notes=(note, *found.notes, *fired.notes),
        replaces=(facts.pair.map, facts.pair.ids[Side.CRM]),
        forgets=(Ref(side, facts.entry.object, facts.entry.id),),
        flips={**found.flips, **fired.flips},
        fate=Fate.WRITTEN if steps and found.fate is not Fate.HELD else found.fate,
        reason=found.reason or reason,
    )


def inherited(pair: Pair, rule: MapRule, entry: Entry) -> Pair:
    """Return *pair* with *entry*'s record in the place of the one that went.

    The two are looked at as if they met for the first time, but nothing counts as changed, and
    what a workflow still owes is not asked for a second time.
    """
    side, other = entry.side, entry.side.other
    partner = {n: v for n, v in pair.base[other].items() if ">" not in n}
    return replace(
        pair,
        map=rule.name,
        ids={**pair.ids, side: entry.id},
        objects={s: rule.object(s) for s in Side},
        base={side: dict(entry.values), other: partner},
        seen={**pair.seen, side: ""},
        echo=dict.fromkeys(Side),
        gone={**pair.gone, side: ""},
        holding=frozenset(owed.workflow for owed in pair.owed),
        choices={},
    )


def left_case(rule: MapRule, pair: Pair, entry: Entry) -> Case:
    """Return the case of a changed record whose partner went: it is noted and left alone."""
    other = entry.side.other
    reason = f"its {pair.objects[other]} was {_plain(pair.gone[other])}"
    note = FieldNote(field="", value=None, at=rule.at, reason=reason)
    case = replace(
        lone_case(rule, entry),
        ids=pair.ids,
        pair=pair,
        settles={entry.side: entry.values},
        notes=(note,),
    )
    return case.ended(Fate.SKIPPED, reason)


def resting_case(rule: MapRule, pair: Pair, workflows: Sequence[WorkflowRule]) -> Case:
    """Return the case of a pair that rests: what it owes is still done, if it can be."""
    steps = [] if pair.gone[Side.CADENCE] else still_owed(rule, workflows, pair)
    return Case(
        map=rule.name,
        ids=pair.ids,
        objects=pair.objects,
        candidates=(),
        steps=tuple(steps),
        pair=pair,
        holding=pair.holding,
        fate=Fate.WRITTEN if steps else Fate.UNCHANGED,
    )


def _plain(tombstone: str) -> str:
    """Return what happened without its moment."""
    return tombstone.rpartition(" ")[0] or tombstone
