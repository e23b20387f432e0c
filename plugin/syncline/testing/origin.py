"""Where a plugin comes from: the distribution whose entry point names its module."""

from __future__ import annotations

__all__ = ["Origin", "origin_of"]

import re
import tomllib
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from ..plugins import GROUP

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A distribution, by what its metadata says."""

    name: str
    version: str
    #: The distributions that it needs, by name.
    needs: frozenset[str]


def origin_of(plugin: str) -> Origin | None:
    """Return the distribution that registers the module *plugin*; None when none names it.

    It is the one that is installed, or else the project in whose folder the module lies.
    """
    for point in entry_points(group=GROUP):
        if point.value == plugin and point.dist is not None:
            needs = frozenset(map(_bare, point.dist.requires or ()))
            return Origin(name=point.dist.name, version=point.dist.version, needs=needs)
    for folder in Path(import_module(plugin).__file__ or "").resolve().parents:
        if (folder / "pyproject.toml").is_file():
            return _declared(folder / "pyproject.toml", plugin)
    return None


def _declared(path: Path, module: str) -> Origin | None:
    """Return what the project says of itself, if one of its entry points names *module*."""
    project: dict[str, Any] = tomllib.loads(path.read_text("utf-8")).get("project", {})
    if module not in project.get("entry-points", {}).get(GROUP, {}).values():
        return None
    return Origin(
        name=str(project.get("name", "")),
        version=str(project.get("version", "")),
        needs=frozenset(map(_bare, project.get("dependencies", ()))),
    )


def _bare(requirement: str) -> str:
    """Return the name in ``name[extra]>=1; marker``, as it is compared."""
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
