"""The records, in memory with their indexes, and on disk in one replacement a request."""

from __future__ import annotations

__all__ = ["Row", "Store"]

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from syncline import open_documents

from .catalog import catalog
from .wire import id_of, same_id

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from .catalog import ObjectInfo

#: A record's fields that hold something, by their names; deleted records keep theirs.
Row = dict[str, Any]


class Store:
    """Every record of the sandbox. Rows are replaced, never changed in place."""

    def __init__(self, folder: Path) -> None:
        self._documents = open_documents(folder / "sandbox-salesforce.json")
        self._tables: dict[str, dict[str, Row]] = self._documents.storage.read() or {}
        self._places: dict[str, tuple[str, str]] = {}
        self._keys: dict[tuple[str, str, str], str] = {}
        self._undo: list[tuple[str, str, Row | None]] = []
        for info in catalog().values():
            for number, row in self._tables.setdefault(info.name, {}).items():
                self._index(info.name, number, row)

    def get(self, record_id: str) -> Row | None:
        """Return the record with this id, deleted or not."""
        place = self._places.get(same_id(record_id))
        return self._tables[place[0]][place[1]] if place else None

    def object_of(self, record_id: str) -> str | None:
        """Return the name of the object that the record with this id belongs to."""
        place = self._places.get(same_id(record_id))
        return place[0] if place else None

    def by_key(self, object_name: str, field: str, value: str) -> Row | None:
        """Return the record that holds this value in a unique field; case does not count."""
        found = self._keys.get((object_name, field, value.casefold()))
        return self.get(found) if found else None

    def rows(self, object_name: str) -> list[Row]:
        """Return all records of an object, deleted ones too, oldest first."""
        return list(self._tables[object_name].values())

    def add(self, info: ObjectInfo, row: Row) -> str:
        """Add a record under the next free id, and return that id."""
        number = len(self._tables[info.name]) + 1
        record_id = id_of(info.prefix, number)
        self._put(info.name, str(number), {"Id": record_id, **row})
        return record_id

    def replace(self, row: Row) -> None:
        """Put *row* in the place of the record with its id."""
        self._put(*self._places[same_id(row["Id"])], row)

    @contextmanager
    def request(self) -> Generator[None]:
        """Keep what is done inside: all of it on disk at the end, or none of it if it fails."""
        self._undo = []
        try:
            yield
            if self._undo:
                self._documents.storage.write(self._tables)
        except BaseException:
            self.roll_back(0)
            raise
        finally:
            self._undo = []

    def mark(self) -> int:
        """Return a mark that ``roll_back`` can return to, within this request."""
        return len(self._undo)

    def roll_back(self, mark: int) -> None:
        """Take back what was done since *mark*."""
        while len(self._undo) > mark:
            object_name, number, before = self._undo.pop()
            table = self._tables[object_name]
            self._forget(object_name, table[number])
            if before is None:
                del table[number]
            else:
                table[number] = before
                self._index(object_name, number, before)

    def close(self) -> None:
        """Let go of the file."""
        self._documents.close()

    def _put(self, object_name: str, number: str, row: Row) -> None:
        table = self._tables[object_name]
        before = table.get(number)
        self._undo.append((object_name, number, before))
        if before is not None:
            self._forget(object_name, before)
        table[number] = row
        self._index(object_name, number, row)

    def _index(self, object_name: str, number: str, row: Row) -> None:
        self._places[same_id(row["Id"])] = (object_name, number)
        if not row.get("IsDeleted"):
            for key in self._unique(object_name, row):
                self._keys[key] = row["Id"]

    def _forget(self, object_name: str, row: Row) -> None:
        del self._places[same_id(row["Id"])]
        for key in self._unique(object_name, row):
            if self._keys.get(key) == row["Id"]:
                del self._keys[key]

    def _unique(self, object_name: str, row: Row) -> Iterator[tuple[str, str, str]]:
        for field in _UNIQUE[object_name]:
            if field in row:
                yield object_name, field, str(row[field]).casefold()


_UNIQUE = {
    info.name: tuple(field.name for field in info.fields.values() if field.unique)
    for info in catalog().values()
}
