"""The process killed with SIGKILL at every event of a cycle, then run again to the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World
from syncline.ledger.copying import fill
from syncline.ledger.database import Ledger

RULES = (
    support.HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName   <-> first_name
    LastName    <-> last_name     required
    Company     <-> company_name  required
    Title       <-> job_title     crm wins
    Description <-> notes         hold on conflict
    Email       <-> email
    deletes     <->
}
map Contact <-> prospect {
    match Email = email
    FirstName   <-> first_name
    LastName    <-> last_name     required
    Email       <-> email
}
workflow "Onwards" on Lead { when Status changed to "Working - Contacted"  then move to next touch }
workflow "Closed" on Lead { when Status = "Closed - Converted"  then exit cadence }
workflow "Won" on Lead { when is converted  then exit cadence }
activity call on outcome "Connected" -> Task { Subject = "Call: {outcome}" }
"""
)
#: The events are dealt out to so many tests, which may run side by side.
PARTS = 4
MAKERS: dict[str, Callable[..., AbstractContextManager[World]]] = {
    "local": support.local_world,
    "salesforce": support.sandbox_world,
}
#: The two systems, where the ledger is kept, and of how many events one is tried.
KINDS = [
    ("local", "sqlite", 1),
    ("salesforce", "sqlite", 1),
    ("local", "postgresql", 1),
    ("salesforce", "postgresql", 5),
]


class Killer:
    """The process that forks the cycles."""

    def __init__(self) -> None:
        here = Path(__file__).parent
        self._process = subprocess.Popen(
            [sys.executable, str(here / "killer.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(here.parent)},
        )

    def run(self, world: World, last: int = 0) -> dict[str, Any]:
        """Do one cycle in a process that dies at event *last*; 0 lets it live."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        world.clock.forward(minutes=1)
        order = {"folder": str(world.folder), "now": world.clock.now.isoformat(), "last": last}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        world.clock.forward(minutes=1)
        return answer

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


@pytest.fixture(scope="module")
def killer() -> Generator[Killer]:
    found = Killer()
    yield found
    found.close()


def prepare(world: World) -> None:
    """Two systems in step, and then a morning's changes in both of them."""
    names = ("Ann", "Bob", "Cyd", "Dee", "Eve", "Ida", "Jan", "Kim", "Leo", "Max")
    people = {name: world.lead(name) for name in names}
    world.settle()
    prospects = {str(p["first_name"]): str(p["id"]) for p in world.all(CADENCE, "prospect")}
    for name in ("Ann", "Bob", "Eve", "Max"):
        world.enrol(prospects[name])
    lone = world.prospect("Lou", company_name="")  # waits: a lead must have a company
    world.call(lone, "Connected")
    world.run()
    world.change(CRM, "Lead", people["Ann"], Status="Working - Contacted", FirstName="Anna")
    world.change(CRM, "Lead", people["Bob"], Status="Closed - Converted")
    world.change(CADENCE, "prospect", prospects["Cyd"], job_title="CTO", notes="theirs")
    world.change(CRM, "Lead", people["Cyd"], Title="CEO", Description="ours")
    world.change(CADENCE, "prospect", prospects["Dee"], last_name="Roe")
    world.change(CADENCE, "prospect", prospects["Ann"], notes="theirs")
    world.change(CRM, "Lead", people["Eve"], LastName="Poe")
    world.call(prospects["Eve"], "Connected", duration=90)
    world.call(prospects["Eve"], "Busy")
    world.change(CADENCE, "prospect", lone, company_name="Lou and Son")
    world.lead("Fay", Status="Working - Contacted")
    world.lead("Gus", Title="Clerk")
    world.prospect("Hal", job_title="Cook")
    world.delete(CRM, "Lead", people["Ida"])
    world.delete(CADENCE, "prospect", prospects["Jan"])
    world.merge(CRM, "Lead", people["Kim"], people["Leo"])
    world.convert(people["Max"])


@contextmanager
def opened(system: str, folder: Path, ledger: str) -> Generator[World]:
    """Open what a copy of the morning holds, its ledger where *ledger* says."""
    if ledger:
        with closing(Ledger(ledger)) as server:
            fill(server, folder / "ws" / "ledger.sqlite")
        (folder / "ws" / "ledger.sqlite").unlink()
    clock = support.Clock(support.START.replace(hour=12))
    with MAKERS[system](folder, RULES, clock, ledger=ledger) as world:
        yield world


@dataclass(frozen=True)
class Whole:
    """A morning's changes, and what one undisturbed cycle makes of them."""

    system: str
    #: The address of a ledger on a server; empty for a file.
    ledger: str
    #: Of how many events one is tried.
    share: int
    #: The folder in which they wait; copy it.
    start: Path
    events: list[str]
    contents: str


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}")
def whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, killer: Killer
) -> Generator[Whole]:
    system, database, share = request.param
    folder = tmp_path_factory.mktemp(system)
    with MAKERS[system](folder / "start", RULES) as world:
        prepare(world)
    shutil.copytree(folder / "start", folder / "whole")
    with ExitStack() as stack:
        ledger = stack.enter_context(support.postgres()) if database == "postgresql" else ""
        with opened(system, folder / "whole", ledger) as world:
            undisturbed = killer.run(world)
            assert undisturbed["state"] == "done", undisturbed
            assert killer.run(world)["state"] == "done"
            contents = world.contents()
        yield Whole(system, ledger, share, folder / "start", undisturbed["events"], contents)


def test_the_events_stand_around_every_effect(whole: Whole) -> None:
    """The process dies before and after each kind of write, action and commit."""
    assert {"after acting", "after writing Lead", "after writing prospect", "after writing Task",
            "after deleting Lead", "after deleting prospect", "before acting", "answered",
            "sending"} <= set(whole.events)  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
def test_a_run_killed_anywhere_and_run_again_ends_as_if_nothing_had_happened(
    whole: Whole, part: int, tmp_path: Path, killer: Killer
) -> None:
    """No twins, nothing lost, no touch taken twice, wherever it strikes (promises 3, 4, 8)."""
    events = list(enumerate(whole.events, start=1))[:: whole.share]
    for last, name in events[part::PARTS]:
        folder = tmp_path / str(last)
        shutil.copytree(whole.start, folder)
        with opened(whole.system, folder, whole.ledger) as world:
            assert killer.run(world, last)["killed"], name
            for _ in range(2):
                again = killer.run(world)
                assert again.get("state") == "done", (last, name, again)
            assert world.contents() == whole.contents, (last, name)
