"""The records, in memory, and on disk in one replacement a request."""

from __future__ import annotations

__all__ = ["Row", "Store"]

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syncline import open_documents

from .team import TABLES, founded
from .wire import instant, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from datetime import datetime
    from pathlib import Path

#: A record by its fields; references are ids. One that was deleted keeps its place, marked.
Row = dict[str, Any]

_GONE = "_gone"
_TICK = timedelta(microseconds=1)


class Store:
    """Every record of the sandbox. Rows are replaced, never changed.

    Each change gets a stamp of its own, as it has where a clock counts microseconds.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._documents = open_documents(folder / "sandbox-salesloft.json")
        self._now = now
        self._latest: datetime | None = None
        self._undo: list[tuple[str, str, Row | None]] = []
        found = self._documents.storage.read() or {}
        self._tables: dict[str, dict[str, Row]] = {name: found.get(name, {}) for name in TABLES}
        if not found:
            stamp = instant(now())
            for table, row in founded():
                self._add(table, row, stamp)

    def rows(self, table: str) -> list[Row]:
        """Return the records of a table that stand, oldest first."""
        return [row for row in self._tables[table].values() if _GONE not in row]

    def get(self, table: str, id_: Any) -> Row:
        """Return the record with this id; refuse when there is none."""
        row = self._tables[table].get(str(id_))
        if row is None or _GONE in row:
            raise not_found()
        return row

    def add(self, table: str, row: Row) -> Row:
        """Add a record under the next id and return it."""
        return self._add(table, row, self._stamp())

    def change(self, table: str, row: Row, **values: Any) -> Row:
        """Give a record other values, and a new stamp; return it."""
        return self._put(table, {**row, **values, "updated_at": self._stamp()})

    def change_all(self, table: str, rows: Iterable[Row], **values: Any) -> None:
        """Give many records values in one statement, which has one stamp."""
        stamp = self._stamp()
        for row in rows:
            self._put(table, {**row, **values, "updated_at": stamp})

    def drop(self, table: str, row: Row) -> None:
        """Delete a record; its id is never given again."""
        self.change(table, row, **{_GONE: True})

    @contextmanager
    def request(self) -> Generator[None]:
        """Keep what is done inside: all of it on disk at the end, or none of it if it fails."""
        self._undo = []
        try:
            yield
            if self._undo:
                self._documents.storage.write(self._tables)
        except BaseException:
            for table, id_, before in reversed(self._undo):
                if before is None:
                    del self._tables[table][id_]
                else:
                    self._tables[table][id_] = before
            raise

    def now(self) -> str:
        """Return the time at which something happens."""
        return instant(self._now())

    def _stamp(self) -> str:
        """Return the time of a change that is about to be made, later than any before."""
        now = self._now()
        if self._latest is not None and now <= self._latest:
            now = self._latest + _TICK
        self._latest = now
        return instant(now)

    def close(self) -> None:
        """Let go of the file."""
        self._documents.close()

    def _add(self, table: str, row: Row, stamp: str) -> Row:
        number = len(self._tables[table]) + 1
        return self._put(table, {"id": number, **row, "created_at": stamp, "updated_at": stamp})

    def _put(self, table: str, row: Row) -> Row:
        id_ = str(row["id"])
        self._undo.append((table, id_, self._tables[table].get(id_)))
        self._tables[table][id_] = row
        return row
