"""How a system lets Syncline in: the ways that a connector declares, and the token in use.

A connector says where its vendor's OAuth endpoints are and which of the usual ways they offer. The
rest is done for it: the vendor's page and the callback on loopback, PKCE, signed assertions,
keeping tokens in the keyring or encrypted, and renewing them under a lock (RS1, RP1).
"""

from __future__ import annotations

__all__ = ["Access", "Grant", "Identity", "NoAccess", "OAuth", "Secret", "Token", "Way"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from .errors import FatalError

#: The settings of ``[connections.NAME]``.
Settings = Mapping[str, Any]


class Secret:
    """A text that never shows itself: ``reveal()`` is the only way in."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the wire alone."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


class Grant(StrEnum):
    """The kinds of ways in."""

    #: A person agrees on the vendor's own page (OAuth 2.0 authorization code, with PKCE).
    WEB = "web"
    #: The app is let in by itself (OAuth 2.0 client credentials).
    CLIENT = "client"
    #: The app signs who it is (OAuth 2.0 JWT bearer, RS256); there is no refresh token.
    JWT = "jwt"
    #: A token that a person made on the vendor's page and hands over.
    TOKEN = "token"  # noqa: S105 - the name of a way in


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """A vendor's OAuth 2.0 endpoints, by the connection's settings."""

    token: Callable[[Settings], str]
    #: The page on which a person agrees.
    authorize: Callable[[Settings], str] | None = None
    #: Where a token is given back.
    revoke: Callable[[Settings], str] | None = None
    scopes: tuple[str, ...] = ()
    pkce: bool = True
    #: The app proves itself in the header ``Authorization: Basic``, not in the form.
    basic: bool = False
    #: Who a signed assertion is for; the token's address when None.
    audience: Callable[[Settings], str] | None = None
    #: A refresh token that is not used for so long is dead.
    unused: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in: what a person has to hand over for it, and where it leads."""

    grant: Grant
    #: A sentence for the admin: what to make on the vendor's side, and where.
    summary: str
    #: Settings that this way needs, beside those that every way does: ``client_id`` for one with
    #: OAuth, ``username`` for ``Grant.JWT``.
    settings: tuple[str, ...] = ()
    #: Secrets that it needs: ``client_secret`` for OAuth, ``private_key`` (PEM) for ``Grant.JWT``,
    #: one of any name for ``Grant.TOKEN``.
    secrets: tuple[str, ...] = ()
    #: None for ``Grant.TOKEN`` alone.
    oauth: OAuth | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What says who asks."""

    text: Secret
    #: What the vendor answered beside it, as text: ``instance_url``, ``api_domain``, ``scope``.
    extras: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    #: When it ends, in UTC; None when the vendor did not say.
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a system takes us for: what a person sees of a connection (RS1, RP1)."""

    user: str
    #: The org, company or portal.
    account: str = ""
    scopes: tuple[str, ...] = ()
    #: The version of the vendor's API that is spoken.
    version: str = ""


class Access(Protocol):
    """The token of one connection, shared by every process that works for the workspace."""

    def token(self) -> Token:
        """Return the token to use now; one is fetched when there is none or its end is near."""
        ...

    def renew(self, refused: Token) -> Token:
        """Return another token than *refused*, which the server no longer takes.

        What another process fetched meanwhile serves. Raises ``FatalError`` when a person must
        connect again, ``RetriableError`` when the vendor does not answer.
        """
        ...


class NoAccess:
    """The access of a system that asks for none."""

    def token(self) -> Token:
        """Raise ``FatalError``: the connector declared no way in."""
        raise FatalError("this connector declares no way in, and asked for a token")

    def renew(self, refused: Token) -> Token:
        """Raise ``FatalError``: the connector declared no way in."""
        return self.token()
