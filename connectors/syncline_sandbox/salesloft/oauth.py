"""The vendor's OAuth 2.0: a page on which the sandbox's user always agrees, and its tokens.

The vendor serves them at ``accounts.salesloft.com/oauth``. Behind the one address of the
sandboxes they lie below ``/salesloft``.
"""

from __future__ import annotations

__all__ = ["CLIENT", "Oauth"]

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

#: Id and secret of the app that the sandbox knows.
CLIENT = "sandbox"
_LIFE = timedelta(hours=2)
_SCOPES = (
    "people:read people:write people:delete accounts:read accounts:write accounts:delete "
    "cadences:read cadences:write calls:read emails:read notes:read"
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    redirect: str


class Oauth:
    """Codes and tokens, which die with the process."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._codes: dict[str, _Grant] = {}
        self._refresh: set[str] = set()
        self._access: dict[str, datetime] = {}

    def knows(self, token: str) -> bool:
        """Tell whether an access token was given here and is still good."""
        ends = self._access.get(token)
        return ends is not None and self._now() < ends

    def authorize(self, asked: Mapping[str, str]) -> tuple[str, str]:
        """Return where to send the browser, or "" and why not."""
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT:
            return "", "invalid_client"
        if urlsplit(redirect).hostname not in _LOOPBACK:
            return "", "invalid_redirect_uri"
        if asked.get("response_type") != "code":
            return "", "unsupported_response_type"
        code = secrets.token_hex(32)
        self._codes[code] = _Grant(redirect=redirect)
        given = {"code": code, "scope": _SCOPES, "context": "00000000-0000-4000-8000-000000000001"}
        if "state" in asked:
            given["state"] = asked["state"]
        return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(given)}", ""

    def token(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a request for a token, by a code or by a refresh token, which is then used up."""
        form = {name: found[0] for name, found in parse_qs(body.decode("utf-8", "replace")).items()}
        client = (form.get("client_id", ""), form.get("client_secret", ""))
        if not all(secrets.compare_digest(each.encode(), CLIENT.encode()) for each in client):
            return 401, _denied("invalid_client", "Client authentication failed.")
        match form.get("grant_type"):
            case "authorization_code":
                grant = self._codes.pop(form.get("code", ""), None)
                good = grant is not None and grant.redirect == form.get("redirect_uri")
            case "refresh_token":
                good = form.get("refresh_token", "") in self._refresh
                self._refresh.discard(form.get("refresh_token", ""))
            case _:
                return 400, _denied("unsupported_grant_type", "The grant type is not supported.")
        if not good:
            return 400, _denied("invalid_grant", "The grant is invalid, expired or revoked.")
        return 200, self._issued()

    def _issued(self) -> dict[str, Any]:
        access, refresh = secrets.token_hex(32), secrets.token_hex(32)
        self._access[access] = self._now() + _LIFE
        self._refresh.add(refresh)
        return {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": int(_LIFE.total_seconds()),
            "refresh_token": refresh,
            "scope": _SCOPES,
            "created_at": int(self._now().timestamp()),
        }


def _denied(error: str, words: str) -> dict[str, Any]:
    return {"error": error, "error_description": words}
