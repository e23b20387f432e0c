"""What was worked out once and need not be again: bytes by key, in a folder of this user alone.

The folder is ``syncline`` in ``$XDG_CACHE_HOME``, or in ``~/.cache``. What lies there is believed,
so nobody else may be able to write it: the folder is this user's own, closed to others (0700) and
no link. Where that cannot be had there is no cache, and everything works without one. Nothing here
raises: what cannot be read is absent, and what cannot be written is not kept.
"""

from __future__ import annotations

__all__ = ["MAX_BYTES", "MAX_ENTRIES", "read", "write"]

import hashlib
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

#: The largest content kept, in bytes.
MAX_BYTES = 32_000_000
#: The oldest entries go when there are more than so many, or more than four times ``MAX_BYTES``.
MAX_ENTRIES = 200

_DIGEST = 32
_PRIVATE = 0o700


def read(key: str) -> bytes | None:
    """Return what was last written under *key*; None when nothing was, or it is damaged."""
    with suppress(OSError, _RefusedError), _folder() as folder:
        file = os.open(_name(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        with os.fdopen(file, "rb") as entry:
            whole = entry.read(_DIGEST + MAX_BYTES + 1)
            # What is used stays: the entries unused for longest go first.
            os.utime(file)
        digest, content = whole[:_DIGEST], whole[_DIGEST:]
        if hashlib.sha256(content).digest() == digest:
            return content
    return None


def write(key: str, content: bytes) -> None:
    """Keep *content* under *key*, whole or not at all; one of more than ``MAX_BYTES`` is not kept.

    The key says everything that the content depends on: what it was made of, and by which version.
    """
    if len(content) > MAX_BYTES:
        return
    with suppress(OSError, _RefusedError), _folder(make=True) as folder:
        unfinished = f".{token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(unfinished, flags, 0o600, dir_fd=folder)
        try:
            with os.fdopen(file, "wb") as entry:
                entry.write(hashlib.sha256(content).digest())
                entry.write(content)
            os.rename(unfinished, _name(key), src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            os.unlink(unfinished, dir_fd=folder)
            raise
        _tidy(folder)


class _RefusedError(Exception):
    """The folder is not private."""


@contextmanager
def _folder(*, make: bool = False) -> Generator[int]:
    """Yield the open folder, looked at after it was opened: nobody can change it in between."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    # The home of a user without one is `~`: no absolute path, and no cache.
    base = Path(given if Path(given).is_absolute() else os.path.expanduser("~/.cache"))  # noqa: PTH111
    if not base.is_absolute():
        raise _RefusedError
    path = base / "syncline"
    if make:
        base.mkdir(_PRIVATE, parents=True, exist_ok=True)
        path.mkdir(_PRIVATE, exist_ok=True)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(folder)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != _PRIVATE:
            raise _RefusedError
        yield folder
    finally:
        os.close(folder)


def _name(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _tidy(folder: int) -> None:
    """Remove the entries unused for longest while there are too many, or too much."""
    with os.scandir(folder) as found:
        entries = sorted(
            ((entry.stat(follow_symlinks=False), entry.name) for entry in found),
            key=lambda entry: entry[0].st_mtime_ns,
            reverse=True,
        )
    size = 0
    for count, (status, name) in enumerate(entries, 1):
        size += status.st_size
        if count > MAX_ENTRIES or size > 4 * MAX_BYTES:
            os.unlink(name, dir_fd=folder)
