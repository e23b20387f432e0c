"""The note that a schedule leaves: from where it looks, how often, and when it looked last."""

from __future__ import annotations

__all__ = ["ALIVE", "Lookout", "clear", "lookout_of", "note", "read"]

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from .codec import dump, load, moment, reads, stamp
from .database import read_meta, write_meta
from .tables import meta

#: A schedule that is at work notes it once a minute; after so long without a note it is not.
ALIVE = timedelta(minutes=3)
_NAME = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """A schedule that looks whether a cycle is due. Of several on one ledger, the last to look."""

    host: str
    pid: int
    #: Between two marks.
    minutes: int
    looked: datetime
    #: When its next cycle is due.
    next: datetime


def note(db: Connection, lookout: Lookout) -> None:
    """Say that a schedule looks."""
    times = {"looked": stamp(lookout.looked), "next": stamp(lookout.next)}
    write_meta(db, _NAME, dump({**asdict(lookout), **times}))


def read(db: Connection) -> Lookout | None:
    """Return the schedule that looked last; None when none did, or it ended in order."""
    text = read_meta(db, _NAME)
    return None if text is None else lookout_of(text)


@reads
def lookout_of(text: str) -> Lookout:
    """Return the schedule that a note names; raises ``LedgerError`` if it does not read."""
    found = load(text)
    return Lookout(
        host=found["host"],
        pid=found["pid"],
        minutes=found["minutes"],
        looked=moment(found["looked"]),
        next=moment(found["next"]),
    )


def clear(db: Connection, host: str, pid: int) -> None:
    """Say that this schedule looks no more; the note of another stays."""
    found = read(db)
    if found is not None and (found.host, found.pid) == (host, pid):
        db.execute(meta.delete().where(meta.c.name == _NAME))
