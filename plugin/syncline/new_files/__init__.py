"""Projects to begin with: `syncline new` writes them out of the files in this folder."""

from __future__ import annotations

__all__ = ["make_connector"]

import keyword
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from ..errors import WorkspaceError
from ..plugins import load_plugins
from ..version import __version__

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: A file of the template ends so: nothing takes it for code of ours.
_ENDING = ".in"


def make_connector(name: str, folder: Path | None = None) -> list[Path]:
    """Write the project of a connector named *name*; return its files.

    The folder is ``syncline-NAME`` if none is given. Raises ``WorkspaceError`` for a name that no
    rule could use or that is taken, and for a folder with something in it.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise WorkspaceError(
            f"`{name}` cannot name a connector",
            hint="Take up to 40 small letters, digits and underscores, a letter first: `acme_crm`.",
        )
    registry = load_plugins()
    if name in registry.connectors:
        raise WorkspaceError(
            f"a connector named {name} is installed already ({registry.origins.get(name, '')})",
            hint="Choose another name; `syncline connectors` lists those that are taken.",
        )
    folder = folder or Path(f"syncline-{name.replace('_', '-')}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(
            f"{folder} is there already, and was left as it is",
            hint="Name an empty folder, or one that is not there yet.",
        )
    words = {
        "name": name,
        "package": f"syncline_{name}",
        "project": f"syncline-{name.replace('_', '-')}",
        "title": name.replace("_", " ").title(),
        "kind": "".join(part.capitalize() for part in name.split("_")),
        "variable": f"SYNCLINE_{name.upper()}_TOKEN",
        "version": ".".join(__version__.split(".")[:2]),
    }
    return _written(files(__name__) / "connector", folder, words)


def _written(source: Traversable, folder: Path, words: dict[str, str]) -> list[Path]:
    """Write what lies in *source*, with *words* in their places; return the files in order."""
    made: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda each: each.name):
        name = words["package"] if entry.name == "package" else entry.name.removesuffix(_ENDING)
        path = folder / name
        if entry.is_dir():
            made += _written(entry, path, words)
        else:
            path.write_text(Template(entry.read_text("utf-8")).substitute(words), "utf-8")
            made.append(path)
    return made
