"""What an author tells the kit: how a clean system is reached, and how people work in it.

A harness says the least that it can. A check that takes more than it has is skipped, with a
sentence, and costs its level; so a harness can grow a method at a time.
"""

from __future__ import annotations

__all__ = ["HANDS", "Harness", "can"]

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Protocol

from ..access import Access, NoAccess
from ..connector import Connector, ConnectorType, Context
from ..model import ActionRequest, ObjectType, Side, Value
from . import samples
from .check import UnableError
from .clock import VirtualClock

#: What a harness may do beside opening a connection, in words.
HANDS: Mapping[str, str] = {
    "refused": "name values that the system refuses",
    "add": "add a record as a person does",
    "edit": "edit a record as a person does",
    "delete": "delete a record as a person does",
    "merge": "merge two records as a person does",
    "same_time": "give records one time of modification",
    "refused_access": "let the system refuse who we are",
    "no_network": "cut the network",
    "lost_answer": "lose the answer to a write",
    "rate_limit": "let the system refuse us for asking too often",
    "price": "count what the system counts",
    "view": "show a record as the system itself shows it",
    "action": "ask for an action and tell its effect",
}


class Harness(Protocol):
    """One clean system, and the hands of the people who work in it. Derive from it.

    One is made for each check, without arguments. Whatever has a body here may be left as it is.
    """

    #: The module that the entry point names.
    plugin: ClassVar[str]
    #: The name under which it registers the connector.
    connector: ClassVar[str]
    #: An object whose records rules may create.
    object_name: ClassVar[str]
    side: ClassVar[Side] = Side.CRM
    #: What the system itself does not have: the name of a method here -> a sentence that says so.
    absent: ClassVar[Mapping[str, str]] = {}

    # -- a clean system

    def start(self, folder: Path, clock: VirtualClock) -> None:
        """Make a clean system; *folder* is empty and is the connection's own, too.

        A system whose time can be set takes *clock* for it; others go by their own.
        """
        ...

    def stop(self) -> None:
        """Let go of the system. Called once, unless ``start`` failed."""
        return

    def settings(self) -> Mapping[str, Any]:
        """Return the table ``[connections.NAME]`` that reaches it."""
        return {}

    def secrets(self) -> Mapping[str, str]:
        """Return the secrets, by the names that the connector gave them: 8 characters or more."""
        return {}

    def access(self) -> Access:
        """Return the token that a connector with ``ways`` gets."""
        return NoAccess()

    def open(self, kind: ConnectorType, context: Context) -> Connector:
        """Open a connection; several are open at a time."""
        return kind.open(context)

    def wait(self) -> None:
        """Let time go on until the next change gets a later stamp. The clock was moved already."""
        return

    # -- records to try it with

    def values(self, kind: ObjectType, number: int) -> Mapping[str, Value]:
        """Return values for the *number*-th record, no two records alike, as the system keeps them.

        Made of the description here: all that can be set when a record is created.
        """
        return samples.values(kind, number)

    def refused(self, kind: ObjectType, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return *values* made into some that the system refuses to create a record with."""
        return samples.refused(kind, values)

    # -- people at work, who do not go through the connection

    def add(self, values: Mapping[str, Value]) -> str:
        """Add a record; return its id."""
        _unable("add")

    def edit(self, id_: str, values: Mapping[str, Value]) -> None:
        """Set *values* in a record."""
        _unable("edit")

    def delete(self, id_: str) -> None:
        """Delete a record."""
        _unable("delete")

    def merge(self, loser: str, winner: str) -> None:
        """Let *winner* take the place of *loser*."""
        _unable("merge")

    def same_time(self, ids: Sequence[str]) -> None:
        """Let these records have one time of modification, as an import leaves them."""
        _unable("same_time")

    # -- weather, for the length of a ``with`` block

    def refused_access(self) -> AbstractContextManager[None]:
        """Let the system refuse who we are, whatever is asked."""
        _unable("refused_access")

    def no_network(self) -> AbstractContextManager[None]:
        """Let no connection come about."""
        _unable("no_network")

    def lost_answer(self) -> AbstractContextManager[None]:
        """Let the next write take effect and its answer be lost."""
        _unable("lost_answer")

    def rate_limit(self) -> AbstractContextManager[float | None]:
        """Let the system refuse every request for its rate; yields the seconds that it asks for."""
        _unable("rate_limit")

    # -- what the system itself says

    def price(self) -> int:
        """Return what the system has counted of our calls so far, in its own unit."""
        _unable("price")

    def view(self, id_: str) -> Mapping[str, Value] | None:
        """Return a record's values by our field names, read past the connector; None if gone."""
        _unable("view")

    def action(self, key: str) -> ActionRequest:
        """Return an action that is possible now, under *key*; prepare its prospect first."""
        _unable("action")

    def effect(self, request: ActionRequest) -> object:
        """Return whatever tells that an action took effect, and how often; it is compared."""
        _unable("action")


def can(harness: Harness, hand: str) -> bool:
    """Tell whether the author wrote this method."""
    if hand == "refused":
        return True  # what the description does not yield is told when it is asked for
    return getattr(type(harness), hand) is not getattr(Harness, hand)


def _unable(hand: str) -> NoReturn:
    raise UnableError(f"the harness cannot {HANDS[hand]} (`{hand}`)")
