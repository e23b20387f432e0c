"""A connection that fails again and again is left in peace, and the other side is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, Clock, World, command, meddled
from syncline import ConnectorError, FatalError, RetriableError, UnknownOutcomeError, Write
from syncline.ledger.database import Ledger
from syncline.sync.breaker import Breaker, LeftInPeaceError, resting
from syncline.sync.lease import LeaseLostError
from syncline.sync.meter import BudgetReachedError


@dataclass
class Bench:
    """One connection, seen by two processes with one clock."""

    clock: Clock
    ledgers: tuple[Ledger, Ledger]

    def breaker(self, which: int = 0) -> Breaker:
        return Breaker(self.ledgers[which], CRM, self.clock)

    def fail(self, times: int, wish: float | None = None) -> None:
        for _ in range(times):
            self.breaker().heard(RetriableError("no connection", retry_after=wish))

    def refuses(self, which: int = 0) -> bool:
        try:
            self.breaker(which).admit()
        except LeftInPeaceError:
            return True
        return False

    def minutes(self) -> float:
        """Return for how many minutes it is left in peace."""
        with self.ledgers[0].begin() as db:
            (rest,) = resting(db, self.clock.now)
        return (rest.until - self.clock.now).total_seconds() / 60


@pytest.fixture
def bench(tmp_path: Path, ledger_address: str) -> Generator[Bench]:
    where = ledger_address or tmp_path / "ledger.sqlite"
    with closing(Ledger(where)) as one, closing(Ledger(where)) as other:
        yield Bench(Clock(tick=timedelta(0)), (one, other))


def test_four_faults_in_a_row_change_nothing_and_the_fifth_does(bench: Bench) -> None:
    bench.fail(4)
    assert not bench.refuses()
    bench.fail(1)
    assert bench.refuses()


def test_a_success_in_between_begins_the_count_anew(bench: Bench) -> None:
    bench.fail(4)
    breaker = bench.breaker()
    breaker.admit()
    breaker.succeeded()
    bench.fail(4)
    assert not bench.refuses()


def test_the_while_doubles_from_a_minute_to_an_hour(bench: Bench) -> None:
    found: list[float] = []
    bench.fail(4)
    for _ in range(9):
        bench.fail(1)
        found.append(bench.minutes())
        bench.clock.forward(hours=2)
        bench.breaker().admit()
    assert found == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(
    ("faults", "wish", "minutes"),
    [(1, 90, 1.5), (5, 600, 10), (5, 3, 1), (1, 1e9, 24 * 60)],
    ids=["at once", "longer than ours", "shorter than ours", "no longer than a day"],
)
def test_the_servers_own_wish_is_kept(
    bench: Bench, faults: int, wish: float, minutes: float
) -> None:
    bench.fail(faults, wish)
    assert bench.minutes() == minutes


def test_one_process_alone_tries_whether_it_works_again(bench: Bench) -> None:
    bench.fail(5)
    assert (bench.refuses(0), bench.refuses(1)) == (True, True)
    bench.clock.forward(minutes=1)
    probe = bench.breaker(0)
    probe.admit()
    assert bench.refuses(1)
    probe.succeeded()
    assert not bench.refuses(1)


def test_a_trial_that_was_cut_off_holds_nobody_up(bench: Bench) -> None:
    """The process that tried is gone: two minutes later another tries."""
    bench.fail(5)
    bench.clock.forward(minutes=1)
    bench.breaker(0).admit()
    bench.clock.forward(minutes=2)
    assert not bench.refuses(1)


def test_a_clock_that_was_a_year_ahead_leaves_nobody_in_peace_for_a_year(bench: Bench) -> None:
    bench.clock.forward(days=365)
    bench.fail(5)
    bench.clock.forward(days=-365)
    assert not bench.refuses()


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (RetriableError("503"), True),
        (UnknownOutcomeError("no answer"), True),
        (FatalError("401"), False),
        (BudgetReachedError("no room"), False),
        (LeaseLostError("stood still"), False),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_what_counts_is_a_passing_fault_of_the_connection(
    bench: Bench, error: ConnectorError, counts: bool
) -> None:
    for _ in range(5):
        breaker = bench.breaker()
        if breaker.concerns(error):
            breaker.heard(error)
    assert bench.refuses() is counts


# -- in runs


@dataclass
class Door:
    """Stands before the sandbox, and lets nobody in while it is shut."""

    app: Any
    shut: bool = False
    wish: str = ""
    knocks: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not self.shut:
            await self.app(scope, receive, send)
            return
        self.knocks += 1
        headers = [(b"retry-after", self.wish.encode())] if self.wish else []
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def closed(tmp_path: Path, ledger_address: str) -> Generator[tuple[World, Door]]:
    """Make a world in step whose Salesforce is about to be away."""
    doors: list[Door] = []

    def through(app: Any) -> Any:
        doors.append(Door(app))
        return doors[0]

    # By the true time: the command line knows no other.
    clock = Clock(datetime.now(UTC))
    with support.sandbox_world(
        tmp_path, clock=clock, through=through, ledger=ledger_address
    ) as world:
        world.lead("Ann")
        world.run()
        doors[0].shut = True
        yield world, doors[0]


def test_a_system_that_is_away_is_left_in_peace_while_the_other_is_read(
    closed: tuple[World, Door],
) -> None:
    world, door = closed
    for _ in range(5):
        report = world.run()
        assert (report.state, report.exit_code) == ("stopped", 2)
    # Two minutes pass from run to run: twice more a call tries whether it works again, in vain.
    for _ in range(2):
        knocks = door.knocks
        assert "503" in world.run().faults[0][0]
        assert door.knocks > knocks
    bob, knocks = world.prospect("Bob"), door.knocks
    report = world.run()
    assert door.knocks == knocks
    assert "CRM failed 7 times in a row and is left in peace until" in report.faults[0][0]
    assert report.waiting == {"new": 1}, "the new prospect was read, and waits for the CRM"

    door.shut = False
    world.clock.forward(minutes=5)
    world.settle()
    assert world.one(CRM, "Lead", FirstName="Bob")
    assert world.read(CADENCE, "prospect", bob)["first_name"] == "Bob"


def test_a_wish_to_be_left_alone_holds_for_the_next_run_too(closed: tuple[World, Door]) -> None:
    world, door = closed
    door.wish = "600"
    world.run()
    knocks = door.knocks
    world.run()
    assert (knocks, door.knocks) == (1, 1)
    world.clock.forward(minutes=10)
    door.shut = False
    assert world.run().state == "done"


def test_a_plan_leaves_it_in_peace_too(closed: tuple[World, Door]) -> None:
    world, door = closed
    door.wish = "600"
    world.run()
    world.prospect("Bob")
    assert world.plan().plan.cases == ()
    assert door.knocks == 1


def test_the_status_says_until_when(closed: tuple[World, Door]) -> None:
    world, door = closed
    door.wish = "86000"
    world.run()
    said = command("status", "-w", str(world.folder)).stdout
    assert "The CRM failed once and is left in peace until" in said
    document = json.loads(command("status", "--json", "-w", str(world.folder)).stdout)
    assert [(r["side"], r["failures"]) for r in document["resting"]] == [("crm", 1)]


def test_a_step_that_nobody_knows_of_is_found_out_about_when_its_side_is_back(
    local: World,
) -> None:
    """Its side is in peace: nothing is sent to it meanwhile, and no twin is made (promise 3)."""

    class KilledError(BaseException):
        """The process ends here."""

    def dies(write: Callable[..., Any]) -> Callable[..., Any]:
        def killed(name: str, writes: list[Write]) -> Any:
            write(name, writes)
            raise KilledError

        return killed

    local.lead("Ann")
    with pytest.raises(KilledError):
        local.run(meddled(local, CADENCE, "write", dies))
    with local.workspace() as workspace:
        breaker = Breaker(workspace.ledger, CADENCE, local.clock)
        breaker.heard(RetriableError("busy", retry_after=1000))
    local.change(CRM, "Lead", str(local.one(CRM, "Lead")["Id"]), City="Rome")
    report = local.run()
    assert (report.recovered, report.writes, report.state) == (0, 0, "stopped")
    local.clock.forward(hours=1)
    assert local.settle().recovered == 1
    assert [row["city"] for row in local.all(CADENCE, "prospect")] == ["Rome"]
