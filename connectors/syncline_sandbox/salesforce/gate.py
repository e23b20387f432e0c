"""Who may come in, and how often in a day."""

from __future__ import annotations

__all__ = ["Gate"]

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from syncline import Fault

from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from starlette.requests import Request

    from syncline import Faults

#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
CLIENT = b"sandbox"
_ORG, _USER = "00DSb0000000001EAA", "005Sb0000000001AAA"


class Gate:
    """Tokens, which die with the process, and the count of the day's calls."""

    def __init__(self, now: Callable[[], datetime], faults: Faults, allowance: int) -> None:
        self._now = now
        self._faults = faults
        self._allowance = allowance
        self._token = f"{_ORG[:15]}!{secrets.token_urlsafe(48)}"
        self._day: date | None = None
        self._used = 0

    def token(self, request: Request, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a request for a token by client credentials."""
        form = {
            name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        if form.get("grant_type") != "client_credentials":
            return 400, _denied("unsupported_grant_type", "grant type not supported")
        if not secrets.compare_digest(form.get("client_id", "").encode(), CLIENT):
            return 400, _denied("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(form.get("client_secret", "").encode(), CLIENT):
            return 400, _denied("invalid_client", "invalid client credentials")
        instance = str(request.base_url).rstrip("/")
        return 200, {
            "access_token": self._token,
            "signature": "",
            "instance_url": instance,
            "id": f"{instance}/id/{_ORG}/{_USER}",
            "token_type": "Bearer",
            "issued_at": str(int(self._now().timestamp() * 1000)),
        }

    def enter(self, authorization: str) -> None:
        """Count one call; refuse it without the token, or beyond the day's allowance."""
        kind, _, token = authorization.partition(" ")
        known = secrets.compare_digest(token.encode(), self._token.encode())
        if not known or kind.casefold() not in {"bearer", "oauth"}:
            raise Refusal("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        today = self._now().date()
        if today != self._day:
            self._day, self._used = today, 0
        if self._used >= self._allowance or self._faults.strikes(Fault.LIMIT):
            raise Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        self._used += 1

    def usage(self) -> str:
        """Return the header that every metered answer carries."""
        return f"api-usage={self._used}/{self._allowance}"

    def limit(self) -> dict[str, int]:
        """Return the day's allowance and what is left of it."""
        return {"Max": self._allowance, "Remaining": self._allowance - self._used}


def _denied(error: str, words: str) -> dict[str, Any]:
    return {"error": error, "error_description": words}
