"""Salesforce's sandbox as the kit sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from kit.sandboxes import SandboxHarness
from syncline import ObjectType, Value


class SalesforceHarness(SandboxHarness):
    plugin = "syncline_salesforce"
    connector = "salesforce"
    object_name = "Lead"
    counted = ("/services/data/",)
    stranger = (401, b'[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]')

    def values(self, kind: ObjectType, number: int) -> Mapping[str, Value]:
        return {
            "LastName": f"Lovelace {number}",
            "Company": f"Engines {number}",
            "Email": f"ada{number}@example.com",
            "Phone": f"+1 202 555 {number % 10_000:04d}",
            "NumberOfEmployees": number,
            "AnnualRevenue": 1000.5 + number,
            "Rating": ("Hot", "Warm", "Cold")[number % 3],
            "Topics__c": ("Pricing",) if number % 2 else (),
            "City": f"City {number}",
        }

    def merge(self, loser: str, winner: str) -> None:
        self.by_hand("merge", loser=loser, winner=winner)

    def same_time(self, ids: Sequence[str]) -> None:
        self.edit_all(ids, {"City": "of one instant"})

    def view(self, id_: str) -> Mapping[str, Value] | None:
        token = self.door.token().text.reveal()
        answer = httpx.get(
            f"{self.url}/services/data/v62.0/sobjects/Lead/{id_}",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        found: dict[str, Value] = answer.json()
        if not answer.is_success:
            return None
        return found | {"Topics__c": tuple((str(found["Topics__c"] or "")).split(";"))}
