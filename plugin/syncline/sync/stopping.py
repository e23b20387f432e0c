"""Ending a cycle early, on request: what is under way is finished, the rest waits."""

from __future__ import annotations

__all__ = ["OF_THE_RUN", "STOPPED", "StoppedError", "never"]

from ..errors import RetriableError
from .lease import LeaseLostError

#: The reason of what waits.
STOPPED = "the run was told to stop"


class StoppedError(RetriableError):
    """Somebody asked the run to stop, and it did so between two batches."""

    def __init__(self) -> None:
        super().__init__(STOPPED, hint="Nothing was lost: the next run goes on from here.")


#: What ends a run itself, and not only its work on one side.
OF_THE_RUN = (StoppedError, LeaseLostError)


def never() -> bool:
    """Tell that nobody asks."""
    return False
