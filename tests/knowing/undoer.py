"""Takes runs back in processes of their own, which die with SIGKILL at a given moment.

Reads one order a line, forks for each, and answers when the child has ended: the forks share the
imports. An order is the folder, the time, the run, and the number of the moment, 0 for none. A
moment is a word of progress, or just before or just after a write or a deletion takes effect. The
answer is how many moments there were, or how the child ended.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import support
from support_forks import import_all
from syncline import Connector, ConnectorType, Context, Workspace
from syncline.plugins import load_plugins


class Moments:
    """Counts moments; number *last* is the process's last."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def __call__(self, *_what: object) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def watched(kind: ConnectorType, moment: Moments) -> ConnectorType:
    """Return *kind* with connections that tell of every effect."""

    def open_(context: Context) -> Connector:
        connector: Any = kind.open(context)
        for name in ("write", "delete"):
            setattr(connector, name, _told(getattr(connector, name), moment))
        opened: Connector = connector
        return opened

    return replace(kind, open=open_)


def _told(do: Callable[..., Any], moment: Moments) -> Callable[..., Any]:
    def told(*words: Any) -> Any:
        moment()
        outcomes = do(*words)
        moment()
        return outcomes

    return told


def take_back(folder: str, now: str, run: int, last: int) -> int:
    """Take *run* back, or die on the way; return how many moments there were."""
    moment = Moments(last)
    registry = load_plugins()
    kinds = {name: watched(kind, moment) for name, kind in registry.connectors.items()}
    with Workspace(
        Path(folder),
        registry=replace(registry, connectors=kinds),
        now=support.Clock(datetime.fromisoformat(now)),
        environ=support.SECRETS,
        progress=moment,
    ) as workspace:
        workspace.undo(run)
    return moment.count


def main() -> None:
    """Answer orders until there are no more."""
    event.listen(Engine, "engine_connect", support.hasten)
    import_all()
    gc.collect()
    gc.freeze()  # what is never looked at again is never copied for a fork
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.write(writing, str(take_back(*order)).encode())
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        _pid, status = os.waitpid(child, 0)
        with os.fdopen(reading) as answer:
            count = answer.read()
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), int(count or 0)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
