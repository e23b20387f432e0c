"""A workspace between two files, to bring prospects into."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

import support
from support import World


@pytest.fixture
def local(tmp_path: Path) -> Generator[World]:
    """Make a workspace between two files."""
    with support.local_world(tmp_path) as found:
        yield found
