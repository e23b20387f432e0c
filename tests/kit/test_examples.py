"""The connectors under examples/ pass their own tests, and ship the grade that they reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support_docs import ROOT

EXAMPLES = ROOT / "examples"


def ran_in(name: str, **environ: str) -> Path:
    """Run an example's own tests in its own folder; return that folder."""
    folder = EXAMPLES / name
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, **environ},
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def level(folder: Path) -> str:
    return str(json.loads((folder / "conformance.json").read_text("utf-8"))["level"])


def test_the_example_to_copy_is_gold() -> None:
    """Acme passes every check, and a real sync between it and the embedded cadence (B13)."""
    assert level(ran_in("acme_connector")) == "gold"


@pytest.mark.clients
def test_a_connector_to_a_system_that_we_did_not_write() -> None:
    """Tryton's server from the registry, on SQLite: silver, by the public surface alone (B13)."""
    assert level(ran_in("tryton_connector")) == "silver"


def test_the_tryton_connector_imports_public_names_alone() -> None:
    """Nothing of ours but ``syncline`` and, in its tests, the kit."""
    for path in sorted((EXAMPLES / "tryton_connector").rglob("*.py")):
        for line in path.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] in (["from"], ["import"]) and words[1].startswith("syncline"):
                assert words[1] in {
                    "syncline",
                    "syncline.testing",
                    "syncline_local",
                    "syncline_tryton",
                    "syncline_tryton.party",
                }, f"{path.name}: {line}"
