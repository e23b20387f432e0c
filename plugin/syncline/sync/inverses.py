"""From a run's history and the records as they are to the plan that takes it back (B6)."""

from __future__ import annotations

__all__ = ["Inverses"]

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from ..ledger import pairs
from ..ledger.database import Ledger
from ..ledger.rows import Pair
from ..model import Record, Side
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .cost import Estimate
from .plan import Case, Fate, Plan, Step, StepKind
from .systems import Progress, Systems
from .traces import Stays, Written
from .undo import Facts, inverse

_Place: TypeAlias = tuple[Side, str]
_Present: TypeAlias = Mapping[_Place, Mapping[str, Record]]


class Inverses:
    """Makes the plans of one undo. *reason* stands with every write of it."""

    def __init__(
        self,
        ledger: Ledger,
        systems: Systems,
        rules: RuleSet,
        estimate: Estimate,
        clock: Clock,
        *,
        reason: str,
        force: bool,
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._estimate = estimate
        self._clock = clock
        self._reason = reason
        self._force = force
        self._progress = progress
        self._maps = {rule.name: rule for rule in rules.compiled.maps}
        self._workflows = tuple(rules.workflows.values())
        self._names = [*self._maps, *sorted({rule.name for rule in rules.activities})]

    def read(self, written: Iterable[Written]) -> _Present:
        """Read the records that were written, and the partners of those that were deleted."""
        wanted: dict[_Place, dict[str, None]] = defaultdict(dict)
        fields: dict[_Place, set[str]] = defaultdict(set)
        for one in written:
            wanted[one.side, one.object][one.id] = None
            fields[one.side, one.object].update(one.fields)
            partner = one.ids[one.side.other]
            if one.kind is StepKind.DELETE and partner:
                wanted[one.side.other, _across(one)][partner] = None
        return {place: self._read(place, [*ids], fields[place]) for place, ids in wanted.items()}

    def _read(self, place: _Place, ids: Sequence[str], fields: Iterable[str]) -> dict[str, Record]:
        side, name = place
        known = self._systems[side].description.get(name)
        if known is None:
            return {}
        mapped = (
            field
            for rule in self._maps.values()
            if rule.object(side) == name
            for field in rule.reads[side]
        )
        asked = sorted({f for f in (*fields, *mapped) if known.get(f) is not None})
        size = self._systems[side].description.prices_of(name).page_size
        found: dict[str, Record] = {}
        for start in range(0, len(ids), size):
            part = ids[start : start + size]
            self._estimate.looks([(side, name, StepKind.UPDATE, len(part))])
            for record in self._systems[side].connector.read(name, part, asked):
                found[record.id] = record
            self._progress(f"reading {name} from the {side.word}", start + len(part), len(ids))
        return found

    def plan(
        self, written: Sequence[Written], present: _Present, *, anew: bool
    ) -> tuple[Plan, list[Stays]]:
        """Return what makes deleted records *anew*, or what takes back all else; and what stays.

        They are two plans: the second goes by the pairs as the first leaves them.
        """
        mine = [one for one in written if (one.kind is StepKind.DELETE) is anew]
        with self._ledger.begin() as db:
            known = self._pairs(db, mine, anew=anew)
        cases: list[Case] = []
        steps: dict[tuple[str, str], list[Step]] = {}
        stays: list[Stays] = []
        for one in mine:
            pair = known.get(_aim(one, anew=anew))
            kind = self._systems[one.side].description.get(one.object)
            if kind is None:
                stays.append(one.stays(f"there is no {one.object} any more"))
                continue
            partners = present.get((one.side.other, _across(one)), {})
            found = inverse(
                Facts(
                    written=one,
                    reason=self._reason,
                    type=kind,
                    present=present.get((one.side, one.object), {}).get(one.id),
                    partner=partners.get(one.ids[one.side.other]),
                    pair=pair,
                    rule=self._maps.get(one.map),
                    instance=self._ledger.instance,
                    force=self._force,
                )
            )
            stays += found.stays
            if found.step is None:
                continue
            if anew:
                cases.append(self._anew(one, pair, found.step, partners))
            elif pair is not None:
                steps.setdefault((pair.map, pair.ids[Side.CRM]), []).append(found.step)
        by_name = {(pair.map, pair.ids[Side.CRM]): pair for pair in known.values()}
        cases += [_back(by_name[name], found) for name, found in steps.items()]
        return Plan(cases=tuple(cases)), stays

    def _pairs(
        self, db: Connection, written: Iterable[Written], *, anew: bool
    ) -> dict[tuple[Side, str, str], Pair]:
        """Return the pair of each record or, of those to be made *anew*, of its partner."""
        aims: dict[_Place, dict[str, str]] = defaultdict(dict)
        for one in written:
            side, name, id_ = _aim(one, anew=anew)
            aims[side, name][id_] = one.map
        found: dict[tuple[Side, str, str], Pair] = {}
        for (side, name), ids in aims.items():
            for id_, those in pairs.among(db, side, name, ids, self._names).items():
                # The map that wrote it, should it have several partners.
                found[side, name, id_] = min(those, key=lambda p: p.map != ids[p.ids[side]])
        return found

    def _anew(
        self, one: Written, pair: Pair | None, step: Step, partners: Mapping[str, Record]
    ) -> Case:
        """Return the case of a record made anew: its pair takes the place of the one that rests.

        Without that one (an undo was cut off) the workflows that hold are asked for: they fired.
        """
        other = one.side.other
        record = step.values if one.side is Side.CRM else partners[one.ids[other]].values
        kind = one.object if one.side is Side.CRM else _across(one)
        holding = frozenset(
            w.name
            for w in self._workflows
            if pair is None and w.object == kind and w.matches(record, None, self._clock)
        )
        return Case(
            map=one.map,
            ids={other: one.ids[other]},
            objects={one.side: one.object, other: _across(one)},
            candidates=(),
            steps=(step,),
            holding=holding if pair is None else pair.holding,
            due="" if pair is None else pair.due,
            replaces=None if pair is None else (pair.map, pair.ids[Side.CRM]),
            fate=Fate.WRITTEN,
        )


def _aim(one: Written, *, anew: bool) -> tuple[Side, str, str]:
    """Return by which record a pair is found: one that was deleted, by its partner."""
    if anew:
        return one.side.other, _across(one), one.ids[one.side.other]
    return one.side, one.object, one.id


def _across(one: Written) -> str:
    """Return the object of the partner, as the map's name has it."""
    crm, _, cadence = one.map.partition("/")
    return cadence if one.side is Side.CRM else crm


def _back(pair: Pair, steps: Sequence[Step]) -> Case:
    """Return the case of a pair that goes back; all else of it stays as it is."""
    return Case(
        map=pair.map,
        ids=pair.ids,
        objects=pair.objects,
        candidates=(),
        steps=tuple(steps),
        pair=pair,
        holding=pair.holding,
        due=pair.due,
        fate=Fate.WRITTEN,
    )
