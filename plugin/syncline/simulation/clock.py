"""A clock that stands still until it is told to move: the same history has the same times."""

from __future__ import annotations

__all__ = ["START", "VirtualClock"]

from datetime import UTC, datetime, timedelta

#: When every history begins.
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class VirtualClock:
    """Calling it gives the moment, in UTC."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """Return the moment it is."""
        return self._now

    def forward(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self._now += timedelta(seconds=seconds)

    def copy(self) -> VirtualClock:
        """Return a clock that shows the same and goes its own way."""
        return VirtualClock(self._now)
