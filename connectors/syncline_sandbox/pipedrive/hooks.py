"""Webhooks out: who asked to hear of what, and what is sent to them after a change."""

from __future__ import annotations

__all__ = ["Hooks", "Parcel", "send"]

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from .rows import COMPANY, USER
from .shapes import webhook_data
from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .store import Row, Store

_ACTIONS = frozenset({"create", "change", "delete", "*"})
_OBJECTS = frozenset(
    {
        "activity", "deal", "lead", "note", "organization", "person", "pipeline", "product",
        "stage", "user", "*",
    }
)  # fmt: skip
#: The vendor hears a receiver out for so many seconds.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One delivery that waits to be sent."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    body: Mapping[str, Any] = field(repr=False)


class Hooks:
    """The webhooks of the sandbox."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def create(self, body: Mapping[str, Any]) -> Row:
        """Subscribe an address to events."""
        url = urlsplit(str(body.get("subscription_url", "")))
        wrong = {
            "subscription_url": url.scheme not in {"http", "https"} or not url.hostname,
            "event_action": body.get("event_action") not in _ACTIONS,
            "event_object": body.get("event_object") not in _OBJECTS,
            "version": body.get("version", "2.0") != "2.0",
            "name": not body.get("name"),
        }
        if errors := {
            name: [_WORDS.get(name, "invalid value")] for name, bad in wrong.items() if bad
        }:
            raise Refusal(400, {"status": "error", "success": False, "errors": errors})
        return self._store.add(
            "webhook",
            {
                "company_id": COMPANY,
                "owner_id": USER,
                "user_id": body.get("user_id", USER),
                "event_action": body["event_action"],
                "event_object": body["event_object"],
                "subscription_url": body["subscription_url"],
                "version": "2.0",
                "is_active": 1,
                "add_time": f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}",
                "remove_time": None,
                "type": "general",
                "http_auth_user": body.get("http_auth_user"),
                "http_auth_password": body.get("http_auth_password"),
                "remove_reason": None,
                "last_delivery_time": None,
                "last_http_status": None,
                "admin_id": USER,
                "name": body["name"],
            },
        )

    def all(self) -> list[Row]:
        """Return the webhooks that stand."""
        return [row for row in self._store.rows("webhook") if row["is_active"]]

    def delete(self, number: int) -> None:
        """Unsubscribe."""
        row = self._store.get("webhook", number)
        if row is None or not row["is_active"]:
            errors = {"id": ["not found"]}
            raise Refusal(404, {"status": "error", "success": False, "errors": errors})
        self._store.put("webhook", {**row, "is_active": 0})

    def parcels(self, source: str) -> list[Parcel]:
        """Return what is to be sent of what just happened; *source* is ``api`` or ``app``."""
        return [
            Parcel(
                url=hook["subscription_url"],
                user=hook["http_auth_user"] or "",
                password=hook["http_auth_password"] or "",
                body=self._body(hook, source, *news),
            )
            for news in self._store.news
            for hook in self.all()
            if hook["event_action"] in {news[0], "*"} and hook["event_object"] in {news[1], "*"}
        ]

    def _body(
        self,
        hook: Row,
        source: str,
        action: str,
        kind: str,
        before: Row | None,
        after: Row | None,
        more: dict[str, str],
    ) -> dict[str, Any]:
        data, previous = webhook_data(kind, after), webhook_data(kind, before)
        if data is not None and previous is not None:
            previous = {n: v for n, v in previous.items() if data.get(n) != v}
        subject = after or before or {}
        return {
            "data": data,
            "previous": previous,
            "meta": {
                "action": action,
                "company_id": str(COMPANY),
                "correlation_id": secrets.token_hex(16),
                "entity_id": str(subject["id"]),
                "entity": kind,
                "id": secrets.token_hex(16),
                "is_bulk_edit": False,
                "timestamp": f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}",
                "type": "general",
                "user_id": str(USER),
                "version": "2.0",
                "webhook_id": str(hook["id"]),
                "webhook_owner_id": str(hook["owner_id"]),
                "change_source": source,
                "permitted_user_ids": [str(USER)],
                "attempt": 1,
                "host": "sandbox.pipedrive.com",
                **more,
            },
        }


async def send(parcels: list[Parcel]) -> None:
    """Send each once; a receiver that does not answer is not asked again here."""
    if not parcels:
        return
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
        for parcel in parcels:
            auth = httpx.BasicAuth(parcel.user, parcel.password) if parcel.user else None
            request = client.build_request("POST", parcel.url, json=dict(parcel.body))
            try:
                await client.send(request, auth=auth)
            except httpx.HTTPError:
                continue


_WORDS = {"subscription_url": "invalid or non-reachable URL"}
