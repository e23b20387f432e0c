"""Where the parser could not go on, as a value and as an exception."""

from __future__ import annotations

__all__ = ["Stop", "StoppedError"]

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser could not go on, what stood there, and the terminals it could have read."""

    at: int
    #: Empty at the end of the text.
    found: str
    #: Names of terminals.
    expected: frozenset[str]
    #: False when not even a word could be made out.
    readable: bool = True


class StoppedError(Exception):
    """The text cannot be read further than *stop*."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(f"stopped at {stop.at} by {stop.found!r}")
        self.stop = stop
