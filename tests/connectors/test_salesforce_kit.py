"""Sales Engagement held to the contract by the suite that everybody uses (B13)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import httpx

from kit.salesforce import SalesforceHarness
from syncline import ActionRequest, Sandbox, Side, load_plugins
from syncline.testing import ConnectorSuite, Level


class EngagementHarness(SalesforceHarness):
    connector = "salesforce_engagement"
    side = Side.CADENCE

    @cached_property
    def sandbox(self) -> Sandbox:
        # One org is both: its records, and its cadences.
        return load_plugins().sandboxes["salesforce"]

    def by_hand(self, what: str, **body: Any) -> Any:
        address = f"{self.url}/sandbox/salesforce/{what}"
        answer = httpx.post(address, json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def action(self, key: str) -> ActionRequest:
        prospect = self.add({"LastName": "Lovelace", "Company": "Engines"})
        return ActionRequest(key=key, action="enrol", prospect=prospect, target="New leads")

    def effect(self, request: ActionRequest) -> object:
        pages = self.person.changes("ActionCadenceTracker", ["TargetId", "State"], None)
        found = [record for page in pages for record in page.records]
        mine = [each for each in found if each.values["TargetId"] == request.prospect]
        return [each.values["State"] for each in mine]


class TestEngagement(ConnectorSuite):
    harness = EngagementHarness
    keeps = Level.GOLD
    conformance = None
