"""The files of a new workspace."""

from __future__ import annotations

__all__ = ["make_workspace"]

from importlib.resources import files
from pathlib import Path

from .errors import WorkspaceError
from .settings import FILE_NAME

_FILES = (FILE_NAME, "main.rules")


def make_workspace(folder: Path) -> list[Path]:
    """Write the starter files into *folder*; a file that exists is never touched.

    Raises ``WorkspaceError`` when *folder* is a workspace already or cannot be written.
    """
    if (folder / FILE_NAME).exists():
        raise WorkspaceError(
            f"{folder} is a workspace already", hint="Choose another folder; nothing was changed."
        )
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            path = folder / name
            if not path.exists():
                text = (files("syncline") / "starter_files" / name).read_text("utf-8")
                path.write_text(text, "utf-8")
                made.append(path)
    except OSError as err:
        raise WorkspaceError(f"{folder} cannot be written: {err.strerror}") from err
    return made
