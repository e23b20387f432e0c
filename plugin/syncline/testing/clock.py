"""A clock that a test moves: nothing in the kit waits for the time of the day."""

from __future__ import annotations

__all__ = ["VirtualClock"]

from datetime import UTC, datetime, timedelta

_NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class VirtualClock:
    """Tells the time that it was set to; stands still, or goes on by *tick* whenever it is read."""

    def __init__(self, start: datetime = _NOON, tick: timedelta = timedelta(0)) -> None:
        self.now = start
        self.tick = tick

    def __call__(self) -> datetime:
        """Return the time, in UTC."""
        self.now += self.tick
        return self.now

    def forward(self, **by: float) -> None:
        """Move on by a ``timedelta`` of these arguments, as in ``forward(seconds=2)``."""
        self.now += timedelta(**by)
