"""Finding partners in the ledger: by our key, then by the match keys (E8); ``link`` decides."""

from __future__ import annotations

__all__ = ["Linker"]

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from ..ledger import matchkeys, pairs
from ..ledger.rows import Entry
from ..model import Side
from ..rules.compiled import MapRule
from .keeping import key_keepers
from .link import Kin, Link, find_partner, partner_by_key
from .plan import Case, StepKind


class Linker:
    """Answers for every map who may be whose partner."""

    def __init__(self, instance: str, maps: Sequence[MapRule]) -> None:
        self._instance = instance
        self._maps = maps
        self._names = [rule.name for rule in maps]
        self._keepers = key_keepers(maps)
        #: (side, object, field, key) that a plan not yet applied writes, and for whom.
        self._promised: dict[tuple[Side, str, str, str], str] = {}

    def applied(self) -> None:
        """Hear that the plans so far are applied: the ledger knows what they created."""
        self._promised.clear()

    def kin(self, db: Connection, rule: MapRule, side: Side, loose: Sequence[Entry]) -> Kin:
        """Return who holds the match keys of *loose* records, and who of those is linked."""
        wanted: dict[Side, list[tuple[str, str]]] = {Side.CRM: [], Side.CADENCE: []}
        for entry in loose:
            for (crm, cadence), key in zip(
                rule.matches, rule.keys(side, entry.values), strict=True
            ):
                if key:
                    wanted[Side.CRM].append((crm.name, key))
                    wanted[Side.CADENCE].append((cadence.name, key))
        holders = {s: matchkeys.holders(db, s, rule.object(s), wanted[s]) for s in Side}
        linked: dict[Side, dict[str, str]] = {}
        resting: dict[Side, dict[str, tuple[str, str]]] = {}
        for s in Side:
            ids = [id_ for held in holders[s].values() for id_ in held]
            found = pairs.bonds(db, s, rule.object(s), ids, self._names)
            linked[s] = {id_: bond.partner for id_, bond in found.items() if bond.whole}
            resting[s] = {
                id_: (bond.map, bond.crm_id) for id_, bond in found.items() if not bond.whole
            }
        return Kin(holders=holders, linked=linked, resting=resting)

    def find(self, db: Connection, rule: MapRule, entry: Entry, kin: Kin) -> Link:
        """Find the partner of a record that has none."""
        side = entry.side
        made_for = partner_by_key(rule, side, entry.values, self._instance)
        if made_for:
            bond = pairs.bonds(
                db, side.other, rule.object(side.other), [made_for], self._names
            ).get(made_for)
            if bond is None:
                return Link(partner=made_for, reason="matched by our key")
        keys = rule.keys(side, entry.values)
        for pair, key in zip(rule.matches, keys, strict=True):
            field = pair[0 if side is Side.CADENCE else 1]
            owner = self._promised.get((side.other, rule.object(side.other), field.name, key))
            if key and owner is not None:
                return Link(hold=f"its partner by {field.name} is already linked to {owner}")
        link = find_partner(rule, side, entry.id, keys, kin)
        if link.partner is not None:
            return replace(link, replaces=kin.resting[side.other].get(link.partner))
        return link

    def promise(self, case: Case) -> None:
        """Remember the match keys about to be written: a later record may want their holder."""
        for step in case.steps:
            if step.kind in {StepKind.CREATE, StepKind.UPDATE}:
                keeper = self._keepers[step.side, step.object]
                for field, key in keeper.of_written(step.values).items():
                    if key:
                        owner = case.ids[step.side.other]
                        self._promised[step.side, step.object, field, key] = owner

    def later(self, rule: MapRule, side: Side) -> list[MapRule]:
        """Return the maps after *rule* that share its object on *side*."""
        at = self._maps.index(rule)
        return [m for m in self._maps[at + 1 :] if m.object(side) == rule.object(side)]

    def belongs_elsewhere(self, db: Connection, rule: MapRule, entry: Entry) -> bool:
        """Tell whether a later map finds a partner for a record that *rule* would make new."""
        for later in self.later(rule, entry.side):
            kin = self.kin(db, later, entry.side, [entry])
            keys = later.keys(entry.side, entry.values)
            link = find_partner(later, entry.side, entry.id, keys, kin)
            if link.partner or link.hold:
                return True
        return False
