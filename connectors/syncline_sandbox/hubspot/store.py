"""All that the portal holds: in memory, and on disk in one replacement a request."""

from __future__ import annotations

__all__ = ["Row", "Store"]

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from syncline import open_documents

from .catalog import KINDS, standard

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from .catalog import Kind

#: ``id``, ``properties`` (texts by name), ``createdAt``, ``updatedAt``, ``archived``; perhaps
#: ``archivedAt``, and ``mergedInto`` when the record lives on in another one.
Row = dict[str, Any]
_FIRST = 70_000_000_001
_TABLES = ("links", "properties", "owners", "grants", "subscriptions", "meta")


class Store:
    """Every record of the portal. Rows are replaced, never changed in place."""

    def __init__(self, folder: Path) -> None:
        self._documents = open_documents(folder / "sandbox-hubspot.json")
        self._tables: dict[str, dict[str, Any]] = self._documents.storage.read() or {}
        self._keys: dict[tuple[str, str, str], str] = {}
        self._undo: list[tuple[str, str, Any]] = []
        #: Called with (kind, before, after) for each record that a request has changed.
        self.watch: Callable[[str, Row | None, Row], None] = lambda _kind, _before, _after: None
        for name in (*KINDS, *_TABLES):
            self._tables.setdefault(name, {})
        for path in KINDS:
            for row in self._tables[path].values():
                self._index(path, row)

    # -- records

    def get(self, path: str, record_id: str) -> Row | None:
        """Return the record with this id, archived or merged ones too."""
        return self._tables[path].get(record_id)

    def by_key(self, path: str, name: str, value: str) -> Row | None:
        """Return the record in use that holds this value in a unique property."""
        found = self._keys.get((path, name, value.casefold()))
        return self.get(path, found) if found else None

    def rows(self, path: str) -> list[Row]:
        """Return all records of a kind, by their ids."""
        return sorted(self._tables[path].values(), key=lambda row: int(row["id"]))

    def next_id(self) -> str:
        """Return an id that no record has or had."""
        number = self._tables["meta"].get("next", _FIRST)
        self.put("meta", "next", number + 1)
        return str(number)

    def put_row(self, path: str, row: Row) -> None:
        """Put *row* in the place of the record with its id."""
        self.put(path, row["id"], row)

    # -- everything else

    def table(self, name: str) -> dict[str, Any]:
        """Return a table to read from."""
        return self._tables[name]

    def put(self, table: str, key: str, value: Any) -> None:
        """Put a document; None removes it."""
        before = self._tables[table].get(key)
        self._undo.append((table, key, before))
        self._set(table, key, value)

    def properties(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """Return the properties of a kind, those that people made among them."""
        own = self._tables["properties"].get(kind.path, {})
        return {**standard(kind.path), **own}

    # -- requests

    @contextmanager
    def request(self) -> Generator[None]:
        """Keep what is done inside: all of it on disk at the end, or none of it if it fails."""
        self._undo = []
        try:
            yield
            if self._undo:
                self._documents.storage.write(self._tables)
            first = {each[:2]: each[2] for each in reversed(self._undo) if each[0] in KINDS}
            for (path, record_id), before in first.items():
                self.watch(path, before, self._tables[path][record_id])
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
            table, key, before = self._undo.pop()
            self._set(table, key, before)

    def close(self) -> None:
        """Let go of the file."""
        self._documents.close()

    def _set(self, table: str, key: str, value: Any) -> None:
        before = self._tables[table].get(key)
        if table in KINDS and before is not None:
            for name in self._unique(table, before):
                if self._keys.get(name) == key:
                    del self._keys[name]
        if value is None:
            self._tables[table].pop(key, None)
        else:
            self._tables[table][key] = value
            if table in KINDS:
                self._index(table, value)

    def _index(self, path: str, row: Row) -> None:
        if not row["archived"]:
            for key in self._unique(path, row):
                self._keys[key] = row["id"]

    def _unique(self, path: str, row: Row) -> Iterator[tuple[str, str, str]]:
        properties = row["properties"]
        for name in self._unique_names(path):
            if name in properties:
                yield path, name, properties[name].casefold()

    def _unique_names(self, path: str) -> set[str]:
        own: dict[str, dict[str, Any]] = self._tables["properties"].get(path, {})
        return _UNIQUE[path] | {name for name, each in own.items() if each["hasUniqueValue"]}


_UNIQUE: dict[str, set[str]] = {
    path: {name for name, each in standard(path).items() if each["hasUniqueValue"]}
    | ({"email"} if path == "contacts" else set[str]())
    for path in KINDS
}
