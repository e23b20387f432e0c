"""Vendors' own client libraries, fetched from their registries into a folder of the session."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def pip_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Install packages of PyPI into a folder of their own, to stand in PYTHONPATH."""

    def install(*packages: str) -> Path:
        folder: Path = tmp_path_factory.mktemp("pip")
        words = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
        _run([*words, *packages], folder)
        return folder

    return install


@pytest.fixture(scope="session")
def npm_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Install packages of npm into a folder of their own, to run node in; skip without npm."""

    def install(*packages: str) -> Path:
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            pytest.skip("npm and node are not installed")
        folder: Path = tmp_path_factory.mktemp("npm")
        (folder / "package.json").write_text('{"private": true}', "utf-8")
        _run([npm, "install", "--no-audit", "--no-fund", "--silent", *packages], folder)
        return folder

    return install


def _run(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
