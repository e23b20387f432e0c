"""Tryton, held to the contract of connectors. ``pytest`` writes ``conformance.json``."""

from __future__ import annotations

from harness import TrytonHarness

from syncline.testing import ConnectorSuite, Level


class TestTryton(ConnectorSuite):
    """Every check of the kit. Tryton forgets what it deletes, so gold is out of reach."""

    harness = TrytonHarness
    keeps = Level.SILVER
