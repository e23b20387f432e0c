"""What the tests of the schedule share: a ledger in either database, and a workspace."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

import support
from support import World


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Path | str]:
    """Return where a ledger is kept: a file, then a database on a server."""
    with ExitStack() as stack:
        sqlite = request.param == "sqlite"
        yield tmp_path / "ledger.sqlite" if sqlite else stack.enter_context(support.postgres())


@pytest.fixture
def local(tmp_path: Path) -> Generator[World]:
    """Make a workspace between two files."""
    with support.local_world(tmp_path) as found:
        yield found
