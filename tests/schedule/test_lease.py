"""The lease: who may run, who takes over, and what a process writes that has lost it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syncline.ledger.codec import stamp
from syncline.ledger.database import Ledger, read_meta, write_meta
from syncline.ledger.tables import leases
from syncline.sync.holder import Holder, this_process
from syncline.sync.lease import LENGTH, Lease, LeaseHeldError, LeaseLostError, look

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ELSEWHERE = Holder(host="elsewhere", pid=1, started="1", space="another")

HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from syncline.ledger.codec import stamp
from syncline.ledger.database import Ledger
from syncline.sync.lease import Lease
where = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
with Lease(Ledger(where), lambda: datetime(2026, 11, 2, 9, 0, tzinfo=UTC), "here"):
    print("held", flush=True)
    sys.stdin.read()
"""


class Time:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Desks:
    """Two processes at one ledger, each with a ledger of its own and one clock."""

    def __init__(self, where: Path | str) -> None:
        self.clock = Time()
        self.ours, self.theirs = Ledger(where), Ledger(where)

    def lease(self, ledger: Ledger, holder: Holder = ELSEWHERE) -> Lease:
        return Lease(ledger, self.clock, "here", holder=lambda: holder)

    def row(self) -> tuple[int, str]:
        with self.theirs.begin() as db:
            return tuple(db.execute(select(leases.c.token, leases.c.until)).one())


@pytest.fixture
def desks(where: Path | str) -> Generator[Desks]:
    found = Desks(where)
    yield found
    found.ours.close()
    found.theirs.close()


def test_two_never_hold_it_at_once(desks: Desks) -> None:
    """The second is told who is at work, and gets it when the first has ended (K7)."""
    with desks.lease(desks.ours):
        with pytest.raises(LeaseHeldError) as caught, desks.lease(desks.theirs):
            pass
        assert caught.value.message == "another run is at work in here (process 1 on elsewhere)"
        assert caught.value.exit_code == 2
        assert "09:02:00 UTC" in caught.value.hint
    with desks.lease(desks.theirs):
        pass


def test_the_number_grows_with_every_holder(desks: Desks) -> None:
    """An old holder can be told from a new one of the same process."""
    numbers: list[int] = []
    for ledger in (desks.ours, desks.theirs, desks.ours):
        with desks.lease(ledger):
            numbers.append(desks.row()[0])
    assert numbers == [1, 2, 3]


def test_a_holder_that_stood_still_writes_nothing_more(desks: Desks) -> None:
    """After two minutes another takes over; the first's next transaction does not begin."""
    with desks.lease(desks.ours):
        with desks.ours.begin() as db:
            write_meta(db, "said", "in time")
        desks.clock.now += LENGTH + timedelta(seconds=1)
        theirs = desks.lease(desks.theirs)
        theirs.__enter__()
        with pytest.raises(LeaseLostError) as caught, desks.ours.begin() as db:
            write_meta(db, "said", "too late")
        assert caught.value.exit_code == 2
    with desks.theirs.begin() as db:
        assert read_meta(db, "said") == "in time"
    # The first has let go of nothing that is no longer its own.
    assert desks.row() == (2, stamp(desks.clock.now + LENGTH))
    theirs.__exit__(None, None, None)


def test_time_alone_does_not_take_it(desks: Desks) -> None:
    """A run that was suspended goes on, if nobody came meanwhile."""
    with desks.lease(desks.ours):
        desks.clock.now += timedelta(hours=8)
        with desks.ours.begin() as db:
            write_meta(db, "said", "late, but alone")
        with pytest.raises(LeaseHeldError), desks.lease(desks.theirs):
            pass


@pytest.mark.parametrize("until", ["2099-01-01T00:00:00.000000Z", "garbage"])
def test_a_lease_that_no_clock_gave_holds_nobody_up(desks: Desks, until: str) -> None:
    """A machine whose clock was years ahead, and that died, shuts the workspace for nobody."""
    with desks.lease(desks.ours):
        pass
    with desks.ours.begin() as db:
        db.execute(leases.update().values(until=until, holder=ELSEWHERE.written()))
        assert look(db, desks.clock()) is None
    with desks.lease(desks.theirs):
        pass


@pytest.mark.parametrize(
    ("after", "renewed"),
    [(0, False), (14, False), (15, True), (119, True), (-60, True)],
)
def test_a_transaction_renews_it_now_and_then(desks: Desks, after: int, renewed: bool) -> None:
    """Not in every transaction, and early enough for the longest call that may follow."""
    with desks.lease(desks.ours):
        before = desks.row()
        desks.clock.now += timedelta(seconds=after)
        with desks.ours.begin() as db:
            read_meta(db, "said")
        assert (desks.row() != before) is renewed


def test_a_long_call_is_announced(desks: Desks) -> None:
    """The transaction that reserves a call keeps the lease through it and the wait before it."""
    longest = timedelta(seconds=60 + 35)
    with desks.lease(desks.ours):
        for _ in range(4):
            desks.clock.now += timedelta(seconds=14)
            with desks.ours.begin() as db:
                write_meta(db, "said", "about to call")
            desks.clock.now += longest
            with pytest.raises(LeaseHeldError), desks.lease(desks.theirs):
                pass


def test_nobody_comes_between_the_look_and_the_commit(desks: Desks) -> None:
    """Whoever takes over waits for the transaction under way, and the next one fails."""
    taken = threading.Event()

    def take() -> None:
        with desks.lease(desks.theirs):
            taken.set()
            done.wait(60)

    done = threading.Event()
    with desks.lease(desks.ours):
        with desks.ours.begin() as db:
            desks.clock.now += LENGTH * 2
            other = threading.Thread(target=take)
            other.start()
            assert not taken.wait(0.3)
            write_meta(db, "said", "in one piece")
        assert taken.wait(60)
        with pytest.raises(LeaseLostError), desks.ours.begin() as db:
            write_meta(db, "said", "too late")
    done.set()
    other.join()
    with desks.theirs.begin() as db:
        assert read_meta(db, "said") == "in one piece"


@pytest.mark.parametrize("buried", [True, False])
def test_a_killed_holder_is_followed_at_once(where: Path | str, buried: bool) -> None:
    """After kill -9, run again at once: nobody waits for a process that is no more."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(where)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    ledger = Ledger(where)
    clock = Time()
    with pytest.raises(LeaseHeldError, match=f"process {process.pid} on"), Lease(
        ledger, clock, "here"
    ):  # fmt: skip
        pass
    with ledger.begin() as db:
        held = look(db, clock())
    assert held is not None
    assert held.until == START + LENGTH
    process.send_signal(signal.SIGKILL)
    if buried:
        process.wait()
    else:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with ledger.begin() as db:
        assert look(db, clock()) is None
    with Lease(ledger, clock, "here"):
        pass
    ledger.close()
    process.communicate()


def test_who_is_dead_for_sure() -> None:
    """A number that went to another process is not its holder; elsewhere nothing is sure."""
    here = this_process()
    assert not here.is_dead()
    assert not replace(here, started="").is_dead()
    assert replace(here, started="1").is_dead()
    assert replace(here, pid=2**22 + 1).is_dead()
    assert not replace(here, pid=2**22 + 1, host="elsewhere").is_dead()
    assert not replace(here, pid=2**22 + 1, space="another container").is_dead()
    assert Holder.read(here.written()) == here
    assert Holder.read("process 1") is None
    assert Holder.read('{"pid": 1, "of": "a newer version"}') is None
