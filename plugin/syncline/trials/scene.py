"""The records of one test as a cycle finds them: what was last seen, what stands there now."""

from __future__ import annotations

__all__ = ["Scene", "set_scene"]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncline_grammar import syntax as s

from ..ledger.codec import stamp
from ..ledger.rows import Entry, Pair, State
from ..model import Gone, GoneKind, Side, Value
from ..rules.checking.tests import Case, Recorded
from ..rules.compiled import MapRule, WorkflowRule
from ..rules.values import EVENT, Clock
from .rulebook import Rulebook

Values = Mapping[str, Value]

#: What the records of a test are called in the ledger that it has not got.
IDS = {Side.CRM: "crm-1", Side.CADENCE: "cadence-1"}
#: The last sync lies so long before the cycle.
_BEFORE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that the engine is handed for one test."""

    #: The maps that may take the records, in the order of the file.
    maps: tuple[MapRule, ...]
    #: The pair of the last sync, under the first map; None when there was none.
    pair: Pair | None
    #: The records that are new or changed.
    entries: Mapping[Side, Entry]
    #: The fields that the test gives, by side.
    known: Mapping[Side, frozenset[str]]
    clock: Clock
    #: What happened to a record (B9).
    events: Mapping[Side, s.Event]
    #: The activity that was recorded, with every field that a rule reads; None without one.
    activity: Entry | None = None

    @property
    def is_lone(self) -> bool:
        """Whether there is one record, which never had a partner."""
        return self.pair is None and len(self.entries) == 1

    def record(self, side: Side, rule: MapRule) -> Values | None:
        """Return what *side* holds when the cycle begins; None when there is no record."""
        if (entry := self.entries.get(side)) is not None:
            event = self.events.get(side)
            return entry.values if event is None else {**entry.values, EVENT: str(event)}
        if self.pair is None:
            return None
        keys = {row.key for row in rule.rows}
        return {name: value for name, value in self.pair.base[side].items() if name not in keys}


def set_scene(case: Case, book: Rulebook, now: datetime) -> Scene:
    """Set the scene of *case*, at *now* or at its last change if that is later."""
    minutes = [*case.at.values()]
    if case.recorded is not None and case.recorded.at is not None:
        minutes.append(case.recorded.at)
    clock = Clock(max([now, *(_moment(now, each) for each in minutes)]))
    maps = [book.maps[names] for names in case.maps]
    known: dict[Side, Values] = {
        side: {**(case.last_sync or {}).get(side, {}), **case.given.get(side, {})} for side in Side
    }
    rule = maps[0]
    pair = None
    # To what was never there, nothing happens; and an activity alone is somebody's in both systems.
    is_old = case.events or not case.given
    last_sync = known if case.last_sync is None and is_old else case.last_sync
    if last_sync is not None:
        pair = _pair(last_sync, rule, book.own(rule), Clock(clock.now - _BEFORE))
    entries = {
        side: _entry(
            side,
            rule.object(side),
            _moment(now, case.at[side]) if side in case.at else clock.now,
            {**dict.fromkeys(f for m in maps for f in m.reads[side]), **known[side]},
            case.events.get(side),
        )
        for side in case.given
    }
    return Scene(
        maps=tuple(
            replace(
                rule,
                where={
                    side: book.where_of(side, rule).asked(frozenset(known[side]))
                    for side in rule.where
                },
            )
            for rule in maps
        ),
        pair=pair,
        entries=entries,
        known={side: frozenset(known[side]) for side in Side},
        clock=clock,
        events=case.events,
        activity=None if case.recorded is None else _activity(case.recorded, book, now, clock),
    )


def _activity(recorded: Recorded, book: Rulebook, now: datetime, clock: Clock) -> Entry:
    """Return the activity's record; whom it happened with is the test's person, if nobody says."""
    side, name = recorded.side, recorded.object
    rules = [rule for rule in book.activities if (rule.source, rule.object(side)) == (side, name)]
    values: dict[str, Value] = dict.fromkeys(field for rule in rules for field in rule.reads)
    values |= {rule.person_field(side): IDS[side] for rule in rules} | {**recorded.values}
    modified = clock.now if recorded.at is None else _moment(now, recorded.at)
    return _entry(side, name, modified, values, None)


def _entry(
    side: Side, kind: str, modified: datetime, values: Values, event: s.Event | None
) -> Entry:
    gone = None
    if event is not None and event is not s.Event.UNDELETED:
        gone = Gone(object=kind, id=IDS[side], kind=GoneKind(event.value), at=modified)
    return Entry(
        side=side,
        object=kind,
        id=IDS[side],
        modified=modified,
        values=values,
        state=State.NEW,
        seen=stamp(modified),
        gone=gone,
    )


def _moment(now: datetime, minutes: int) -> datetime:
    return now.replace(hour=minutes // 60, minute=minutes % 60, second=0, microsecond=0)


def _pair(
    last_sync: Mapping[Side, Values], rule: MapRule, workflows: Iterable[WorkflowRule], then: Clock
) -> Pair:
    """Return the pair as the last sync left it: all settled, and nothing owed."""
    base: dict[Side, dict[str, Value]] = {}
    for side in Side:
        held = {**dict.fromkeys(rule.reads[side]), **last_sync[side]}
        base[side] = held | {row.key: held.get(row.field(side).name) for row in rule.rows}
    crm = base[Side.CRM]
    return Pair(
        map=rule.name,
        ids=IDS,
        objects={side: rule.object(side) for side in Side},
        base=base,
        seen={},
        echo=dict.fromkeys(Side),
        # What held then fires no more; nothing had changed just then.
        holding=frozenset(
            workflow.name for workflow in workflows if workflow.matches(crm, crm, then)
        ),
        owed=(),
    )
