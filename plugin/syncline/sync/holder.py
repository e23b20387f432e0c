"""Who holds a lease: a process of a machine, and whether it still lives."""

from __future__ import annotations

__all__ = ["Holder", "this_process"]

import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_PROC = Path("/proc")
#: States of a process that has ended and is not yet buried.
_ENDED = {"Z", "X"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A process, told apart from a later one that got its number, and from one elsewhere."""

    host: str
    pid: int
    #: When it started, in the kernel's own ticks; empty where the kernel does not say.
    started: str = ""
    #: Which processes share its numbers: one start of a machine, or one container in it.
    space: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"

    @classmethod
    def read(cls, text: str) -> Holder | None:
        """Return what ``written`` gave; None of a text that is none."""
        with suppress(ValueError, TypeError):
            return cls(**json.loads(text))
        return None

    def written(self) -> str:
        """Return the holder as text."""
        return json.dumps(asdict(self))

    def is_dead(self) -> bool:
        """Tell whether it is sure that this process is no more. Of one elsewhere nothing is."""
        here = this_process()
        if (self.host, self.space) != (here.host, here.space):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False  # somebody else's process: it lives
        state, started = _stat(self.pid)
        return state in _ENDED or (started != self.started and bool(started and self.started))


def this_process() -> Holder:
    """Return the holder that this process is."""
    pid = os.getpid()
    return Holder(host=socket.gethostname(), pid=pid, started=_stat(pid)[1], space=_space())


def _stat(pid: int) -> tuple[str, str]:
    """Return a process's state and its start, blank where the kernel does not say."""
    with suppress(OSError):
        # The name stands in brackets and may hold anything; what follows it does not.
        fields = (_PROC / str(pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
        return fields[0], fields[19]
    return "", ""


def _space() -> str:
    with suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("utf-8").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    return ""
