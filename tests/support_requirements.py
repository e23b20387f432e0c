"""A plugin of pytest for ``make requirements``: the numbers that tests name, with their results."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "requirements.md"
_NUMBER = re.compile(r"\b(?:K|E|RS|RP|B)\d{1,2}\b")
_ROW = re.compile(r"^\| ((?:K|E|RS|RP|B)\d+) \| ([^|]+) \|", re.MULTILINE)
_NAMED = "requirements"


def numbers() -> dict[str, str]:
    """Return every number with what it says, in the order of the page."""
    return dict(_ROW.findall(PAGE.read_text("utf-8")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test carry the numbers that its docstring names."""
    for item in items:
        said = getattr(item, "function", None)
        named = sorted(set(_NUMBER.findall(getattr(said, "__doc__", None) or "")))
        item.user_properties.append((_NAMED, " ".join(named)))


class _Results:
    """What became of the tests of each number."""

    def __init__(self) -> None:
        self.passed: dict[str, list[str]] = defaultdict(list)
        self.failed: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that passed in its call, or failed in any phase."""
        named = dict(report.user_properties).get(_NAMED, "")
        for number in str(named).split():
            if report.failed:
                self.failed[number].append(report.nodeid)
            elif report.when == "call" and report.passed:
                self.passed[number].append(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and each number that no passing test names."""
        terminalreporter.section("requirements")
        open_: list[str] = []
        for number, what in numbers().items():
            passed, failed = self.passed[number], self.failed[number]
            result = "FAILED" if failed else "passed" if passed else "OPEN"
            if result != "passed":
                open_.append(number)
            shown = (failed or passed or ["-"])[0]
            line = f"{number:5}{result:8}{len(passed):4} tests  {what:88.88}  {shown}"
            terminalreporter.write_line(line)
        told = ", ".join(open_) if open_ else "none"
        terminalreporter.write_line(f"without a passing test: {told}")


def pytest_configure(config: pytest.Config) -> None:
    """Gather results where they all arrive: not in a worker."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Results(), "requirements")
