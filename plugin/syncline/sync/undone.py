"""What an undo would do, and what it did, as a person or a host reads it (B6)."""

from __future__ import annotations

__all__ = ["UndoPlan", "Undone"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Side
from .cycle import Preview
from .traces import Stays


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What the undo of a run would do and cost, and what would stay as it is."""

    of: int
    preview: Preview
    stays: tuple[Stays, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``undo.schema.json``)."""
        found = self.preview.to_json()
        return {
            "of": self.of,
            "run": None,
            "state": "planned",
            "plan": {name: found[name] for name in ("price", "unit", "cost", "budget", "cases")},
            "stays": [each.to_json() for each in self.stays],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did. ``state`` is done, stopped (run it again) or failed (a person)."""

    of: int
    #: The number of the undo itself, which is a run and can be undone.
    run: int
    state: str
    #: (side, object, create | update | delete) -> rows.
    done: Mapping[tuple[Side, str, str], int]
    #: Steps that were not done, for the reasons in ``faults`` or in the history.
    left: int
    stays: tuple[Stays, ...]
    #: Price of the calls made, by side, in its own unit.
    calls: Mapping[Side, int]
    units: Mapping[Side, str]
    faults: tuple[tuple[str, str], ...]
    exit_code: int

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``undo.schema.json``)."""
        return {
            "of": self.of,
            "run": self.run,
            "state": self.state,
            "done": [
                {"side": str(side), "object": name, "what": what, "rows": rows}
                for (side, name, what), rows in sorted(self.done.items())
            ],
            "left": self.left,
            "calls": {str(side): price for side, price in self.calls.items()},
            "units": {str(side): unit for side, unit in self.units.items()},
            "faults": [{"message": message, "hint": hint} for message, hint in self.faults],
            "stays": [each.to_json() for each in self.stays],
        }
