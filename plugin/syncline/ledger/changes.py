"""Every change that was seen, as it came: what ``replay`` plays again (B7)."""

from __future__ import annotations

__all__ = ["note"]

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from ..model import Gone, Side
from .codec import dump_gone, stamp
from .rows import Arrival
from .tables import changes


def note(
    db: Connection, run: int, side: Side, found: Iterable[Arrival], gone: Iterable[Gone]
) -> None:
    """Append what a listing brought."""
    rows: list[dict[str, Any]] = [
        {
            "run": run,
            "side": side.value,
            "object": arrival.record.object,
            "record_id": arrival.record.id,
            "modified": arrival.modified,
            "record": arrival.text,
            "gone": "",
        }
        for arrival in found
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
