"""The checks as tests of pytest, and ``conformance.json`` when all of them were tried."""

from __future__ import annotations

__all__ = ["ConnectorSuite"]

import json
from collections.abc import Generator
from pathlib import Path
from typing import ClassVar

import pytest

from .check import Check, Level
from .checks import CHECKS
from .conform import Grade, Result, Standing, tried
from .harness import Harness

_LEVELS = list(Level)


class ConnectorSuite:
    """Derive from it, and name your harness: ``class TestAcme(ConnectorSuite): harness = …``."""

    harness: ClassVar[type[Harness]]
    #: Where the grade is written, beside pytest's own configuration; None: nowhere.
    conformance: ClassVar[str | None] = "conformance.json"
    #: What the connector has reached, and keeps: a check of it that is skipped fails.
    keeps: ClassVar[Level | None] = None

    @pytest.fixture(scope="class")
    def results(self, request: pytest.FixtureRequest) -> Generator[dict[str, Result]]:
        """Gather how the checks end; write the grade when all of them did."""
        found: dict[str, Result] = {}
        yield found
        # A selection of tests (-k) says nothing of the whole.
        if self.conformance is not None and len(found) == len(CHECKS):
            grade = Grade(
                harness=self.harness, results=tuple(found[check.name] for check in CHECKS)
            )
            path = request.config.rootpath / self.conformance
            path.write_text(json.dumps(grade.to_json(), indent=2) + "\n", "utf-8")

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_conforms(self, check: Check, tmp_path: Path, results: dict[str, Result]) -> None:
        """The connector keeps this promise of the contract."""
        result = results[check.name] = tried(check, self.harness, tmp_path)
        if result.standing is Standing.FAILED:
            pytest.fail(result.why, pytrace=False)
        if result.standing is Standing.SKIPPED:
            if self.keeps and _LEVELS.index(check.level) <= _LEVELS.index(self.keeps):
                pytest.fail(f"{check.name} was skipped: {result.why}", pytrace=False)
            pytest.skip(f"costs {check.level}: {result.why}")
        if result.standing is Standing.ABSENT:
            pytest.skip(result.why)
