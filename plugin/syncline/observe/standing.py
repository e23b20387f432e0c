"""How a workspace stands, as far as figures tell it: three questions to the ledger, once a run."""

from __future__ import annotations

__all__ = ["Standing", "look"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ..ledger.codec import moment
from ..ledger.tables import cursors, inbox
from ..model import Side
from ..sync.breaker import resting
from ..sync.detect import OVERLAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the ledger says between two runs."""

    #: Since when the oldest record of the inbox waits, by state.
    oldest: Mapping[str, datetime]
    #: Since when what was changed on a side may not have been read yet.
    listed: Mapping[Side, datetime]
    #: The sides that are left in peace.
    resting: frozenset[Side]


def look(db: Connection, now: datetime) -> Standing:
    """Return how the workspace of *db*'s ledger stands."""
    waits = select(inbox.c.state, func.min(inbox.c.since)).where(inbox.c.since != "")
    oldest = db.execute(waits.group_by(inbox.c.state)).all()
    ends = func.min(cursors.c.modified)
    listed = db.execute(select(cursors.c.side, ends).group_by(cursors.c.side)).all()
    return Standing(
        oldest={state: moment(since) for state, since in oldest},
        listed={Side(side): moment(at) + OVERLAP for side, at in listed if at is not None},
        resting=frozenset(rest.side for rest in resting(db, now)),
    )
