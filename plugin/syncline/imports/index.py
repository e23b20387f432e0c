"""Everybody who is known so far, on disk: the prospects of the cadence and the rows before."""

from __future__ import annotations

__all__ = ["MOST", "Index", "Known"]

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from ..model import Value
from .likeness import Trace, blocks

#: Records of one block that are compared: of a block of more, those that came first.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody who is known."""

    number: int
    #: The prospect's id; empty for a row that is not written yet.
    id: str
    #: The line of the file it came with; 0 for a prospect that was there.
    line: int
    values: Mapping[str, Value]
    trace: Trace


class Index:
    """Finds who shares a block with a record, in memory that does not grow with their number.

    The database has no name, lies where the system keeps what passes, and goes with the process.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE known (number INTEGER PRIMARY KEY, id TEXT, line INTEGER, "
            "record TEXT, trace TEXT)"
        )
        self._db.execute(
            "CREATE TABLE blocks (key TEXT, number INTEGER, PRIMARY KEY (key, number)) "
            "WITHOUT ROWID"
        )
        self._db.execute("BEGIN")

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM known").fetchone()[0])

    def close(self) -> None:
        """Let it go."""
        self._db.close()

    def add(self, id_: str, line: int, values: Mapping[str, Value], trace: Trace) -> int:
        """Add somebody; return the number."""
        made = self._db.execute(
            "INSERT INTO known (id, line, record, trace) VALUES (?, ?, ?, ?)",
            (id_, line, _dump(values), _dump(astuple(trace))),
        )
        number = made.lastrowid or 0
        self._block(number, trace)
        return number

    def name(self, number: int, id_: str) -> None:
        """Note which prospect a row has become."""
        self._db.execute("UPDATE known SET id = ? WHERE number = ?", (id_, number))

    def id_of(self, number: int) -> str:
        """Return which prospect somebody is; empty while it is not written."""
        query = "SELECT id FROM known WHERE number = ?"
        return str(self._db.execute(query, (number,)).fetchone()[0])

    def change(self, number: int, values: Mapping[str, Value], trace: Trace) -> None:
        """Take in what somebody has become."""
        self._db.execute(
            "UPDATE known SET record = ?, trace = ? WHERE number = ?",
            (_dump(values), _dump(astuple(trace)), number),
        )
        self._block(number, trace)

    def near(self, trace: Trace) -> list[Known]:
        """Return everybody who shares a block with *trace*, in the order in which they came."""
        numbers: set[int] = set()
        for key in blocks(trace):
            rows = self._db.execute(
                "SELECT number FROM blocks WHERE key = ? ORDER BY number LIMIT ?", (key, MOST)
            )
            numbers.update(row[0] for row in rows)
        return [self._read(number) for number in sorted(numbers)]

    def _read(self, number: int) -> Known:
        query = "SELECT id, line, record, trace FROM known WHERE number = ?"
        id_, line, record, told = self._db.execute(query, (number,)).fetchone()
        first, last, company, emails, phones, postal, street, city = json.loads(told)
        return Known(
            number=number,
            id=id_,
            line=line,
            values=json.loads(record),
            trace=Trace(first, last, company, tuple(emails), tuple(phones), postal, street, city),
        )

    def _block(self, number: int, trace: Trace) -> None:
        rows = [(key, number) for key in blocks(trace)]
        self._db.executemany("INSERT OR IGNORE INTO blocks VALUES (?, ?)", rows)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
