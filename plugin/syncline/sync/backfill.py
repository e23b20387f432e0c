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
    names = {key.of or key.name for key in added}
    maps = [rule for rule in rules.compiled.maps if rule.name in names]
    found: list[Backfill] = []
    for side in Side:
        prices = rules.catalog.descriptions[side].prices
        for name in dict.fromkeys(rule.object(side) for rule in maps):
            cursor = cursors.read_cursor(db, side, name)
            asked = {
                f for m in rules.compiled.maps if m.object(side) == name for f in m.reads[side]
            }
            if cursor is not None and not asked <= set(cursor.fields):
                count = _known(db, side, name)
                pages = max(1, math.ceil(count / prices.page_size))
                found.append(
                    Backfill(side=side, object=name, what="read", records=count,
                             price=pages * prices.page)
                )  # fmt: skip
        for rule in maps:
            if side in rule.targets and (count := _paired(db, rule)):
                calls = math.ceil(count / prices.write_size)
                found.append(
                    Backfill(side=side, object=rule.object(side), what="write", records=count,
                             price=calls * prices.write)
                )  # fmt: skip
    return tuple(found)


def _known(db: Connection, side: Side, name: str) -> int:
    count = select(func.count(func.distinct(keys.c.id)))
    return int(db.scalar(count.where(keys.c.side == side, keys.c.object == name)) or 0)


def _paired(db: Connection, rule: MapRule) -> int:
    count = select(func.count()).select_from(pairs)
    return int(db.scalar(count.where(pairs.c.map == rule.name)) or 0)
