"""Why a record is as it is: what wrote each field, and why nothing else did (B5)."""

from __future__ import annotations

__all__ = ["PairStands", "Waits", "Why", "why"]

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from .history import ids_of
from .ledger import holds, inbox as drawer, journal, pairs
from .ledger.holds import Hold
from .ledger.journal import Entry
from .ledger.rows import Entry as Waiting, Pair
from .ledger.tables import inbox, pairs as linked
from .model import Side
from .rules.ruleset import RuleSet
from .rules.values import Clock
from .verdicts import RowSays, WorkflowSays, row_says, workflow_says

#: So many lines of its history are looked through.
_LINES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PairStands:
    """One link of the record, and what the rules say of the two as things stand."""

    map: str
    crm_id: str
    cadence_id: str
    #: Why a side has no record any more; empty while both are there.
    rests: str
    rows: tuple[RowSays, ...]
    workflows: tuple[WorkflowSays, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One record that waits, and for what."""

    side: Side
    object: str
    id: str
    state: str
    reason: str
    since: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """All that is known of why a record, or one field of it, is as it is."""

    ids: tuple[str, ...]
    pairs: tuple[PairStands, ...]
    holds: tuple[Hold, ...]
    waits: tuple[Waits, ...]
    #: The history, the newest first.
    lines: tuple[Entry, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``why.schema.json``)."""
        return {
            "ids": list(self.ids),
            "pairs": [each.to_json() for each in self.pairs],
            "holds": [each.to_json() for each in self.holds],
            "waits": [each.to_json() for each in self.waits],
            "lines": [asdict(line) for line in self.lines],
        }


def why(
    db: Connection,
    rules: RuleSet,
    record: str,
    fields: Collection[str] | None,
    now: datetime,
) -> Why:
    """Return why *record* (an id, or a match key) is as it is: all of it, or some *fields*.

    Raises ``WorkspaceError`` when no record is known by it.
    """
    ids = ids_of(db, record)
    wanted = None if fields is None else set(fields)
    found = [_stands(db, rules, pair, wanted, Clock(now)) for pair in _pairs(db, rules, ids)]
    lines = journal.history(db, ids=ids, limit=_LINES)
    held = holds.read(db, ids)
    if wanted is not None:
        lines = [line for line in lines if line.field in wanted]
        held = [hold for hold in held if not hold.row or any(map(hold.names, wanted))]
    return Why(
        ids=tuple(ids),
        pairs=tuple(found),
        holds=tuple(held),
        waits=tuple(_waits(db, ids)),
        lines=tuple(lines),
    )


def _pairs(db: Connection, rules: RuleSet, ids: Sequence[str]) -> list[Pair]:
    names = [rule.name for rule in rules.compiled.maps]
    rows = db.execute(
        select(linked.c.map, linked.c.crm_id)
        .where(linked.c.map.in_(names), or_(linked.c.crm_id.in_(ids), linked.c.cadence_id.in_(ids)))
        .order_by(linked.c.map, linked.c.crm_id)
    )
    return [pairs.by_side(db, name, Side.CRM, [crm_id])[crm_id] for name, crm_id in rows]


def _stands(
    db: Connection, rules: RuleSet, pair: Pair, wanted: Collection[str] | None, clock: Clock
) -> PairStands:
    rule = next(m for m in rules.compiled.maps if m.name == pair.map)
    waiting: dict[Side, Waiting] = {}
    for side in Side:
        entry = drawer.fetch(db, side, pair.objects[side], [pair.ids[side]]).get(pair.ids[side])
        if entry is not None and entry.gone is None:
            waiting[side] = entry
    now = {s: waiting[s].values if s in waiting else pair.base[s] for s in Side}
    rows = row_says(rule, pair, now, _newest(waiting), clock)
    workflows = [
        workflow_says(workflow, pair, now, clock)
        for workflow in rules.workflows.values()
        if workflow.object == rule.crm_object
    ]
    if wanted is not None:
        rows = [row for row in rows if {row.crm_field, row.cadence_field} & {*wanted}]
        workflows = [each for each in workflows if {*each.fields} & {*wanted}]
    gone = [f"its {pair.objects[side]} was {why_}" for side, why_ in pair.gone.items() if why_]
    return PairStands(
        map=pair.map,
        crm_id=pair.ids[Side.CRM],
        cadence_id=pair.ids[Side.CADENCE],
        rests="; ".join(gone),
        rows=tuple(rows),
        workflows=tuple(workflows),
    )


def _newest(waiting: Mapping[Side, Waiting]) -> Side:
    """Return the side modified last, as far as is known; the CRM in a tie."""
    if len(waiting) < len(Side):
        return next(iter(waiting), Side.CRM)
    crm, cadence = waiting[Side.CRM].modified, waiting[Side.CADENCE].modified
    return Side.CADENCE if cadence > crm else Side.CRM


def _waits(db: Connection, ids: Sequence[str]) -> list[Waits]:
    query = select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.side, inbox.c.id)
    return [
        Waits(
            side=Side(row.side),
            object=row.object,
            id=row.id,
            state=row.state,
            reason=row.reason,
            since=row.since,
        )
        for row in db.execute(query)
    ]
