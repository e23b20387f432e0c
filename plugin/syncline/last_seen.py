"""Records as a workspace's ledger last saw them, without opening a connection."""

from __future__ import annotations

__all__ = ["LastSeen", "every_record", "find_record"]

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from .errors import WorkspaceError
from .history import find_ids
from .ledger.codec import load_values
from .ledger.opening import open_existing
from .ledger.tables import inbox, pairs
from .model import Side, Value
from .rules.compiled import ACTIVITY

#: Pairs read at a time.
_MANY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """One record: what it holds, and what it held when the last run was done with it."""

    side: Side
    object: str
    id: str
    values: Mapping[str, Value]
    #: None when no run has brought it together with another record yet.
    before: Mapping[str, Value] | None
    #: Whether these are all its values: of an activity that came over, few are kept.
    whole: bool = True


def find_record(
    folder: Path, record: str, *, environ: Mapping[str, str] | None = None
) -> list[LastSeen]:
    """Return the records of either side that *record* (an id, or a match key) means.

    Raises ``WorkspaceError`` when none is known by it.
    """
    ids = find_ids(folder, record, environ=environ)
    with closing(open_existing(folder, environ)) as ledger, ledger.begin() as db:
        found: dict[tuple[Side, str, str], LastSeen] = {}
        for side in Side:
            column = pairs.c.crm_id if side is Side.CRM else pairs.c.cadence_id
            for row in db.execute(select(pairs).where(column.in_(ids))):
                seen = _of_pair(row, side)
                found[side, seen.object, seen.id] = seen
        for row in db.execute(select(inbox).where(inbox.c.id.in_(ids))):
            key = (Side(row.side), row.object, row.id)
            found[key] = _of_inbox(row, found.get(key))
    if not found:
        raise WorkspaceError(
            f"no values of {record} are kept: it is not linked, and waits for nothing",
            hint="Give the record as JSON instead.",
        )
    return list(found.values())


def every_record(folder: Path, *, environ: Mapping[str, str] | None = None) -> Iterator[LastSeen]:
    """Yield every record of either side whose values are kept, each once."""
    with closing(open_existing(folder, environ)) as ledger, ledger.begin() as db:
        waiting: set[tuple[Side, str, str]] = set()
        for row in db.execute(select(inbox).order_by(inbox.c.side, inbox.c.object, inbox.c.id)):
            key = (Side(row.side), row.object, row.id)
            waiting.add(key)
            yield _of_inbox(row, _linked(db, *key))
        for row in db.execute(select(pairs).execution_options(yield_per=_MANY)):
            for side in Side:
                seen = _of_pair(row, side)
                if (side, seen.object, seen.id) not in waiting:
                    yield seen


def _linked(db: Connection, side: Side, object_name: str, id_: str) -> LastSeen | None:
    column, kind = (
        (pairs.c.crm_id, pairs.c.crm_object)
        if side is Side.CRM
        else (pairs.c.cadence_id, pairs.c.cadence_object)
    )
    row = db.execute(select(pairs).where(column == id_, kind == object_name)).first()
    return None if row is None else _of_pair(row, side)


def _of_pair(row: Any, side: Side) -> LastSeen:
    base = load_values(getattr(row, f"{side}_base"))
    return LastSeen(
        side=side,
        object=getattr(row, f"{side}_object"),
        id=getattr(row, f"{side}_id"),
        values=_fields(base),
        before=_fields(base),
        whole=row.cadence_object != ACTIVITY,
    )


def _of_inbox(row: Any, linked: LastSeen | None) -> LastSeen:
    return LastSeen(
        side=Side(row.side),
        object=row.object,
        id=row.id,
        values=load_values(row.record),
        before=None if linked is None else linked.before,
    )


def _fields(base: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values under the names of fields; those of a row stand under ``a>b``."""
    return {name: value for name, value in base.items() if ">" not in name}
