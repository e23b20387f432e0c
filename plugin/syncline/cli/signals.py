"""Signals: the first asks the work to end soon and in order, a second ends it at once."""

from __future__ import annotations

__all__ = ["Stop", "on_signals"]

import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager

_WORDS = (
    b"Stopping after the batch under way. Once more ends it at once; nothing is lost by that.\n"
)
#: How long a sleeper may miss a signal, in seconds.
_NAP = 0.1


class Stop:
    """Tells whether a signal has come; a plain flag, as a lock in a handler may never open."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self.asked

    def sleep(self, seconds: float) -> None:
        """Sleep so long, or until a signal comes."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP))


@contextmanager
def on_signals() -> Generator[Stop]:
    """Yield what tells of SIGINT and SIGTERM within the block."""
    stop = Stop()

    def ask(number: int, _frame: object) -> None:
        if stop.asked:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.asked = True
        # Not through the stream, which may be in the middle of a line.
        os.write(2, _WORDS)

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
