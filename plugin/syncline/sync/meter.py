"""The budget: every call counted in the vendor's unit over a sliding 24 hours (K6)."""

from __future__ import annotations

__all__ = ["BudgetReachedError", "Meter"]

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..errors import RetriableError
from ..ledger import journal
from ..ledger.database import Ledger
from ..model import Side

WINDOW = timedelta(hours=24)


class BudgetReachedError(RetriableError):
    """The calls of the last 24 hours have reached the limit; the rest waits, none is lost."""

    @classmethod
    def of(cls, side: Side) -> BudgetReachedError:
        """Return the error for *side*."""
        return cls(
            f"the {side.word}'s limit of calls in 24 hours is reached",
            hint="The records left over wait; later runs go on with them as calls come free.",
        )


class Meter:
    """Counts what a cycle spends and refuses what would pass the limit."""

    def __init__(
        self, ledger: Ledger, now: Callable[[], datetime], limits: Mapping[Side, int | None]
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._limits = limits
        self._unwritten: list[tuple[Side, datetime, int, str]] = []
        self._before = dict.fromkeys(Side, 0)
        #: What this cycle has spent so far, by side.
        self.spent = dict.fromkeys(Side, 0)
        self.start()

    def start(self) -> None:
        """Begin a cycle: look at the last 24 hours as they are now."""
        with self._ledger.begin() as db:
            self.flush(db, 0)
            since = self._now() - WINDOW
            self._before = {side: journal.used_since(db, side, since) for side in Side}
        self.spent = dict.fromkeys(Side, 0)

    def spend(self, side: Side, price: int, what: str) -> None:
        """Count a call about to be made; raise ``BudgetReachedError`` if it does not fit."""
        if not self.has_room(side, price):
            raise BudgetReachedError.of(side)
        self.spent[side] += price
        self._unwritten.append((side, self._now(), price, what))

    def has_room(self, side: Side, price: int) -> bool:
        """Tell whether *price* still fits into the limit of *side*."""
        limit = self._limits.get(side)
        return limit is None or self.used(side) + price <= limit

    def used(self, side: Side) -> int:
        """Return the price of all calls in the 24 hours before this cycle, and in it."""
        return self._before[side] + self.spent[side]

    def flush(self, db: Connection, run: int) -> None:
        """Write the calls counted since the last flush into the ledger, in *db*'s transaction."""
        journal.add_calls(db, run, self._unwritten)
        self._unwritten = []
