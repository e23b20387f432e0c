"""A system of another house, in memory: prospects, cadences, weather, and a count of calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from syncline import Value

TOKEN = "memory-token-for-tests"
PAUSE = 90.0


class Weather(Enum):
    FAIR = auto()
    STRANGERS = auto()
    CUT = auto()
    LOST = auto()
    BUSY = auto()


class StrangerError(Exception):
    """Who asks is not known."""


class CutError(Exception):
    """No connection comes about."""


class LostError(Exception):
    """The answer never came."""


class BusyError(Exception):
    """Asked too often."""


@dataclass
class Row:
    values: dict[str, Value]
    key: str | None
    modified: datetime
    gone: bool = False
    into: str | None = None


@dataclass
class System:
    now: Callable[[], datetime]
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    #: What was asked for under each key, and how often it was done.
    done: dict[str, int] = field(default_factory=dict[str, int])
    counted: int = 0
    weather: Weather = Weather.FAIR
    _stamp: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def call(self, token: str) -> None:
        """Let one call in, or not."""
        if self.weather is Weather.CUT:
            raise CutError
        if token != TOKEN or self.weather is Weather.STRANGERS:
            raise StrangerError
        if self.weather is Weather.BUSY:
            raise BusyError
        self.counted += 1

    def answer(self) -> None:
        """Bring the answer to a write home, or not."""
        if self.weather is Weather.LOST:
            raise LostError

    def standing(self) -> dict[str, Row]:
        return {id_: row for id_, row in self.rows.items() if not row.gone}

    def by_key(self, key: str) -> str | None:
        return next((id_ for id_, row in self.standing().items() if row.key == key), None)

    def put(self, id_: str | None, values: Mapping[str, Value], key: str | None = None) -> str:
        """Make or change a record; each change has a time of its own."""
        if id_ is None:
            id_ = f"p{len(self.rows) + 1:04d}"
            self.rows[id_] = Row({}, key, self.stamp())
        self.rows[id_].values |= values
        self.rows[id_].modified = self.stamp()
        return id_

    def end(self, id_: str, into: str | None = None) -> None:
        row = self.rows[id_]
        row.gone, row.into, row.modified = True, into, self.stamp()

    def stamp(self) -> datetime:
        self._stamp = max(self.now(), self._stamp + timedelta(milliseconds=1))
        return self._stamp
