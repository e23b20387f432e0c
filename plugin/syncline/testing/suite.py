"""The checks as tests of pytest, and ``conformance.json`` when all of them were tried."""

from __future__ import annotations

__all__ = ["ConnectorSuite"]

import json
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

    _found: ClassVar[dict[str, Result]]

    def __init_subclass__(cls) -> None:
        cls._found = {}

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_conforms(self, check: Check, tmp_path: Path, pytestconfig: pytest.Config) -> None:
        """The connector keeps this promise of the contract."""
        result = self._found[check.name] = tried(check, self.harness, tmp_path)
        # A selection of tests (-k) says nothing of the whole, and writes nothing.
        if self.conformance is not None and len(self._found) == len(CHECKS):
            found = tuple(self._found[each.name] for each in CHECKS)
            grade = Grade(harness=self.harness, results=found)
            path = pytestconfig.rootpath / self.conformance
            path.write_text(json.dumps(grade.to_json(), indent=2) + "\n", "utf-8")
        match result.standing:
            case Standing.FAILED:
                pytest.fail(result.why, pytrace=False)
            case Standing.SKIPPED if self._kept(check):
                pytest.fail(f"{check.name} was skipped: {result.why}", pytrace=False)
            case Standing.SKIPPED:
                pytest.skip(f"costs {check.level}: {result.why}")
            case Standing.ABSENT:
                pytest.skip(result.why)
            case Standing.PASSED:
                pass

    def _kept(self, check: Check) -> bool:
        """Tell whether a check belongs to what the connector has reached."""
        return self.keeps is not None and _LEVELS.index(check.level) <= _LEVELS.index(self.keeps)
