"""From the inbox to plans: take records in turn, find their partners, make their cases.

Who waited longest is served first, whatever its object and side. Reads the ledger, writes
nothing: proposing twice gives the same plan.
"""

from __future__ import annotations

__all__ = ["CHUNK", "Proposer"]

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from ..ledger import inbox, journal, pairs
from ..ledger.database import Ledger
from ..ledger.rows import Entry, Pair, State, Turn
from ..model import Side
from ..rules.compiled import MapRule
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .cases import PairFacts, lone_case, pair_case
from .creation import NewFacts, new_case
from .departures import (
    GoneFacts,
    Successor,
    gone_case,
    inherited,
    left_case,
    resting_case,
)
from .link import Kin
from .linking import Linker
from .plan import Case, Fate, Plan, Ref
from .recorded import Recorded

#: Records decided about at once; memory stays level however many wait.
CHUNK = 2000
_UNHEARD = "what became of an earlier write of it is not known yet"


class Proposer:
    """Makes the plans of one cycle. *run* is 0 when nothing of it will be applied."""

    def __init__(
        self,
        ledger: Ledger,
        rules: RuleSet,
        clock: Clock,
        skew: Mapping[Side, timedelta],
        *,
        run: int,
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._clock = clock
        self._skew = skew
        self._run = run
        bulks = [
            description.prices_of(kind.name).bulk
            for description in rules.catalog.descriptions.values()
            for kind in description.objects
        ]
        #: A system that takes many records in one job gets them in one plan.
        self._most = max(CHUNK, *(bulk.size for bulk in bulks if bulk is not None), 0)
        self._maps = rules.compiled.maps
        # All of them, for every map: a pair that was handed on may owe what another fired.
        self._workflows = tuple(rules.workflows.values())
        self._linker = Linker(ledger.instance, self._maps)
        self._recorded = Recorded(ledger.instance, rules, clock)
        #: What was taken up, in this plan or, when nothing is applied, in any before it.
        self._taken: set[Ref] = set()
        #: Pairs that a plan not yet applied makes of others, by (map, side, id).
        self._handed: dict[tuple[str, Side, str], Pair] = {}

    def plans(self) -> Iterator[Plan]:
        """Yield the cycle's plans; each may be applied before the next is asked for."""
        objects = dict.fromkeys((side, m.object(side)) for side in Side for m in self._maps)
        for side, name in objects | self._recorded.places:
            yield from self._part(partial(self._departures, side, name))
        queues = {where: Turn() for where in objects}
        queues |= {place: Turn() for place in self._recorded.sources}
        while queues:
            where = self._next(queues)
            if where is None:
                break
            cases, queues[where] = self._chunk(*where, queues[where])
            if cases:
                yield self._plan(cases)
        for rule in self._maps:
            yield from self._part(partial(self._quiet, rule))

    def _plan(self, cases: Sequence[Case]) -> Plan:
        if self._run:
            # It is applied before the next is made: the ledger remembers.
            self._taken.clear()
            self._handed.clear()
            self._linker.applied()
        return Plan(cases=tuple(cases))

    def _part(self, chunks: Callable[[], Iterator[list[Case]]]) -> Iterator[Plan]:
        for cases in chunks():
            if cases:
                yield self._plan(cases)

    def _next(self, queues: Mapping[tuple[Side, str], Turn]) -> tuple[Side, str] | None:
        """Return the queue whose head has waited longest."""
        heads: list[tuple[str, int, tuple[Side, str]]] = []
        with self._ledger.begin() as db:
            for order, ((side, name), after) in enumerate(queues.items()):
                since = inbox.head(db, side, name, after=after, run=self._run)
                if since is not None:
                    heads.append((since, order, (side, name)))
        return min(heads)[2] if heads else None

    def _chunk(self, side: Side, name: str, after: Turn) -> tuple[list[Case], Turn]:
        with self._ledger.begin() as db:
            found = inbox.candidates(db, side, name, after=after, limit=self._most, run=self._run)
            if not found:
                return [], after
            if self._recorded.holds(side, name):
                cases = self._recorded.cases(db, side, name, found)
            else:
                cases = self._records(db, side, name, found)
        return cases, found[-1].turn

    # -- records

    def _records(self, db: Connection, side: Side, name: str, found: Sequence[Entry]) -> list[Case]:
        """Return the cases of changed records: the first map that keeps one decides about it."""
        rules = [m for m in self._maps if m.object(side) == name]
        left = [e for e in found if Ref(side, name, e.id) not in self._taken]
        names = [rule.name for rule in self._maps]
        linked = pairs.among(db, side, name, (e.id for e in left), names)
        # A plan that is only shown takes what was sent for not sent.
        unheard = journal.unheard(db) if self._run else set[tuple[str, str, str]]()
        cases: list[Case] = []
        for rule in rules:
            mine = [
                (entry, pair)
                for entry in left
                for pair in self._own(rule, side, entry, linked.get(entry.id, ()))
            ]
            partners = [pair.ids[side.other] for _entry, pair in mine if pair is not None]
            across = inbox.fetch(db, side.other, rule.object(side.other), partners)
            kin = self._linker.kin(db, rule, side, [e for e, pair in mine if pair is None])
            for entry, pair in mine:
                if Ref(side, name, entry.id) in self._taken:
                    continue
                if pair is None:
                    case = self._loose_case(db, rule, entry, kin)
                elif all(pair.gone.values()):
                    # Both were gone and one is back: it is as if it were new.
                    kin = self._linker.kin(db, rule, side, [entry])
                    case = self._loose_case(db, rule, entry, kin)
                    if case is not None:
                        case = replace(case, replaces=(pair.map, pair.ids[Side.CRM]))
                else:
                    case = self._pair_case(rule, pair, entry, across.get(pair.ids[side.other]))
                if case is not None:
                    if unheard and _touches(case, unheard):
                        # What looks like an edit may be our own write.
                        case = lone_case(rule, entry).ended(Fate.DEFERRED, _UNHEARD)
                    self._taken.update(case.candidates)
                    self._linker.promise(case)
                    cases.append(case)
            left = [e for e in left if Ref(side, name, e.id) not in self._taken]
        return cases

    def _own(
        self, rule: MapRule, side: Side, entry: Entry, linked: Sequence[Pair]
    ) -> Sequence[Pair | None]:
        """Return the record's pair by *rule*, None if it may still find one, or nothing."""
        handed = self._handed.get((rule.name, side, entry.id))
        if handed is not None:
            return (handed,)
        mine = [pair for pair in linked if pair.map == rule.name]
        return mine or (() if linked else (None,))

    def _pair_case(
        self, rule: MapRule, pair: Pair | None, entry: Entry, partner: Entry | None
    ) -> Case:
        entries = {entry.side: entry}
        if partner is not None and partner.gone is None:
            entries[partner.side] = partner
        event, returns = "", False
        if pair is not None and pair.gone[entry.side.other]:
            return left_case(rule, pair, entry)
        if pair is not None and pair.gone[entry.side]:
            event, returns = "undeleted" if entry.side is Side.CRM else "", True
            pair = replace(pair, gone=dict.fromkeys(Side, ""))
        ids = {s: e.id for s, e in entries.items()} if pair is None else pair.ids
        facts = PairFacts(rule=rule, pair=pair, ids=ids, entries=entries, skew=self._skew)
        make = partial(pair_case, facts, self._workflows, self._clock, event)
        case = _guarded(rule, entries, make)
        return replace(case, returns=True) if returns else case

    def _loose_case(self, db: Connection, rule: MapRule, entry: Entry, kin: Kin) -> Case | None:
        link = self._linker.find(db, rule, entry, kin)
        if link.hold:
            return lone_case(rule, entry).ended(Fate.HELD, link.hold)
        if link.replaces is not None:
            name, crm_id = link.replaces
            resting = pairs.by_side(db, name, Side.CRM, [crm_id])[crm_id]
            heirs = inherited(resting, rule, entry)
            across = self._waiting(db, rule, entry.side.other, heirs.ids[entry.side.other])
            return replace(self._pair_case(rule, heirs, entry, across), replaces=link.replaces)
        if link.partner is not None:
            other = entry.side.other
            found = inbox.fetch(db, other, rule.object(other), [link.partner])
            partner = found.get(link.partner)
            if partner is None:
                reason = f"its partner {link.partner} was not seen again"
                return lone_case(rule, entry).ended(Fate.SKIPPED, reason)
            if partner.gone is None:
                case = self._pair_case(rule, None, entry, partner)
                return replace(case, reason=case.reason or link.reason)
            # Whoever went is no partner, though the end of it is not dealt with yet: it came in the
            # middle of the run, or the plan is only shown.
        if entry.side is Side.CADENCE and self._linker.belongs_elsewhere(db, rule, entry):
            return None
        facts = NewFacts(rule=rule, entry=entry, instance=self._ledger.instance)
        make = partial(new_case, facts, self._workflows, self._clock)
        made = _guarded(rule, {entry.side: entry}, make)
        if made.fate is Fate.SKIPPED and self._linker.later(rule, entry.side):
            return None
        return made

    def _waiting(self, db: Connection, rule: MapRule, side: Side, id_: str) -> Entry | None:
        """Return what waits of a record, unless it was taken up."""
        if Ref(side, rule.object(side), id_) in self._taken:
            return None
        return inbox.fetch(db, side, rule.object(side), [id_]).get(id_)

    def _quiet(self, rule: MapRule) -> Iterator[list[Case]]:
        """Look at pairs that did not change: time alone can fire a workflow, or one is owed."""
        after = ""
        while True:
            with self._ledger.begin() as db:
                found = pairs.quiet(
                    db, rule.name, after=after, limit=self._most, now=self._clock.now
                )
                waiting = {
                    s: inbox.fetch(db, s, rule.object(s), (pair.ids[s] for pair in found))
                    for s in Side
                }
            if not found:
                return
            after = found[-1].ids[Side.CRM]
            cases: list[Case] = []
            for pair in found:
                if any(self._in_hand(waiting[s].get(pair.ids[s])) for s in Side):
                    continue
                if any(pair.gone.values()):
                    case = resting_case(rule, pair, self._workflows)
                else:
                    facts = PairFacts(
                        rule=rule, pair=pair, ids=pair.ids, entries={}, skew=self._skew
                    )
                    make = partial(pair_case, facts, self._workflows, self._clock)
                    case = _guarded(rule, {}, make)
                if case.steps or case.holding != pair.holding or case.due != pair.due:
                    cases.append(case)
            yield cases

    def _in_hand(self, entry: Entry | None) -> bool:
        """Tell whether a record was taken up in this cycle, or will be in the next."""
        if entry is None:
            return False
        return (
            entry.state in {State.NEW, State.DEFERRED, State.FAILED}
            or (self._run > 0 and entry.run == self._run)
            or Ref(entry.side, entry.object, entry.id) in self._taken
        )

    # -- records that went

    def _departures(self, side: Side, name: str) -> Iterator[list[Case]]:
        rules = [m for m in self._maps if m.object(side) == name]
        after = Turn()
        while True:
            with self._ledger.begin() as db:
                found = inbox.candidates(
                    db, side, name, after=after, limit=self._most, run=self._run, gone=True
                )
                cases = [case for entry in found for case in self._departed(db, rules, entry)]
            if not found:
                return
            after = found[-1].turn
            yield cases

    def _departed(self, db: Connection, rules: Sequence[MapRule], entry: Entry) -> list[Case]:
        if Ref(entry.side, entry.object, entry.id) in self._taken:
            return []
        for rule in rules:
            pair = pairs.by_side(db, rule.name, entry.side, [entry.id]).get(entry.id)
            if pair is not None:
                case = _guarded(
                    rule, {entry.side: entry}, partial(self._gone_case, db, rule, pair, entry)
                )
                self._taken.update(case.candidates)
                if case.replaces is not None and case.pair is not None:
                    for s in Side:
                        self._handed[case.map, s, case.pair.ids[s]] = case.pair
                return [case]
        activity = self._recorded.lost(db, entry)
        if activity is not None:
            return [activity]
        reason = "it went before it had a partner"
        case = lone_case(rules[0] if rules else self._maps[0], entry).ended(Fate.UNCHANGED, reason)
        return [replace(case, forgets=case.candidates)]

    def _gone_case(self, db: Connection, rule: MapRule, pair: Pair, entry: Entry) -> Case:
        other = entry.side.other
        if pair.gone[entry.side]:
            return replace(lone_case(rule, entry), pair=pair, ids=pair.ids, gone=pair.gone)
        partner = inbox.fetch(db, other, rule.object(other), [pair.ids[other]])
        facts = GoneFacts(
            rule=rule,
            pair=pair,
            entry=entry,
            successor=self._successor(db, rule, entry),
            partner=partner.get(pair.ids[other]),
            skew=self._skew,
        )
        return gone_case(facts, self._workflows, self._clock)

    def _successor(self, db: Connection, rule: MapRule, entry: Entry) -> Successor | None:
        """Return what the record went into, if a map keeps such records with *rule*'s partners."""
        assert entry.gone is not None
        if entry.gone.into is None:
            return None
        side, (name, id_) = entry.side, entry.gone.into
        keeping = [
            m
            for m in self._maps
            if m.object(side) == name and m.object(side.other) == rule.object(side.other)
        ]
        if not keeping:
            return None
        heir = keeping[0]
        pair = self._handed.get((heir.name, side, id_))
        if pair is None:
            bonds = pairs.among(db, side, name, [id_], [m.name for m in self._maps])
            pair = next(iter(bonds.get(id_, ())), None)
        return Successor(
            rule=heir,
            workflows=self._workflows,
            id=id_,
            pair=pair,
            entry=inbox.fetch(db, side, name, [id_]).get(id_),
        )


def _touches(case: Case, records: Collection[tuple[str, str, str]]) -> bool:
    return any((side, case.objects[side], id_) in records for side, id_ in case.ids.items())


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
