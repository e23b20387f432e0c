"""How a connection stands, as far as is known without a call."""

from __future__ import annotations

__all__ = ["ConnectionState", "State"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ..access import Grant, Identity
from .kept import Failure, failure_to_json, identity_to_json

if TYPE_CHECKING:
    from ..model import Side
    from ..sync.standing import Standing


class State(StrEnum):
    """Whether we are let in."""

    CONNECTED = "connected"
    #: It is connected, and the system was found down the last time that it was asked.
    DOWN = "does not answer"
    NOT_CONNECTED = "not connected"
    #: It was connected, and a person must act before it is again.
    NEEDS_PERSON = "needs a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState:
    """One connection of a workspace (RS1, RP1). Moments are in UTC."""

    name: str
    title: str
    #: The sides that the rules give it: none when they do not name it.
    sides: tuple[Side, ...] = ()
    state: State
    #: Why it is not connected, and what to do; empty when it is.
    why: str = ""
    hint: str = ""
    #: None for a system that asks for no token, and for one that is not connected.
    way: Grant | None = None
    #: A person connected; otherwise the secrets stand in the environment.
    by_person: bool = False
    identity: Identity | None = None
    #: When the token in use ends; the next one is fetched before.
    expires: datetime | None = None
    #: When a person must connect again, unless it is used before.
    dies: datetime | None = None
    renewable: bool = True
    #: How the budget of each side stands, once something ran.
    budgets: Mapping[Side, Standing] = field(default_factory=dict["Side", "Standing"])
    #: Why a side is left in peace for a while, and until when; empty when none is.
    resting: str = ""
    #: When the system last answered well: to who we are, for a token, or in a whole run.
    last_success: datetime | None = None
    #: Why it did not the last time, if that is later; a passing fault makes the state ``DOWN``.
    last_failure: Failure | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``connections.schema.json``)."""
        return {
            "name": self.name,
            "title": self.title,
            "sides": [str(side) for side in self.sides],
            "state": str(self.state),
            "why": self.why,
            "hint": self.hint,
            "way": None if self.way is None else str(self.way),
            "by_person": self.by_person,
            "identity": None if self.identity is None else identity_to_json(self.identity),
            "expires": _text(self.expires),
            "dies": _text(self.dies),
            "renewable": self.renewable,
            "budgets": {str(side): stands.to_json() for side, stands in self.budgets.items()},
            "resting": self.resting,
            "last_success": _text(self.last_success),
            "last_failure": None
            if self.last_failure is None
            else failure_to_json(self.last_failure),
        }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
