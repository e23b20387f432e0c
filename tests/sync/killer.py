"""Runs a cycle in a process of its own and kills that process, with SIGKILL, at a given event.

Reads one order a line, forks for each, and answers when the child has ended: the forks share the
imports, which take longer than the cycles. An event is a word of progress, or the moment before
or after a write, a deletion or an action takes effect in one of the systems.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import support
from syncline import ActionRequest, Connector, ConnectorType, Context, Outcome, Workspace, Write
from syncline.plugins import Registry, load_plugins


class Events:
    """Counts events; the one named *last* is the process's last."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def watched(registry: Registry, event: Callable[[str], None]) -> Registry:
    """Return *registry* with connectors that tell of every effect."""
    return replace(
        registry,
        connectors={name: _watched_type(t, event) for name, t in registry.connectors.items()},
    )


def _watched_type(kind: ConnectorType, event: Callable[[str], None]) -> ConnectorType:
    def open_(context: Context) -> Connector:
        connector: Any = kind.open(context)
        write, delete, act = connector.write, connector.delete, connector.act

        def tell_write(object_name: str, writes: Sequence[Write]) -> list[Outcome]:
            event(f"before writing {object_name}")
            outcomes: list[Outcome] = write(object_name, writes)
            event(f"after writing {object_name}")
            return outcomes

        def tell_delete(object_name: str, ids: Sequence[str]) -> list[Outcome]:
            event(f"before deleting {object_name}")
            outcomes: list[Outcome] = delete(object_name, ids)
            event(f"after deleting {object_name}")
            return outcomes

        def tell_act(requests: Sequence[ActionRequest]) -> list[Outcome]:
            event("before acting")
            outcomes: list[Outcome] = act(requests)
            event("after acting")
            return outcomes

        connector.write, connector.delete, connector.act = tell_write, tell_delete, tell_act
        opened: Connector = connector
        return opened

    return replace(kind, open=open_)


def _cycle(registry: Registry, order: dict[str, Any], out: int) -> None:
    event = Events(order["last"])
    with Workspace(
        Path(order["folder"]),
        registry=watched(registry, event),
        now=support.Clock(datetime.fromisoformat(order["now"])),
        environ=support.SECRETS,
        progress=lambda what, _done, _total: event(what),
    ) as workspace:
        report = workspace.run()
    os.write(out, json.dumps({"events": event.names, "state": report.state}).encode())


def _warm_up() -> None:
    """Do one cycle of each kind, so that the forks need import and make ready nothing."""
    for make in (support.local_world, support.sandbox_world):
        with tempfile.TemporaryDirectory() as folder, make(Path(folder)) as world:
            world.lead("Ann")
            world.run()


def main() -> None:
    """Carry out orders until there are none left."""
    registry = load_plugins()
    event.listen(Engine, "engine_connect", support.hasten)
    _warm_up()
    gc.collect()
    gc.freeze()  # what is never looked at again is never copied for a fork
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _cycle(registry, json.loads(line), write)
            except BaseException as err:  # noqa: BLE001 - it is told in the answer
                os.write(write, json.dumps({"raised": repr(err)}).encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as answer:
            told = answer.read()
        _child, status = os.waitpid(child, 0)
        found: dict[str, Any] = json.loads(told) if told else {}
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write(json.dumps(found | {"killed": killed}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
