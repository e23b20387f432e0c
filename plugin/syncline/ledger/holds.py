"""What a person is asked to decide: kept as it stands, one row a held record or field."""

from __future__ import annotations

__all__ = ["Hold", "keep", "read"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, or_, select

from ..model import Side, Value
from .codec import dump, load, stamp
from .tables import holds

if TYPE_CHECKING:
    from ..sync.plan import Case, Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One question: a record that found no sure partner, or a field both sides of which differ."""

    map: str
    crm_id: str
    cadence_id: str
    #: The row's key; empty when the whole record is held.
    row: str
    crm_value: Value
    cadence_value: Value
    rule: str
    reason: str
    run: int
    at: str

    def names(self, field: str) -> bool:
        """Tell whether *field* is one of the row's two."""
        return field in self.row.split(">")

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``holds.schema.json``)."""
        crm_field, _, cadence_field = self.row.partition(">")
        return {
            "map": self.map,
            "crm_id": self.crm_id,
            "cadence_id": self.cadence_id,
            "crm_field": crm_field,
            "cadence_field": cadence_field,
            "crm_value": self.crm_value,
            "cadence_value": self.cadence_value,
            "rule": self.rule,
            "reason": self.reason,
            "run": self.run,
            "at": self.at,
        }


def keep(db: Connection, run: int, now: datetime, ended: Iterable[tuple[Case, Fate, str]]) -> None:
    """Replace what was held of the cases' records by what is held now.

    A question that is still the same one was asked when it was first asked.
    """
    rows: list[dict[str, Any]] = []
    # A case that nothing led to answers no question: time alone, or an undo.
    cases = [one for one in ended if one[0].candidates]
    old = [row for s in Side for row in _held(db, s, (case.ids.get(s) for case, _, _ in cases))]
    crm = {(row.map, row.crm_id) for row in old if row.crm_id}
    cadence = {(row.map, row.cadence_id) for row in old if row.cadence_id}
    first = {(o.map, o.crm_id, o.cadence_id, o.row, o.reason): (o.run, o.at) for o in old}
    for case, fate, reason in cases:
        crm_id, cadence_id = case.ids.get(Side.CRM, ""), case.ids.get(Side.CADENCE, "")
        if (case.map, crm_id) in crm or (case.map, cadence_id) in cadence:
            _release(db, case.map, crm_id, cadence_id)
        if fate == "held":
            for row, mine, theirs, rule, why in _questions(case, reason):
                asked = (case.map, crm_id, cadence_id, row, why)
                of, at = first.get(asked, (run, stamp(now)))
                rows.append(
                    {
                        "map": case.map,
                        "crm_id": crm_id,
                        "cadence_id": cadence_id,
                        "row": row,
                        "crm_value": dump(mine),
                        "cadence_value": dump(theirs),
                        "rule": rule,
                        "reason": why,
                        "run": of,
                        "at": at,
                    }
                )
    if rows:
        db.execute(holds.insert(), rows)


_HELD = {
    side: select(holds).where(column.in_(bindparam("ids", expanding=True)))
    for side, column in ((Side.CRM, holds.c.crm_id), (Side.CADENCE, holds.c.cadence_id))
}


def _held(db: Connection, side: Side, ids: Iterable[str | None]) -> Sequence[Any]:
    """Return the rows about those among *ids*."""
    wanted = [id_ for id_ in ids if id_]
    return db.execute(_HELD[side], {"ids": wanted}).all() if wanted else ()


def _questions(case: Case, reason: str) -> Sequence[tuple[str, Value, Value, str, str]]:
    held = [n for n in case.notes if n.held]
    if not held:
        return [("", None, None, "", reason)]
    return [(n.row, n.value, n.across, n.at, n.reason) for n in held]


def _release(db: Connection, map_name: str, crm_id: str, cadence_id: str) -> None:
    same = [
        column == id_
        for column, id_ in ((holds.c.crm_id, crm_id), (holds.c.cadence_id, cadence_id))
        if id_
    ]
    db.execute(holds.delete().where(holds.c.map == map_name, or_(*same)))


def read(db: Connection, ids: Iterable[str] | None = None) -> list[Hold]:
    """Return what is held, the oldest first: of the records with *ids*, or all."""
    query = select(holds).order_by(holds.c.id)
    if ids is not None:
        wanted = list(ids)
        query = query.where(or_(holds.c.crm_id.in_(wanted), holds.c.cadence_id.in_(wanted)))
    return [
        Hold(
            map=row.map,
            crm_id=row.crm_id,
            cadence_id=row.cadence_id,
            row=row.row,
            crm_value=load(row.crm_value),
            cadence_value=load(row.cadence_value),
            rule=row.rule,
            reason=row.reason,
            run=row.run,
            at=row.at,
        )
        for row in db.execute(query)
    ]
