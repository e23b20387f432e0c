"""What a cycle did, in figures that add up (B8)."""

from __future__ import annotations

__all__ = ["Report"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..model import Side, Usage
from .plan import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One cycle's figures. ``state`` is done, stopped (rerun it) or failed (a person)."""

    run: int
    state: str
    started: datetime
    finished: datetime
    #: How many records were decided about, and how they ended; the counts add up to it.
    candidates: int
    counts: Mapping[Fate, int]
    #: (side, object, create | update | an action) -> rows.
    done: Mapping[tuple[Side, str, str], int]
    #: Steps of an earlier run whose outcome was found out first.
    recovered: int
    #: Price of the calls made, and of all calls in the last 24 hours, by side.
    calls: Mapping[Side, int]
    used: Mapping[Side, int]
    limit: int
    #: What each vendor itself says was used of its own limit, where it says so.
    vendor: Mapping[Side, Usage | None]
    #: Records in the inbox after the cycle, by state.
    waiting: Mapping[str, int]
    #: What went wrong, and what to do about it, for each side given up.
    faults: tuple[tuple[str, str], ...]
    #: The error's own exit code, 0 when nothing went wrong.
    exit_code: int

    def __repr__(self) -> str:
        return f"Report(run {self.run}: {self.state}, {self.writes} writes)"

    @property
    def writes(self) -> int:
        """How many rows and actions took effect."""
        return sum(self.done.values())

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON (``report.schema.json``)."""
        return {
            "run": self.run,
            "state": self.state,
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "candidates": self.candidates,
            "counts": {str(fate): count for fate, count in self.counts.items()},
            "done": [
                {"side": str(side), "object": name, "what": what, "rows": rows}
                for (side, name, what), rows in sorted(self.done.items())
            ],
            "recovered": self.recovered,
            "calls": {str(side): count for side, count in self.calls.items()},
            "used": {str(side): count for side, count in self.used.items()},
            "limit": self.limit,
            "vendor": {
                str(side): None if usage is None else {"used": usage.used, "allowed": usage.allowed}
                for side, usage in self.vendor.items()
            },
            "waiting": dict(self.waiting),
            "faults": [{"message": message, "hint": hint} for message, hint in self.faults],
        }
