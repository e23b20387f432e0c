"""What a connector is: one value that registers a system, and one object that talks to it."""

from __future__ import annotations

__all__ = ["Connector", "ConnectorType", "Context", "Sandbox", "Secret"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from .model import (
    ActionRequest,
    Description,
    Outcome,
    Page,
    Position,
    Record,
    Side,
    Usage,
    Write,
)


class Connector(Protocol):
    """One open connection to one system. Errors are ``RetriableError`` or ``FatalError``."""

    def describe(self) -> Description:
        """Return the objects, fields, actions and prices of the system; no records."""
        ...

    def changes(
        self, object_name: str, fields: Sequence[str], since: Position | None
    ) -> Iterator[Page]:
        """Yield the records changed strictly after *since* (all, if None) by (modified, id).

        Each record holds exactly *fields*, None where it has nothing; the object's ``key_field``
        is among them.

        Records with equal times are neither repeated nor passed over. At least one page is
        yielded, an empty one if nothing changed, so that the server's time is known. A page names
        in ``gone`` the records that were deleted, merged or converted in the same span, each at
        its time; with *since* None it names none. A record that is undeleted comes as a change.
        """
        ...

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the records that still exist among *ids*, in any order."""
        ...

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> record id for those of our *keys* that stand in the system."""
        ...

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update up to ``prices.write_size`` records; one outcome a row, in order.

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


def _no_settings() -> Mapping[str, Any]:
    return {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorType:
    """A system that rules may name after ``connect … to``."""

    name: str
    #: The system's name as its vendor writes it.
    title: str
    #: Which side of a sync it can be.
    sides: frozenset[Side]
    open: Callable[[Context], Connector]
    #: JSON Schema of its ``[connections.NAME]`` table.
    settings: Mapping[str, Any] = field(default_factory=_no_settings)
    #: Secrets, read from the environment as ``SYNCLINE_<NAME>_<SECRET>``.
    secrets: tuple[str, ...] = ()
    #: The description per side, when it is known without a connection: rules are checked against
    #: it outside of a workspace.
    offline: Callable[[Side], Description] | None = None

    def __post_init__(self) -> None:
        for name in (self.name, *self.secrets):
            if not name.isidentifier():
                raise ValueError(f"{name!r} is no name: letters, digits and _ alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A server on loopback that speaks a vendor's HTTP, for trying rules without an account."""

    name: str
    title: str
    #: Serve on (host, port) with data in the folder until stopped; call *ready* with the URL.
    serve: Callable[[str, int, Path, Callable[[str], None]], None]
    #: Settings and secrets with which the connector of the same name reaches it at a URL.
    settings: Callable[[str], Mapping[str, Any]]
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
