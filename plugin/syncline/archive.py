"""A backup's file: a zip archive with a list of what is in it, checked before anything is used."""

from __future__ import annotations

__all__ = ["Archive", "document", "pack", "unpack"]

import hashlib
import json
import lzma
import os
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from syncline_schemas import check

from .errors import WorkspaceError
from .version import __version__

#: Raised when the archive's meaning changes; an older program refuses a newer one.
_FORMAT = 1
_LIST = "backup.json"
_PIECE = 1 << 20
#: A list is short; something longer is none.
_LONGEST_LIST = 16 << 20
#: The bit that a zip archive sets for a file with a password.
_ENCRYPTED = 1
_ANOTHER = "Take another backup; nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What a backup says of itself."""

    made: datetime
    #: The ledger's id and the version of its tables.
    instance: str
    schema: int
    #: Each file's name in the archive, with its size in bytes and its SHA-256.
    files: Mapping[str, tuple[int, str]]


def pack(
    file: Path, parts: Mapping[str, Path], *, made: datetime, instance: str, schema: int
) -> Archive:
    """Write *parts* (name in the archive -> file) into a new archive that only its owner reads.

    It stands there whole or not at all. Raises ``WorkspaceError`` if *file* exists.
    """
    if file.exists():
        raise WorkspaceError(f"{file} exists already", hint="Give the backup another name.")
    aside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                files: dict[str, tuple[int, str]] = {}
                for name, path in parts.items():
                    entry = zipfile.ZipInfo(name, made.timetuple()[:6])
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with (
                        path.open("rb") as source,
                        archive.open(entry, "w", force_zip64=True) as to,
                    ):
                        files[name] = _copy(source, to)
                found = Archive(made=made, instance=instance, schema=schema, files=files)
                archive.writestr(_LIST, json.dumps(document(found), indent=1))
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    except OSError as err:
        raise WorkspaceError(
            f"{file} could not be written: {err.strerror}",
            hint="Free some space or correct the permissions.",
        ) from err
    finally:
        aside.unlink(missing_ok=True)
    return found


def unpack(file: Path, folder: Path) -> Archive:
    """Check every file of an archive and write it below *folder*, under its name.

    Raises ``WorkspaceError`` if it is no backup, is damaged or of a newer version, or names a file
    outside of *folder*.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            found = _read_list(archive, file.name)
            _compare(archive, found, file.name)
            for name, (size, digest) in found.files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, path.open("wb") as to:
                    if _copy(source, to, most=size) != (size, digest):
                        raise _damaged(file.name, f"{name} is not what was put in")
            return found
    except FileNotFoundError as err:
        raise WorkspaceError(f"there is no {file}") from err
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        RuntimeError,
        ValueError,
        EOFError,
    ) as err:
        # The last but one: a way of packing that is not known, and names that are no text.
        raise _damaged(file.name, str(err) or "it ends too early") from err
    except OSError as err:
        raise WorkspaceError(f"{file} could not be unpacked: {err.strerror or err}") from err


def _read_list(archive: zipfile.ZipFile, name: str) -> Archive:
    if any(entry.flag_bits & _ENCRYPTED for entry in archive.infolist()):
        raise WorkspaceError(
            f"{name} is encrypted, and a backup of Syncline is not",
            hint="Unpack it with its password, and pack what was in it without one.",
        )
    with suppress(KeyError, ValueError, RecursionError):
        if archive.getinfo(_LIST).file_size <= _LONGEST_LIST:
            listed: Any = json.loads(archive.read(_LIST))
            if not check("backup", listed):
                if listed["format"] > _FORMAT:
                    raise WorkspaceError(
                        f"{name} was made by a newer version of Syncline",
                        hint="Upgrade Syncline: `pip install --upgrade syncline`.",
                    )
                return _archive(listed)
    raise WorkspaceError(f"{name} is no backup of Syncline", hint=_ANOTHER)


def _compare(archive: zipfile.ZipFile, found: Archive, file: str) -> None:
    """Refuse an archive that holds more, or less, or goes elsewhere than its list says."""
    there = archive.namelist()
    if sorted(there) != sorted({*found.files, _LIST}):
        raise _damaged(file, "it does not hold what its list names")
    for name, (size, _digest) in found.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or str(path) != name or "\\" in name:
            raise _damaged(file, f"it names a file outside of its folder, {name!r}")
        if archive.getinfo(name).file_size != size:
            raise _damaged(file, f"{name} has not the size that its list says")


def _copy(source: IO[bytes], to: IO[bytes], most: int | None = None) -> tuple[int, str]:
    """Copy, no more than a little over *most* bytes; return the size and the SHA-256."""
    size, digest = 0, hashlib.sha256()
    while (piece := source.read(_PIECE)) and (most is None or size <= most):
        size += len(piece)
        digest.update(piece)
        to.write(piece)
    return size, digest.hexdigest()


def _damaged(name: str, how: str) -> WorkspaceError:
    return WorkspaceError(f"{name} is damaged: {how}", hint=_ANOTHER)


def document(archive: Archive) -> dict[str, Any]:
    """Return what the archive says of itself as a document of ``backup.schema.json``."""
    return {
        "format": _FORMAT,
        "syncline": __version__,
        "made": archive.made.isoformat(),
        "instance": archive.instance,
        "schema": archive.schema,
        "files": {
            name: {"size": size, "sha256": digest} for name, (size, digest) in archive.files.items()
        },
    }


def _archive(listed: Mapping[str, Any]) -> Archive:
    return Archive(
        made=datetime.fromisoformat(listed["made"]),
        instance=listed["instance"],
        schema=listed["schema"],
        files={name: (one["size"], one["sha256"]) for name, one in listed["files"].items()},
    )
