"""The budget of a cycle: every call is reserved in the ledger before it is made (K6).

Several processes may work on one ledger: what one has reserved is used for all of them.
"""

from __future__ import annotations

__all__ = ["BudgetReachedError", "Meter", "PolledOftenError"]

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from ..errors import RetriableError
from ..ledger import spending
from ..ledger.database import Ledger
from ..ledger.spent import POLL, WINDOW, Level, Spent
from ..model import Side, Usage
from ..observe.telling import tell
from .limits import Limit, Room, cap, level_of, room_of, share_of
from .standing import Book, Standing, standing

#: Looking for changes takes at most this share (percent) of a limit: some is left for writing.
_POLLS = 50


class BudgetReachedError(RetriableError):
    """What was asked for does not fit into the budget now; it waits, and nothing is lost."""

    @classmethod
    def of(cls, standing: Standing) -> BudgetReachedError:
        """Return the error for a side whose budget stands so."""
        until = "" if standing.fits is None else f" until about {standing.fits:%Y-%m-%d %H:%M} UTC"
        return cls(
            f"{standing.why_waiting}; what is left over waits{until}",
            hint="Later runs go on with it, the longest waiting first. `syncline budget` says how "
            "the budget stands.",
        )


class PolledOftenError(BudgetReachedError):
    """A side was looked at for changes so often that too little would be left for writing."""

    @classmethod
    def by(cls, side: Side, most: int, unit: str) -> PolledOftenError:
        """Return the error for a side with a limit of *most* units."""
        return cls(
            f"looking for changes in the {side.word} has taken {_POLLS} % of its {most:,} {unit}s "
            "in 24 hours; it rests in this run",
            hint="Let the rules sync less often, or raise their limit of calls.",
        )


