"""Worlds whose ledger is in a file, and in a database."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import Clock, World
from support_ledger import rules_of_version_1, version_1


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> Generator[str]:
    """Give the address of an empty database; empty for a file."""
    if request.param == "sqlite":
        yield ""
        return
    with support.postgres() as found:
        yield found


@pytest.fixture
def world(tmp_path: Path, address: str) -> Generator[World]:
    """Make a workspace between two files, its ledger in a file or in a database."""
    with support.local_world(tmp_path, ledger=address) as found:
        yield found


@pytest.fixture
def old(tmp_path: Path, address: str) -> Generator[World]:
    """Make a workspace as 0.1.0 left it a day ago, in the middle of a run."""
    clock = Clock()
    clock.forward(days=1)
    version_1(tmp_path / "ws", address)
    world = World(tmp_path / "ws", "local", clock, ledger=address)
    world.rules(rules_of_version_1())
    yield world
    world.close()
