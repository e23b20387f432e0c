"""Sales Engagement as a cadence: Leads and Contacts are its prospects (K11)."""

from __future__ import annotations

__all__ = ["Engagement"]

from dataclasses import replace
from typing import TYPE_CHECKING

from syncline import Action

from .acting import Actor
from .connection import PRICES, Salesforce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncline import ActionRequest, Context, Description, Outcome

#: "Move to next touch" is not among them: the vendor can skip a step, which counts as not done.
ACTIONS = (
    Action(name="enrol", summary="Put the prospect into a cadence."),
    Action(name="exit", summary="Take the prospect out of its cadence."),
    Action(name="move", summary="Take the prospect from its cadence to another."),
)
#: The dearest action, a move, when it is asked for alone; a batch costs hardly more.
_ACTION = 5


class Engagement(Salesforce):
    """Speaks to one org in which Sales Engagement is set up.

    A membership is an ``ActionCadenceTracker``; it cannot be written, only acted upon.
    """

    objects: tuple[str, ...] = ("Lead", "Contact", "ActionCadenceTracker", "ActionCadence")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._actor = Actor(self._session, self._seen)

    def describe(self) -> Description:
        """Describe the prospects, the memberships and the cadences that take prospects now."""
        found, _ = self._session.query(
            "SELECT Name FROM ActionCadence WHERE State = 'Active' ORDER BY Name", "describe"
        )
        return replace(
            super().describe(),
            actions=ACTIONS,
            cadences=tuple(str(row["Name"]) for row in found),
            prices=replace(PRICES, action=_ACTION),
        )

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Do each action once, whatever the number of times its key arrives."""
        return self._actor.act(requests)
