"""HubSpot's sandbox as the kit sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from kit.sandboxes import SandboxHarness
from syncline import ObjectType, Value


class HubSpotHarness(SandboxHarness):
    plugin = "syncline_hubspot"
    connector = "hubspot"
    object_name = "contact"
    counted = ("/crm/",)
    pause = 1.0
    stranger = (401, b'{"status": "error", "category": "INVALID_AUTHENTICATION", "message": "no"}')

    def values(self, kind: ObjectType, number: int) -> Mapping[str, Value]:
        return {
            "firstname": "Ada",
            "lastname": f"Lovelace {number}",
            "email": f"ada{number}@example.com",
            "phone": f"+1 202 555 {number % 10_000:04d}",
            "followercount": number,
            "hs_lead_status": ("New", "Open", "In Progress")[number % 3],
            "topics": ("Events",) if number % 2 else (),
            "renewal_date": f"2026-11-{number % 28 + 1:02d}",
            "city": f"City {number}",
        }

    def merge(self, loser: str, winner: str) -> None:
        self.by_hand("merge", object="contact", loser=loser, winner=winner)

    def same_time(self, ids: Sequence[str]) -> None:
        self.edit_all(ids, {"city": "of one instant"})

    def loses(self, method: str, path: str, body: bytes) -> bool:
        # Searches and reads of many are posted too, and change nothing.
        return method == "POST" and path.endswith(("/create", "/update", "/upsert", "/archive"))

    def view(self, id_: str) -> Mapping[str, Value] | None:
        path = f"{self.url}/crm/v3/objects/contacts/{id_}?properties={','.join(_SHOWN)}"
        proof = {"Authorization": f"Bearer {self.sandbox.secrets['token']}"}
        answer = httpx.get(path, headers=proof, trust_env=False)
        if not answer.is_success:
            return None
        found = answer.json()["properties"]
        return {
            **found,
            "followercount": int(found["followercount"]),
            "hs_lead_status": _STATUSES[found["hs_lead_status"]],
            "topics": tuple(_TOPICS[each] for each in (found["topics"] or "").split(";") if each),
        }


_SHOWN = (
    "firstname", "lastname", "email", "phone", "followercount", "hs_lead_status", "topics",
    "renewal_date", "city", "syncline_key",
)  # fmt: skip
_STATUSES = {"NEW": "New", "OPEN": "Open", "IN_PROGRESS": "In Progress"}
_TOPICS = {"events": "Events"}
