"""The enrolments of one batch; each change of one leaves a line with its reason."""

from __future__ import annotations

__all__ = ["HISTORY", "Enrolments"]

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .store import Batch, Document
    from .system import System

#: The table of changes, which is no object: nobody synchronises it.
HISTORY = "_history"
#: What the field ``reason`` of an enrolment takes, in characters.
_LONGEST = 255


class Enrolments:
    """Enrolments by the number under which they are kept."""

    def __init__(self, batch: Batch, system: System) -> None:
        self._batch = batch
        self._system = system
        self._cadences = {
            cadence["name"]: number for number, cadence in batch.table("cadence").items()
        }
        self._active: defaultdict[str, list[str]] = defaultdict(list)
        for number, enrolment in batch.table("enrolment").items():
            if enrolment["state"] == "active":
                self._active[enrolment["prospect_id"]].append(number)

    def knows(self, cadence: str) -> bool:
        """Tell whether there is a cadence of this name."""
        return cadence in self._cadences

    def active(self, prospect: str) -> list[str]:
        """Return the enrolments in which a prospect is now."""
        return list(self._active.get(prospect, ()))

    def cadence(self, number: str) -> str:
        """Return the name of an enrolment's cadence."""
        return str(self._document(number)["cadence_name"])

    def touches(self, cadence: str) -> list[Mapping[str, Any]]:
        """Return a cadence's touches; one that a person took out of the file has none."""
        number = self._cadences.get(cadence)
        return list(self._batch.table("cadence")[number].get("touches", ())) if number else []

    def enter(self, prospect: str, cadence: str, reason: str) -> str:
        """Put a prospect into a cadence, at its first touch."""
        number = self._batch.insert(
            "enrolment",
            {
                "prospect_id": prospect,
                "cadence_id": self._system.record_id("cadence", self._cadences[cadence]),
                "cadence_name": cadence,
                "touch": 1,
                "state": "active",
                "entered_at": self._batch.stamp,
            },
        )
        self._active[prospect].append(number)
        self._note(number, f"entered {cadence}", reason)
        return number

    def leave(self, number: str, state: str, reason: str) -> None:
        """End an enrolment: ``exited``, ``moved`` or ``finished``."""
        short = reason if len(reason) <= _LONGEST else reason[: _LONGEST - 1] + "…"
        self._batch.update(
            "enrolment",
            number,
            {"state": state, "reason": short, "left_at": self._batch.stamp},
        )
        self._active[self._document(number)["prospect_id"]].remove(number)
        self._note(number, f"{state} {self.cadence(number)}", reason)

    def go_on(self, number: str, reason: str) -> str:
        """Go to the next touch, or past the last; return what was done in words."""
        name, touch = self.cadence(number), self._document(number)["touch"] + 1
        if touch > len(self.touches(name)):
            self.leave(number, "finished", "Past the last touch")
            return f"finished {name}"
        self._batch.update("enrolment", number, {"touch": touch})
        said = f"touch {touch} of {name}"
        self._note(number, said, reason)
        return said

    def _document(self, number: str) -> Document:
        return self._batch.table("enrolment")[number]

    def _note(self, number: str, what: str, reason: str) -> None:
        enrolment = self._document(number)
        self._batch.append(
            HISTORY,
            {
                "at": self._batch.stamp,
                "enrolment_id": self._system.record_id("enrolment", number),
                "prospect_id": enrolment["prospect_id"],
                "cadence_name": enrolment["cadence_name"],
                "state": enrolment["state"],
                "touch": enrolment["touch"],
                "what": what,
                "reason": reason,
            },
        )
