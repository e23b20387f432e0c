"""When a touch may go out: a moment, how long its window stays open, what was in the way."""

from __future__ import annotations

__all__ = ["Allowed", "Delay", "DelayKind"]

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class DelayKind(StrEnum):
    """What stood in the way."""

    DAY = "day"
    HOURS = "hours"
    HOLIDAY = "holiday"
    CAP = "cap"
    USER_CAP = "cap per user"
    GAP = "gap"
    #: The hours do not exist on a day on which the clocks go forward.
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """One thing that stood in the way."""

    kind: DelayKind
    #: In words, for a person.
    reason: str
    #: From when on.
    at: datetime
    #: The line of the rule file.
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """When a touch may go out."""

    #: In UTC; None when no moment within a year will do.
    at: datetime | None
    #: When the window around ``at`` closes, in UTC; None when it is always open, or never.
    until: datetime | None = None
    #: In the order of time; empty when it may go out at once.
    delays: tuple[Delay, ...] = ()

    @property
    def reason(self) -> str:
        """Everything that stood in the way, in one sentence; empty when nothing did."""
        return "; ".join(delay.reason for delay in self.delays)

    def to_json(self) -> dict[str, Any]:
        """Return it as part of ``next.schema.json``."""
        return {
            "at": None if self.at is None else self.at.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "delays": [
                {
                    "kind": str(delay.kind),
                    "reason": delay.reason,
                    "at": delay.at.isoformat(),
                    "line": delay.line,
                }
                for delay in self.delays
            ],
        }
