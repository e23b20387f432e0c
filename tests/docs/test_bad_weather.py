"""The page of the fifteen faults names tests that exist, and for each fault at least two."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "bad-weather.md").read_text("utf-8")


def test_each_fault_is_shown_by_tests_that_exist() -> None:
    """Whoever renames or drops such a test says so on the page."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)[1:]
    named = {fault: re.findall(r"`(test_\w+)`", tests) for fault, tests in rows}
    sources = (path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = {name for text in sources for name in re.findall(r"^def (test_\w+)\(", text, re.M)}

    assert len(named) == 15
    assert [fault for fault, tests in named.items() if len(tests) < 2] == []
    assert {name for tests in named.values() for name in tests} - there == set()
