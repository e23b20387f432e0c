"""How a client gets a token: OAuth 2.0 as the vendor has it, with nobody at the page.

The page on which a person agrees says yes at once. There are two apps: ``sandbox``, and
``sandbox-rotating``, whose refresh token is good for one use.
"""

from __future__ import annotations

__all__ = ["OAuth"]

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from syncline import open_documents

from .assertions import Assertions, Denied
from .start import ORG, USER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .gate import Gate
    from .store import Store

#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
SECRET = b"sandbox"
#: The apps by their client id, and whether their refresh tokens are good for one use.
APPS = {"sandbox": False, "sandbox-rotating": True}
CODE_LIVES = timedelta(minutes=10)
_SCOPE = "api refresh_token openid id"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    client: str
    redirect: str
    challenge: str
    until: datetime


class OAuth:
    """The authorize page, the token endpoint and revocation. Refresh tokens outlive the process."""

    def __init__(self, folder: Path, gate: Gate, store: Store, now: Callable[[], datetime]) -> None:
        self._gate = gate
        self._store = store
        self._now = now
        self._codes: dict[str, _Code] = {}
        self._kept = open_documents(folder / "sandbox-salesforce-access.json")
        self._tables: dict[str, dict[str, Any]] = self._kept.storage.read() or {}
        self._refresh: dict[str, str] = self._tables.setdefault("refresh", {})
        self._assertions = Assertions(self._tables.setdefault("certificates", {}), now)

    def close(self) -> None:
        """Let go of the file."""
        self._kept.close()

    def register(self, certificate: Any) -> None:
        """Keep the certificate, or the public key, by which the app's assertions are verified."""
        self._assertions.register(certificate)
        self._keep()

    def authorize(self, asked: Mapping[str, str]) -> str:
        """Agree at once; return the address to which the browser goes. Raises ``Denied``."""
        if asked.get("client_id") not in APPS:
            raise Denied("invalid_client_id", "client identifier invalid")
        redirect = asked.get("redirect_uri", "")
        parts = urlsplit(redirect)
        if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise Denied(
                "redirect_uri_mismatch",
                "redirect_uri must match configuration",
            )
        given = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("response_type") != "code":
            given |= {"error": "unsupported_response_type", "error_description": "not supported"}
        elif asked.get("code_challenge_method", "S256") != "S256":
            given |= {"error": "invalid_request", "error_description": "invalid challenge method"}
        else:
            code = f"aPrx{secrets.token_urlsafe(32)}"
            self._codes[code] = _Code(
                client=asked["client_id"],
                redirect=redirect,
                challenge=asked.get("code_challenge", ""),
                until=self._now() + CODE_LIVES,
            )
            given = {"code": code, **given}
        return f"{redirect}{'&' if parts.query else '?'}{urlencode(given)}"

    def token(self, form: Mapping[str, str], base: str) -> dict[str, Any]:
        """Return a token by one of the grants. Raises ``Denied``."""
        match form.get("grant_type"):
            case "client_credentials":
                self._client(form, secret=True)
                return self._answer(USER, base)
            case "authorization_code":
                client = self._client(form, secret=False)
                self._redeem(client, form)
                return self._answer(USER, base, refresh=self._new_refresh(client))
            case "refresh_token":
                return self._again(self._client(form, secret=False), form, base)
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                said = self._assertions.said(form.get("assertion", ""), APPS, base)
                return self._answer(self._user_named(said), base)
            case _:
                raise Denied("unsupported_grant_type", "grant type not supported")

    def revoke(self, token: str) -> None:
        """Give a token back: a refresh token ends what came of it, too. Raises ``Denied``."""
        if self._refresh.pop(token, None) is not None:
            self._gate.close_all()
            self._keep()
        elif not self._gate.close(token):
            raise Denied("invalid_token", "the token is unknown")

    def _client(self, form: Mapping[str, str], *, secret: bool) -> str:
        client = form.get("client_id", "")
        if client not in APPS:
            raise Denied("invalid_client_id", "client identifier invalid")
        given = form.get("client_secret")
        if secret or given is not None:
            said = (given or "").encode()
            if not secrets.compare_digest(said, SECRET):
                raise Denied("invalid_client", "invalid client credentials")
        return client

    def _redeem(self, client: str, form: Mapping[str, str]) -> None:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.client != client or code.until < self._now():
            raise Denied("invalid_grant", "expired authorization code")
        if code.redirect != form.get("redirect_uri"):
            raise Denied("redirect_uri_mismatch", "redirect_uri must match configuration")
        if not code.challenge:
            if form.get("client_secret") is None:
                raise Denied("invalid_client", "invalid client credentials")
            return
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            raise Denied("invalid_grant", "invalid code verifier")

    def _again(self, client: str, form: Mapping[str, str], base: str) -> dict[str, Any]:
        token = form.get("refresh_token", "")
        if self._refresh.get(token) != client:
            raise Denied("invalid_grant", "expired access/refresh token")
        if not APPS[client]:
            return self._answer(USER, base)
        del self._refresh[token]
        return self._answer(USER, base, refresh=self._new_refresh(client))

    def _new_refresh(self, client: str) -> str:
        token = f"5Aep{secrets.token_urlsafe(48)}"
        self._refresh[token] = client
        self._keep()
        return token

    def _user_named(self, username: str) -> str:
        for row in self._store.rows("User"):
            if row["Username"] == username and row["IsActive"]:
                return str(row["Id"])
        raise Denied("invalid_grant", "user hasn't approved this consumer")

    def _answer(self, user: str, base: str, refresh: str = "") -> dict[str, Any]:
        issued = str(int(self._now().timestamp() * 1000))
        identity = f"{base}/id/{ORG}/{user}"
        signed = hmac.new(SECRET, (identity + issued).encode(), hashlib.sha256).digest()
        scope = {"scope": _SCOPE} if refresh else {}
        return {
            "access_token": self._gate.open(user),
            **({"refresh_token": refresh} if refresh else {}),
            "signature": base64.b64encode(signed).decode(),
            **scope,
            "instance_url": base,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
        }

    def _keep(self) -> None:
        self._kept.storage.write(self._tables)
