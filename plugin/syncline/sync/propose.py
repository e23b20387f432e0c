"""From the inbox to plans: take records in turn, find their partners, make their cases.

Reads the ledger, writes nothing: proposing twice gives the same plan.
"""

from __future__ import annotations

__all__ = ["CHUNK", "Proposer"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from ..ledger import inbox, pairs
from ..ledger.database import Ledger
from ..ledger.rows import Entry, Pair
from ..model import Side
from ..rules.compiled import ActivityRule, MapRule, WorkflowRule, match_key
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .activities import ActivityFacts, activity_case
from .cases import NewFacts, PairFacts, lone_case, new_case, pair_case
from .link import Kin, Link, find_partner, partner_by_key
from .plan import Case, Fate, Plan, Ref, StepKind

#: Records decided about at once; memory stays level however many wait.
CHUNK = 2000
#: A record that failed this often rests until it changes.
ATTEMPTS = 3
ACTIVITY = "activity"


class Proposer:
    """Makes the plans of one cycle."""

    def __init__(
        self, ledger: Ledger, rules: RuleSet, clock: Clock, skew: Mapping[Side, timedelta]
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._clock = clock
        self._skew = skew
        self._maps = rules.compiled.maps
        self._names = {rule.name for rule in self._maps}
        self._done: set[Ref] = set()
        #: (side, object, field, key) of records that this cycle creates, and for whom.
        self._promised: dict[tuple[Side, str, str, str], str] = {}

    def plans(self) -> Iterator[Plan]:
        """Yield the cycle's plans; each may be applied before the next is asked for."""
        for rule in self._maps:
            workflows = [w for w in self._rules.workflows.values() if w.object == rule.crm_object]
            for side in Side:
                yield from self._records(rule, side, workflows)
            timed = any(workflow.timed for workflow in workflows)
            yield from self._quiet(rule, workflows, owing=not timed)
        if self._rules.activities:
            yield from self._activities()

    def _records(
        self, rule: MapRule, side: Side, workflows: Sequence[WorkflowRule]
    ) -> Iterator[Plan]:
        after = ""
        while True:
            with self._ledger.begin() as db:
                found = inbox.candidates(
                    db, side, rule.object(side), after=after, limit=CHUNK, attempts=ATTEMPTS
                )
                if not found:
                    return
                cases = self._cases(db, rule, side, found, workflows)
            after = found[-1].id
            if cases:
                yield Plan(cases=tuple(cases))

    def _cases(
        self,
        db: Connection,
        rule: MapRule,
        side: Side,
        found: Sequence[Entry],
        workflows: Sequence[WorkflowRule],
    ) -> list[Case]:
        fresh = [e for e in found if Ref(side, e.object, e.id) not in self._done]
        linked = pairs.by_side(db, rule.name, side, (e.id for e in fresh))
        across = inbox.fetch(
            db, side.other, rule.object(side.other), (p.ids[side.other] for p in linked.values())
        )
        others = pairs.partners(db, side, rule.object(side), (e.id for e in fresh), but=rule.name)
        # A pair of a map that the rules no longer have binds nobody.
        elsewhere = {id_ for id_, pair in others.items() if pair.map in self._names}
        loose = [e for e in fresh if e.id not in linked and e.id not in elsewhere]
        kin = self._kin(db, rule, side, loose)
        cases: list[Case] = []
        for entry in fresh:
            if Ref(side, entry.object, entry.id) in self._done or entry.id in elsewhere:
                continue
            pair = linked.get(entry.id)
            case: Case | None
            if pair is not None:
                partner = across.get(pair.ids[side.other])
                case = self._pair_case(rule, pair, entry, partner, workflows)
            else:
                case = self._loose_case(db, rule, entry, kin, workflows)
            if case is not None:
                self._done.update(case.candidates)
                cases.append(case)
        return cases

    def _pair_case(
        self,
        rule: MapRule,
        pair: Pair | None,
        entry: Entry,
        partner: Entry | None,
        workflows: Sequence[WorkflowRule],
    ) -> Case:
        entries = {entry.side: entry}
        if partner is not None:
            entries[partner.side] = partner
        ids = {s: e.id for s, e in entries.items()} if pair is None else pair.ids
        facts = PairFacts(rule=rule, pair=pair, ids=ids, entries=entries, skew=self._skew)
        return _guarded(rule, entries, partial(pair_case, facts, workflows, self._clock))

    def _loose_case(
        self,
        db: Connection,
        rule: MapRule,
        entry: Entry,
        kin: Kin,
        workflows: Sequence[WorkflowRule],
    ) -> Case | None:
        link = self._link(db, rule, entry, kin)
        if link.hold:
            return lone_case(rule, entry).ended(Fate.HELD, link.hold)
        if link.partner is not None:
            other = entry.side.other
            found = inbox.fetch(db, other, rule.object(other), [link.partner])
            if link.partner not in found:
                reason = f"its partner {link.partner} was not seen again"
                return lone_case(rule, entry).ended(Fate.SKIPPED, reason)
            return self._pair_case(rule, None, entry, found[link.partner], workflows)
        if entry.side is Side.CADENCE and self._belongs_elsewhere(db, rule, entry):
            return None
        facts = NewFacts(rule=rule, entry=entry, instance=self._ledger.instance)
        make = partial(new_case, facts, workflows, self._clock)
        made = _guarded(rule, {entry.side: entry}, make)
        if made.fate is Fate.SKIPPED and self._later(rule, entry.side):
            return None
        self._promise(rule, entry, made)
        return made

    def _link(self, db: Connection, rule: MapRule, entry: Entry, kin: Kin) -> Link:
        """Find the partner by our key, then by the match keys (E8)."""
        side = entry.side
        made_for = partner_by_key(rule, side, entry.values, self._ledger.instance)
        if made_for and not pairs.by_side(db, rule.name, side.other, [made_for]):
            return Link(partner=made_for, reason="matched by our key")
        keys = rule.keys(side, entry.values)
        for pair, key in zip(rule.matches, keys, strict=True):
            field = pair[0 if side is Side.CADENCE else 1]
            owner = self._promised.get((side.other, rule.object(side.other), field.name, key))
            if key and owner is not None:
                return Link(hold=f"its partner by {field.name} is already linked to {owner}")
        return find_partner(rule, side, entry.id, keys, kin)

    def _promise(self, rule: MapRule, entry: Entry, case: Case) -> None:
        """Remember the match keys of a record about to be created: a later map may want it."""
        for step in case.steps:
            if step.kind is StepKind.CREATE:
                for pair in rule.matches:
                    field = pair[0 if step.side is Side.CRM else 1]
                    key = match_key(step.values.get(field.name))
                    if key:
                        self._promised[step.side, step.object, field.name, key] = entry.id

    def _kin(self, db: Connection, rule: MapRule, side: Side, loose: Sequence[Entry]) -> Kin:
        wanted: dict[Side, list[tuple[str, str]]] = {Side.CRM: [], Side.CADENCE: []}
        for entry in loose:
            for (crm, cadence), key in zip(
                rule.matches, rule.keys(side, entry.values), strict=True
            ):
                if key:
                    wanted[Side.CRM].append((crm.name, key))
                    wanted[Side.CADENCE].append((cadence.name, key))
        holders = {s: inbox.holders(db, s, rule.object(s), wanted[s]) for s in Side}
        linked: dict[Side, dict[str, str]] = {}
        for s in Side:
            ids = [id_ for held in holders[s].values() for id_ in held]
            found = pairs.partners(db, s, rule.object(s), ids)
            linked[s] = {
                id_: pair.ids[s.other] for id_, pair in found.items() if pair.map in self._names
            }
        return Kin(holders=holders, linked=linked)

    def _later(self, rule: MapRule, side: Side) -> list[MapRule]:
        """Return the maps after *rule* that share its object on *side*."""
        at = self._maps.index(rule)
        return [m for m in self._maps[at + 1 :] if m.object(side) == rule.object(side)]

    def _belongs_elsewhere(self, db: Connection, rule: MapRule, entry: Entry) -> bool:
        """Tell whether a later map finds a partner for a record that *rule* would make new."""
        for later in self._later(rule, entry.side):
            kin = self._kin(db, later, entry.side, [entry])
            keys = later.keys(entry.side, entry.values)
            link = find_partner(later, entry.side, entry.id, keys, kin)
            if link.partner or link.hold:
                return True
        return False

    def _quiet(
        self, rule: MapRule, workflows: Sequence[WorkflowRule], *, owing: bool
    ) -> Iterator[Plan]:
        """Look at pairs that did not change: time alone can fire a workflow, or one is owed."""
        after = ""
        while True:
            with self._ledger.begin() as db:
                found = pairs.quiet(db, rule.name, after=after, limit=CHUNK, owing=owing)
            if not found:
                return
            after = found[-1].ids[Side.CRM]
            cases: list[Case] = []
            for pair in found:
                refs = [Ref(s, pair.objects[s], pair.ids[s]) for s in Side]
                if any(ref in self._done for ref in refs):
                    continue
                facts = PairFacts(rule=rule, pair=pair, ids=pair.ids, entries={}, skew=self._skew)
                case = _guarded(rule, {}, partial(pair_case, facts, workflows, self._clock))
                if case.steps or case.holding != pair.holding:
                    cases.append(case)
            if cases:
                yield Plan(cases=tuple(cases))

    def _activities(self) -> Iterator[Plan]:
        people = [m for m in self._maps if m.cadence_object == "prospect"]
        after = ""
        while True:
            with self._ledger.begin() as db:
                found = inbox.candidates(
                    db, Side.CADENCE, ACTIVITY, after=after, limit=CHUNK, attempts=ATTEMPTS
                )
                if not found:
                    return
                persons = [str(e.values.get("prospect_id") or "") for e in found]
                prospects = pairs.partners(db, Side.CADENCE, "prospect", persons) if people else {}
                known = pairs.partners(db, Side.CADENCE, ACTIVITY, (e.id for e in found))
            after = found[-1].id
            cases: list[Case] = []
            for entry, person in zip(found, persons, strict=True):
                partner = prospects.get(person)
                cases.append(
                    activity_case(
                        ActivityFacts(
                            entry=entry,
                            rule=_asked(self._rules.activities, entry),
                            person=None if partner is None else partner.ids[Side.CRM],
                            pair=known.get(entry.id),
                            instance=self._ledger.instance,
                        )
                    )
                )
            yield Plan(cases=tuple(cases))


def _asked(rules: Sequence[ActivityRule], entry: Entry) -> ActivityRule | None:
    return next((rule for rule in rules if rule.fits(entry.values)), None)


def _guarded(rule: MapRule, entries: Mapping[Side, Entry], make: Callable[[], Case]) -> Case:
    """Make a case; a value that a rule or a plugin's function chokes on fails that record alone."""
    try:
        return make()
    except (ArithmeticError, LookupError, TypeError, ValueError) as err:
        return Case(
            map=rule.name,
            ids={s: e.id for s, e in entries.items()},
            objects={s: rule.object(s) for s in Side},
            candidates=tuple(Ref(s, e.object, e.id) for s, e in sorted(entries.items())),
            fate=Fate.FAILED,
            reason=f"a rule could not read the record: {type(err).__name__}: {err}",
        )
