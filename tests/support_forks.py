"""Processes of ``syncline`` that need import nothing: forked from one that has everything.

Most of a command's time goes into its imports. The fork gets arguments, folder, environment and
files of its own, does what the installed command does, and ends as any interpreter. Run as a
program, this is the process that forks.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

__all__ = ["forked", "import_all"]

_SECONDS = 120
_TURN = threading.Lock()
_forker: list[subprocess.Popen[str]] = []


def forked(
    line: list[str], folder: Path | None, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the command *line* in *folder* with this environment alone; nothing is typed into it.

    One that takes longer than two minutes is killed by SIGALRM, and its code is negative.
    """
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        order = {"line": line, "folder": str(folder or Path.cwd()), "environ": environ}
        code = _ordered(order | {"out": str(out), "err": str(err)})
        return subprocess.CompletedProcess(
            line, code, out.read_text("utf-8"), err.read_text("utf-8")
        )


def _ordered(order: dict[str, Any]) -> int:
    with _TURN:
        if not _forker:
            _forker.append(_started())
        stdin, stdout = _forker[0].stdin, _forker[0].stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        return int(stdout.readline())


def _started() -> subprocess.Popen[str]:
    found = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    atexit.register(found.communicate)
    return found


# -- the process that forks


def import_all() -> None:
    """Import whatever a command may come to need."""
    import syncline
    from syncline.plugins import load_plugins

    for found in walk_packages(syncline.__path__, "syncline."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    load_plugins()
    for name in ("jsonschema", "lark", "psycopg", "starlette", "tinydb", "uvicorn"):
        import_module(name)


def _become(order: dict[str, Any]) -> None:
    """Make this process the one that was ordered."""
    for number, (path, how) in enumerate(
        ((os.devnull, os.O_RDONLY), (order["out"], os.O_WRONLY | os.O_CREAT),
         (order["err"], os.O_WRONLY | os.O_CREAT))
    ):  # fmt: skip
        file = os.open(path, how)
        os.dup2(file, number)
        os.close(file)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    time.tzset()
    sys.argv = order["line"]
    signal.alarm(_SECONDS)


def _main() -> None:
    import_all()
    gc.collect()
    gc.freeze()  # what is never looked at again is never copied for a fork
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            from syncline.cli import main

            main()
            return
        _child, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
