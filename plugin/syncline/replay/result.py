"""What a replay found: two sets of rules over the same changes, beside what was really done."""

from __future__ import annotations

__all__ = ["EXAMPLES", "Difference", "Replay", "Unknown"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..model import Side
from .outcome import Count, Example, Key

#: Records that are kept of each difference.
EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A field that the new rules read and no run ever did: they saw it blank."""

    side: Side
    object: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the rules do to one field, and how often each set of rules does it."""

    key: Key
    past: Count
    now: Count
    new: Count
    #: How many records are treated differently, and some of them: by the rules in use, by the new.
    records: int
    examples: tuple[Example, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "kind": self.key.kind,
            "map": self.key.map,
            "side": self.key.side or None,
            "object": self.key.object,
            "field": self.key.field,
            "what": self.key.what,
            "lost": self.key.lost or None,
            "past": self.past.times,
            "in_use": self.now.times,
            "new": self.new.times,
            "rules": {"in_use": sorted(self.now.rules), "new": sorted(self.new.rules)},
            "records": self.records,
            "examples": [
                {
                    "id": example.id,
                    "in_use": [_line(line) for line in example.mine],
                    "new": [_line(line) for line in example.theirs],
                }
                for example in self.examples
            ],
        }


def _line(line: tuple[Any, Any, str]) -> dict[str, Any]:
    old, new, rule = line
    return {"old": old, "new": new, "rule": rule}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The rules in use and new ones, played over the recorded changes since a moment (B7)."""

    since: datetime
    until: datetime
    #: How many runs and changes were played, and the runs that took others back, which were not.
    runs: int
    changes: int
    undone: tuple[int, ...]
    #: The rule files' names.
    names: tuple[str, str]
    #: About how many records the rules in use, played again, did otherwise than the history says.
    untrue: int
    #: Everything that any of the three did, in a fixed order.
    lines: tuple[Difference, ...]
    #: (what, side, object) -> rows in the past, by the rules in use, by the new ones.
    records: Mapping[tuple[str, str, str], tuple[int, int, int]]
    #: What the new rules would have done before the first change, to records already there.
    at_once: Mapping[tuple[str, str, str], int]
    #: Price by side of the rules in use and of the new ones, and the vendor's unit.
    price: Mapping[Side, tuple[int, int]]
    units: Mapping[Side, str]
    #: Fields that were never read, and so cannot be known.
    unknown: tuple[Unknown, ...]
    #: Records whose state before the span was worked out, as no earlier change is kept.
    worked_out: int
    #: Changes of records that would not be there by the new rules.
    missed: int

    @property
    def differing(self) -> tuple[Difference, ...]:
        """The lines in which the new rules do otherwise than those in use."""
        return tuple(line for line in self.lines if line.records)

    def __repr__(self) -> str:
        return f"Replay({self.runs} runs, {len(self.differing)} differences)"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``replay.schema.json``)."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "runs": self.runs,
            "changes": self.changes,
            "undone": list(self.undone),
            "rules": {"in_use": self.names[0], "new": self.names[1]},
            "untrue": self.untrue,
            "records": [
                {
                    "what": what, "side": side, "object": name,
                    "past": past, "in_use": now, "new": new,
                }
                for (what, side, name), (past, now, new) in self.records.items()
            ],
            "at_once": [
                {"what": what, "side": side, "object": name, "rows": rows}
                for (what, side, name), rows in self.at_once.items()
            ],
            "lines": [line.to_json() for line in self.lines],
            "price": {
                str(side): {"in_use": now, "new": new, "unit": self.units[side]}
                for side, (now, new) in self.price.items()
            },
            "unknown": [
                {"side": str(u.side), "object": u.object, "field": u.field} for u in self.unknown
            ],
            "worked_out": self.worked_out,
            "missed": self.missed,
        }  # fmt: skip
