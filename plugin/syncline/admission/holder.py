"""The token of one connection: kept, shared, and renewed by one process for all."""

from __future__ import annotations

__all__ = ["Holder"]

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..access import Grant, Secret, Token
from ..errors import ConnectorError, FatalError
from .assertion import assertion
from .choosing import advice, bound
from .endpoint import Client, Grants, request_token
from .kept import Card, Failure, Kept
from .sealing import Unreadable

if TYPE_CHECKING:
    from ..access import Settings
    from ..connector import ConnectorType
    from .choosing import Chosen
    from .vault import Vault

#: A token that ends sooner than this is not used any more: a call takes its time.
_MARGIN = timedelta(seconds=60)
_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Holder:
    """Satisfies ``Access`` for one connection, by one way."""

    def __init__(
        self,
        kind: ConnectorType,
        chosen: Chosen,
        settings: Settings,
        vault: Vault,
        now: Callable[[], datetime],
    ) -> None:
        self._kind = kind
        self._chosen = chosen
        self._settings = settings
        self._vault = vault
        self._now = now
        self._token: Token | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Holder({self._kind.name!r}, {str(self._chosen.way.grant)!r})"

    def token(self) -> Token:
        """See ``Access``."""
        with self._lock:
            if self._token is None or not self._lasts(self._token):
                self._token = self._take(None)
            return self._token

    def renew(self, refused: Token) -> Token:
        """See ``Access``."""
        with self._lock:
            self._token = self._take(refused)
            return self._token

    def _take(self, refused: Token | None) -> Token:
        """Return what is kept, unless it was refused or ends; else what the vendor gives now."""
        if self._chosen.way.grant is Grant.TOKEN and not self._chosen.connected:
            (secret,) = self._chosen.secrets.values()
            return self._other(Token(text=secret), refused)
        with self._vault.locked():
            kept = self._kept()
            if self._chosen.way.grant is Grant.TOKEN:
                (secret,) = kept.secrets.values()
                return self._other(Token(text=secret), refused)
            found = kept.token
            if found is not None and self._lasts(found) and not _same(found, refused):
                return found
            # What cannot be kept is not asked for: a refresh token that is replaced is used once.
            self._vault.write(self._kind.name, kept)
            return self._fetch(kept)

    def _kept(self) -> Kept:
        """Return what is kept of this very connection, or what to begin with."""
        chosen = self._chosen
        borrowed: Mapping[str, Secret] = {} if chosen.connected else chosen.secrets
        mark = bound(chosen.way, self._settings, borrowed)
        try:
            kept = self._vault.read(self._kind.name)
        except Unreadable:
            if chosen.connected:
                raise
            kept = None
        if kept is not None and kept.bound == mark:
            return kept
        if chosen.connected:
            raise FatalError(
                f"{self._kind.title} was connected with other settings than now stand in "
                f"[connections.{self._kind.name}], and its secrets are shown to no other system",
                hint=f"Put them back, or connect again: `syncline connect {self._kind.name}`.",
            )
        return Kept(card=Card(way=chosen.way.grant), bound=mark)

    def _fetch(self, kept: Kept) -> Token:
        """Ask the vendor, and keep what it gave before anybody uses it."""
        now = self._now()
        try:
            got = request_token(*self._request(kept, now), now)
        except ConnectorError as err:
            fatal = isinstance(err, FatalError)
            failure = Failure(at=now, message=err.message, hint=err.hint, person=fatal)
            self._vault.note(self._kind.name, replace(kept.card, failure=failure))
            raise
        self._vault.write(self._kind.name, renewed(kept, got, now))
        return got.token

    def _request(self, kept: Kept, now: datetime) -> tuple[Client, dict[str, str]]:
        way, settings = self._chosen.way, self._settings
        if way.oauth is None:
            raise FatalError(f"the way {way.grant} of the connector {self._kind.name} has no OAuth")
        secrets = kept.secrets if self._chosen.connected else self._chosen.secrets
        client = Client(
            title=self._kind.title,
            oauth=way.oauth,
            settings=settings,
            secrets=secrets,
            advice=advice(self._kind, self._chosen),
        )
        if way.grant is Grant.CLIENT:
            return client, {"grant_type": "client_credentials"}
        if way.grant is Grant.WEB:
            if kept.refresh is None:
                raise FatalError(
                    f"{self._kind.title} gave nothing that renews its token", hint=client.advice
                )
            form = {"grant_type": "refresh_token", "refresh_token": kept.refresh.reveal()}
            return client, form
        audience = way.oauth.audience or way.oauth.token
        signed = assertion(
            issuer=client.id,
            subject=str(settings["username"]),
            audience=audience(settings),
            key=secrets["private_key"],
            now=now,
        )
        return client, {"grant_type": _BEARER, "assertion": signed.reveal()}

    def _other(self, token: Token, refused: Token | None) -> Token:
        if _same(token, refused):
            raise FatalError(
                f"{self._kind.title} no longer takes the token of this connection",
                hint=advice(self._kind, self._chosen),
            )
        return token

    def _lasts(self, token: Token) -> bool:
        return token.expires is None or self._now() < token.expires - _MARGIN


def renewed(kept: Kept, got: Grants, now: datetime) -> Kept:
    """Return *kept* with what the vendor gave; a refresh token that it did not replace stays."""
    # Vendors name the org's address beside the first token, and not always beside those after.
    extras = {**(kept.token.extras if kept.token else {}), **got.token.extras}
    return replace(
        kept,
        card=replace(kept.card, expires=got.token.expires, renewed=now, failure=None),
        token=replace(got.token, extras=extras),
        refresh=got.refresh or kept.refresh,
    )


def _same(token: Token, other: Token | None) -> bool:
    return other is not None and token.text.reveal() == other.text.reveal()
