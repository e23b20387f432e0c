"""Recorded activities of either side: their people, their copies, and the cases they make.

Reads the ledger, writes nothing.
"""

from __future__ import annotations

__all__ = ["Recorded"]

from collections.abc import Sequence

from sqlalchemy import Connection

from ..ledger import pairs
from ..ledger.rows import Entry, Pair
from ..model import Side
from ..rules.compiled import PROSPECT, ActivityRule
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .activities import ActivityFacts, activity_case, lost_case
from .plan import Case

_Place = tuple[Side, str]


class Recorded:
    """What the activity rules make of records. *instance* begins our keys."""

    def __init__(self, instance: str, rules: RuleSet, clock: Clock) -> None:
        self._instance = instance
        self._rules = rules.activities
        self._maps = [m for m in rules.compiled.maps if m.cadence_object == PROSPECT]
        self._clock = clock

    @property
    def places(self) -> dict[_Place, None]:
        """Where activities or their copies are, by side and object, each once."""
        return dict.fromkeys((side, rule.object(side)) for rule in self._rules for side in Side)

    @property
    def sources(self) -> dict[_Place, None]:
        """Where they are recorded."""
        return dict.fromkeys((rule.source, rule.object(rule.source)) for rule in self._rules)

    def holds(self, side: Side, name: str) -> bool:
        """Tell whether the records of an object are activities, or copies of some."""
        return (side, name) in self.places

    def cases(self, db: Connection, side: Side, name: str, found: Sequence[Entry]) -> list[Case]:
        """Return the cases of activities recorded on *side*, and of copies that came by there."""
        rules = self._of(side, name)
        asked = [rule for rule in rules if rule.source is side]
        ids = [entry.id for entry in found]
        known: dict[str, Pair] = {}
        for pairing in sorted({rule.name for rule in rules}):
            known |= pairs.by_side(db, pairing, side, ids)
        field = rules[0].person_field(side)
        persons = [str(entry.values.get(field) or "") for entry in found]
        partners = self._partners(db, side, persons)
        return [
            activity_case(
                ActivityFacts(
                    entry=entry,
                    rule=next((r for r in asked if r.fits(entry.values, self._clock)), None),
                    person=partners.get(person),
                    pair=known.get(entry.id),
                    instance=self._instance,
                )
            )
            for entry, person in zip(found, persons, strict=True)
        ]

    def lost(self, db: Connection, entry: Entry) -> Case | None:
        """Return the case of an activity, or a copy, that went; None if *entry* is neither."""
        rules = self._of(entry.side, entry.object)
        for name in dict.fromkeys(rule.name for rule in rules):
            pair = pairs.by_side(db, name, entry.side, [entry.id]).get(entry.id)
            if pair is not None and entry.gone is not None:
                return lost_case(pair, entry, entry.gone, rules)
        return None

    def _of(self, side: Side, name: str) -> list[ActivityRule]:
        return [rule for rule in self._rules if rule.object(side) == name]

    def _partners(self, db: Connection, side: Side, persons: Sequence[str]) -> dict[str, str]:
        """Return who the prospects, or the people they are in the CRM, are on the other side."""
        found: dict[str, str] = {}
        for name in dict.fromkeys(rule.object(side) for rule in self._maps):
            maps = [rule.name for rule in self._maps if rule.object(side) == name]
            bonds = pairs.bonds(db, side, name, persons, maps)
            found |= {person: bond.partner for person, bond in bonds.items() if bond.whole}
        return found
