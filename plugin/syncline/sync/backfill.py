"""What mappings that were added ask of the next cycle: records read again, records written."""

from __future__ import annotations

__all__ = ["Backfill", "backfill"]

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from ..difference.changes import Key
from ..ledger import cursors
from ..ledger.tables import keys, pairs
from ..model import Side
from ..rules.compiled import MapRule
from ..rules.ruleset import RuleSet
from .plan import StepKind, writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Work on one object of one side: at most so many records, for so many calls.

    *price* is in the unit of that side's vendor.
    """

    side: Side
    object: str
    #: ``read``: listed from the beginning, as a field is asked for that was not; or ``write``.
    what: str
    records: int
    price: int

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def backfill(db: Connection, rules: RuleSet, added: Iterable[Key]) -> tuple[Backfill, ...]:
    """Return what *added* rows and maps cost at most, by what the ledger knows of records (E5).

    A record that the ledger has never seen is not counted: nobody knows of it yet.
    """
    written = _targets(rules, added)
    maps = [rule for rule in rules.compiled.maps if rule.name in written]
    found: list[Backfill] = []
    for side in Side:
        description = rules.catalog.descriptions[side]
        for name in dict.fromkeys(rule.object(side) for rule in maps):
            cursor = cursors.read_cursor(db, side, name)
            asked = {
                f for m in rules.compiled.maps if m.object(side) == name for f in m.reads[side]
            }
            if cursor is not None and not asked <= set(cursor.fields):
                prices = description.prices_of(name)
                count = _known(db, side, name)
                pages = max(1, math.ceil(count / prices.page_size))
                found.append(
                    Backfill(side=side, object=name, what="read", records=count,
                             price=pages * prices.page)
                )  # fmt: skip
        for rule in maps:
            if side in written[rule.name] and (count := _paired(db, rule)):
                prices = description.prices_of(rule.object(side))
                price = writing(prices, StepKind.UPDATE, count)
                found.append(
                    Backfill(side=side, object=rule.object(side), what="write", records=count,
                             price=price)
                )  # fmt: skip
    return tuple(found)


def _targets(rules: RuleSet, added: Iterable[Key]) -> dict[str, set[Side]]:
    """Return the sides that what was added writes to, by map: a row's own, or a new map's."""
    found: dict[str, set[Side]] = {}
    maps = {rule.name: rule for rule in rules.compiled.maps}
    for key in added:
        rule = maps.get(key.of or key.name)
        if rule is None:
            continue
        # A second row over the same two fields has its number behind them.
        fields = key.name.partition(" (")[0]
        sides = {side for row in rule.rows if row.key == fields for side in row.targets}
        written = rule.targets & sides if key.of else rule.targets
        found.setdefault(rule.name, set()).update(written)
    return found


def _known(db: Connection, side: Side, name: str) -> int:
    count = select(func.count(func.distinct(keys.c.id)))
    return int(db.scalar(count.where(keys.c.side == side, keys.c.object == name)) or 0)


def _paired(db: Connection, rule: MapRule) -> int:
    count = select(func.count()).select_from(pairs)
    return int(db.scalar(count.where(pairs.c.map == rule.name)) or 0)
