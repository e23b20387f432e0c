"""What was fetched of a source, in figures that add up (B8)."""

from __future__ import annotations

__all__ = ["Fate", "Fetched", "Tally"]

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
    """How one activity of a source ended; of several, the first that fits."""

    #: The cadence said no.
    REFUSED = "refused"
    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    #: More took part than a conversation has.
    CROWDED = "crowded"
    #: A party that several prospects may be: nobody is guessed.
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    #: The source's own reason, in ``Fetched.left``.
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One source's figures; the counts add up to ``seen``."""

    name: str
    title: str
    seen: int
    counts: Mapping[Fate, int]
    #: What the source left alone, by the reason.
    left: Mapping[str, int]
    #: What went wrong, and what to do about it; an empty text when nothing did.
    fault: str = ""
    hint: str = ""
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``sources.schema.json``, ``report.schema.json``)."""
        return {
            "name": self.name,
            "seen": self.seen,
            "counts": {str(fate): self.counts.get(fate, 0) for fate in Fate},
            "left": dict(self.left),
            "fault": self.fault,
            "hint": self.hint,
        }


@dataclass(slots=True, kw_only=True)
class Tally:
    """Figures that grow, a page at a time."""

    counts: Counter[Fate] = field(default_factory=Counter[Fate])
    left: Counter[str] = field(default_factory=Counter[str])
    #: Why the cadence refused the first of those that it did.
    refusal: str = ""

    def leave(self, left: Mapping[str, int]) -> None:
        """Count what the source itself left alone."""
        self.left.update(left)
        self.counts[Fate.LEFT] += sum(left.values())
