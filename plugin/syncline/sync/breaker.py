"""The breaker: a connection that fails again and again is left in peace for a growing while.

It stands in the ledger, so that every process and every run knows. When the while is over, one
call is let through; if that succeeds, all is well again.
"""

from __future__ import annotations

__all__ = ["LIMIT", "Breaker", "LeftInPeaceError", "Rest", "resting"]

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from ..errors import LONGEST_WISH, ConnectorError, RetriableError
from ..ledger.codec import moment, reads, stamp
from ..ledger.database import Ledger, upsert
from ..ledger.tables import breakers
from ..model import Side
from ..observe.telling import tell
from .lease import LeaseLostError
from .meter import BudgetReachedError

#: So many passing faults in a row, in however many runs, and it is left in peace.
LIMIT = 5
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
#: A server's own wish is kept beyond that, but not for ever.
_LONGEST_WISH = timedelta(seconds=LONGEST_WISH)
#: How long others wait for the one call that tries whether it works again.
_TRIAL = timedelta(minutes=2)
#: Passing faults that say nothing of the connection.
_OURS = (BudgetReachedError, LeaseLostError)


class LeftInPeaceError(RetriableError):
    """A call was not made: the connection failed too often, and its time has not come yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A connection that is left in peace."""

    side: Side
    #: Passing faults in a row.
    failures: int
    #: When it is tried again.
    until: datetime
    #: What the last fault said.
    reason: str

    @property
    def words(self) -> str:
        """Say it."""
        times = "once" if self.failures == 1 else f"{self.failures:,} times in a row"
        return (
            f"the {self.side.word} failed {times} and is left in peace until "
            f"{self.until:%Y-%m-%d %H:%M:%S} UTC; it said: {self.reason}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``status.schema.json``)."""
        return {
            "side": str(self.side),
            "failures": self.failures,
            "until": self.until.isoformat(),
            "reason": self.reason,
        }


def resting(db: Connection, now: datetime) -> list[Rest]:
    """Return the connections that are left in peace at *now*."""
    rows = db.execute(select(breakers).order_by(breakers.c.side.desc())).all()
    found = [_rest_of(row) for row in rows if row.until]
    return [rest for rest in found if now < rest.until <= now + _LONGEST_WISH]


class Breaker:
    """Counts the passing faults of one connection, and lets calls through or does not."""

    def __init__(self, ledger: Ledger, side: Side, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._side = side
        self._now = now
        #: Whether the ledger knew of a fault when the last call was let through.
        self._failing = False

    def admit(self) -> None:
        """Let a call through, or raise ``LeftInPeaceError``.

        Of the processes that come when the while is over, one alone is let through.
        """
        with self._ledger.begin() as db:
            row = db.execute(select(breakers).where(self._mine())).one_or_none()
            self._failing = row is not None
            if row is None or not row.until:
                return
            rest, now = _rest_of(row), self._now()
            left = (rest.until - now).total_seconds()
            # What lies further ahead than any wait was written by a clock gone wrong.
            if not now < rest.until <= now + _LONGEST_WISH:
                mine = (self._mine(), breakers.c.until == row.until)
                claim = breakers.update().where(*mine).values(until=stamp(now + _TRIAL))
                if db.execute(claim).rowcount:
                    return
        raise LeftInPeaceError(
            rest.words,
            hint="Nothing was lost, and the other system is read as ever. A run after that time "
            "tries it again by itself; see meanwhile whether it can be reached.",
            retry_after=left,
        )

    def concerns(self, err: ConnectorError) -> bool:
        """Tell whether a fault is the connection's, and not our own budget's or lease's."""
        return not isinstance(err, _OURS)

    def heard(self, err: ConnectorError) -> None:
        """Count a passing fault; from the fifth in a row on the connection is left in peace.

        For 1, 2, 4 … up to 60 minutes; and from the first on for as long as it asked itself.
        What needs a person is not counted: waiting does not help.
        """
        if not isinstance(err, RetriableError):
            return
        with self._ledger.begin() as db:
            new = {"side": str(self._side), "failures": 1, "reason": err.message}
            counted = (
                upsert(db.dialect.name, breakers)
                .values(**new)
                .on_conflict_do_update(
                    index_elements=["side"],
                    set_={"failures": breakers.c.failures + 1, "reason": err.message},
                )
                .returning(breakers.c.failures)
            )
            failures = int(db.execute(counted).scalar_one())
            wait = _wait(failures, err.retry_after)
            until = stamp(self._now() + wait) if wait else ""
            db.execute(breakers.update().where(self._mine()).values(until=until))
        self._failing = True
        if wait:
            seconds = wait.total_seconds()
            tell("breaker_opened", side=self._side, failures=failures, seconds=seconds)

    def succeeded(self) -> None:
        """Forget all faults: it works."""
        if self._failing:
            with self._ledger.begin() as db:
                was = db.execute(
                    breakers.delete().where(self._mine()).returning(breakers.c.until)
                ).scalar_one_or_none()
            self._failing = False
            if was:
                tell("breaker_closed", side=self._side)

    def _mine(self) -> Any:
        return breakers.c.side == str(self._side)


def _wait(failures: int, wish: float | None) -> timedelta:
    """Return how long a connection is left in peace after so many faults; zero for not at all."""
    asked = timedelta(seconds=wish or 0.0)
    if failures < LIMIT:
        return asked
    doublings = min(failures - LIMIT, 10)
    return max(asked, min(_FIRST * (1 << doublings), _LONGEST))


@reads
def _rest_of(row: Any) -> Rest:
    return Rest(
        side=Side(row.side), failures=row.failures, until=moment(row.until), reason=row.reason
    )
