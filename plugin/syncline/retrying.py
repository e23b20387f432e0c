"""Records that a system refused: listing them, and giving them another hearing."""

from __future__ import annotations

__all__ = ["Refused", "refused", "retry"]

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from .holding import Audit
from .ledger import inbox as drawer, journal
from .ledger.rows import State
from .ledger.tables import inbox
from .model import Side

_STATES = (State.FAILED, State.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One record that failed, and why."""

    side: Side
    object: str
    id: str
    #: ``failed`` (it is tried again) or ``dead`` (it rests).
    state: State
    attempts: int
    reason: str
    #: Since when it waits.
    since: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``retry.schema.json``)."""
        return asdict(self)


def refused(db: Connection, ids: Collection[str] | None = None) -> list[Refused]:
    """Return the records that failed, who waits longest first: those among *ids*, or all."""
    query = select(inbox).where(inbox.c.state.in_(_STATES)).order_by(inbox.c.since, inbox.c.id)
    if ids is not None:
        query = query.where(inbox.c.id.in_(ids))
    return [
        Refused(
            side=Side(row.side),
            object=row.object,
            id=row.id,
            state=State(row.state),
            attempts=row.attempts,
            reason=row.reason,
            since=row.since,
        )
        for row in db.execute(query)
    ]


def retry(db: Connection, found: Sequence[Refused], audit: Audit) -> None:
    """Let the next run take the records up as if they had never failed."""
    places: dict[tuple[Side, str], list[str]] = {}
    for one in found:
        places.setdefault((one.side, one.object), []).append(one.id)
    for (side, name), ids in places.items():
        drawer.requeue(db, side, name, _STATES, ids)
    words = "asked for another attempt; the last one said: "
    journal.add_entries(
        db,
        [
            replace(
                audit.line("retry", words + one.reason),
                side=str(one.side),
                object=one.object,
                crm_id=one.id if one.side is Side.CRM else "",
                cadence_id=one.id if one.side is Side.CADENCE else "",
            )
            for one in found
        ],
    )
