"""What the tests of a report share."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import World


@pytest.fixture
def world(tmp_path: Path, ledger_address: str) -> Generator[World]:
    """Make a workspace between two files."""
    with support.local_world(tmp_path, ledger=ledger_address) as found:
        yield found
