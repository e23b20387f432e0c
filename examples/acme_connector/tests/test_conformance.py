"""Acme, held to the contract of connectors. ``pytest`` writes ``conformance.json``."""

from __future__ import annotations

from harness import AcmeHarness

from syncline.testing import ConnectorSuite, Level


class TestAcme(ConnectorSuite):
    """Every check of the kit."""

    harness = AcmeHarness
    keeps = Level.GOLD
