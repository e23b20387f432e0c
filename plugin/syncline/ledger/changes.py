"""Every change that was seen, as it came: what ``replay`` plays again (B7)."""

from __future__ import annotations

__all__ = ["note"]

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from ..model import Gone, Record, Side
from .codec import dump, dump_gone, stamp
from .tables import changes


def note(
    db: Connection, run: int, side: Side, records: Iterable[Record], gone: Iterable[Gone]
) -> None:
    """Append what a listing brought."""
    rows: list[dict[str, Any]] = [
        {
            "run": run,
            "side": str(side),
            "object": record.object,
            "record_id": record.id,
            "modified": stamp(record.modified),
            "record": dump(record.values),
            "gone": "",
        }
        for record in records
    ]
    rows += [
        {
            "run": run,
            "side": str(side),
            "object": one.object,
            "record_id": one.id,
            "modified": stamp(one.at),
            "record": "{}",
            "gone": dump_gone(one),
        }
        for one in gone
    ]
    if rows:
        db.execute(changes.insert(), rows)
