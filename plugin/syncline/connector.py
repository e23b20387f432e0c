"""What a connector is: one value that registers a system, and one object that talks to it."""

from __future__ import annotations

__all__ = ["Connector", "ConnectorType", "Context", "Sandbox", "SandboxContext"]

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .access import Access, Identity, NoAccess, Secret, Way
from .condition import Condition
from .errors import FatalError
from .model import (
    ActionRequest,
    Description,
    ObjectType,
    Outcome,
    Page,
    Position,
    Record,
    Side,
    Usage,
    Write,
)
from .sources.source import Source
from .webhook import Webhook

if TYPE_CHECKING:
    from .sandboxes.faults import Faults
    from .touches import TouchKeeper


class Connector(Protocol):
    """One open connection to one system. Errors are ``RetriableError`` or ``FatalError``."""

    def describe(self) -> Description:
        """Return the objects, fields, actions and prices of the system; no records."""
        ...

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield the records changed strictly after *since* (all, if None) by (modified, id).

        With *where*, which is one that ``ConnectorType.narrows`` took, those alone that fit it:
        more do no harm, fewer lose changes. Who went is told in any case.

        Each record holds exactly *fields*, None where it has nothing; the object's ``key_field``
        is among them.

        Records with equal times are neither repeated nor passed over. At least one page is
        yielded, an empty one if nothing changed, so that the server's time is known. A page names
        in ``gone`` the records that were deleted, merged or converted in the same span, each at
        its time; with *since* None it names none. A record that is undeleted comes as a change.
        """
        ...

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the records that still exist among *ids*, in any order, each once.

        *ids* are ``prices.page_size`` at most; *fields* as in ``changes``.
        """
        ...

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> record id for those of our *keys* that stand in the system.

        *keys* are ``prices.page_size`` at most.
        """
        ...

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update up to ``prices.write_size`` records; one outcome a row, in order.

        With ``prices.bulk`` there may be up to ``bulk.size``, all to create or all to update.

        A creation is an upsert by its key: repeated, it has one effect. Raise
        ``UnknownOutcomeError`` when the batch was sent and no readable answer came.
        """
        ...

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete up to ``prices.write_size`` records; what is gone already is done.

        Called only for objects that are ``deletable``.
        """
        ...

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Do each action once, whatever the number of times its key arrives."""
        ...

    def usage(self) -> Usage | None:
        """Return what the vendor's last answer said of its limit; never makes a call."""
        ...

    def close(self) -> None:
        """Let go of files and sockets."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that a connection gets from outside; it reads no environment and no clock itself."""

    side: Side
    #: The settings of ``[connections.NAME]``, already valid by the connector's schema.
    settings: Mapping[str, Any]
    #: The secrets that the connector named, by their setting's name.
    secrets: Mapping[str, Secret]
    #: The workspace's folder.
    folder: Path
    #: The current time, in UTC.
    now: Callable[[], datetime]
    #: Called with the price and a word for each call, before it is made.
    spend: Callable[[int, str], None]
    #: What ``describe`` gave lately: a connector that needs it need not ask again.
    description: Description | None = None
    #: The token of this connection, for a connector that declares ``ways``.
    access: Access = field(default_factory=NoAccess)
    #: Waits so many seconds, for a vendor that wants to be asked slowly.
    sleep: Callable[[float], None] = time.sleep


def _no_side(context: Context) -> Connector:
    raise FatalError(f"a source of activities cannot be the {context.side.word} of a sync")


def _no_settings() -> Mapping[str, Any]:
    return {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorType:
    """A system that rules may name after ``connect … to``, or a source of activities."""

    name: str
    #: The system's name as its vendor writes it.
    title: str
    #: Which side of a sync it can be; neither, if it is a source alone.
    sides: frozenset[Side]
    open: Callable[[Context], Connector] = _no_side
    #: Open it as a source of activities: telephony, mail, a calendar (RS2).
    source: Callable[[Context], Source] | None = None
    #: JSON Schema of its ``[connections.NAME]`` table.
    settings: Mapping[str, Any] = field(default_factory=_no_settings)
    #: Secrets, read from the environment as ``SYNCLINE_<NAME>_<SECRET>``. One with ``ways`` needs
    #: none here.
    secrets: tuple[str, ...] = ()
    #: The ways in, the one to recommend first (``syncline connect``).
    ways: tuple[Way, ...] = ()
    #: Ask the system whom it takes us for; at most two calls, and none that counts is needed.
    identify: Callable[[Context], Identity] | None = None
    #: How the vendor's deliveries are read, when it sends any.
    webhook: Webhook | None = None
    #: Whether the system can filter by a condition itself, over this object as described. It is
    #: asked for each part of a criterion; what it does not take is evaluated here.
    narrows: Callable[[ObjectType, Condition], bool] | None = None
    #: The description per side, when it is known without a connection: rules are checked against
    #: it outside of a workspace.
    offline: Callable[[Side], Description] | None = None
    #: Open the cadence's own side, for a cadence that keeps its touches within our reach.
    touches: Callable[[Context], TouchKeeper] | None = None

    def __post_init__(self) -> None:
        secrets = (name for way in self.ways for name in way.secrets)
        for name in (self.name, *self.secrets, *secrets):
            if not name.isidentifier():
                raise ValueError(f"{name!r} is no name: letters, digits and _ alone")
        if len({way.grant for way in self.ways}) < len(self.ways):
            raise ValueError(f"{self.name} declares two ways in with the same grant")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxContext:
    """All that a sandbox gets from outside."""

    #: Its own folder, which exists.
    folder: Path
    #: The current time, in UTC.
    now: Callable[[], datetime]
    #: The dial: a sandbox asks it for LIMIT before each call and for ROW before each row of a
    #: batch, and answers as its vendor would; the other faults happen around it.
    faults: Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A server on loopback that speaks a vendor's HTTP, for trying rules without an account."""

    name: str
    title: str
    #: Make the ASGI application.
    app: Callable[[SandboxContext], Any]
    #: The beginnings of the paths that it answers to, as in ``/services``.
    paths: tuple[str, ...]
    #: Settings and secrets with which the connector of the same name reaches it at a URL.
    settings: Callable[[str], Mapping[str, Any]]
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
