"""Who may come in, and how many tokens a day's calls may cost."""

from __future__ import annotations

__all__ = ["Gate"]

import base64
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from syncline import Fault

from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from starlette.requests import Request

    from syncline import Faults

#: Not secrets: the sandbox serves this machine alone and holds nobody's data.
CLIENT, API_TOKEN = "sandbox", "5a" * 20
LIFE = timedelta(seconds=3599)
UNUSED = timedelta(days=60)
#: So many refusals in a row, and the vendor answers with a page for people.
PATIENCE = 5
_BURST = 20
_PAGE = (
    "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>"
    "<body><h1>Sorry, you have been blocked</h1></body></html>"
)


class Gate:
    """Tokens, which die with the process, and the count of the day's cost."""

    def __init__(self, now: Callable[[], datetime], faults: Faults, allowance: int) -> None:
        self._now = now
        self._faults = faults
        self._allowance = allowance
        self._codes: set[str] = set()
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, datetime] = {}
        self._day: date | None = None
        #: What the calls of the day have cost.
        self.used = 0
        self._refused = 0

    def authorize(self, request: Request) -> tuple[int, str]:
        """Agree at once, as a person would: return the address to go back to, with a code."""
        asked = request.query_params
        back = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT or not urlsplit(back).scheme:
            raise Refusal(400, {"success": False, "error": "invalid_request"})
        code = secrets.token_hex(20)
        self._codes.add(code)
        words = {"code": code} | ({"state": asked["state"]} if "state" in asked else {})
        return 302, f"{back}{'&' if '?' in back else '?'}{urlencode(words)}"

    def token(self, request: Request, body: bytes) -> dict[str, Any]:
        """Give a pair of tokens for a code, or another access token for a refresh token."""
        form = self._form(request, body)
        match form.get("grant_type"):
            case "authorization_code":
                code = form.get("code", "")
                if code not in self._codes:
                    raise _denied("invalid_grant")
                self._codes.discard(code)
                refresh = f"1:1:{secrets.token_hex(20)}"
            case "refresh_token":
                refresh = form.get("refresh_token", "")
                if self._now() > self._refresh.get(refresh, self._now() - LIFE):
                    raise _denied("invalid_grant")
            case _:
                raise _denied("unsupported_grant_type")
        access = f"v1u:{secrets.token_urlsafe(48)}"
        self._refresh[refresh] = self._now() + UNUSED
        self._access[access] = self._now() + LIFE
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(LIFE.total_seconds()),
            "refresh_token": refresh,
            "scope": "base contacts:full deals:full leads:full activities:full users:read",
            "api_domain": str(request.base_url).rstrip("/"),
        }

    def revoke(self, request: Request, body: bytes) -> dict[str, Any]:
        """Take back a token; a refresh token takes all access tokens with it."""
        token = self._form(request, body).get("token", "")
        if self._refresh.pop(token, None):
            self._access.clear()
        self._access.pop(token, None)
        return {"success": True}

    def enter(self, request: Request, cost: int) -> None:
        """Count what a call costs; refuse it without a token, or beyond the day's allowance."""
        if not self._known(request):
            raise Refusal(
                401,
                {
                    "success": False,
                    "error": "unauthorized access",
                    "errorCode": 401,
                    "error_info": "Please check developers.pipedrive.com",
                },
            )
        today = self._now().date()
        if today != self._day:
            self._day, self.used = today, 0
        if self.used + cost > self._allowance or self._faults.strikes(Fault.LIMIT):
            self._refused += 1
            if self._refused > PATIENCE:
                raise Refusal(403, _PAGE)
            words = {"success": False, "error": "request over limit", "errorCode": 429}
            raise Refusal(429, {**words, "error_info": "Please check developers.pipedrive.com"})
        self._refused = 0
        self.used += cost

    def headers(self) -> dict[str, str]:
        """Return what every answer says of the limits."""
        return {
            "x-ratelimit-limit": str(_BURST),
            "x-ratelimit-remaining": str(0 if self._refused else _BURST - 1),
            "x-ratelimit-reset": "2",
            "x-daily-ratelimit-token-limit": str(self._allowance),
            "x-daily-ratelimit-token-remaining": str(self._allowance - self.used),
        }

    def _known(self, request: Request) -> bool:
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if kind.casefold() == "bearer":
            return self._access.get(bearer, self._now()) > self._now()
        given = request.headers.get("x-api-token") or request.query_params.get("api_token", "")
        return secrets.compare_digest(given.encode(), API_TOKEN.encode())

    def _form(self, request: Request, body: bytes) -> dict[str, str]:
        wanted = base64.b64encode(f"{CLIENT}:{CLIENT}".encode()).decode()
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Basic {wanted}".encode()):
            raise _denied("invalid_client", 401)
        return {name: each[0] for name, each in parse_qs(body.decode("utf-8", "replace")).items()}


def _denied(error: str, status: int = 400) -> Refusal:
    words = f"Client authentication failed: {error}" if status == 401 else error
    return Refusal(status, {"success": False, "message": words, "error": error})
