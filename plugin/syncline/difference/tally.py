"""Figures over many records: how often each rule's difference shows. Flat in memory."""

from __future__ import annotations

__all__ = ["Fault", "Tally", "examples"]

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .changes import Key, RecordChange
from .compare import Comparison
from .subject import Subject
from .texts import TextChange

#: Faults that are kept to be shown; all are counted.
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A record that a rule could not read."""

    at: str
    reason: str


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    records: int = 0
    #: Records for which anything differs.
    changed: int = 0
    #: (map, side written, field) -> records.
    fields: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    #: (map, side it comes from, whether the new rules let it through) -> records.
    gates: Counter[tuple[str, str, bool]] = field(default_factory=Counter[tuple[str, str, bool]])
    #: (workflow, ``newly``, ``no longer`` or ``otherwise``) -> records.
    workflows: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    #: Records that could not be compared, and the first of them.
    failed: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])
    #: The rules whose difference some record shows.
    shown: set[Key] = field(default_factory=set[Key])

    def add(self, change: RecordChange) -> None:
        """Count one record."""
        self.records += 1
        if not change.differs:
            return
        self.changed += 1
        for one in change.fields:
            self.fields[one.map, one.side, one.field] += 1
        for gate in change.gates:
            self.gates[gate.map, gate.side, gate.new.truth] += 1
        for workflow in change.workflows:
            self.workflows[workflow.name, workflow.kind] += 1
        self.shown |= change.keys()

    def walk(self, comparison: Comparison, subjects: Iterable[Subject]) -> None:
        """Compare and count every record; one that a rule cannot read is counted as a fault."""
        for subject in subjects:
            try:
                self.add(comparison(subject, rows=False))
            except (ArithmeticError, LookupError, TypeError, ValueError) as err:
                self.records += 1
                self.failed += 1
                if len(self.faults) < _SHOWN:
                    self.faults.append(Fault(at=subject.at, reason=f"{type(err).__name__}: {err}"))

    def unshown(self, changes: Iterable[TextChange]) -> list[TextChange]:
        """Return the changes of the text that no record shows."""
        return [change for change in changes if change.key not in self.shown]


def examples(comparison: Comparison, subjects: Iterable[Subject]) -> Iterator[RecordChange]:
    """Yield what differs, record by record, for those that differ."""
    for subject in subjects:
        try:
            change = comparison(subject)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            continue
        if change.differs:
            yield change
