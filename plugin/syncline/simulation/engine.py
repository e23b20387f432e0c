"""The real engine, over systems in memory: a process that lives for one cycle."""

from __future__ import annotations

__all__ = ["Engine"]

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import Connection

from ..ledger.database import Ledger
from ..model import Side
from ..sync.cycle import Cycle, Preview
from ..sync.guard import Guarded
from ..sync.holder import Holder
from ..sync.lease import Lease
from ..sync.meter import Meter
from ..sync.metered import Metered, Purse
from ..sync.plan import Plan
from ..sync.report import Report
from ..sync.systems import System
from .clock import VirtualClock
from .faults import Life
from .rules import Book
from .store import Store
from .systems import Memory
from .weather import Weather


class Engine:
    """One process: what it knows beyond the ledger ends with it."""

    def __init__(
        self,
        ledger: Ledger,
        stores: Mapping[Side, Store],
        book: Book,
        clock: VirtualClock,
        weather: Weather,
        life: Life,
        paid: Callable[[Store, int], None],
        number: int = 1,
    ) -> None:
        self._ledger = ledger
        self._stores = stores
        self._book = book
        self._clock = clock
        self._weather = weather
        self._life = life
        self._paid = paid
        self._number = number

    def run(self, planned: Callable[[Plan, int], None]) -> Report:
        """Do one cycle; every plan is told before it is done, with the number of the last change.

        Raises ``LeaseHeldError`` while another process is at work, as any process does.
        """
        count = self._stores[Side.CRM].count
        self._ledger.fence = self._fence
        with Lease(self._ledger, self._clock, "the simulation", self._holder):
            guard = self._ledger.fence

            def fence(db: Connection) -> None:
                self._fence(db)
                guard(db)

            self._ledger.fence = fence
            return self._cycle(lambda plan: planned(plan, count.last)).run()

    def preview(self) -> Preview:
        """Say what the next run would do."""
        self._ledger.fence = self._fence
        return self._cycle(lambda _plan: None).preview()

    def _cycle(self, before_apply: Callable[[Plan], None]) -> Cycle:
        meter = Meter(self._ledger, self._clock, {Side.CRM: self._book.limit, Side.CADENCE: None})
        systems: dict[Side, System] = {}
        for side, store in self._stores.items():
            purse = Purse(side, lambda: meter)
            memory = Memory(store, partial(self._spend, purse), self._weather)
            systems[side] = System(
                name="memory",
                connector=Metered(Guarded("memory", memory), purse),
                description=store.description,
            )
        return Cycle(
            self._ledger,
            systems,
            self._book.rules,
            meter,
            now=self._clock,
            progress=self._progress,
            before_apply=before_apply,
        )

    def _holder(self) -> Holder:
        """Return a process of a machine that is not ours: nobody can look whether it lives."""
        return Holder(host=f"worker-{self._number}", pid=1)

    def _spend(self, purse: Purse, price: int, what: str) -> None:
        purse.spend(price, what)
        self._life.instant()
        self._paid(self._stores[purse.side], price)

    def _fence(self, _db: Connection) -> None:
        self._life.instant()

    def _progress(self, _what: str, _done: int, _total: int | None) -> None:
        self._life.instant()
