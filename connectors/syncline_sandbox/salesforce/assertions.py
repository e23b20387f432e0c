"""A client that signs who it is: assertions (JWT, RS256) and the key that verifies them."""

from __future__ import annotations

__all__ = ["Assertions", "Denied"]

from collections.abc import Callable, Container
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from .wire import Refusal

#: Whom an assertion may name, beside the org's own address.
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
#: The vendor takes an assertion that ends within so many seconds, and no longer one.
LONGEST = 300


class Denied(Exception):  # noqa: N818 - the vendor's no to a login, not our failure
    """What the token endpoint would say no with."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(f"{error}: {words}")
        self.body = {"error": error, "error_description": words}


class Assertions:
    """The registered key, kept in *table*, and what it verifies."""

    def __init__(self, table: dict[str, Any], now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def register(self, pem: Any) -> None:
        """Take the PEM text of a certificate or of a public key."""
        if _key(pem) is None:
            raise Refusal("INVALID_INPUT", "The certificate is no RSA certificate or key in PEM")
        self._table["pem"] = pem

    def said(self, assertion: str, clients: Container[str], base: str) -> str:
        """Return the username for whom an assertion speaks. Raises ``Denied``."""
        key = _key(self._table.get("pem"))
        if key is None:
            raise Denied("invalid_grant", "invalid assertion")
        try:
            claims = jwt.decode(assertion, RSAKey.import_key(key), algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            raise Denied("invalid_grant", "invalid assertion") from None
        if str(claims.get("iss", "")) not in clients:
            raise Denied("invalid_client_id", "client identifier invalid")
        if str(claims.get("aud", "")).rstrip("/") not in {base, *AUDIENCES}:
            raise Denied("invalid_grant", "audience is invalid")
        left = float(claims.get("exp", 0)) - self._now().timestamp()
        if not 0 < left <= LONGEST:
            raise Denied("invalid_grant", "expired authorization code")
        return str(claims.get("sub", ""))


def _key(pem: Any) -> RSAPublicKey | None:
    text = pem.encode() if isinstance(pem, str) else b""
    try:
        if b"BEGIN CERTIFICATE" in text:
            found: object = load_pem_x509_certificate(text).public_key()
        else:
            found = load_pem_public_key(text)
    except ValueError:
        return None
    return found if isinstance(found, RSAPublicKey) else None
