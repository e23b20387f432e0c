"""Webhooks out: who wants to hear of what, and signed deliveries of it."""

from __future__ import annotations

__all__ = ["Hooks", "signature"]

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from .gate import PORTAL
from .oauth import CLIENT, USER_ID
from .rows import APP
from .wire import NotFound, Refusal, instant

if TYPE_CHECKING:
    from datetime import datetime

    from .catalog import Kind
    from .store import Row, Store

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SETTINGS = "settings"
_LARGEST = 100


class Hooks:
    """Settings and subscriptions of the one app, and what is to be delivered to it."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def settings(self) -> dict[str, Any]:
        """Return where deliveries go."""
        found: dict[str, Any] | None = self._store.table("meta").get(_SETTINGS)
        if found is None:
            raise NotFound
        return found

    def configure(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Say where deliveries go: to this machine alone."""
        target = str(given.get("targetUrl", ""))
        if urlsplit(target).hostname not in _LOOPBACK:
            raise Refusal("targetUrl: a sandbox delivers to this machine alone")
        moment = instant(self._now())
        throttling = given.get("throttling") or {"maxConcurrentRequests": 10}
        made = {"targetUrl": target, "throttling": throttling, "createdAt": moment}
        self._store.put("meta", _SETTINGS, {**made, "updatedAt": moment})
        return self.settings()

    def clear(self) -> None:
        """Deliver nothing any more."""
        self._store.put("meta", _SETTINGS, None)

    def subscriptions(self) -> dict[str, Any]:
        """Return what the app wants to hear of."""
        return {"results": list(self._store.table("subscriptions").values())}

    def subscribe(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Want to hear of an event, as in ``contact.propertyChange`` of one property."""
        kind, _, what = str(given.get("eventType", "")).partition(".")
        if not kind or not what:
            raise Refusal("eventType looks like contact.creation")
        moment = instant(self._now())
        number = str(len(self._store.table("subscriptions")) + 1)
        made = {
            "id": number,
            "eventType": f"{kind}.{what}",
            "active": given.get("active") is not False,
            "createdAt": moment,
            "updatedAt": moment,
        }
        if given.get("propertyName"):
            made["propertyName"] = given["propertyName"]
        self._store.put("subscriptions", number, made)
        return made

    def unsubscribe(self, number: str) -> None:
        """Want to hear of it no more."""
        self._store.put("subscriptions", number, None)

    def due(
        self, events: list[tuple[Kind, str, Row, dict[str, Any]]], source: str
    ) -> list[dict[str, Any]]:
        """Return the events that somebody wants to hear of, as they are told."""
        if _SETTINGS not in self._store.table("meta"):
            return []
        told: list[dict[str, Any]] = []
        for kind, what, row, more in events:
            for each in self._store.table("subscriptions").values():
                wanted = each.get("propertyName") in {None, more.get("propertyName")}
                if each["active"] and each["eventType"] == f"{kind.word}.{what}" and wanted:
                    told.append({**self._event(row, each, source, len(told)), **more})
        return told

    async def deliver(self, events: list[dict[str, Any]]) -> None:
        """Send events, up to 100 at once, signed; what is not heard is not sent again."""
        target = self.settings()["targetUrl"]
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            for start in range(0, len(events), _LARGEST):
                body = json.dumps(events[start : start + _LARGEST]).encode()
                stamp = str(int(self._now().timestamp() * 1000))
                headers = {
                    "Content-Type": "application/json",
                    "X-HubSpot-Request-Timestamp": stamp,
                    "X-HubSpot-Signature-v3": signature("POST", target, body, stamp),
                }
                try:
                    await client.post(target, content=body, headers=headers)
                except httpx.HTTPError:
                    continue

    def _event(
        self, row: Row, subscription: Mapping[str, Any], source: str, at: int
    ) -> dict[str, Any]:
        millis = int(self._now().timestamp() * 1000)
        ours = source == "INTEGRATION"
        return {
            "eventId": millis % 1_000_000_000 + at,
            "subscriptionId": int(subscription["id"]),
            "portalId": PORTAL,
            "appId": APP,
            "occurredAt": millis,
            "subscriptionType": subscription["eventType"],
            "attemptNumber": 0,
            "objectId": int(row["id"]),
            "changeSource": source,
            "sourceId": str(APP) if ours else f"userId:{USER_ID}",
        }


def signature(method: str, url: str, body: bytes, stamp: str) -> str:
    """Return the third version of the vendor's signature of a delivery."""
    text = f"{method}{url}".encode() + body + stamp.encode()
    return base64.b64encode(hmac.new(CLIENT.encode(), text, hashlib.sha256).digest()).decode()
