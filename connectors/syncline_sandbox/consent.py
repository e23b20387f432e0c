"""OAuth 2.0 of the vendors with mailboxes: a page on which the user agrees, PKCE, and tokens.

Codes and tokens die with the process.
"""

from __future__ import annotations

__all__ = ["CLIENT", "Consent"]

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

#: Id and secret of the app that the sandbox knows.
CLIENT = "sandbox"
_LIFE = timedelta(hours=1)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    redirect: str
    challenge: str
    scope: str


class Consent:
    """Lets one app in. *token* is one that is good from the beginning, for those in a hurry."""

    def __init__(self, now: Callable[[], datetime], token: str) -> None:
        self._now = now
        self._codes: dict[str, _Code] = {}
        self._refresh: dict[str, str] = {}
        self._access: dict[str, datetime] = {token: now() + timedelta(days=36_500)}

    def knows(self, authorization: str) -> bool:
        """Tell whether a header bears an access token that is still good."""
        kind, _, token = authorization.partition(" ")
        ends = self._access.get(token)
        return kind.casefold() == "bearer" and ends is not None and self._now() < ends

    def authorize(self, asked: Mapping[str, str]) -> tuple[str, str]:
        """Return where to send the browser, or "" and why not."""
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT:
            return "", "invalid_client"
        if urlsplit(redirect).hostname not in _LOOPBACK:
            return "", "redirect_uri_mismatch"
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return "", "invalid_request"
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(
            redirect=redirect,
            challenge=asked.get("code_challenge", ""),
            scope=asked.get("scope", ""),
        )
        given = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
        return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(given)}", ""

    def token(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a request for a token, by a code or by a refresh token, which stays good."""
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        client = (form.get("client_id", ""), form.get("client_secret", ""))
        if not all(secrets.compare_digest(each.encode(), CLIENT.encode()) for each in client):
            return 401, {"error": "invalid_client"}
        match form.get("grant_type"):
            case "authorization_code":
                code = self._codes.pop(form.get("code", ""), None)
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                if code is None or (code.redirect, code.challenge) != (
                    form.get("redirect_uri"), proof,
                ):  # fmt: skip
                    return 400, {"error": "invalid_grant"}
                refresh = secrets.token_urlsafe(32)
                self._refresh[refresh] = code.scope
                return 200, {**self._issued(code.scope), "refresh_token": refresh}
            case "refresh_token":
                scope = self._refresh.get(form.get("refresh_token", ""))
                if scope is None:
                    return 400, {"error": "invalid_grant"}
                return 200, self._issued(scope)
            case _:
                return 400, {"error": "unsupported_grant_type"}

    def revoke(self, body: bytes) -> int:
        """Take a token back; return the status of the answer."""
        token = dict(parse_qsl(body.decode("utf-8", "replace"))).get("token", "")
        known = self._refresh.pop(token, None) is not None
        return 200 if self._access.pop(token, None) is not None or known else 400

    def _issued(self, scope: str) -> dict[str, Any]:
        access = secrets.token_urlsafe(32)
        self._access[access] = self._now() + _LIFE
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(_LIFE.total_seconds()),
            "scope": scope,
        }