class Meter:
    """Reserves what a cycle spends, and refuses what would pass a limit."""

    def __init__(
        self,
        ledger: Ledger,
        now: Callable[[], datetime],
        limits: Mapping[Side, int | None],
        counted: Literal["calls", "actions"] = "calls",
        unit: Callable[[Side], str] = lambda _side: "call",
    ) -> None:
        self._ledger = ledger
        self._now = now
        #: The vendor's word for what a call costs on a side.
        self._unit = unit
        self._limits = {side: Limit(most=limits.get(side), counted=counted) for side in Side}
        self._heard: dict[Side, tuple[Usage, datetime]] = {}
        self._unwritten: set[Side] = set()
        self._reset()

    def _reset(self) -> None:
        #: The run under whose number calls are noted; 0 outside of one.
        self.run = 0
        #: What this cycle has spent so far, by side, and on what.
        self.spent = dict.fromkeys(Side, 0)
        self.tally: dict[Side, Counter[str]] = {side: Counter() for side in Side}
        #: Sides that were not listed to the end, and why: they are not written either, for a
        #: change that was not seen would be written over.
        self.resting: dict[Side, RetriableError] = {}
        self._books: dict[Side, Book] = {}
        #: Sides that neither the rules nor the vendor limit, as far as anybody has heard: what is
        #: spent there is noted, and nothing is asked.
        self._unlimited: set[Side] = set()
        #: Price and rows of what did not fit.
        self.left: dict[Side, tuple[int, int]] = dict.fromkeys(Side, (0, 0))

    def start(self) -> None:
        """Begin a cycle, which counts from nothing."""
        self._reset()
        with self._ledger.begin() as db:
            now = self._now()
            spending.heal(db, now)
            self._unlimited = {
                side
                for side, limit in self._limits.items()
                if limit.most is None
                and side not in self._heard
                and spending.read(db, side, now).stated is None
                and spending.peek(db, side) is Level.OK
            }

    def spend(
        self, side: Side, price: int, what: str, records: int = 0, *, essential: bool = True
    ) -> None:
        """Reserve a call about to be made; raise ``BudgetReachedError`` if it does not fit."""
        with self._ledger.begin() as db:
            if self._is_free(side, price, records):
                now, run = self._now(), self.run
                spending.add(db, side, now, run=run, price=price, what=what, records=records)
                self._note(side, price, what)
                return
            before = spending.hold(db, side)
            spent, now = self._read(db, side)
            limit = self._limits[side]
            level = level_of(before, share_of(spent, limit, now))
            fits = room_of(spent, limit, level, now, essential=essential).takes(price, records)
            if fits:
                at = _stamped(spent, now)
                run = self.run
                spending.add(db, side, at, run=run, price=price, what=what, records=records)
                spent = replace(
                    spent,
                    units=spent.units + price,
                    records=spent.records + records,
                    after=spent.after + price,
                )
            self._note_level(db, side, before, spent, now)
        if not fits:
            raise BudgetReachedError.of(self.stand(side, (price, records)))
        self._note(side, price, what)

    def _is_free(self, side: Side, price: int, records: int) -> bool:
        """Tell whether no limit can refuse it: there is none, or it counts for none."""
        counts = price or (records and self._limits[side].counted == "actions")
        return not counts or side in self._unlimited

    def _note(self, side: Side, price: int, what: str) -> None:
        self._books.pop(side, None)
        self.spent[side] += price
        self.tally[side][what] += price

    def room(self, side: Side, *, essential: bool) -> Room:
        """Return what may still be spent on work that cannot wait, or on the rest."""
        if side in self.resting and not essential:
            return Room(units=0, records=0)
        if side in self._unlimited:
            return Room(units=None, records=None)
        with self._ledger.begin() as db:
            spent, now = self._read(db, side)
            level = self._note_level(db, side, spending.peek(db, side), spent, now)
        return room_of(spent, self._limits[side], level, now, essential=essential)

    def admit(self, side: Side, price: int) -> None:
        """Let a side be looked at for changes at this price, or raise ``BudgetReachedError``.

        All its listings or none: a side that was half read cannot be written.
        """
        limit = self._limits[side]
        if limit.most is not None and limit.counted == "calls":
            with self._ledger.begin() as db:
                polls = spending.by_what(db, side, self._now()).get(POLL, 0)
            if polls + price > max(cap(limit.most, _POLLS), price):
                raise PolledOftenError.by(side, limit.most, self._unit(side))
        if not self.room(side, essential=True).takes(price):
            raise BudgetReachedError.of(self.stand(side, (price, 0)))

    @property
    def is_blind(self) -> bool:
        """Whether a side could not be read in this cycle, for another reason than its limit."""
        return any(not isinstance(why, BudgetReachedError) for why in self.resting.values())

    def rest(self, side: Side, why: RetriableError) -> None:
        """Leave a side alone for the rest of the cycle, but for what cannot wait."""
        self.resting[side] = why

    def leave(self, side: Side, price: int, rows: int) -> RetriableError:
        """Note work that does not fit now; return why, and until when all of it waits."""
        units, before = self.left[side]
        self.left[side] = units + price, before + rows
        resting = self.resting.get(side)
        if resting is not None and type(resting) is not BudgetReachedError:
            # It rests for another reason than what is left of its limit.
            return resting
        # Much may be left, batch by batch: the ledger is asked again when we spent something.
        if side not in self._books:
            self._books[side] = self._read_book(side)
        error = BudgetReachedError.of(self._standing(side, self._books[side], self.left[side]))
        if resting is not None:
            self.resting[side] = error
        return error

    def hear(self, side: Side, usage: Usage | None) -> None:
        """Take in what the vendor says; it is written with the next call, or at the end."""
        if usage is not None and (side not in self._heard or self._heard[side][0] != usage):
            self._heard[side] = usage, self._now()
            self._unwritten.add(side)
            self._unlimited.discard(side)

    def stand(self, side: Side, needed: tuple[int, int] | None = None) -> Standing:
        """Return how the budget of *side* stands; *needed* are units and records that wait."""
        return self._standing(side, self._read_book(side), needed or self.left[side])

    def _standing(self, side: Side, book: Book, needed: tuple[int, int]) -> Standing:
        limit, unit = self._limits[side], self._unit(side)
        return standing(side, limit, self._now(), book, needed, unit)

    def _read_book(self, side: Side) -> Book:
        with self._ledger.begin() as db:
            self._write_heard(db, side)
            now = self._now()
            return Book(
                spent=spending.read(db, side, now),
                slices=spending.slices(db, side, now),
                spent_on=spending.by_what(db, side, now),
                before=spending.peek(db, side),
            )

    def _read(self, db: Connection, side: Side) -> tuple[Spent, datetime]:
        self._write_heard(db, side)
        now = self._now()
        return spending.read(db, side, now), now

    def _write_heard(self, db: Connection, side: Side) -> None:
        if side in self._unwritten:
            self._unwritten.discard(side)
            spending.state(db, side, *self._heard[side])

    def _note_level(
        self, db: Connection, side: Side, before: Level, spent: Spent, now: datetime
    ) -> Level:
        level = level_of(before, share_of(spent, self._limits[side], now))
        if level is not before:
            spending.set_level(db, side, level)
            tell("budget_level", side=side, level=level)
        return level


def _stamped(spent: Spent, now: datetime) -> datetime:
    """Return when a call counts as made: never before an earlier one, should the clock go back."""
    if spent.latest is None or spent.latest > now + WINDOW:
        return now
    return max(now, spent.latest)
