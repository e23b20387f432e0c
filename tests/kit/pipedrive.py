"""Pipedrive's sandbox as the kit sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.sandboxes import SandboxHarness
from syncline import ObjectType, Prices, Value
from syncline.testing import VirtualClock
from syncline_pipedrive import describe, listing
from syncline_pipedrive.kinds import Kind

#: What a call costs in tokens, by the specification: the first that fits counts.
_PRICES = (
    ("GET", "/api/v2/persons/search", 20),
    ("GET", "/api/v2/persons/", 1),
    ("GET", "/api/v2/organizations/search", 20),
    ("GET", "/api/v2/organizations/", 1),
    ("GET", "/api/v2/stages", 5),
    ("GET", "/api/v2/pipelines", 5),
    ("GET", "/api/v2/", 10),
    ("POST", "/api/v2/", 5),
    ("PATCH", "/api/v2/", 5),
    ("DELETE", "/api/v2/", 3),
    ("GET", "/v1/", 20),
    ("POST", "/v1/", 10),
    ("DELETE", "/v1/", 6),
)


class PipedriveHarness(SandboxHarness):
    plugin = "syncline_pipedrive"
    connector = "pipedrive"
    object_name = "person"
    counted = ("/api/v2/", "/v1/")
    stranger = (401, b'{"success": false, "error": "unauthorized access", "errorCode": 401}')

    def start(self, folder: Path, clock: VirtualClock) -> None:
        """Let a page hold 20: a page of 500 is 500 calls to create, and nothing more to see."""
        super().start(folder, clock)
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(listing, "PAGE", 20)
        whole = describe.prices_of

        def small(kind: Kind) -> Prices:
            return replace(whole(kind), page_size=20)

        patch.setattr(describe, "prices_of", small)

    def values(self, kind: ObjectType, number: int) -> Mapping[str, Value]:
        return {
            "first_name": f"Ada Mary {number}",
            "last_name": f"Lovelace {number}",
            # Neither e-mail nor phone: a change of one costs a read, for others stand beside it.
            "owner": "sandbox@example.com",
            "labels": ("Customer",) if number % 2 else ("Hot lead", "Customer"),
            "LinkedIn": f"https://linkedin.example/{number}",
            "Lead_source": ("Web", "Event", "Referral")[number % 3],
        }

    def merge(self, loser: str, winner: str) -> None:
        self.by_hand("merge", kind="person", loser=int(loser), winner=int(winner))

    def same_time(self, ids: Sequence[str]) -> None:
        self.edit_all(ids, {"LinkedIn": "of one instant"})

    def refused(self, kind: ObjectType, values: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**values, "LinkedIn": "x" * 256}

    def loses(self, method: str, path: str, body: bytes) -> bool:
        return method in {"POST", "PATCH"} and path.startswith("/api/v2/persons")

    def price_of(self, method: str, path: str) -> int:
        fits = (p for m, begin, p in _PRICES if m == method and path.startswith(begin))
        return next(fits, 0)

    def view(self, id_: str) -> Mapping[str, Value] | None:
        row = self._get(f"/api/v2/persons/{id_}")
        if row is None or row["is_deleted"]:
            return None
        own = {name: row["custom_fields"][code] for name, code in self._codes.items()}
        options = {each["id"]: each["label"] for each in self._options}
        labels = {1: "Customer", 2: "Hot lead"}
        return {
            "first_name": row["first_name"],
            "last_name": row["last_name"],
            "owner": "sandbox@example.com" if row["owner_id"] == 1 else None,
            "labels": tuple(labels[each] for each in row["label_ids"]),
            "LinkedIn": own["LinkedIn"],
            "Lead_source": options.get(own["Lead source"]),
        }

    @cached_property
    def _fields(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("/api/v2/personFields?limit=500")
        return found

    @property
    def _codes(self) -> dict[str, str]:
        own = (each for each in self._fields if each["is_custom_field"])
        return {each["field_name"]: each["field_code"] for each in own}

    @property
    def _options(self) -> list[dict[str, Any]]:
        (field,) = [each for each in self._fields if each["field_name"] == "Lead source"]
        found: list[dict[str, Any]] = field["options"]
        return found

    def _get(self, path: str) -> Any:
        proof = {"x-api-token": self.sandbox.secrets["token"]}
        answer = httpx.get(f"{self.url}{path}", headers=proof, trust_env=False)
        return answer.json()["data"] if answer.is_success else None
