"""The workspace's own file, ``syncline.toml``: where the rules are, how systems are reached."""

from __future__ import annotations

__all__ = ["FILE_NAME", "Settings", "read_settings"]

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from syncline_schemas import check

from .errors import WorkspaceError

FILE_NAME = "syncline.toml"
#: Raised when the file's meaning changes; an older program refuses a newer file.
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a workspace's file says."""

    folder: Path
    rules: Path
    #: The table ``[connections.NAME]`` of each connector that has one.
    connections: Mapping[str, Mapping[str, Any]]
    #: The address of the database that holds the ledger; None for a file in the folder.
    ledger: str | None = None
    #: The sources of activities, in the order in which they are read.
    sources: tuple[str, ...] = ()

    #: The table ``[imports.NAME]`` of each automatic import.
    imports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def descriptions(self) -> Path:
        """Where the systems' descriptions are remembered."""
        return self.folder / "data" / "descriptions.json"

    @property
    def instance(self) -> Path:
        """Where the ledger's own id stands a second time, should the ledger be lost."""
        return self.folder / "data" / "instance"


def read_settings(folder: Path) -> Settings:
    """Read and check the workspace file in *folder*."""
    path = folder / FILE_NAME
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as err:
        raise WorkspaceError(
            f"{folder.resolve()} is not a workspace: it has no {FILE_NAME}",
            hint="`syncline init` makes one; `--workspace DIR` names another folder.",
        ) from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise WorkspaceError(
            f"{path.name} is damaged: {err}", hint=f"Correct {path} or restore it from a backup."
        ) from err
    except OSError as err:
        raise WorkspaceError(f"{path} cannot be read: {err.strerror}") from err
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise WorkspaceError(
            f"{path.name} belongs to a newer version of Syncline (file version {version}; this one "
            f"reads up to {VERSION})",
            hint="Upgrade Syncline: `pip install --upgrade syncline`.",
        )
    if faults := check("workspace", document) or _patterns(document.get("imports", {})):
        raise WorkspaceError(
            f"{path.name} is not valid: {'; '.join(faults)}",
            hint=f"Correct {path}: it has `version`, `rules`, `ledger`, `sources` and "
            "tables `[connections.NAME]` and `[imports.NAME]`.",
        )
    return Settings(
        folder=folder,
        rules=folder / document["rules"],
        connections=document.get("connections", {}),
        ledger=document.get("ledger"),
        imports=document.get("imports", {}),
        sources=tuple(document.get("sources", ())),
    )


def _patterns(imports: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say which automatic imports name files that no pattern finds, or outside of the folder."""
    found: list[str] = []
    for name, table in imports.items():
        if (files := table.get("files")) is None:
            continue
        path = PurePath(files)
        torn = any("**" in part and part != "**" for part in path.parts)
        if torn or path.is_absolute() or ".." in path.parts or not path.parts:
            found.append(
                f"imports.{name}.files: {files!r} is no pattern of files in the folder, such as "
                "'inbox/*.csv'"
            )
    return found
