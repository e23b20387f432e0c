"""The token of one connection: kept, shared, and renewed by one process for all."""

from __future__ import annotations

__all__ = ["Holder", "dies_at", "failure_of", "other_settings", "renewed"]

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..access import Grant, Token
from ..errors import ConnectorError, FatalError
from .choosing import advice, borrowed, bound, entry_of
from .endpoint import Grants, request_token
from .forms import client_of, form_of
from .kept import Card, Failure, Kept
from .sealing import Unreadable

if TYPE_CHECKING:
    from ..access import Settings, Way
    from ..connector import ConnectorType
    from .choosing import Chosen
    from .vault import Vault

#: A token that ends sooner than this is not used any more: a call takes its time.
_MARGIN = timedelta(seconds=60)


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
        self._entry = entry_of(kind, connected=chosen.connected)
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
                return self._other(Token(text=secret), refused, kept)
            found = kept.token
            if found is not None and self._lasts(found) and not _same(found, refused):
                return found
            # What cannot be kept is not asked for: a refresh token that is replaced is used once.
            self._vault.write(self._entry, kept)
            return self._fetch(kept)

    def _kept(self) -> Kept:
        """Return what is kept of this very connection, or what to begin with."""
        chosen = self._chosen
        mark = bound(chosen.way, self._settings)
        whose = "" if chosen.connected else borrowed(chosen.secrets)
        try:
            kept = self._vault.read(self._entry)
        except Unreadable:
            if chosen.connected:
                raise
            kept = None
        if kept is not None and (kept.card.bound, kept.borrowed) == (mark, whose):
            return kept
        if chosen.connected:
            raise other_settings(self._kind)
        return Kept(card=Card(way=chosen.way.grant, bound=mark), borrowed=whose)

    def _fetch(self, kept: Kept) -> Token:
        """Ask the vendor, and keep what it gave before anybody uses it."""
        now = self._now()
        try:
            secrets = kept.secrets if self._chosen.connected else self._chosen.secrets
            client = client_of(self._kind, self._chosen, self._settings, secrets)
            got = request_token(client, form_of(self._chosen.way, client, kept.refresh, now), now)
        except ConnectorError as err:
            dies = dies_at(self._chosen.way, kept.card)
            if isinstance(err, FatalError) and dies is not None and dies < now:
                err.message += f"; what renews it was not used until {dies:%Y-%m-%d}, and is dead"
                err.args = (err.message,)
            self._note(kept, err)
            raise
        kept = renewed(kept, got, now)
        self._vault.write(self._entry, kept)
        assert kept.token is not None
        return kept.token

    def _other(self, token: Token, refused: Token | None, kept: Kept | None = None) -> Token:
        if not _same(token, refused):
            return token
        error = FatalError(
            f"{self._kind.title} no longer takes the token of this connection",
            hint=advice(self._kind, self._chosen),
        )
        if kept is not None:
            self._note(kept, error)
        raise error

    def _note(self, kept: Kept, error: ConnectorError) -> None:
        """Keep why we were not let in, for `syncline connections`."""
        failure = failure_of(error, self._now())
        self._vault.note(self._entry, replace(kept.card, failure=failure))

    def _lasts(self, token: Token) -> bool:
        return token.expires is None or self._now() < token.expires - _MARGIN


def dies_at(way: Way, card: Card) -> datetime | None:
    """Return when what renews the token dies, if it is not used before; None if it does not."""
    unused = way.oauth.unused if way.oauth is not None else None
    used = card.renewed or card.connected
    if unused is None or used is None or way.grant is not Grant.WEB:
        return None
    return used + unused


def renewed(kept: Kept, got: Grants, now: datetime) -> Kept:
    """Return *kept* with what the vendor gave; a refresh token that it did not replace stays."""
    # Vendors name the org's address beside the first token, and not always beside those after.
    extras = {**(kept.token.extras if kept.token else {}), **got.token.extras}
    refresh = got.refresh or kept.refresh
    return replace(
        kept,
        card=replace(
            kept.card,
            expires=got.token.expires,
            renewed=now,
            renewable=kept.card.way is not Grant.WEB or refresh is not None,
            failure=None,
        ),
        token=replace(got.token, extras=extras),
        refresh=refresh,
    )


def failure_of(error: ConnectorError, now: datetime) -> Failure:
    """Return what is kept of an error."""
    person = isinstance(error, FatalError)
    return Failure(at=now, message=error.message, hint=error.hint, person=person)


def other_settings(kind: ConnectorType) -> FatalError:
    """Return the error for settings that changed since a person connected."""
    return FatalError(
        f"{kind.title} was connected with other settings than now stand in "
        f"[connections.{kind.name}], and its secrets are shown to no other system",
        hint=f"Put them back, or connect again: `syncline connect {kind.name}`.",
    )


def _same(token: Token, other: Token | None) -> bool:
    return other is not None and token.text.reveal() == other.text.reveal()
