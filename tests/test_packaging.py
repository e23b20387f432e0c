"""What is shipped: a package forgotten in the wheel works here and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: The folders that hold packages to ship; ``tests``, ``bench`` and ``examples`` stay at home.
SOURCE_ROOTS = ("plugin", "grammar", "schemas", "connectors")
#: What `import syncline` does without, by the names under which it is imported.
HEAVY = (
    "httpx",
    "jsonschema",
    "lark",
    "phonenumbers",
    "re2",
    "rich",
    "sqlalchemy",
    "starlette",
    "tinydb",
    "uvicorn",
)


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def packages() -> list[Path]:
    """Return the folder of every package in the repository that is to be shipped."""
    return sorted(
        init.parent for root in SOURCE_ROOTS for init in (ROOT / root).glob("*/__init__.py")
    )


def points() -> list[EntryPoint]:
    """Return the entry points that this project itself declares."""
    declared = project()["project"]["entry-points"]["syncline"]
    return [EntryPoint(name, value, "syncline") for name, value in sorted(declared.items())]


def test_the_wheel_lists_every_package() -> None:
    """The list in pyproject.toml and the folders are one."""
    listed = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    found = [folder.relative_to(ROOT).as_posix() for folder in packages()]
    assert sorted(listed) == sorted(found)


def test_every_connector_is_an_entry_point() -> None:
    """A connector that nobody registers cannot be named after ``connect``."""
    found = {folder.name for folder in (ROOT / "connectors").iterdir() if folder in packages()}
    assert {point.value for point in points()} == found


def test_the_installed_entry_points_are_the_declared_ones() -> None:
    """What was installed last is what stands in pyproject.toml."""
    installed = [
        (point.name, point.value)
        for point in entry_points(group="syncline")
        if point.dist is not None and point.dist.name == "syncline"
    ]
    assert sorted(installed) == [(point.name, point.value) for point in points()]


@pytest.mark.parametrize("point", points(), ids=lambda point: point.name)
def test_an_entry_point_resolves_to_a_plugin(point: EntryPoint) -> None:
    """The module can be imported and implements a hook."""
    module = point.load()
    assert any(name.startswith("syncline_register_") for name in dir(module))


def test_the_command_resolves() -> None:
    """``syncline`` on the command line is a function."""
    (command,) = entry_points(group="console_scripts", name="syncline")
    assert callable(command.load())


@pytest.mark.parametrize("folder", packages(), ids=lambda folder: folder.name)
def test_a_package_says_that_it_is_typed(folder: Path) -> None:
    """Without py.typed an analyser of a third party sees nothing of ours."""
    assert (folder / "py.typed").read_text("utf-8") == ""


def test_every_package_stands_where_it_is_imported_from() -> None:
    """The tests run the folders of this repository and no older copy."""
    for folder in packages():
        spec = find_spec(folder.name)
        assert spec is not None
        assert spec.origin == str(folder / "__init__.py")


def imported_by(statement: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter holds after *statement*."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import syncline", *(f"import {point.value}" for point in points())],
)
def test_an_import_takes_no_heavy_library_along(statement: str) -> None:
    """A plugin is imported by every command, so none may be slow to import."""
    assert imported_by(statement).isdisjoint(HEAVY)


def test_a_public_name_is_there_although_it_was_not_imported() -> None:
    """What needs a library is imported on first use."""
    assert "httpx" in imported_by("import syncline\nsyncline.Http")
    assert "phonenumbers" not in imported_by("import syncline\nsyncline.Workspace")
    assert "sqlalchemy" not in imported_by("import syncline\nsyncline.Workspace")


def test_the_wheel_holds_every_file(tmp_path: Path) -> None:
    """Code, grammar, schemas, the demo's rules, the starter files and the vendors' descriptions."""
    built = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", str(ROOT)),
            *("--no-deps", "--quiet", "--disable-pip-version-check", "-w", str(tmp_path)),
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("syncline-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    expected = {
        file.relative_to(folder.parent).as_posix()
        for folder in packages()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    shipped = {name for name in names if ".dist-info/" not in name}
    assert shipped == expected

    for name in (
        "syncline/demo/demo.rules",
        "syncline/starter_files/main.rules",
        "syncline/starter_files/syncline.toml",
        "syncline_grammar/rules.lark",
        "syncline_sandbox/salesforce/describe/Lead.json",
        "syncline_schemas/workspace.schema.json",
    ):
        assert name in shipped
