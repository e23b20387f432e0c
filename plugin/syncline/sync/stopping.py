"""Ending a cycle early, on request: what is under way is finished, the rest waits."""

from __future__ import annotations

__all__ = ["STOPPED", "StoppedError", "never"]

from ..errors import RetriableError

#: The reason of what waits.
STOPPED = "the run was told to stop"


class StoppedError(RetriableError):
    """Somebody asked the run to stop, and it did so between two batches."""

    def __init__(self) -> None:
        super().__init__(STOPPED, hint="Nothing was lost: the next run goes on from here.")


def never() -> bool:
    """Tell that nobody asks."""
    return False
