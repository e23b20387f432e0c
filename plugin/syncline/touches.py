"""A cadence's own side as values: its touches, who waits for one, what changed and why (K11).

And the protocol of a connector that keeps them itself. It stores; when a touch may go out is
worked out by the engine's side (``sending``).
"""

from __future__ import annotations

__all__ = ["Cadence", "Change", "Touch", "TouchDone", "TouchKeeper", "WaitingTouch"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from .model import ActionRequest, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One step of a cadence."""

    #: ``email``, ``call``, ``sms`` or ``task``.
    channel: str
    #: Counted from the day of enrolment, which is 1.
    day: int
    #: The template that it goes by; empty: none.
    template: str = ""
    #: The subject of an e-mail, or what a task is about.
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A cadence and its touches, in their order; no day is before that of the touch before."""

    name: str
    touches: tuple[Touch, ...]


class WaitingTouch(NamedTuple):
    """The touch that a prospect in a cadence is at. A tuple: there may be 100,000 of them."""

    enrolment: str
    prospect: str
    #: What people call the prospect.
    name: str
    cadence: str
    #: Its number in the cadence, from 1.
    number: int
    touch: Touch
    #: When the prospect entered the cadence, in UTC.
    entered: datetime
    #: Who makes the touch, as the cadence names its users; empty: nobody in particular.
    user: str
    #: The prospect's time zone and country, as they are written.
    time_zone: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchDone:
    """That a touch was made, and with what outcome."""

    prospect: str
    outcome: str
    #: The number that was done; None is the one that the prospect is at.
    number: int | None = None
    #: The cadence, for somebody who is in several.
    cadence: str | None = None
    #: Who made it; empty is the prospect's owner.
    user: str = ""
    comments: str = ""
    #: In seconds, of a call.
    duration: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of an enrolment's history."""

    #: In UTC.
    at: datetime
    enrolment: str
    cadence: str
    #: ``active``, ``exited``, ``moved`` or ``finished``, after the change.
    state: str
    touch: int
    what: str
    reason: str


class TouchKeeper(Protocol):
    """A connection to a cadence that keeps its cadences and touches where we can reach them."""

    def cadences(self) -> list[Cadence]:
        """Return the cadences in the order of their making."""
        ...

    def put_cadences(self, cadences: Sequence[Cadence]) -> dict[str, str]:
        """Make or replace cadences by name; return name -> ``new``, ``changed`` or ``same``.

        Who is past the last touch of a shortened one has finished it.
        """
        ...

    def find(self, text: str) -> str | None:
        """Return the id of the prospect that *text* names: an id or an e-mail address."""
        ...

    def waiting(self, until: datetime) -> list[WaitingTouch]:
        """Return the touches whose day may have come by *until* in some time zone, oldest first.

        Nobody is among them who left, or was deleted or merged.
        """
        ...

    def touch_of(self, prospect: str) -> list[WaitingTouch]:
        """Return the touches that one prospect is at, whenever their days come."""
        ...

    def place_of(self, prospect: str) -> tuple[str, str, str]:
        """Return (time zone, country, owner) of a prospect; blanks are empty."""
        ...

    def sent(self, since: datetime) -> Iterable[tuple[str, str, datetime]]:
        """Return (channel, user, moment) of each touch made from *since* on."""
        ...

    def finish(self, done: Sequence[TouchDone], by: str) -> list[Outcome]:
        """Record each outcome as an activity and go to the next touch, once for each touch."""
        ...

    def changes_of(self, prospect: str) -> list[Change]:
        """Return what happened to a prospect's enrolments, the oldest first."""
        ...

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """See ``Connector``."""
        ...

    def close(self) -> None:
        """See ``Connector``."""
        ...
