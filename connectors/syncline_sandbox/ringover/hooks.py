"""Deliveries: each event in a JWT under HS512, beside the same event as the body."""

from __future__ import annotations

__all__ = ["Hooks"]

from typing import TYPE_CHECKING, Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

HEADER = "X-Ringover-Webhook-Signature"


class Hooks:
    """The one webhook of the team: its address and its key."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._url = ""
        self._key = ""

    def listen(self, url: str, key: str) -> None:
        """Send to *url* from now on, signed with *key*."""
        self._url, self._key = url, key

    async def send(self, resource: str, event: str, data: dict[str, Any]) -> int:
        """Deliver one event; return how it was answered, 0 when nobody listens."""
        if not self._url:
            return 0
        body = {
            "resource": resource,
            "event": event,
            "timestamp": self._now().timestamp(),
            "data": data,
            "attempt": 1,
        }
        claims = {"url": self._url, "payload": body}
        token = jwt.encode({"alg": "HS512"}, claims, OctKey.import_key(self._key), ["HS512"])
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(self._url, json=body, headers={HEADER: token})
        return answer.status_code
