"""What the tests of knowing share: a workspace in either database."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import World


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


@pytest.fixture(params=["local", "salesforce"])
def world(request: pytest.FixtureRequest, tmp_path: Path, ledger_address: str) -> Generator[World]:
    """Make a workspace between two files, and one between a Salesforce over HTTP and a file."""
    make = support.local_world if request.param == "local" else support.sandbox_world
    with make(tmp_path, ledger=ledger_address) as found:
        yield found


@pytest.fixture
def local(tmp_path: Path, ledger_address: str) -> Generator[World]:
    """Make a workspace between two files."""
    with support.local_world(tmp_path, ledger=ledger_address) as found:
        yield found
