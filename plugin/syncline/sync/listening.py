"""Listening to both sides: one listing an object, and the records that are to be read again."""

from __future__ import annotations

__all__ = ["Listener"]

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..condition import Condition
from ..errors import RetriableError
from ..ledger import wakes
from ..ledger.database import Ledger
from ..model import Page, Side
from ..observe.telling import tell
from ..rules.narrowing import narrowing
from ..rules.ruleset import RuleSet
from .arrivals import Arrivals
from .cost import Estimate
from .detect import detect, reread
from .keeping import KeyKeeper, key_keepers
from .lease import LeaseLostError
from .meter import Meter
from .plan import StepKind
from .stopping import StoppedError
from .systems import Progress, System, Systems

#: Servers date their answers to the second, and the answer takes its time.
_TELLABLE = timedelta(seconds=2)
#: What was read so long ago is listed again before it is written by.
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """One object of one side that is listened to."""

    arrivals: Arrivals
    fields: tuple[str, ...]
    where: Condition | None = None


class Listener:
    """Brings the inbox up to date, and knows how far each server's clock is ahead of ours."""

    def __init__(
        self,
        ledger: Ledger,
        systems: Systems,
        rules: RuleSet,
        meter: Meter,
        estimate: Estimate,
        *,
        now: Callable[[], datetime],
        progress: Progress,
        go_on: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        self._meter = meter
        self._estimate = estimate
        self._now = now
        self._progress = progress
        self._go_on = go_on
        self._listings = {side: _listings(rules, side, systems[side]) for side in Side}
        self._heard: datetime | None = None
        self.skew: dict[Side, timedelta] = dict.fromkeys(Side, timedelta(0))

    def listen(self, run: int) -> None:
        """Read what changed on both sides.

        A side that fails in passing rests for this run, and so does one whose listings do not fit
        into the budget; the other goes on.
        """
        self._heard = self._now()
        wanted = self._asked_for() if run else {}
        for side, listings in self._listings.items():
            names = [listing.arrivals.object for listing in listings]
            try:
                self._meter.admit(side, self._estimate.polls(side, names))
                for listing in listings:
                    self._list(run, listing)
            except (StoppedError, LeaseLostError):
                raise
            except RetriableError as err:
                self._meter.rest(side, err)
        for (side, name), ids in wanted.items():
            try:
                self.check(run, side, name, ids)
            except (StoppedError, LeaseLostError):
                raise
            except RetriableError as err:
                self._meter.rest(side, err)
                with self._ledger.begin() as db:
                    again = wakes.Wake(side=side, object=name, ids=tuple(ids))
                    wakes.add(db, again, self._now())

    @property
    def is_stale(self) -> bool:
        """Whether the last time is a while ago: an edit since then would be lost."""
        return self._heard is None or self._now() - self._heard > _FRESH

    def check(self, run: int, side: Side, object_name: str, ids: list[str]) -> None:
        """Read records by their ids."""
        self._estimate.looks([(side, object_name, StepKind.UPDATE, len(ids))])
        for listing in self._listings[side]:
            if listing.arrivals.object == object_name:
                reread(
                    self._ledger,
                    self._systems[side],
                    listing.arrivals,
                    ids,
                    fields=listing.fields,
                    run=run,
                    now=self._now,
                )

    def _list(self, run: int, listing: _Listing) -> None:
        arrivals = listing.arrivals
        detect(
            self._ledger,
            self._systems[arrivals.side],
            arrivals,
            fields=listing.fields,
            where=listing.where,
            run=run,
            now=self._now,
            seen_page=self._page_counter(arrivals.side, arrivals.object),
            go_on=self._go_on,
        )

    def _asked_for(self) -> dict[tuple[Side, str], list[str]]:
        """Return whom somebody wants to be read again: a webhook, or a merge.

        They are taken before anything is listed: one that comes later is for the next cycle.
        """
        with self._ledger.begin() as db:
            asked = wakes.take(db)
        if asked:
            tell("wakes_taken", wakes=len(asked))
        wanted: dict[tuple[Side, str], dict[str, None]] = defaultdict(dict)
        for one in asked:
            if one.side is not None and one.ids:
                wanted[one.side, one.object].update(dict.fromkeys(one.ids))
        return {where: list(ids) for where, ids in wanted.items()}

    def _page_counter(self, side: Side, name: str) -> Callable[[Connection, Page], None]:
        rows = 0
        asked = self._now()

        def seen(_db: Connection, page: Page) -> None:
            nonlocal rows, asked
            rows += len(page.records)
            now = self._now()
            self.skew[side] = _skew(page.server_time - now, page.server_time - asked)
            asked = now
            self._progress(f"reading {name} from the {side.word}", rows, None)

        return seen


def _listings(rules: RuleSet, side: Side, system: System) -> list[_Listing]:
    maps = rules.compiled.maps
    asked = {workflow.object for workflow in rules.workflows.values()}
    found: list[_Listing] = []
    keepers = key_keepers(maps)
    for name in dict.fromkeys(m.object(side) for m in maps):
        mine = [m for m in maps if m.object(side) == name]
        arrivals = Arrivals(
            side=side,
            object=name,
            keeper=keepers[side, name],
            others={m.name: m.object(side.other) for m in mine},
            departures=True,
            unasked=not any(side in m.where for m in mine)
            and (side is Side.CADENCE or name not in asked),
        )
        fields = dict.fromkeys(f for m in mine for f in m.reads[side])
        where = narrowing(rules, side, name, system.narrows)
        found.append(_Listing(arrivals=arrivals, fields=tuple(fields), where=where))
    recorded = [rule for rule in rules.activities if rule.source is side]
    for name in dict.fromkeys(rule.object(side) for rule in recorded):
        here = [rule for rule in recorded if rule.object(side) == name]
        others = {r.name: r.object(side.other) for r in rules.activities if r.object(side) == name}
        keeper = KeyKeeper(
            side=side,
            object=name,
            fields=(here[0].person_field(side),),
            others=tuple(dict.fromkeys((side.other, each) for each in others.values())),
        )
        arrivals = Arrivals(
            side=side,
            object=name,
            keeper=keeper,
            others=others,
            departures=side is Side.CRM or any(rule.deletes for rule in here),
            unasked=False,
        )
        fields = dict.fromkeys(f for rule in here for f in rule.reads)
        found.append(_Listing(arrivals=arrivals, fields=tuple(fields)))
    return found


def _skew(least: timedelta, most: timedelta) -> timedelta:
    """Return how far a server's clock is ahead, when an answer took its time: within bounds."""
    if least > _TELLABLE:
        return least
    return most if most < -_TELLABLE else timedelta(0)
