"""Real processes on one ledger in PostgreSQL: told to stop, killed, and several at once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import support
import syncline_schemas
from support import CADENCE, CRM, SYNCLINE, World
from syncline import Write
from syncline.ledger.database import Ledger
from syncline.ledger.tables import inbox, intents, runs
from syncline.sync.lease import look
from syncline.sync.stopping import STOPPED

#: Three batches of writes.
PEOPLE = 410
#: Runs cycles as fast as it can until it is told to stop.
WORKER = """
import sys, time
from pathlib import Path
from syncline import SynclineError, Workspace
from syncline.plugins import load_plugins
registry = load_plugins()
log = open(sys.argv[2], "w", buffering=1)
while True:
    try:
        with Workspace(Path(sys.argv[1]), registry=registry) as workspace:
            print(workspace.run().writes, file=log)
    except SynclineError as err:
        print(err.message, file=log)
        assert err.exit_code == 2, err
    time.sleep(0.05)
"""


@dataclass
class Gate:
    """An ASGI application before the sandbox: the first writes ring a bell, and take a while."""

    app: Any = None
    bell: Callable[[], object] | None = None

    def __call__(self, app: Any) -> Any:
        self.app = app
        return self._answer

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        writes = scope.get("method") in {"POST", "PATCH"} and "/composite/" in scope["path"]
        if writes and self.bell is not None:
            bell, self.bell = self.bell, None
            bell()
            await asyncio.sleep(0.3)
        await self.app(scope, receive, send)


@dataclass
class Site:
    """A workspace between a Salesforce over HTTP and a file, with its ledger on a server."""

    world: World
    gate: Gate

    @contextmanager
    def process(self, *words: str) -> Generator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            words,
            cwd=self.world.folder,
            env={**os.environ, **support.SECRETS},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def ledger(self) -> Ledger:
        return Ledger(self.world.ledger)

    def people(self, count: int, since: int = 0) -> None:
        """Let so many people sign up in the cadence."""
        rows = [
            Write(
                key=f"person:{n}",
                values={
                    "first_name": f"Person{n}", "last_name": "Doe", "company_name": "Acme",
                    "email": f"person{n}@example.com",
                },
            )
            for n in range(since, since + count)
        ]  # fmt: skip
        for start in range(0, count, 200):
            self.world.hand(CADENCE).write("prospect", rows[start : start + 200])

    def kill_the_first_to_write(self) -> list[int]:
        """Let whoever sends the first write be killed as it waits; its number is then here."""
        killed: list[int] = []

        def kill() -> None:
            with closing(self.ledger()) as ledger, ledger.begin() as db:
                held = look(db, datetime.now(UTC))
            assert held is not None
            assert held.holder is not None
            os.kill(held.holder.pid, signal.SIGKILL)
            killed.append(held.holder.pid)

        self.gate.bell = kill
        return killed

    def leads(self) -> list[str]:
        return sorted(str(lead["Email"]) for lead in self.world.all(CRM, "Lead"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    gate = Gate()
    clock = support.Clock(datetime.now(UTC))
    with (
        support.postgres() as url,
        support.sandbox_world(tmp_path, support.RULES, clock, gate, url) as world,
    ):
        yield Site(world, gate)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_schedule_that_is_told_to_stop_finishes_its_batch(site: Site, by: signal.Signals) -> None:
    """The batch under way is committed, the rest waits, no intent is open, exit code 0."""
    site.people(PEOPLE)
    with site.process(SYNCLINE, "run", "--every", "5", "--json") as process:
        site.gate.bell = lambda: process.send_signal(by)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err.startswith("Stopping after the batch under way.")
    (turn,) = [json.loads(line) for line in out.splitlines()]
    assert syncline_schemas.check("turn", turn) == []
    report = turn["report"]
    assert report["state"] == "stopped"
    assert [fault["message"] for fault in report["faults"]] == [STOPPED]
    done = report["counts"]["written"]
    assert 0 < done <= 200
    assert report["counts"]["deferred"] == PEOPLE - done
    assert len(site.leads()) == done
    ledger = site.ledger()
    with ledger.begin() as db:
        assert db.execute(select(intents)).all() == []
        rows = db.execute(select(inbox.c.state, inbox.c.reason).distinct()).all()
        assert {tuple(row) for row in rows} == {("deferred", STOPPED)}
    ledger.close()
    again = support.command("run", "--json", folder=site.world.folder, **support.SECRETS)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["counts"]["written"] == PEOPLE - done
    assert len(set(site.leads())) == len(site.leads()) == PEOPLE


def test_one_run_that_is_told_to_stop_exits_with_130(site: Site) -> None:
    """It reports what it did; running it again goes on."""
    site.people(PEOPLE)
    with site.process(SYNCLINE, "run", "--json") as process:
        site.gate.bell = lambda: process.send_signal(signal.SIGTERM)
        out, _err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["state"] == "stopped"


def test_a_second_signal_ends_it_at_once_and_loses_nothing(site: Site) -> None:
    """The write under way is found out about by the next run (promise 8)."""
    site.people(PEOPLE)
    with site.process(SYNCLINE, "run", "--every") as process:

        def twice() -> None:
            process.send_signal(signal.SIGTERM)
            assert process.stderr is not None
            process.stderr.readline()  # it has heard the first
            process.send_signal(signal.SIGTERM)
            process.wait(10)

        site.gate.bell = twice
        process.wait(60)
    assert process.returncode == -signal.SIGTERM
    again = support.command("run", "--json", folder=site.world.folder, **support.SECRETS)
    assert again.returncode == 0, again.stderr
    assert len(set(site.leads())) == len(site.leads()) == PEOPLE


def test_two_processes_never_run_cycles_at_once(site: Site, tmp_path: Path) -> None:
    """One is killed in the middle of a write, the other takes over; nothing comes about twice."""
    site.people(PEOPLE)
    killed = site.kill_the_first_to_write()
    logs, workers = two_workers(site, tmp_path)
    with site.process(*workers[0]) as one, site.process(*workers[1]) as two:
        until(lambda: bool(killed) and len(site.leads()) == PEOPLE)
        assert sorted([one.poll() or 0, two.poll() or 0]) == [-signal.SIGKILL, 0]
        assert killed == [one.pid if one.poll() else two.pid]
        site.people(50, since=PEOPLE)
        until(lambda: len(site.leads()) >= PEOPLE + 50)
    assert len(set(site.leads())) == len(site.leads()) == PEOPLE + 50
    said = "".join(log.read_text("utf-8") for log in logs)
    assert "another run is at work" in said
    with closing(site.ledger()) as ledger, ledger.begin() as db:
        spans = db.execute(select(runs.c.started, runs.c.finished).order_by(runs.c.id)).all()
    assert len(spans) > 2
    for before, after in pairwise(spans):
        assert before.started < after.started
        assert before.finished is None or before.finished <= after.started


def test_two_processes_never_pass_a_small_budget_together(site: Site, tmp_path: Path) -> None:
    """Though one is killed in the middle of a write and the other takes over (K6)."""
    site.world.rules(support.RULES.replace("5000 calls", "20 calls"))
    first = support.command("run", folder=site.world.folder, **support.SECRETS)
    assert first.returncode == 0, first.stderr
    site.people(50)
    killed = site.kill_the_first_to_write()
    logs, workers = two_workers(site, tmp_path)
    with site.process(*workers[0]) as one, site.process(*workers[1]) as two:
        until(lambda: bool(killed) and one.poll() is not two.poll())
        log = logs[1] if one.poll() else logs[0]
        # Long after there is nothing left to spend, the other still tries.
        until(lambda: len(log.read_text("utf-8").splitlines()) > 15)
    heard = [call for call in site.world.heard if "token" not in call]
    assert 10 < len(heard) <= 20
    assert len(set(site.leads())) == len(site.leads()) == 50


def two_workers(site: Site, folder: Path) -> tuple[list[Path], list[tuple[str, ...]]]:
    """Return the logs and the words of two processes that run cycles in one workspace."""
    logs = [folder / "one.log", folder / "two.log"]
    return logs, [(sys.executable, "-c", WORKER, str(site.world.folder), str(log)) for log in logs]


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
