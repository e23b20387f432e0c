"""`syncline new connector` makes a project that works before a line is changed (B13)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import syncline_schemas
from support import command


def run(*words: str, at: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        check=False,
        cwd=at,
        env={**os.environ, **environ},
        text=True,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    made = command("new", "connector", "acme_crm", folder=folder)
    assert made.returncode == 0, made.stderr
    assert "wrote syncline-acme-crm/syncline_acme_crm/connection.py" in made.stdout
    return folder / "syncline-acme-crm"


def test_a_new_project_is_bronze_at_once(project: Path, tmp_path: Path) -> None:
    """Installed as its users install it, it passes its own tests and writes its grade (B13)."""
    installed = run(
        "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "--target", str(tmp_path / "site"), str(project), at=project,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr

    tested = run(
        "pytest", "-q", "-p", "no:cacheprovider", at=project, PYTHONPATH=str(tmp_path / "site")
    )

    assert tested.returncode == 0, tested.stdout
    document = json.loads((project / "conformance.json").read_text("utf-8"))
    assert syncline_schemas.check("conformance", document) == []
    assert (document["level"], document["version"]) == ("bronze", "0.1.0")
    assert document["distribution"] == "syncline-acme-crm"
    outcomes = {each["outcome"] for each in document["checks"]}
    assert outcomes == {"passed", "skipped", "absent"}


def test_a_new_project_keeps_the_rules_of_style(project: Path) -> None:
    """Neither linter nor type checker has anything to say to its author."""
    linted = run(
        "ruff", "check", "--isolated", "--select=E,F,I,B,UP", "--line-length=100", ".", at=project
    )
    assert linted.returncode == 0, linted.stdout
    formed = run("ruff", "format", "--isolated", "--line-length=100", "--check", ".", at=project)
    assert formed.returncode == 0, formed.stdout
    typed = run("mypy", "--strict", "--cache-dir=/dev/null", "syncline_acme_crm", at=project)
    assert typed.returncode == 0, typed.stdout


@pytest.mark.parametrize("name", ["Acme", "9lives", "acme-crm", "class", "", "a" * 41, "ünï"])
def test_a_name_that_no_rule_could_use_is_refused(name: str, tmp_path: Path) -> None:
    """The error says what a name looks like, and nothing is written."""
    done = command("new", "connector", name, folder=tmp_path)
    assert done.returncode == 3
    assert f"`{name}` cannot name a connector" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    """Two connectors of one name would keep every command from running."""
    done = command("new", "connector", "salesforce", folder=tmp_path)
    assert done.returncode == 3
    assert "a connector named salesforce is installed already (syncline " in done.stderr


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """An empty one will do, and so will one that is not there."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", "utf-8")
    done = command("new", "connector", "acme", "full", folder=tmp_path)
    assert done.returncode == 3
    assert "full is there already, and was left as it is" in done.stderr
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    done = command("new", "connector", "acme", "empty", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "empty/pyproject.toml" in json.loads(done.stdout)["made"]


def test_a_selection_of_checks_grades_nothing_and_a_level_is_kept(
    project: Path, tmp_path: Path
) -> None:
    """No grade is written of a part; what was reached and is skipped fails, with its sentence."""
    copy = shutil.copytree(project, tmp_path / "copy")
    (copy / "conformance.json").unlink(missing_ok=True)
    suite = copy / "tests" / "test_conformance.py"
    suite.write_text(suite.read_text("utf-8").replace("Level.BRONZE", "Level.GOLD"), "utf-8")

    done = run("pytest", "-q", "-p", "no:cacheprovider", "-k", "registered or merges", at=copy)

    assert done.returncode == 1
    assert "1 failed, 1 passed, 22 deselected" in done.stdout
    told = "tells-merges was skipped: the harness cannot merge two records as a person does"
    assert told in done.stdout
    assert not (copy / "conformance.json").exists()
