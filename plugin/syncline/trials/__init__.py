"""Tests of rules: played by the engine's own decisions, without a system or a ledger."""

from __future__ import annotations

__all__ = ["Condition", "Fault", "Gap", "TestReport", "TestResult", "run_tests"]

from .report import Condition, Fault, Gap, TestReport, TestResult
from .run import run_tests
