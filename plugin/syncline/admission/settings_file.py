"""New settings of a connection, written into ``syncline.toml`` with its comments kept."""

from __future__ import annotations

__all__ = ["settings_with", "write_settings"]

import os
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import WorkspaceError
from ..settings import FILE_NAME


def settings_with(folder: Path, name: str, values: Mapping[str, Any]) -> bytes:
    """Return the file with *values* set in ``[connections.NAME]``, and nothing else changed.

    Raises ``WorkspaceError`` when it cannot be read, or is of a form in which that cannot be done.
    """
    try:
        # As bytes: line ends are the file's own.
        return _with((folder / FILE_NAME).read_bytes().decode(), name, values).encode()
    except OSError as err:
        raise WorkspaceError(f"{FILE_NAME} cannot be read: {err.strerror}") from err


def write_settings(folder: Path, content: bytes) -> None:
    """Replace the file whole; raise ``WorkspaceError`` when it cannot be written."""
    # A link stays one: what it leads to is replaced.
    path = (folder / FILE_NAME).resolve()
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with aside.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(path, aside)
        aside.replace(path)
    except OSError as err:
        with suppress(OSError):
            aside.unlink()
        raise WorkspaceError(
            f"{FILE_NAME} could not be written and is as it was: {err.strerror}",
            hint="Free some space or correct the permissions, then run again.",
        ) from err


def _with(text: str, name: str, values: Mapping[str, Any]) -> str:
    """Return *text* with the values set."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = tomllib.loads(text)
    wanted.setdefault("connections", {}).setdefault(name, {}).update(values)
    try:
        document: Any = tomlkit.parse(text)
        if "connections" not in document:
            document["connections"] = tomlkit.table(is_super_table=True)
        connections = document["connections"]
        if name not in connections:
            connections[name] = tomlkit.table()
        for key, value in values.items():
            connections[name][key] = value
        after = tomlkit.dumps(document)
        if tomllib.loads(after) == wanted:
            return after
    except (TOMLKitError, TypeError, tomllib.TOMLDecodeError):
        pass
    # None of these values is secret.
    lines = ", ".join(f"{key} = {value!r}" for key, value in values.items())
    raise WorkspaceError(
        f"[connections.{name}] cannot be set in {FILE_NAME} as it is written",
        hint=f"Write it there by hand, then run the command again: {lines}.",
    )
