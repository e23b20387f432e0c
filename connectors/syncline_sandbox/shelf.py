"""Tables of rows in one file: what a sandbox without much to check keeps its records in."""

from __future__ import annotations

__all__ = ["Row", "Shelf"]

from typing import TYPE_CHECKING, Any

from syncline import open_documents

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]


class Shelf:
    """Rows by table and number. Rows are replaced, never changed."""

    def __init__(self, path: Path) -> None:
        self._documents = open_documents(path)
        self._tables: dict[str, dict[str, Row]] = self._documents.storage.read() or {}

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table, in the order in which they came."""
        return list(self._tables.get(table, {}).values())

    def get(self, table: str, number: int | str) -> Row | None:
        """Return one row, if there is one."""
        return self._tables.get(table, {}).get(str(number))

    def add(self, table: str, row: Row) -> Row:
        """Add a row under the next number, which is its ``n``; return it."""
        return self.put(table, {**row, "n": len(self._tables.get(table, {})) + 1})

    def put(self, table: str, row: Row) -> Row:
        """Replace a row by its ``n``; return it."""
        self._tables = {
            **self._tables,
            table: {**self._tables.get(table, {}), str(row["n"]): row},
        }
        self._documents.storage.write(self._tables)
        return row

    def close(self) -> None:
        """Let go of the file."""
        self._documents.close()
