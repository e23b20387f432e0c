"""How the connections of a workspace stand: without a call, or by asking each system."""

from __future__ import annotations

__all__ = ["Looker"]

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..access import NoAccess
from ..errors import ConnectorError, RetriableError, SynclineError, WorkspaceError
from ..model import Side
from .choosing import (
    Chosen,
    borrowed,
    bound,
    checked,
    connected_way,
    entry_of,
    fitting,
    kind_named,
    secrets_of,
)
from .holder import Holder, dies_at, failure_of, other_settings
from .identify import has_ledger
from .kept import Card, Failure, Kept
from .sealing import Unreadable
from .states import ConnectionState, State

if TYPE_CHECKING:
    from ..access import Settings
    from ..connector import ConnectorType
    from ..opened import Opened
    from ..sync.standing import Standing
    from .identify import Identifier
    from .vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What the ledger knows; nothing where none is."""

    budgets: Mapping[Side, Standing]
    #: Why a side is left in peace for a while.
    resting: Mapping[Side, str]
    #: When a run last ended well.
    done: datetime | None


class Looker:
    """Looks at the connections of one workspace."""

    def __init__(
        self,
        workspace: Opened,
        vault: Vault,
        identifier: Identifier,
        *,
        environ: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._workspace = workspace
        self._vault = vault
        self._identifier = identifier
        self._environ = environ
        self._now = now

    def look(self, *, check: bool) -> list[ConnectionState]:
        """Return how each connection stands; with *check* each system is asked who we are."""
        systems: Mapping[Side, str] = {}
        with suppress(SynclineError):
            systems = self._workspace.text.head.systems
        cards = self._vault.cards()
        tables = self._workspace.settings.connections
        names = [systems[side] for side in Side if side in systems]
        names += [*tables, *(name for name in cards if name.isidentifier())]
        found: list[ConnectionState] = []
        for name in dict.fromkeys(names):
            sides = tuple(side for side in Side if systems.get(side) == name)
            found.append(self._state(name, sides, cards.get(name), check=check))
        book = self._book()
        return [_completed(state, book) for state in found]

    def _state(
        self, name: str, sides: tuple[Side, ...], card: Card | None, *, check: bool
    ) -> ConnectionState:
        state = ConnectionState(name=name, title=name, sides=sides, state=State.NOT_CONNECTED)
        try:
            kind = kind_named(self._workspace.registry.connectors, name)
            state = replace(state, title=kind.title)
            settings, wish = checked(kind, self._workspace.settings.connections.get(name, {}))
            secrets_of(kind, self._environ)
            if not kind.ways:
                return self._plain(state, kind, settings, check=check)
            way = connected_way(kind, card, wish)
            chosen = (
                fitting(kind, settings, self._environ, wish)
                if way is None
                else Chosen(way=way, connected=True)
            )
        except WorkspaceError as err:
            return replace(state, why=err.message, hint=err.hint)
        if check:
            self._ask(kind, chosen, settings)
        card = self._card(kind, chosen, settings)
        return replace(
            state,
            way=chosen.way.grant,
            by_person=chosen.connected,
            identity=card.identity,
            expires=card.expires,
            dies=dies_at(chosen.way, card),
            renewable=card.renewable,
            last_success=max(filter(None, (card.answered, card.renewed)), default=None),
            last_failure=card.failure,
            **self._verdict(kind, chosen, settings, card),
        )

    def _plain(
        self, state: ConnectionState, kind: ConnectorType, settings: Settings, *, check: bool
    ) -> ConnectionState:
        """Return how a system stands that asks for no token; nothing is kept of it."""
        state = replace(state, state=State.CONNECTED)
        if not check or kind.identify is None:
            return state
        try:
            identity = self._identifier.ask(kind, settings, NoAccess())
        except ConnectorError as err:
            state = replace(state, last_failure=failure_of(err, self._now()))
            if isinstance(err, RetriableError):
                return replace(state, state=State.DOWN)
            return replace(state, state=State.NEEDS_PERSON, why=err.message, hint=err.hint)
        return replace(state, identity=identity, last_success=self._now())

    def _verdict(
        self, kind: ConnectorType, chosen: Chosen, settings: Settings, card: Card
    ) -> dict[str, Any]:
        """Say whether we are let in, and if not, why and what to do."""
        again = f"Connect again: `syncline connect {kind.name}`."
        dies, now = dies_at(chosen.way, card), self._now()
        why, hint = "", again
        if card.bound != bound(chosen.way, settings):
            error = other_settings(kind)
            why, hint = error.message, error.hint
        elif card.failure is not None and card.failure.person:
            why, hint = card.failure.message, card.failure.hint
        elif dies is not None and dies < now:
            why = f"it was not used until {dies:%Y-%m-%d}, and what renews its token is dead"
        elif not card.renewable and card.expires is not None and card.expires < now:
            why = "its token has ended, and nothing was given that renews it"
        if not why:
            return {"state": State.CONNECTED if card.failure is None else State.DOWN}
        return {"state": State.NEEDS_PERSON, "why": why, "hint": hint}

    def _card(self, kind: ConnectorType, chosen: Chosen, settings: Settings) -> Card:
        """Return the card of a connection as it is now."""
        entry = entry_of(kind, connected=chosen.connected)
        card = self._vault.cards().get(entry)
        if chosen.connected and card is not None:
            return card
        fresh = Card(way=chosen.way.grant, bound=bound(chosen.way, settings))
        if card is None or card.bound != fresh.bound:
            return fresh
        with suppress(Unreadable):
            kept = self._vault.read(entry)
            if kept is not None and kept.borrowed == borrowed(chosen.secrets):
                return kept.card
        # It is about other secrets than those that are set now.
        return fresh

    def _ask(self, kind: ConnectorType, chosen: Chosen, settings: Settings) -> None:
        """Ask the system who we are, and keep what came of it."""
        holder = Holder(kind, chosen, settings, self._vault, self._now)
        failure: Failure | None = None
        identity = None
        try:
            token = holder.token()
            hidden = [token.text, *chosen.secrets.values()]
            identity = self._identifier.ask(kind, settings, holder, hidden)
        except Unreadable as err:
            failure = Failure(at=self._now(), message=err.message, hint=err.hint)
        except ConnectorError as err:
            failure = failure_of(err, self._now())
        card = self._card(kind, chosen, settings)
        if failure is None:
            answered = self._now() if kind.identify is not None else card.answered
            card = replace(card, identity=identity or card.identity, answered=answered)
        card = replace(card, failure=failure)
        entry = entry_of(kind, connected=chosen.connected)
        with self._vault.locked():
            if entry in self._vault.cards():
                self._vault.note(entry, card)
            else:
                self._vault.write(entry, Kept(card=card, borrowed=borrowed(chosen.secrets)))

    def _book(self) -> _Book:
        """Read what the ledger knows, if something ran here."""
        if not has_ledger(self._workspace, self._environ):
            return _Book(budgets={}, resting={}, done=None)
        from ..ledger.journal import last_done
        from ..sync.breaker import resting

        with self._workspace.ledger.begin() as db:
            rests = {rest.side: rest.words for rest in resting(db, self._now())}
            done = last_done(db)
        return _Book(budgets=self._workspace.budget(), resting=rests, done=done)


def _completed(state: ConnectionState, book: _Book) -> ConnectionState:
    """Add what the ledger knows of the sides that the rules give a connection."""
    if not state.sides:
        return state
    successes = filter(None, (state.last_success, book.done))
    failure = state.last_failure
    if state.state is State.DOWN and failure and book.done and failure.at < book.done:
        # A whole run went well since.
        state = replace(state, state=State.CONNECTED, last_failure=None)
    resting = "; ".join(book.resting[side] for side in state.sides if side in book.resting)
    if resting and state.state is State.CONNECTED:
        # Runs met what no check has looked at.
        state = replace(state, state=State.DOWN)
    return replace(
        state,
        budgets={side: book.budgets[side] for side in state.sides if side in book.budgets},
        resting=resting,
        last_success=max(successes, default=None),
    )
