"""What a run of the tests comes to, as values: each test, and what no test shows."""

from __future__ import annotations

__all__ = ["Condition", "Fault", "Gap", "TestReport", "TestResult"]

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One expectation that was not met."""

    #: Its line, in the file of the test.
    line: int
    expected: str
    found: str
    #: Why it is as it was found, in the engine's words; empty when nothing is known.
    reason: str = ""
    #: The row or workflow that did it, ``acme.rules:14``; empty for none.
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test: passed when it has no fault."""

    __test__: ClassVar[bool] = False

    name: str
    #: Where it stands, ``acme.rules:62``.
    at: str
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One row of a workflow's criteria or of a ``where``, and whether it was shown to matter.

    A test shows it when it passes, and would fail were the row's answer the other way round.
    """

    #: ``workflow "Cool down"``, ``sync crm to cadence``, or ``activity task <- Task``.
    owner: str
    at: str
    line: int
    text: str
    #: The first test that shows it; empty when none does.
    shown_by: str = ""
    #: What test would show it; empty when one does.
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A workflow, an activity rule or a row of a map of which no test shows any effect."""

    what: str
    at: str
    line: int
    #: Why no test can, where that is so.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """The results of all tests, in the order written, and what they leave open."""

    __test__: ClassVar[bool] = False

    file: str
    #: The moment at which the tests were played.
    now: datetime
    results: tuple[TestResult, ...]
    conditions: tuple[Condition, ...]
    #: Workflows that no test fires, of all there are.
    unfired: tuple[Gap, ...]
    workflows: int
    #: Activity rules by which no test makes anything, of all there are.
    unused: tuple[Gap, ...]
    activities: int
    #: Rows of the maps that no test writes, of all there are.
    unwritten: tuple[Gap, ...]
    rows: int

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return all(result.passed for result in self.results)

    @property
    def failed(self) -> tuple[TestResult, ...]:
        """The tests that failed."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def unshown(self) -> tuple[Condition, ...]:
        """The conditions that no test shows to matter."""
        return tuple(condition for condition in self.conditions if not condition.shown_by)

    def to_json(self) -> dict[str, Any]:
        """Return the report as a document of ``test.schema.json``."""
        return {
            "file": self.file,
            "now": self.now.isoformat(),
            "passed": self.passed,
            "tests": [
                {
                    "name": result.name,
                    "at": result.at,
                    "passed": result.passed,
                    "faults": [
                        {
                            "line": fault.line,
                            "expected": fault.expected,
                            "found": fault.found,
                            "reason": fault.reason,
                            "rule": fault.rule,
                        }
                        for fault in result.faults
                    ],
                }
                for result in self.results
            ],
            "conditions": [
                {
                    "owner": condition.owner,
                    "at": condition.at,
                    "text": condition.text,
                    "shown_by": condition.shown_by or None,
                    "advice": condition.advice,
                }
                for condition in self.conditions
            ],
            "workflows": {"count": self.workflows, "unfired": list(_gaps(self.unfired))},
            "activities": {"count": self.activities, "unused": list(_gaps(self.unused))},
            "rows": {"count": self.rows, "unwritten": list(_gaps(self.unwritten))},
        }


def _gaps(gaps: tuple[Gap, ...]) -> Iterator[dict[str, str]]:
    for gap in gaps:
        yield {"what": gap.what, "at": gap.at, "reason": gap.reason}
