"""One statement for many rows, compiled once: the way of every record into the ledger."""

from __future__ import annotations

__all__ = ["Bulk"]

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect


class Bulk:
    """A statement whose rows go straight to the driver.

    *make* returns it for a dialect's name. All rows have the same names, more than one of them.
    SQLAlchemy's own way of running it binds each value by itself, which takes longer than the
    database does.
    """

    def __init__(self, make: Callable[[str], ClauseElement]) -> None:
        self._make = make
        self._compiled: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any] | None]] = {}

    def __call__(self, db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each of *rows*; nothing happens when there are none."""
        if not rows:
            return
        name = db.dialect.name
        if name not in self._compiled:
            self._compiled[name] = self._compile(db.dialect, list(rows[0]))
        sql, placed = self._compiled[name]
        db.exec_driver_sql(sql, list(rows) if placed is None else list(map(placed, rows)))

    def _compile(
        self, dialect: Dialect, names: list[str]
    ) -> tuple[str, Callable[[Mapping[str, Any]], Any] | None]:
        found: Any = self._make(dialect.name).compile(dialect=dialect, column_keys=names)
        order: list[str] | None = found.positiontup
        return str(found), None if order is None else itemgetter(*order)
