"""Ask a system whom it takes us for."""

from __future__ import annotations

__all__ = ["Fresh", "Identifier", "has_ledger", "sides_of"]

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..access import Access, Identity, Secret, Settings, Token
from ..connector import ConnectorType, Context
from ..errors import FatalError, LedgerError, SynclineError
from ..model import Side, plain
from .choosing import secrets_of

if TYPE_CHECKING:
    from ..opened import Opened


class Fresh:
    """The access of a connection that is being made: one token, and no other is fetched."""

    def __init__(self, token: Token, title: str) -> None:
        self._token = token
        self._title = title

    def token(self) -> Token:
        """See ``Access``."""
        return self._token

    def renew(self, refused: Token) -> Token:
        """See ``Access``; raises ``FatalError``: one that is refused at once is no good."""
        raise FatalError(
            f"{self._title} does not take the token",
            hint="Nothing was stored. Check that it is of the right account and not withdrawn, "
            "then connect again.",
        )


class Identifier:
    """Asks the systems of one workspace."""

    def __init__(
        self, workspace: Opened, *, environ: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        self._workspace = workspace
        self._environ = environ
        self._now = now

    def ask(
        self,
        kind: ConnectorType,
        settings: Settings,
        access: Access,
        secrets: Iterable[Secret] = (),
    ) -> Identity | None:
        """Return whom the system takes us for; None when the connector cannot ask.

        What the connector raises beside our own errors is told without *secrets*.
        """
        if kind.identify is None:
            return None
        named = sides_of(self._workspace, kind.name)
        context = Context(
            side=named[0] if named else min(kind.sides, default=Side.CADENCE),
            settings=settings,
            secrets=secrets_of(kind, self._environ),
            folder=self._workspace.folder,
            now=self._now,
            spend=lambda price, _what: self._spend(named, price),
            access=access,
        )
        try:
            return _plain(kind.identify(context))
        except SynclineError:
            raise
        except Exception as err:  # noqa: BLE001 - whatever a plugin raises; it may quote a secret
            words = str(err)
            for secret in secrets:
                words = words.replace(secret.reveal(), "***")
            raise FatalError(
                f"the connector {kind.name} broke in `identify`: {type(err).__name__}: {words}",
                hint="This is a fault of the connector; tell its author what you did.",
            ) from None

    def _spend(self, named: tuple[Side, ...], price: int) -> None:
        """Count a call (K6), and refuse none: a person asked for it."""
        from ..ledger import spending

        # A damaged ledger keeps nobody from connecting.
        with suppress(LedgerError):
            if not named or not has_ledger(self._workspace, self._environ):
                return
            with self._workspace.ledger.begin() as db:
                at = self._now()
                spending.add(db, named[0], at, run=0, price=price, what="identify", records=0)


def _plain(identity: Identity) -> Identity:
    """Return it in texts that can be kept and shown."""
    return Identity(
        user=plain(identity.user),
        account=plain(identity.account),
        scopes=tuple(map(plain, identity.scopes)),
        version=plain(identity.version),
    )


def sides_of(workspace: Opened, name: str) -> tuple[Side, ...]:
    """Return the sides that the rules give a connector; none when they cannot be read."""
    with suppress(SynclineError):
        systems = workspace.text.head.systems
        return tuple(side for side in Side if systems.get(side) == name)
    return ()


def has_ledger(workspace: Opened, environ: Mapping[str, str]) -> bool:
    """Tell whether something ran here: looking makes no ledger."""
    from ..ledger.opening import locate

    where = locate(workspace.settings, environ)
    return not isinstance(where, Path) or where.exists()
