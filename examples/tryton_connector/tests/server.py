"""A Tryton server of the tests' own: installed once, and started once for all checks."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

VERSION = "8.2"
DATABASE = "checks"
USER, PASSWORD = "admin", "a-password-for-the-tests"
_PACKAGES = (f"trytond~={VERSION}.0", f"trytond_party~={VERSION}.0")


@cache
def installed() -> Path:
    """Return the folder of Tryton's own environment, with an empty database in it.

    It is kept in TRYTON_HOME, or else below the user's cache.
    """
    home = Path(os.environ.get("TRYTON_HOME") or Path.home() / ".cache" / "syncline-tryton")
    home = home / VERSION
    if not (home / "empty.sqlite").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = (str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check")
        subprocess.run([*pip, *_PACKAGES], check=True)
        _make_empty(home)
    return home


def _make_empty(home: Path) -> None:
    """Make a database with the module of parties activated."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "empty.sqlite")
        database.touch()
        (Path(folder) / "password").write_text(PASSWORD, "utf-8")
        subprocess.run(
            [
                *(str(home / "bin" / "trytond-admin"), "-c", str(_config(Path(folder)))),
                *("-d", "empty", "-u", "party", "--activate-dependencies"),
                *("--email", "admin@example.com"),
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "TRYTONPASSFILE": str(Path(folder) / "password")},
        )
        shutil.copy(database, home / "empty.sqlite")


def _config(folder: Path, port: int = 0) -> Path:
    path = folder / "trytond.conf"
    lines = ["[database]", "uri = sqlite://", f"path = {folder}", "[web]"]
    path.write_text("\n".join([*lines, f"listen = 127.0.0.1:{port}", ""]), "utf-8")
    return path


class Server:
    """One process with one database, which every check finds without parties."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tryton-"))
        with socket.socket() as place:
            place.bind(("127.0.0.1", 0))
            self._place = place.getsockname()
        port = self._place[1]
        self.url = f"http://127.0.0.1:{port}"
        shutil.copy(installed() / "empty.sqlite", self._folder / f"{DATABASE}.sqlite")
        command = [str(installed() / "bin" / "trytond"), "-c", str(_config(self._folder, port))]
        command += ["-d", DATABASE]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        atexit.register(self.stop)
        self._await()

    def stop(self) -> None:
        """End the process, and forget its database."""
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _await(self) -> None:
        """Return when it answers, half a minute from now at most."""
        for _ in range(300):
            if self._process.poll() is not None:
                break
            with suppress(OSError):
                socket.create_connection(self._place, timeout=1).close()
                return
            time.sleep(0.1)
        raise RuntimeError("Tryton's server did not start")


@cache
def server() -> Server:
    """Return the one server of this run."""
    return Server()
