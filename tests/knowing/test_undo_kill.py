"""An undo killed with SIGKILL at every moment, then done again: the same end (B6)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import CADENCE, CRM, RULES, World

#: What stands in the folder beside the ledger when a world is taken as it is.
_LEFT_OUT = shutil.ignore_patterns("*.lock")


class Undoer:
    """The process that forks the undos."""

    def __init__(self) -> None:
        here = Path(__file__).parent
        self._process = subprocess.Popen(
            [sys.executable, str(here / "undoer.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(here.parent)},
        )

    def __call__(self, world: World, run: int, last: int = 0) -> int:
        """Take *run* back in a process that dies at moment *last*; return how many there were."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        world.clock.forward(minutes=1)
        order = [str(world.folder), world.clock.now.isoformat(), run, last]
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code, count = json.loads(self._process.stdout.readline())
        assert code == (-signal.SIGKILL if last else 0)
        world.clock.forward(minutes=3)
        return int(count)

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


@pytest.fixture(scope="module")
def taken_back() -> Generator[Undoer]:
    found = Undoer()
    yield found
    found.close()


def prepared(folder: Path) -> tuple[World, int]:
    """Make a world in which an undo deletes, makes anew and puts back."""
    world = World(folder / "ws", "local", support.Clock())
    world.rules(RULES)
    lead = world.lead("Ann")
    world.prospect("Ann")
    world.settle()
    world.lead("Bob")
    made = world.settle().run
    world.change(CRM, "Lead", lead, City="Oslo")
    world.prospect("Cyd")
    world.run()
    with world.workspace() as workspace:
        undone = workspace.undo(made).run
    world.clock.forward(minutes=1)
    world.change(CRM, "Lead", lead, City="Rome")
    return world, undone


def test_an_undo_that_was_killed_is_done_again(tmp_path: Path, taken_back: Undoer) -> None:
    """Nothing is written twice, nothing is left half way, and nothing flows back."""
    world, undone = prepared(tmp_path)
    written = world.run().run
    world.close()
    for run in (undone, written):
        # Run `undone` is taken back by a creation, `written` by an update.
        origin = tmp_path / f"origin-{run}"
        shutil.copytree(world.folder, origin, ignore=_LEFT_OUT)
        count = taken_back(world, run)
        world.run()
        wanted = world.contents()
        world.close()
        for last in range(1, count + 1):
            shutil.rmtree(world.folder)
            shutil.copytree(origin, world.folder)
            taken_back(world, run, last)
            taken_back(world, run)
            report = world.run()
            assert (report.state, report.writes) == ("done", 0), (run, last)
            assert world.contents() == wanted, (run, last)
            emails = [prospect["email"] for prospect in world.all(CADENCE, "prospect")]
            assert len(emails) == len(set(emails))
            world.close()
        shutil.rmtree(world.folder)
        shutil.copytree(origin, world.folder)
