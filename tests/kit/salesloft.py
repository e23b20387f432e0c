"""Salesloft's sandbox as the kit sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx

from kit.sandboxes import SandboxHarness, done
from syncline import ActionRequest, ObjectType, Side, Value


class SalesloftHarness(SandboxHarness):
    plugin = "syncline_salesloft"
    connector = "salesloft"
    object_name = "prospect"
    side = Side.CADENCE
    counted = ("/v2/",)
    stranger = (401, b'{"error": "Invalid Bearer token"}')
    absent: ClassVar[Mapping[str, str]] = {
        "merge": "Salesloft's API merges no people, and tells of no merge.",
    }

    def values(self, kind: ObjectType, number: int) -> Mapping[str, Value]:
        return {
            "first_name": f"Ada {number}",
            "last_name": f"Lovelace {number}",
            "email_address": f"ada{number}@example.com",
            "phone": f"+1 202 555 {number % 10_000:04d}",
            "job_seniority": ("director", "executive", "manager")[number % 3],
            "contact_restrictions": ("call",) if number % 2 else ("email", "message"),
            "tags": (f"tag {number}",),
            "do_not_contact": False,
            "owner": ("robin@orchard.example.com", "sam@orchard.example.com")[number % 2],
            "person_stage": ("Open", "Working", "Qualified")[number % 3],
            "city": f"City {number}",
            "Lead Score": str(number),
            "Renewal Date": f"2027-01-{number % 28 + 1:02d}",
        }

    def delete(self, id_: str) -> None:
        """Delete a person who was on a cadence: of others the vendor tells by webhook alone."""
        request = ActionRequest(key=id_, action="enrol", prospect=id_, target="New leads")
        done(self.person.act([request]))
        super().delete(id_)

    def same_time(self, ids: Sequence[str]) -> None:
        self.by_hand("tag", ids=[int(id_) for id_ in ids], tag="of one instant")

    def view(self, id_: str) -> Mapping[str, Value] | None:
        row = self._get(f"/people/{id_}")
        if row is None:
            return None
        stages = {1: "Open", 2: "Working", 3: "Qualified"}
        owner = self._get(f"/users/{row['owner']['id']}")
        assert owner is not None
        return {
            **row,
            **row["custom_fields"],
            "tags": tuple(row["tags"]),
            "contact_restrictions": tuple(row["contact_restrictions"]),
            "owner": owner["email"],
            "person_stage": stages[row["person_stage"]["id"]],
        }

    def action(self, key: str) -> ActionRequest:
        self._people += 1
        person = self.add({"email_address": f"mover{self._people}@example.com"})
        request = ActionRequest(key="by hand", action="enrol", prospect=person, target="New leads")
        done(self.person.act([request]))
        return ActionRequest(key=key, action="move", prospect=person, target="Nurture Q3")

    def effect(self, request: ActionRequest) -> object:
        path = f"/cadence_memberships?person_id={request.prospect}&sort_by=added_at"
        rows = self._get(path)
        assert rows is not None
        return [(row["cadence"]["id"], row["current_state"], row["updated_at"]) for row in rows]

    def _get(self, path: str) -> Any:
        proof = {"Authorization": f"Bearer {self.sandbox.secrets['token']}"}
        answer = httpx.get(f"{self.url}/v2{path}", headers=proof, trust_env=False)
        return answer.json()["data"] if answer.is_success else None

    _people = 0
