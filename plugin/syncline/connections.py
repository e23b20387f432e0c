"""The connections of a workspace: opened when needed, with secrets, limits and a breaker."""

from __future__ import annotations

__all__ = ["Connections"]

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from .access import Access, Grant, NoAccess, Settings
from .admission.choosing import Chosen, checked, connected_way, fitting, kind_named, secrets_of
from .connector import ConnectorType, Context
from .errors import FatalError, RetriableError, WorkspaceError
from .memory import Memory
from .model import Description, Side
from .sync.guard import Guarded
from .sync.metered import Metered, Purse
from .sync.watched import Watched

if TYPE_CHECKING:
    from .opened import Opened
    from .sources.source import Source
    from .sync.breaker import Breaker
    from .sync.systems import System


def _free(_price: int, _what: str) -> None:
    """Meter nothing: the budget is of the two sides."""


class Connections:
    """Opens the systems that a workspace names, and asks them what they are made of."""

    def __init__(
        self,
        workspace: Opened,
        *,
        environ: Mapping[str, str],
        now: Callable[[], datetime],
        fresh: bool,
    ) -> None:
        self._workspace = workspace
        self._environ = environ
        self._now = now
        self._fresh = fresh
        self._open: list[Watched] = []
        self._breakers: dict[Side, Breaker] = {}
        self._units: dict[Side, str] = {}

    def close(self) -> None:
        """Close all of them, whatever one of them says."""
        with ExitStack() as closing:
            for connector in self._open:
                closing.callback(connector.close)
            self._open = []

    def system(self, side: Side, name: str, description: Description) -> System:
        """Open a system that said what it is made of."""
        from .sync.systems import System

        connector = self._connect(side, name, description)
        narrows = kind_named(self._workspace.registry.connectors, name).narrows
        return System(name=name, connector=connector, description=description, narrows=narrows)

    def unit(self, side: Side) -> str:
        """Return what a side's vendor counts, ``token``; ``call`` where it was never asked."""
        name = self._workspace.text.head.systems.get(side, "")
        if side not in self._units and name in self._workspace.registry.connectors:
            found = self._memory(side, name).unit()
            if found is None:
                return "call"
            self._units[side] = found
        return self._units.get(side, "call")

    def description(self, side: Side, name: str) -> Description:
        """Return what a system says of itself: offline, remembered, or asked."""
        found = self._told(side, name)
        self._units[side] = found.prices.unit
        return found

    def _told(self, side: Side, name: str) -> Description:
        kind = kind_named(self._workspace.registry.connectors, name)
        if kind.offline is not None:
            # It lies in the workspace itself: asking costs nothing, and the answer is of now.
            return self._connect(side, name).describe()
        memory = self._memory(side, name)
        if not self._fresh and (found := memory.recall(self._now())) is not None:
            return found
        description = self._connect(side, name).describe()
        memory.keep(description, self._now())
        return description

    def _memory(self, side: Side, name: str) -> Memory:
        place = self._workspace.settings
        return Memory(place.descriptions, side, name, place.connections.get(name, {}))

    def source(self, name: str) -> Source:
        """Open a source of activities; whoever asked closes it."""
        kind = kind_named(self._workspace.registry.connectors, name)
        if kind.source is None:
            raise WorkspaceError(f"{kind.title} is no source of activities")
        return kind.source(self._context(kind, Side.CADENCE, _free))

    def _connect(self, side: Side, name: str, description: Description | None = None) -> Watched:
        kind = kind_named(self._workspace.registry.connectors, name)
        if side not in kind.sides:
            raise WorkspaceError(f"{kind.title} cannot be the {side.word} of a sync")
        purse = Purse(side, lambda: self._workspace.meter)
        context = self._context(kind, side, purse.spend, description)
        try:
            metered = Metered(Guarded(name, kind.open(context)), purse)
        except Exception as err:
            if isinstance(err, FatalError | RetriableError | WorkspaceError):
                raise
            raise FatalError(
                f"the connector {name} could not be opened: {type(err).__name__}: {err}",
                hint="This is a fault of the connector; tell its author what you did.",
            ) from err
        connector = Watched(metered, side, lambda: self._breaker(side))
        self._open.append(connector)
        return connector

    def _context(
        self,
        kind: ConnectorType,
        side: Side,
        spend: Callable[[int, str], None],
        description: Description | None = None,
    ) -> Context:
        table = self._workspace.settings.connections.get(kind.name, {})
        settings, wish = checked(kind, table)
        return Context(
            side=side,
            settings=settings,
            secrets=secrets_of(kind, self._environ),
            folder=self._workspace.folder,
            now=self._now,
            spend=spend,
            description=description,
            access=self._access(kind, settings, wish) if kind.ways else NoAccess(),
        )

    def _access(self, kind: ConnectorType, settings: Settings, wish: Grant | None) -> Access:
        """Return the token's holder: by the way that a person connected, or by what is set."""
        from .admission.holder import Holder
        from .admission.vault import Vault

        vault = Vault(self._workspace.folder, self._environ)
        way = connected_way(kind, vault.cards().get(kind.name), wish)
        chosen = (
            Chosen(way=way, connected=True)
            if way is not None
            else fitting(kind, settings, self._environ, wish)
        )
        return Holder(kind, chosen, settings, vault, self._now)

    def _breaker(self, side: Side) -> Breaker:
        from .sync.breaker import Breaker

        return self._breakers.setdefault(side, Breaker(self._workspace.ledger, side, self._now))
