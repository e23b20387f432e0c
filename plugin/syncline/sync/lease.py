"""The lease: one cycle at a time in a workspace, in whichever process and on whichever machine.

A holder that stands still longer than the lease loses it to the next, whose number is higher. It
notices at its next transaction, which does not begin: what it would have written is not written.
"""

from __future__ import annotations

__all__ = ["LENGTH", "Held", "Lease", "LeaseHeldError", "LeaseLostError", "look"]

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, select, text

from ..errors import LedgerError, RetriableError
from ..ledger.codec import moment, reads, stamp
from ..ledger.database import Ledger, upsert
from ..ledger.tables import leases
from ..observe.telling import tell
from .holder import Holder, this_process

#: How long a holder that says nothing keeps the lease. A call lasts 35 seconds at most and the
#: wait before it 60; before each it is reserved in the ledger: a living holder is in time.
LENGTH = timedelta(minutes=2)
#: It is renewed in a transaction that comes this long after the last renewal.
_RENEWAL = LENGTH / 8
#: One that lasts longer than this was taken by a clock that was wrong, and holds nobody up. Should
#: its holder live after all, it notices as any other that lost it.
_LONGEST = timedelta(days=1)
_NAME = "cycle"
#: In PostgreSQL whoever takes the lease waits for the transactions of its holder. Not by the row:
#: a lock on it would turn every transaction that only reads into one that writes.
_KEY = "(7305791, hashtext(current_schema()))"
_ALONE = text(f"SELECT pg_advisory_xact_lock{_KEY}")
_TOGETHER = text(f"SELECT pg_advisory_xact_lock_shared{_KEY}")
_MINE = leases.c.name == _NAME
#: Asked in every transaction: straight to the driver.
_LOOK = {
    "sqlite": "SELECT token FROM leases WHERE name = 'cycle' AND token = ?",
    "postgresql": "SELECT token FROM leases WHERE name = 'cycle' AND token = %s",
}


class LeaseHeldError(RetriableError):
    """Another run is at work in the workspace."""


class LeaseLostError(RetriableError):
    """The run stood still so long that another took its place; it writes nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who is at work, and until when the lease lasts if nothing more is heard of them."""

    holder: Holder | None
    until: datetime


class Lease:
    """Held within its ``with`` block, on a ledger whose every transaction it then guards.

    Raises ``LeaseHeldError`` on entry when somebody else holds it. *place* is what the message
    calls the workspace.
    """

    def __init__(
        self,
        ledger: Ledger,
        now: Callable[[], datetime],
        place: object,
        holder: Callable[[], Holder] = this_process,
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._place = place
        self._holder = holder
        self._token = 0
        self._renewed = now()

    def __enter__(self) -> Self:
        with self._ledger.begin() as db:
            self._take(db)
        self._before, self._ledger.fence = self._ledger.fence, self._guard
        tell("lease_taken", token=self._token)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ledger.fence = self._before
        # A ledger that cannot be written now lets the lease run out by itself.
        with suppress(LedgerError), self._ledger.begin() as db:
            db.execute(leases.update().where(*self._held()).values(holder="", until=""))

    def _take(self, db: Connection) -> None:
        now = self._now()
        if db.dialect.name == "postgresql":
            # A holder that was frozen in the middle of a transaction is not waited for.
            db.execute(text("SET LOCAL lock_timeout = '5s'"))
            db.execute(_ALONE)
        free = {"name": _NAME, "holder": "", "token": 0, "until": ""}
        # On SQLite it is this that lets nobody else write until the end of the transaction.
        db.execute(upsert(db.dialect.name, leases).values(free).on_conflict_do_nothing())
        row = db.execute(select(leases).where(_MINE)).one()
        if _lasts(row.until, now):
            other = Holder.read(row.holder)
            if other is None or not other.is_dead():
                raise LeaseHeldError(
                    f"another run is at work in {self._place} ({other or 'of another version'})",
                    hint="Wait until it has ended; two never work at once. If its machine is "
                    f"gone, its place is free at {moment(row.until):%H:%M:%S} UTC.",
                )
        self._token = _next(row)
        self._renewed = now
        db.execute(
            leases.update()
            .where(_MINE)
            .values(holder=self._holder().written(), token=self._token, until=self._until(now))
        )

    def _guard(self, db: Connection) -> None:
        """Let *db*'s transaction begin if the lease is still ours; nobody takes it before its end.

        Time alone does not take it: it is ours until somebody else has come.
        """
        if db.dialect.name == "sqlite":
            _lock(db)
        else:
            # Before the look, in a statement of its own: it sees what was committed meanwhile.
            db.execute(_TOGETHER)
        now = self._now()
        if self._is_due(now):
            self._renewed = now
            change = leases.update().where(*self._held()).values(until=self._until(now))
            held = db.execute(change).rowcount == 1
        else:
            found = db.exec_driver_sql(_LOOK[db.dialect.name], (self._token,))
            held = found.first() is not None
        if not held:
            raise LeaseLostError(
                f"this run stood still for more than {LENGTH.seconds // 60} minutes, and another "
                f"has taken its place in {self._place}",
                hint="Nothing was lost: the other goes on with what this one left.",
            )

    def _held(self) -> tuple[Any, ...]:
        return _MINE, leases.c.token == self._token

    def _is_due(self, now: datetime) -> bool:
        return not timedelta(0) <= now - self._renewed < _RENEWAL

    @staticmethod
    def _until(now: datetime) -> str:
        return stamp(now + LENGTH)


def look(db: Connection, now: datetime) -> Held | None:
    """Return who is at work; None when nobody is, or nobody who still lives."""
    row = db.execute(select(leases).where(_MINE)).one_or_none()
    if row is None or not _lasts(row.until, now):
        return None
    holder = Holder.read(row.holder)
    if holder is not None and holder.is_dead():
        return None
    return Held(holder=holder, until=moment(row.until))


@reads
def _next(row: Any) -> int:
    return int(row.token) + 1


def _lasts(until: str, now: datetime) -> bool:
    return stamp(now) < until <= stamp(now + _LONGEST)


def _lock(db: Connection) -> None:
    """Begin to write at once: SQLite would let another process in between our look and that."""
    connection: Any = db.connection.driver_connection
    if not connection.in_transaction:
        db.exec_driver_sql("BEGIN IMMEDIATE")
