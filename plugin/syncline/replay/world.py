"""One set of rules at work on the past: the engine itself, a ledger in memory, two such systems."""

from __future__ import annotations

__all__ = ["World"]

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select

from ..ledger import cursors, inbox, matchkeys, pairs
from ..ledger.codec import stamp
from ..ledger.database import Ledger, write_meta
from ..ledger.rows import Arrival, Cursor, Pair
from ..ledger.tables import changes, inbox as inbox_table, pairs as pairs_table, wakes
from ..model import Position, Record, Side, Value
from ..rules.compiled import MapRule, match_key
from ..rules.ruleset import RuleSet
from ..sync.cycle import Cycle
from ..sync.guard import Guarded
from ..sync.meter import Meter
from ..sync.metered import Metered, Purse
from ..sync.plan import Plan
from ..sync.systems import System
from .events import Event
from .past import Ref, Refusal
from .start import Linked, Start
from .system import Known, Recorded


class World:
    """What would be by now, had *rules* been at work since *at*. ``close`` it at the end.

    No budget is set: what a run costs is counted, and nothing is put off.
    """

    def __init__(
        self, rules: RuleSet, instance: str, known: Callable[[Side], Known], at: datetime
    ) -> None:
        self.rules = rules
        self.ledger = Ledger(None, instance=instance)
        #: Price of the listings of runs in which nothing came, by side.
        self._polls = dict.fromkeys(Side, 0)
        self._now = at
        #: The fields that the rules read, by side and object.
        self.reads = {side: _reads(rules, side) for side in Side}
        self._meter = Meter(self.ledger, lambda: self._now, {})
        self._descriptions = rules.catalog.descriptions
        self._systems: dict[Side, System] = {}
        self.sides: dict[Side, Recorded] = {}
        for side in Side:
            purse = Purse(side, lambda: self._meter)
            recorded = Recorded(
                side, self._descriptions[side], lambda: self._now, purse.spend, known(side)
            )
            self.sides[side] = recorded
            self._systems[side] = System(
                name=rules.systems[side],
                connector=Metered(Guarded(rules.systems[side], recorded), purse),
                description=self._descriptions[side],
            )
        #: The last run before the span that is played.
        self.before = 0

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()

    @property
    def missed(self) -> int:
        """How many changes were about records that are not there by these rules."""
        return sum(each.missed for each in self.sides.values())

    @property
    def polls(self) -> Mapping[Side, int]:
        """What listings cost that brought nothing and were not made."""
        return self._polls

    def begin(self, start: Start) -> None:
        """Take over the state before the span, in step, and let the engine look at it once.

        So it knows whose criteria hold already. What it does to records without a partner, new
        rules would have done before the span.
        """
        at = self._now
        for ref, values in start.records.items():
            side, name, id_ = ref
            self.sides[side].put(name, id_, values, start.modified.get(ref, at))
        maps = {rule.name: rule for rule in self.rules.compiled.maps}
        linked = {(s, p.objects[s], p.ids[s]) for p in start.pairs for s in Side}
        with self.ledger.begin() as db:
            write_meta(db, "rules", self.rules.meaning)
            pairs.add(db, (_pair(p, start, maps.get(p.map)) for p in start.pairs))
            for side, places in self.reads.items():
                for name, fields in places.items():
                    cursor = Cursor(position=Position(modified=at), started=None, fields=fields)
                    cursors.write_cursor(db, side, name, cursor)
            waiting: list[Ref] = []
            for ref in start.records:
                if ref in linked or ref in start.judged:
                    self._look_at(db, ref, start, at)
                else:
                    waiting.append(ref)
        self._cycle()
        for side, name, id_ in waiting:
            self.sides[side].show(name, [id_])
        with self.ledger.begin() as db:
            db.execute(changes.delete())
        self.before = self._meter.run

    def _look_at(self, db: Connection, ref: Ref, start: Start, at: datetime) -> None:
        """Put a record into the inbox, with its match keys."""
        side, name, id_ = ref
        fields = self.reads[side].get(name)
        if fields is None:
            return
        known = start.records[ref]
        values = {field: known.get(field) for field in fields}
        record = Record(object=name, id=id_, values=values, modified=start.modified.get(ref, at))
        inbox.arrived(db, side, [Arrival.of(record)], at)
        matchkeys.note_keys(db, side, name, {id_: self._keys(side, name, values)})

    def _keys(self, side: Side, name: str, values: Mapping[str, Value]) -> dict[str, str]:
        for recorded in self.rules.activities:
            if (recorded.source, recorded.object(side)) == (side, name):
                person = recorded.person_field(side)
                return {person: match_key(values.get(person))}
        fields = {
            pair[0 if side is Side.CRM else 1].name
            for rule in self.rules.compiled.maps
            if rule.object(side) == name
            for pair in rule.matches
        }
        return {field: match_key(values.get(field)) for field in fields}

    def play(self, at: datetime, events: Iterable[Event], refused: Collection[Refusal]) -> None:
        """Let *events* happen, and do one run at that moment."""
        self._now = at
        for event in events:
            self.sides[event.ref[0]].happen(event)
        for recorded in self.sides.values():
            recorded.refuse(refused)
        if self._is_idle():
            for side, places in self.reads.items():
                prices = [self._descriptions[side].prices_of(place) for place in places]
                self._polls[side] += sum(each.page for each in prices)
            return
        self._cycle()
        with self.ledger.begin() as db:
            # The past itself keeps them: here they only take up room.
            db.execute(changes.delete())

    def _is_idle(self) -> bool:
        """Tell whether a run would find nothing to decide about."""
        if not all(recorded.is_quiet() for recorded in self.sides.values()):
            return False
        now = stamp(self._now)
        box, links = inbox_table.c, pairs_table.c
        questions = (
            select(box.id).where(
                or_(
                    box.state.in_(["new", "deferred", "failed"]),
                    (box.due != "") & (box.due <= now),
                )
            ),
            select(links.map).where((links.due != "") & (links.due <= now)),
            select(links.map).where(links.owed != "[]"),
            select(wakes.c.id),
        )
        with self.ledger.begin() as db:
            return all(db.execute(each.limit(1)).first() is None for each in questions)

    def _cycle(self) -> None:
        Cycle(
            self.ledger,
            self._systems,
            self.rules,
            self._meter,
            now=lambda: self._now,
            progress=_quiet,
            before_apply=_unheard,
            allow_deletes=True,
        ).run()


