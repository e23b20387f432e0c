"""The tutorial for authors leads where it says: each of its blocks is run, in their order (B13)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support_docs import ROOT, fences, guide

OURS = ["syncline", "syncline_desk", "syncline_local"]


def test_the_tutorial_leads_to_gold(tmp_path: Path) -> None:
    """Code goes into its files, commands into a shell, and the end of it is gold (B13)."""
    environ = {
        **os.environ,
        "EXAMPLES": str(ROOT / "examples"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    here, begun = tmp_path, set[Path]()
    for block in fences(guide("tutorial-connector.md"), "sh", "python"):
        if block.mark == "python":
            path = here / block.word("file")
            assert path != here, f"line {block.line} names no file"
            with path.open("a" if path in begun else "w", encoding="utf-8") as file:
                file.write(block.text)
            begun.add(path)
            continue
        done = subprocess.run(
            ["bash", "-ec", f"{block.text}\npwd >> '{tmp_path}/places'"],
            capture_output=True,
            check=False,
            cwd=here,
            env=environ,
            text=True,
        )
        assert done.returncode == 0, f"line {block.line}:\n{done.stdout}{done.stderr}"
        here = Path((tmp_path / "places").read_text("utf-8").splitlines()[-1])

    document = json.loads((here / "conformance.json").read_text("utf-8"))
    assert (document["connector"], document["level"]) == ("desk", "gold")
    for path in sorted(begun):
        ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length=100"]
        ruff += ["--select=E,F,I,B,UP", f"--config=lint.isort.known-first-party={OURS}"]
        checked = subprocess.run(
            [*ruff, str(path)],
            capture_output=True,
            check=False,
            text=True,
        )
        assert checked.returncode == 0, checked.stdout
