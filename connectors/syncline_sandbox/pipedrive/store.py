"""The records, in memory, and on disk in one replacement a request."""

from __future__ import annotations

__all__ = ["Row", "Store"]

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from syncline import open_documents

from .catalog import KINDS, FieldInfo, first_fields

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

#: A record as version 2 shows it; deleted ones keep what they had.
Row = dict[str, Any]

_TABLES = (*KINDS, "user", "field", "filter", "webhook")
_NAMESPACE = UUID("adf21080-0e10-11eb-879b-05d71fb426ec")


class Store:
    """Every record of the sandbox. Rows are replaced, never changed in place."""

    def __init__(self, folder: Path) -> None:
        self._documents = open_documents(folder / "sandbox-pipedrive.json")
        self._tables: dict[str, dict[str, Row]] = self._documents.storage.read() or {}
        self._undo: list[tuple[str, str, Row | None]] = []
        #: What happened to records within the request: (action, kind, before, after, more).
        self.news: list[tuple[str, str, Row | None, Row | None, dict[str, str]]] = []
        fresh = not self._tables
        for name in _TABLES:
            self._tables.setdefault(name, {})
        if fresh:
            for each in first_fields():
                self.add("field", each)
            self.add("user", {"name": "Sandbox", "email": "sandbox@example.com", "active": True})

    def get(self, kind: str, row_id: Any) -> Row | None:
        """Return the record with this id, deleted or not."""
        return self._tables[kind].get(str(row_id))

    def rows(self, kind: str) -> list[Row]:
        """Return all records of a kind, deleted ones too, oldest first."""
        return list(self._tables[kind].values())

    def add(self, kind: str, row: Row) -> Row:
        """Add a record under the next free id, and return it."""
        number = len(self._tables[kind]) + 1
        row_id: Any = str(uuid5(_NAMESPACE, str(number))) if kind == "lead" else number
        made = {"id": row_id, **row}
        self.put(kind, made)
        return made

    def put(self, kind: str, row: Row) -> None:
        """Put *row* in the place of the record with its id."""
        key = str(row["id"])
        self._undo.append((kind, key, self._tables[kind].get(key)))
        self._tables[kind][key] = row

    def customs(self, kind: str) -> dict[str, FieldInfo]:
        """Return the custom fields of a kind, by their codes."""
        wanted = KINDS[kind].customs
        return {
            row["code"]: FieldInfo(
                code=row["code"],
                name=row["name"],
                type=row["type"],
                custom=True,
                options=None
                if row["options"] is None
                else tuple((each["id"], each["label"]) for each in row["options"]),
            )
            for row in self.rows("field")
            if row["kind"] == wanted and not row.get("is_deleted")
        }

    @contextmanager
    def request(self) -> Generator[None]:
        """Keep what is done inside: all of it on disk at the end, or none of it if it fails."""
        self._undo, self.news = [], []
        try:
            yield
            if self._undo:
                self._documents.storage.write(self._tables)
        except BaseException:
            while self._undo:
                kind, key, before = self._undo.pop()
                if before is None:
                    del self._tables[kind][key]
                else:
                    self._tables[kind][key] = before
            self.news = []
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._documents.close()
