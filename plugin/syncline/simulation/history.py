"""One history: two systems, their people, our cycles, all that goes wrong, and the end of it."""

from __future__ import annotations

__all__ = ["SETTLING", "History"]

from collections import Counter
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from random import Random

from ..errors import SynclineError
from ..ledger import inbox, wakes
from ..ledger.rows import State
from ..model import Side
from ..sync.lease import LENGTH, LeaseHeldError, LeaseLostError
from ..sync.report import Report
from .clock import VirtualClock
from .engine import Engine
from .faults import Fault, KilledError, Life, Storm
from .judge import judge
from .ledgers import Ledgers
from .people import People
from .promises import Promise
from .records import Count
from .rules import VARIANTS, book
from .shape import Shape, habits_of
from .store import Store
from .story import Story
from .twice import interrupted, repeated

_QUARTER = 15 * 60.0
#: How many cycles may write once nothing happens any more.
SETTLING = 6
#: A limit of calls that no history comes near.
PLENTY = 1000


class History:
    """A history under way. ``play`` lives through it; ``story`` then holds what was seen."""

    def __init__(
        self, shape: Shape, ledgers: Ledgers, tally: Counter[str], tell: Callable[[str], None]
    ) -> None:
        self.shape = shape
        self.tally = tally
        dice = Random(f"world {shape.seed}")  # noqa: S311 - to be repeated, not to be secret
        self._lots = Random(f"cycles {shape.seed}")  # noqa: S311 - likewise
        self.clock = VirtualClock()
        self._tell = tell
        self.book = book(dice.randrange(VARIANTS), dice.choice((3, 7, 50)), dice.choice((2, 5, 20)))
        self.story = Story(tally, self.say, self.book.maps)
        count = Count()
        descriptions = self.book.rules.catalog.descriptions
        self.stores = {
            side: Store(
                side, descriptions[side], self.clock, habits_of(dice), self.story.heard, count
            )
            for side in Side
        }
        self.people = People(
            Random(f"people {shape.seed}"),  # noqa: S311 - likewise
            self.stores,
            shape.kinds,
            tuple(m.crm for m in self.book.maps),
            tally,
            self.say,
            calls=self.book.activities,
        )
        self.storm = Storm(
            Random(f"storm {shape.seed}"),  # noqa: S311 - likewise
            shape.kinds,
            self.clock,
            self.story,
            self._meanwhile,
            self._another,
        )
        self.ledgers = ledgers
        self.ledger = ledgers.empty()
        if self.storm.happens(Fault.SKEW, 1):
            for store in self.stores.values():
                store.skew = timedelta(seconds=dice.uniform(-900, 900))

    def say(self, words: str) -> None:
        """Tell a step of the history, with its time."""
        self._tell(f"{self.clock():%d %H:%M:%S} {words}")

    def play(self) -> None:
        """Live through the whole history and judge it by the promises that can be seen at once."""
        self.say(f"the rules:\n{self.book.text}")
        self.people.settle_in(self.shape.people)
        for _ in range(self.shape.cycles):
            for _ in range(self._lots.choice((1, 3, 6, 10))):
                self._pass(self._lots.choice((0.1, 0.6, 20, 90)))
                self.people.act()
            self._pass(self._lots.choice((0.01, 1, 60, 300)))
            self._look_aside()
            self.cycle()
            if self.storm.happens(Fault.WAKE, 0.3):
                self._pass(self._lots.choice((0, 5)))
                self._wake()
                self.cycle()
            self._pass(_QUARTER)
        self.storm.over = True
        self._settle()
        judge(self)

    def close(self) -> None:
        """Give the ledger back."""
        self.ledgers.done(self.ledger)

    def _pass(self, seconds: float) -> None:
        self.clock.forward(seconds)

    def _meanwhile(self) -> None:
        self.say("… while a cycle is under way:")
        self.people.act()

    def _wake(self) -> None:
        """Let a webhook name some records: those that changed, others, one that never was."""
        side = self._lots.choice(tuple(Side))
        name = self._lots.choice([m.object(side) for m in self.book.maps])
        store = self.stores[side]
        known = [row.id for row in (*store.rows(name), *store.rows(name, gone=True))]
        ids = [*self._lots.sample(known, min(len(known), self._lots.choice((0, 1, 3)))), "NOBODY"]
        self.say(f"a webhook says that {', '.join(ids)} of the {side.word} changed")
        # It speaks for itself, whatever became of the process before.
        self.ledger.fence = None
        with self.ledger.begin() as db:
            wakes.add(db, wakes.Wake(side=side, object=name, ids=tuple(ids)), self.clock())

    # -- cycles

    def cycle(self) -> Report | None:
        """Do a cycle, and begin again as often as it is cut off."""
        while True:
            life = Life()
            if self.storm.happens(Fault.CRASH, 0.35):
                life.end_after(self._lots.randrange(90))
            self.say("a cycle begins")
            self.story.planned.begin()
            taken = sum(store.taken for store in self.stores.values())
            self.storm.life = life
            self.tally["cycles"] += 1
            try:
                report = self._engine(life).run(self.story.planned.hear)
            except KilledError:
                self.say("our process is killed")
                self.tally["cycles cut off"] += 1
                self._pass(self._lots.choice((1, 30, 200)))
                continue
            except LeaseHeldError:
                self.say("another process seems to be at work: it is waited for")
                self.tally["cycles refused while a lease lasts"] += 1
                self._pass(130)
                continue
            except LeaseLostError:
                self.say("it finds that another has taken its place, and writes nothing more")
                self.tally["cycles given up for another worker"] += 1
                return None
            except SynclineError as err:
                self.story.breach(Promise.ADDS_UP, f"a cycle ended with {err!r}")
                return None
            self._reported(report, sum(store.taken for store in self.stores.values()) - taken)
            return report

    def _engine(self, life: Life, number: int = 1) -> Engine:
        # Another worker has the same ledger, and a door of its own to it.
        ledger = self.ledger if number == 1 else copy(self.ledger)
        return Engine(
            ledger, self.stores, self.book, self.clock, self.storm, life, self.story.paid, number
        )

    def _another(self) -> None:
        """Let this process stand still, and another do a cycle of its own, if it may."""
        still = self._lots.choice((5, 180))
        self.say(f"our process stands still for {still} s, and another begins a cycle")
        self._pass(still)
        plans, life = self.story.planned.begin(), self.storm.life
        self.storm.life = Life()
        self.storm.kinds -= {Fault.WORKERS}
        try:
            self._engine(self.storm.life, 2).run(self.story.planned.hear)
        except LeaseHeldError:
            self.tally["cycles refused while a lease lasts"] += 1
        else:
            if still < LENGTH.total_seconds() / 2:
                self.story.breach(Promise.ORIGINAL_OR_FINAL, "two cycles ran at once")
        self.say("the first process goes on")
        self.storm.life = life
        self.story.planned.go_on(plans)

    def _reported(self, report: Report, taken: int) -> None:
        """Hold a report against what was seen (promise 6)."""
        counts = {str(fate): n for fate, n in report.counts.items() if n}
        self.say(
            f"the cycle is {report.state}: {counts}, {report.writes} writes, waiting "
            f"{dict(report.waiting)}, {[words for words, _hint in report.faults]}"
        )
        for name, number in counts.items():
            self.tally[f"records {name}"] += number
        self.tally["steps found out about after a crash"] += report.recovered
        if report.candidates != sum(report.counts.values()):
            self.story.breach(Promise.ADDS_UP, f"{report.candidates} candidates came to {counts}")
        if any("add up" in words for words, _hint in report.faults):
            self.story.breach(Promise.ADDS_UP, f"the run is red: {report.faults}")
        # A look-up after a lost answer cannot tell our write from a person's that says the same.
        doubtful = self.story.planned.written_by_people()
        told = report.state == "done" and report.recovered == 0
        if told and not taken <= report.writes <= taken + doubtful:
            self.story.breach(
                Promise.ADDS_UP,
                f"the report says {report.writes} writes, and the systems took {taken}",
            )

    def _settle(self) -> None:
        """Let cycles run until nothing is written any more (promise 1)."""
        self.say("from here on nobody does anything and nothing goes wrong")
        small = self.book.limit < PLENTY
        most = SETTLING * 6 if small else SETTLING
        for number in range(most):
            self._pass(8 * 3600.0 if small else _QUARTER)
            report = self.cycle()
            if report is None:
                return
            left = {State.NEW, State.DEFERRED} & {State(state) for state in report.waiting}
            if number > 0 and report.state == "done" and report.writes == 0 and not left:
                self.tally["cycles until all was quiet"] += number
                return
        waiting = sum(len(self.entries(side)) for side in Side)
        self.story.breach(
            Promise.SETTLES,
            f"{most} cycles without outside change did not bring it to rest; {waiting} wait",
        )

    # -- looking aside

    def _look_aside(self) -> None:
        """Try on copies what the next cycle would do: twice the same, and cut off (7, 8)."""
        lot = self._lots.random()
        if lot < 0.04:
            repeated(self)
        elif lot < 0.1:
            interrupted(self, self._lots)

    def entries(self, side: Side) -> dict[tuple[str, str], State]:
        """Return the records of a side that wait in the inbox, with their state."""
        found: dict[tuple[str, str], State] = {}
        with self.ledger.begin() as db:
            for described in self.stores[side].description.objects:
                ids = [row.id for row in self.stores[side].rows(described.name)]
                for id_, entry in inbox.fetch(db, side, described.name, ids).items():
                    found[described.name, id_] = entry.state
        return found
