"""What an import did, or would do: counts, and examples of each with its reason."""

from __future__ import annotations

__all__ = ["Example", "Import", "ImportReport", "Tally"]

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .judging import Outcome
from .mapping import Column

#: Examples that are kept of each outcome.
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One row, and what became of it."""

    line: int
    #: Whom it names.
    who: str
    reason: str
    score: int = 0


@dataclass(slots=True)
class Tally:
    """Counts rows as they end, and keeps the first of each kind."""

    counts: Counter[Outcome] = field(default_factory=Counter[Outcome])
    examples: dict[Outcome, list[Example]] = field(default_factory=dict[Outcome, list[Example]])

    def add(self, outcome: Outcome, example: Example) -> None:
        """Count a row."""
        self.counts[outcome] += 1
        kept = self.examples.setdefault(outcome, [])
        if len(kept) < FEW:
            kept.append(example)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or a preview found."""

    #: The import's number; 0 for a preview, which writes nothing.
    number: int
    source: str
    #: How the file is written, for example "utf-8, separator ;"; empty for a list of the CRM.
    written: str
    columns: tuple[Column, ...]
    rows: int
    #: Prospects that were there before.
    known: int
    counts: Mapping[Outcome, int]
    examples: Mapping[Outcome, tuple[Example, ...]]
    #: The same content was imported before, as this number; 0 if it was not.
    before: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``import.schema.json``)."""
        return {
            "number": self.number,
            "source": self.source,
            "written": self.written,
            "columns": [asdict(column) for column in self.columns],
            "rows": self.rows,
            "known": self.known,
            "counts": {str(outcome): self.counts.get(outcome, 0) for outcome in Outcome},
            "examples": {
                str(outcome): [asdict(example) for example in self.examples.get(outcome, ())]
                for outcome in Outcome
            },
            "before": self.before,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An import that was begun."""

    number: int
    source: str
    #: The automatic import's name; empty when a person asked.
    name: str
    who: str
    started: str
    #: Empty when it was cut off, or runs.
    finished: str
    counts: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``imports.schema.json``)."""
        return asdict(self)
