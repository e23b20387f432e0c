"""A CSV file as others made it: its encoding and separator are found, its rows come one by one.

Cells are text whatever they look like: a formula is kept as it stands, and nothing evaluates it.
However long the file is, one row is held at a time.
"""

from __future__ import annotations

__all__ = ["SEPARATORS", "Line", "Sheet", "look_at"]

import codecs
import csv
import hashlib
import io
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from ..errors import WorkspaceError
from ..model import plain
from .cells import Rows, said_separator

SEPARATORS = ",;\t|"
_PIECE = 1 << 20
#: Rows by which the separator is found, and characters that are read for it.
_SAMPLE, _HEAD = 50, 1 << 18
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_ANEW = "Save it anew as CSV with a head, in UTF-8."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a file, and the line of the file on which it ends."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file that was looked at."""

    path: Path
    encoding: str
    separator: str
    #: The head; a name that comes again is told apart: ``Phone (2)``.
    columns: tuple[str, ...]
    #: SHA-256 of the file.
    digest: str
    #: Rows below the head that are not empty.
    rows: int

    def lines(self) -> Iterator[Line]:
        """Yield the rows below the head; empty ones are passed over.

        Raises ``WorkspaceError``, with the line's number, where the file is no CSV any more.
        """
        with _opened(self.path, self.encoding) as file:
            rows = Rows(file, self.separator, self.path.name)
            # The head may follow empty lines.
            for row in islice(rows, 1, None):
                yield Line(number=rows.line, cells=tuple(plain(cell) for cell in row))


def look_at(path: Path) -> Sheet:
    """Find out how a file is written; raise ``WorkspaceError`` for one that is no CSV.

    It is read more than once, so what comes through a pipe or from a device is refused.
    """
    encoding, digest = _encoding(path)
    with _opened(path, encoding) as file:
        first = file.readline(_HEAD)
        said = said_separator(first)
        head = ("" if said else first) + file.read(_HEAD)
    separator = said or max(SEPARATORS, key=lambda mark: _regularity(head, mark))
    with _opened(path, encoding) as file:
        rows = iter(Rows(file, separator, path.name))
        names = next(rows, None)
        # To the end: a fault is told before the first row is imported.
        count = sum(1 for _row in rows)
    if names is None:
        raise WorkspaceError(f"{path.name} is empty", hint="It has a head and a row a prospect.")
    return Sheet(
        path=path,
        encoding=encoding,
        separator=separator,
        columns=_told_apart([plain(name).strip() for name in names]),
        digest=digest,
        rows=count,
    )


def _encoding(path: Path) -> tuple[str, str]:
    """Return how the whole file reads, and its digest: UTF-8 or UTF-16 if it does, else Latin-1."""
    try:
        # A pipe is not opened: it would wait for somebody who writes into it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise WorkspaceError(
                f"{path} is no regular file: it is a folder, a pipe or a device",
                hint="Save what is to be imported in a file, and name that.",
            )
        with path.open("rb") as file:
            first = file.read(4)
            file.seek(0)
            pieces = iter(lambda: file.read(_PIECE), b"")
            digest, names = hashlib.sha256(), _candidates(first)
            readers = {name: codecs.getincrementaldecoder(name)() for name in names}
            for piece in pieces:
                digest.update(piece)
                for name, reader in list(readers.items()):
                    try:
                        reader.decode(piece)
                    except UnicodeDecodeError:
                        del readers[name]
            for name, reader in list(readers.items()):
                try:
                    reader.decode(b"", final=True)
                except UnicodeDecodeError:
                    del readers[name]
    except OSError as err:
        raise WorkspaceError(
            f"the file {path} cannot be read: {err.strerror}", hint="Check its name."
        ) from err
    if not readers:
        raise WorkspaceError(f"{path.name} says that it is UTF-16 and is not", hint=_ANEW)
    return next(iter(readers)), digest.hexdigest()


def _candidates(first: bytes) -> tuple[str, ...]:
    for mark, name in _MARKS:
        if first.startswith(mark):
            return (name, "latin-1") if name == "utf-8-sig" else (name,)
    if first[1::2] == b"\0\0":
        return ("utf-16-le",)
    if first[::2] == b"\0\0":
        return ("utf-16-be",)
    # Windows writes its own signs where Latin-1 has none.
    return ("utf-8", "cp1252", "latin-1")


def _opened(path: Path, encoding: str) -> TextIO:
    return io.TextIOWrapper(path.open("rb"), encoding=encoding, newline="")


def _regularity(head: str, mark: str) -> tuple[int, int]:
    """Return how well *mark* separates: rows as wide as the first, and how wide that is."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in islice(csv.reader(io.StringIO(head), delimiter=mark), _SAMPLE):
            if row:
                rows.append(row)  # noqa: PERF401 - those before a fault count
    width = len(rows[0]) if rows else 0
    return (sum(len(row) == width for row in rows) if width > 1 else 0, width)


def _told_apart(names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        known = name or f"column {place}"
        seen[known.casefold()] = seen.get(known.casefold(), 0) + 1
        times = seen[known.casefold()]
        found.append(known if times == 1 else f"{known} ({times})")
    return tuple(found)
