"""The signed statement by which an app says who it is (RFC 7523, RS256)."""

from __future__ import annotations

__all__ = ["assertion"]

from datetime import datetime, timedelta

from ..access import Secret
from ..errors import FatalError

#: Salesforce takes no assertion that lasts longer than this.
_LASTS = timedelta(minutes=3)


def assertion(*, issuer: str, subject: str, audience: str, key: Secret, now: datetime) -> Secret:
    """Return a JWT signed by *key*, the PEM text of an RSA private key.

    Raises ``FatalError``, which never quotes it, when it is no such key.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    claims = {
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "exp": int((now + _LASTS).timestamp()),
    }
    # Where an environment's values are single lines, a PEM's line ends are written as \n.
    pem = key.reveal().replace("\\n", "\n")
    try:
        signer = RSAKey.import_key(pem)
        if not signer.is_private:
            raise ValueError  # noqa: TRY301 - told below, without a word of the key
        return Secret(jwt.encode({"alg": "RS256"}, claims, signer))
    except (JoseError, ValueError, TypeError):
        raise FatalError(
            "the private key is no RSA key in PEM form, or it is locked by a passphrase",
            hint="It begins with -----BEGIN PRIVATE KEY-----, and `openssl pkey -in FILE -noout` "
            "reads it without a question.",
        ) from None
