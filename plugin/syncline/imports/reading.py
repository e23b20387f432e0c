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
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from ..errors import WorkspaceError
from ..model import plain

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
            rows = csv.reader(file, delimiter=self.separator, strict=True)
            begun = False
            try:
                for row in rows:
                    if begun and any(cell.strip() for cell in row):
                        cells = tuple(plain(cell) for cell in row)
                        yield Line(number=rows.line_num, cells=cells)
                    # The head may follow empty lines.
                    begun = begun or any(cell.strip() for cell in row)
            except csv.Error as err:
                raise _no_csv(self.path, rows.line_num, err) from err


def look_at(path: Path) -> Sheet:
    """Find out how a file is written; raise ``WorkspaceError`` for one that is no CSV."""
    encoding, digest = _encoding(path)
    with _opened(path, encoding) as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise WorkspaceError(f"{path.name} is empty", hint="It has a head and a row a prospect.")
    separator = max(SEPARATORS, key=lambda mark: _regularity(head, mark))
    names: list[str] = []
    count = 0
    with _opened(path, encoding) as file:
        rows = csv.reader(file, delimiter=separator, strict=True)
        try:
            # To the end: a fault is told before the first row is imported.
            for row in rows:
                if any(cell.strip() for cell in row):
                    names, count = names or row, count + 1
        except csv.Error as err:
            raise _no_csv(path, rows.line_num, err) from err
    return Sheet(
        path=path,
        encoding=encoding,
        separator=separator,
        columns=_told_apart([plain(name).strip() for name in names]),
        digest=digest,
        rows=count - 1,
    )


def _encoding(path: Path) -> tuple[str, str]:
    """Return how the whole file reads, and its digest: UTF-8 or UTF-16 if it does, else Latin-1."""
    try:
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


def _no_csv(path: Path, line: int, err: csv.Error) -> WorkspaceError:
    return WorkspaceError(f"{path.name}, line {line}: this is no CSV: {err}", hint=_ANEW)
