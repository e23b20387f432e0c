"""That a plugin registers what it should, and does nothing else when it is imported."""

from __future__ import annotations

__all__ = ["quiet_import", "registered"]

import json
import os
import subprocess
import sys
from pathlib import Path

from ..bench import Bench
from ..check import Level, check
from ..origin import origin_of

_WATCH = Path(__file__).with_name("watch.py")


@check(Level.BRONZE, see="The project")
def registered(bench: Bench) -> None:
    """The plugin registers its connector without a fault.

    Its distribution has a version, names the module in the group `syncline`, and needs syncline.
    """
    harness = bench.harness
    bench.doing = f"loaded the plugin {harness.plugin}"
    registry = bench.registry
    bench.want(registry.faults == (), "; ".join(fault.message for fault in registry.faults))
    kind = bench.kind
    bench.want(harness.side in kind.sides, f"{kind.name} cannot be the {harness.side.word}")
    bench.want(bool(kind.title.strip()), "it has no title")
    bench.want(kind.settings.get("type") == "object", "its settings are no table")
    loose = kind.settings.get("additionalProperties") is not False
    bench.want(not loose, "its settings take any name: a slip of the keyboard is not told")
    bench.doing = f"looked for the distribution of {harness.plugin}"
    origin = origin_of(harness.plugin)
    bench.want(origin is not None, "no entry point of the group `syncline` names the module")
    assert origin is not None
    bench.want(bool(origin.version), f"{origin.name} has no version")
    ours = origin.name == "syncline" or "syncline" in origin.needs
    bench.want(ours, f"{origin.name} does not say that it needs syncline")


@check(Level.BRONZE, see="The project")
def quiet_import(bench: Bench) -> None:
    """Nothing happens at import, nor while hooks register.

    No file is opened, no socket, process or thread; no logging is set up.
    """
    name = bench.harness.plugin
    bench.doing = f"imported {name} in a fresh interpreter, and asked what it registers"
    done = subprocess.run(  # noqa: S603 - our own script, by this interpreter
        [sys.executable, "-B", str(_WATCH), name],
        capture_output=True,
        check=False,
        cwd=bench.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        text=True,
    )
    bench.want(done.returncode == 0, done.stderr.strip().rpartition("\n")[2])
    heard: list[str] = json.loads(done.stdout.strip().rpartition("\n")[2] or "[]")
    bench.want(not heard, "; ".join(heard))
