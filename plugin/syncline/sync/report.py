"""What a cycle did, in figures that add up (B8)."""

from __future__ import annotations

__all__ = ["Report"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..model import Side
from .plan import Fate
from .standing import Standing

if TYPE_CHECKING:
    from ..at_work import Edit
    from ..sources.fetched import Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One cycle's figures. ``state`` is done, stopped (rerun it) or failed (a person)."""

    run: int
    #: The version of the rules it ran by.
    rules: int
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
    #: Price of the calls made, and of all calls in the last 24 hours, by side, in its own unit.
    calls: Mapping[Side, int]
    used: Mapping[Side, int]
    units: Mapping[Side, str]
    limit: int
    #: What the run was expected to cost, and for a side that cost something else why (B3).
    planned: Mapping[Side, int]
    differences: tuple[str, ...]
    #: Price and rows of what did not fit into the budget, and how the budget stands (K6).
    left: Mapping[Side, tuple[int, int]]
    budget: Mapping[Side, Standing]
    #: Records in the inbox after the cycle, by state.
    waiting: Mapping[str, int]
    #: What went wrong, and what to do about it, for each side given up.
    faults: tuple[tuple[str, str], ...]
    #: The error's own exit code, 0 when nothing went wrong.
    exit_code: int
    #: Seconds that a system asked to be left alone for.
    retry_after: float | None = None
    #: What the rules said otherwise than in the run before (E5).
    edit: Edit | None = None
    #: What the sources of activities brought in before the cycle (RS2).
    sources: tuple[Fetched, ...] = ()

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
            "rules": self.rules,
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
            "units": {str(side): unit for side, unit in self.units.items()},
            "limit": self.limit,
            "planned": {str(side): count for side, count in self.planned.items()},
            "differences": list(self.differences),
            "left": {
                str(side): {"price": price, "rows": rows}
                for side, (price, rows) in self.left.items()
            },
            "budget": {str(side): stands.to_json() for side, stands in self.budget.items()},
            "waiting": dict(self.waiting),
            "faults": [{"message": message, "hint": hint} for message, hint in self.faults],
            "retry_after": self.retry_after,
            "edit": None if self.edit is None else self.edit.to_json(),
            "sources": [fetched.to_json() for fetched in self.sources],
        }
