"""For authors of connectors: a suite that holds a connector to the contract, and what it takes.

    class TestAcme(ConnectorSuite):
        harness = AcmeHarness

``ConnectorSuite`` is for pytest; ``conform(AcmeHarness)`` tries the same checks without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .check import Check, Level, UnableError
from .checks import CHECKS
from .clock import VirtualClock
from .conform import Grade, Result, Standing, conform
from .context import FakeAccess, Spending, SpentError, context_for
from .harness import Harness
from .relay import Relay

if TYPE_CHECKING:
    from .suite import ConnectorSuite

__all__ = [
    "CHECKS",
    "Check",
    "ConnectorSuite",
    "FakeAccess",
    "Grade",
    "Harness",
    "Level",
    "Relay",
    "Result",
    "Spending",
    "SpentError",
    "Standing",
    "UnableError",
    "VirtualClock",
    "conform",
    "context_for",
]


def __getattr__(name: str) -> Any:
    """Import pytest only for those who ask for the suite."""
    if name == "ConnectorSuite":
        from .suite import ConnectorSuite

        return ConnectorSuite
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