def _quiet(_what: str, _done: int, _total: int | None) -> None:
    return


def _unheard(_plan: Plan) -> None:
    return


def _reads(rules: RuleSet, side: Side) -> dict[str, tuple[str, ...]]:
    """Return the fields that the rules read of each object of a side."""
    found: dict[str, dict[str, None]] = {}
    for rule in rules.compiled.maps:
        found.setdefault(rule.object(side), {}).update(dict.fromkeys(rule.reads[side]))
    for activity in rules.activities:
        if activity.source is side:
            found.setdefault(activity.object(side), {}).update(dict.fromkeys(activity.reads))
    return {name: tuple(fields) for name, fields in found.items()}


def _pair(linked: Linked, start: Start, rule: MapRule | None) -> Pair:
    """Return a pair in step: each row agreed on what the two sides hold."""
    records = {s: start.records.get((s, linked.objects[s], linked.ids[s]), {}) for s in Side}
    base = {side: dict(values) for side, values in records.items()}
    for row in () if rule is None else rule.rows:
        if row.crm.name not in linked.held:
            for side in Side:
                base[side][row.key] = records[side].get(row.field(side).name)
    return Pair(
        map=linked.map,
        ids=linked.ids,
        objects=linked.objects,
        base=base,
        seen=dict.fromkeys(Side, ""),
        echo=dict.fromkeys(Side),
        holding=frozenset(),
        owed=(),
        gone=linked.gone,
    )
