"""What the tests of what is told share."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import support
from support import World
from support_observe import Busy

RULES = support.RULES.replace("City      <-> city", "City      <-> city hold on conflict")


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


@pytest.fixture
def local(tmp_path: Path) -> Generator[World]:
    """Make a workspace between two files."""
    with support.local_world(tmp_path, RULES) as found:
        yield found


@pytest.fixture
def busy(tmp_path: Path) -> Generator[tuple[World, Busy]]:
    """Make a workspace between a Salesforce that may be busy, over HTTP, and a file."""
    found: list[Busy] = []

    def through(app: Any) -> Busy:
        found.append(Busy(app))
        return found[0]

    with support.sandbox_world(tmp_path, RULES, through=through) as world:
        yield world, found[0]
