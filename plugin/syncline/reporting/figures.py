"""The figures of a span of runs, as values."""

from __future__ import annotations

__all__ = ["Conflict", "Done", "Fate", "Figures", "Loss", "Open", "Reason", "Run", "Use"]

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ..model import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: when, how it ended, and its own figures (B8)."""

    number: int
    kind: str
    state: str
    started: datetime
    #: None while it runs, or when its process died.
    finished: datetime | None
    #: The version of the rules.
    rules: int
    #: How its records ended: written, unchanged, skipped, deferred, held, failed.
    counts: Mapping[str, int]
    #: What it spent, by side.
    calls: Mapping[str, int]
    #: How much of the fuller limit was used when it ended, by side: 1.0 is all.
    shares: Mapping[str, float]

    @property
    def lasted(self) -> timedelta | None:
        """How long it took."""
        return None if self.finished is None else self.finished - self.started


class Done(NamedTuple):
    """Records created, updated or deleted, or actions done."""

    side: str
    object: str
    what: str
    records: int


class Fate(NamedTuple):
    """What a row of the rules did to a field, or to a record (no field), and how often."""

    kind: str
    map: str
    field: str
    rule: str
    times: int


class Reason(NamedTuple):
    """Why records were left alone, held, refused or put off."""

    kind: str
    map: str
    reason: str
    times: int


class Conflict(NamedTuple):
    """Conflicts over one field, by the side whose value lost."""

    map: str
    field: str
    loser: str
    times: int


class Loss(NamedTuple):
    """One value that lost."""

    at: str
    map: str
    field: str
    crm_id: str
    cadence_id: str
    loser: str
    lost: Value
    won: Value


class Open(NamedTuple):
    """What waits for a person as things stand: held, or resting after too many failures."""

    what: str
    place: str
    field: str
    reason: str
    records: int
    oldest: str


class Use(NamedTuple):
    """What was spent on one side in one stretch of time, in its own unit."""

    at: datetime
    side: str
    price: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that a report tells of the runs since a moment."""

    since: datetime
    until: datetime
    #: The length of a stretch of time in ``use`` and ``daily``.
    stretch: timedelta
    runs: Sequence[Run]
    done: Sequence[Done]
    fates: Sequence[Fate]
    reasons: Sequence[Reason]
    conflicts: Sequence[Conflict]
    #: Values that lost, the latest; empty unless values were asked for.
    losses: Sequence[Loss]
    open: Sequence[Open]
    #: Records in the inbox now, by state.
    waiting: Mapping[str, int]
    use: Sequence[Use]
    units: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """How the records of all runs ended."""
        found: dict[str, int] = {}
        for run in self.runs:
            for fate, count in run.counts.items():
                found[fate] = found.get(fate, 0) + count
        return found

    @property
    def slowest(self) -> list[Run]:
        """The runs that took longest, five at most."""
        ended = [run for run in self.runs if run.lasted is not None]
        return sorted(ended, key=lambda run: run.lasted or timedelta(0), reverse=True)[:5]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON (``figures.schema.json``)."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "stretch_seconds": int(self.stretch.total_seconds()),
            "counts": self.counts,
            "runs": [_run(run) for run in self.runs],
            "done": [each._asdict() for each in self.done],
            "fates": [each._asdict() for each in self.fates],
            "reasons": [each._asdict() for each in self.reasons],
            "conflicts": [each._asdict() for each in self.conflicts],
            "losses": [each._asdict() for each in self.losses],
            "open": [each._asdict() for each in self.open],
            "waiting": dict(self.waiting),
            "use": [each._asdict() | {"at": each.at.isoformat()} for each in self.use],
            "units": dict(self.units),
            "slowest": [run.number for run in self.slowest],
        }


def _run(run: Run) -> dict[str, Any]:
    lasted = run.lasted
    return asdict(run) | {
        "started": run.started.isoformat(),
        "finished": None if run.finished is None else run.finished.isoformat(),
        "seconds": None if lasted is None else lasted.total_seconds(),
    }
