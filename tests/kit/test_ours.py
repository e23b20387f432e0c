"""Our own connectors, held to the contract by the suite that everybody uses (B13).

A vendor's connector needs a harness in this folder, made of ``kit.sandboxes``, and a class here.
"""

from __future__ import annotations

from kit.hubspot import HubSpotHarness
from kit.local import LocalCadenceHarness, LocalCrmHarness
from kit.pipedrive import PipedriveHarness
from kit.salesforce import SalesforceHarness
from kit.salesloft import SalesloftHarness
from syncline.testing import ConnectorSuite, Level


class TestLocalCrm(ConnectorSuite):
    harness = LocalCrmHarness
    keeps = Level.GOLD
    conformance = None


class TestLocalCadence(ConnectorSuite):
    harness = LocalCadenceHarness
    keeps = Level.GOLD
    conformance = None


class TestSalesforce(ConnectorSuite):
    harness = SalesforceHarness
    keeps = Level.GOLD
    conformance = None


class TestSalesloft(ConnectorSuite):
    harness = SalesloftHarness
    keeps = Level.GOLD
    conformance = None


class TestHubSpot(ConnectorSuite):
    harness = HubSpotHarness
    keeps = Level.GOLD
    conformance = None


class TestPipedrive(ConnectorSuite):
    harness = PipedriveHarness
    keeps = Level.GOLD
    conformance = None
