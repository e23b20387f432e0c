"""A workspace between two files, to bring prospects into."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import World


@pytest.fixture
def local(tmp_path: Path, ledger_address: str) -> Generator[World]:
    """Make a workspace between two files, its ledger in either database."""
    with support.local_world(tmp_path, ledger=ledger_address) as found:
        yield found
