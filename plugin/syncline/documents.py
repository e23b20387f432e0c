"""Small documents in a TinyDB file that is replaced whole, never truncated in place."""

from __future__ import annotations

__all__ = ["DocumentFile", "lock_documents", "open_documents"]

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.storages import Storage

from .errors import WorkspaceError


class DocumentFile(Storage):
    """A TinyDB storage that holds the file in memory and writes it aside, syncs and renames.

    Readers see the old file or the new one, never half of either.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._data: dict[str, dict[str, Any]] | None = None
        self._stamp: tuple[int, int, int] | None = None

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the tables; the file is read again only when another hand has replaced it."""
        stamp = _stamp(self._path)
        if stamp is None:
            return None
        if stamp != self._stamp:
            try:
                self._data = _tables(json.loads(self._path.read_bytes()))
            except (ValueError, UnicodeDecodeError) as err:
                raise WorkspaceError(
                    f"{self._path.name} is damaged and was left as it is: {err}",
                    hint=f"Restore {self._path} from a backup, or move it away together with "
                    "ledger.sqlite and data/instance to start empty.",
                ) from err
            self._stamp = stamp
        return self._data

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file by *data* in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}.new")
        try:
            with aside.open("w", encoding="utf-8") as out:
                # dumps, not dump: only the whole-text encoder is the fast one.
                out.write(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
                out.flush()
                os.fsync(out.fileno())
            aside.replace(self._path)
        except OSError as err:
            aside.unlink(missing_ok=True)
            raise WorkspaceError(
                f"{self._path.name} could not be written and is as it was: {err.strerror}",
                hint="Free some space or correct the permissions, then run again.",
            ) from err
        self._data, self._stamp = data, _stamp(self._path)

    def close(self) -> None:
        """Forget the copy in memory; every write is already on disk."""
        self._data = self._stamp = None


def open_documents(path: Path) -> TinyDB:
    """Open the TinyDB file at *path*; it need not exist yet."""
    return TinyDB(path, storage=DocumentFile)


@contextmanager
def lock_documents(path: Path) -> Generator[None]:
    """Let one process or thread at a time change the file at *path*; the others wait.

    Read it inside of the lock: what another wrote before is there then. A process that is killed
    lets go. Raises ``WorkspaceError`` where the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.lock")
        lock = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as err:
        raise WorkspaceError(
            f"{path.name} could not be written and is as it was: {err.strerror}",
            hint="Free some space or correct the permissions, then run again.",
        ) from err
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _tables(document: Any) -> dict[str, dict[str, Any]]:
    if isinstance(document, dict):
        tables = cast("dict[str, Any]", document)
        if all(isinstance(table, dict) for table in tables.values()):
            return tables
    raise ValueError("it does not hold tables of documents")
