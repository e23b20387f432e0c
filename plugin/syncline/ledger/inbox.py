"""The inbox: records that wait for a decision, served in the order in which they came."""

from __future__ import annotations

__all__ = [
    "ATTEMPTS",
    "arrived",
    "ask_again",
    "awaken",
    "candidates",
    "correct",
    "deleted",
    "departed",
    "entry_of",
    "every",
    "fetch",
    "finish",
    "forget",
    "head",
    "parts",
    "requeue",
    "seen_before",
    "waiting_counts",
]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, select, tuple_

from ..model import Gone, Record, Side, Value
from .bulk import Bulk
from .codec import dump, dump_gone, load_gone, load_values, moment, reads, stamp
from .database import upsert
from .rows import Arrival, Entry, State, Turn
from .tables import inbox

#: Both databases take this many bound values in one statement without trouble.
_MANY = 2000
#: A record that failed this often rests.
ATTEMPTS = 3


def _one() -> list[Any]:
    return [
        inbox.c.side == bindparam("s"),
        inbox.c.object == bindparam("o"),
        inbox.c.id == bindparam("i"),
    ]


_delete = Bulk(lambda _dialect: inbox.delete().where(*_one()))

# The questions that are asked of every page and every chunk: made once, for to make a statement
# takes longer than to answer it.
_OF = (inbox.c.side == bindparam("s"), inbox.c.object == bindparam("o"))
_TURN = (
    *_OF,
    tuple_(inbox.c.since, inbox.c.id) > tuple_(bindparam("since"), bindparam("id")),
    inbox.c.state.in_([str(state) for state in (State.NEW, State.DEFERRED, State.FAILED)]),
    inbox.c.run != bindparam("run"),
)
_LONGEST = (inbox.c.since, inbox.c.id)
_HEAD = select(inbox.c.since).where(*_TURN, inbox.c.gone == "").order_by(*_LONGEST).limit(1)
_CHUNK = select(inbox).where(*_TURN).order_by(*_LONGEST).limit(bindparam("most"))
_THERE, _WENT = _CHUNK.where(inbox.c.gone == ""), _CHUNK.where(inbox.c.gone != "")
_DELETED = (
    select(inbox.c.id)
    .where(*_OF, inbox.c.gone.startswith('{"kind":"deleted"'))
    .order_by(inbox.c.id)
)
_OTHERS = select(func.count()).select_from(inbox).where(*_OF, inbox.c.gone == "")
_AMONG = inbox.c.id.in_(bindparam("ids", expanding=True))
_FETCH, _SEEN = (
    select(inbox).where(*_OF, _AMONG),
    select(inbox.c.id, inbox.c.seen).where(*_OF, _AMONG),
)
_COUNTS = select(inbox.c.state, func.count()).group_by(inbox.c.state)
_AWAKEN = (
    inbox.update()
    .where(inbox.c.due != "", inbox.c.due <= bindparam("now"), inbox.c.state == str(State.WAITING))
    .values(state=str(State.NEW), due="")
)


def arrived(db: Connection, side: Side, found: Iterable[Arrival], at: datetime) -> None:
    """Put changed records in the inbox; a newer change takes the place of an older.

    A record that waited keeps its turn.
    """
    since = stamp(at)
    _put(db, [_row(side, arrival, since) for arrival in found])


def departed(
    db: Connection,
    side: Side,
    found: Iterable[tuple[Gone, Mapping[str, Value]]],
    at: datetime,
) -> None:
    """Put records that went, with what they were last seen to hold, in the inbox."""
    since = stamp(at)
    rows: list[dict[str, Any]] = []
    for one, values in found:
        record = Record(object=one.object, id=one.id, values=values, modified=one.at)
        rows.append(_row(side, Arrival.of(record), since) | {"gone": dump_gone(one)})
    _put(db, rows)


#: What a newer change of a record brings; since when it waits is not among it.
_OF_ITS_STATE = (
    "modified", "record", "state", "reason", "attempts", "seen", "run", "due", "gone",
)  # fmt: skip


def _putting(dialect: str) -> Any:
    statement = upsert(dialect, inbox)
    fresh = {name: statement.excluded[name] for name in _OF_ITS_STATE}
    return statement.on_conflict_do_update(index_elements=["side", "object", "id"], set_=fresh)


_put = Bulk(_putting)


def _row(side: Side, arrival: Arrival, since: str) -> dict[str, Any]:
    return {
        "side": side.value,
        "object": arrival.record.object,
        "id": arrival.record.id,
        "modified": arrival.modified,
        "record": arrival.text,
        "state": "new",
        "reason": "",
        "attempts": 0,
        "since": since,
        "seen": arrival.seen,
        "run": 0,
        "due": "",
        "gone": "",
    }


def requeue(
    db: Connection, side: Side, object_name: str, states: Iterable[State], ids: Iterable[str] | None
) -> None:
    """Ask records in one of *states* again: those with *ids*, or all if None."""
    where = and_(inbox.c.side == side, inbox.c.object == object_name, inbox.c.state.in_([*states]))
    change = inbox.update().values(state=str(State.NEW), attempts=0, run=0, due="")
    if ids is None:
        db.execute(change.where(where))
        return
    for part in parts(sorted(set(ids))):
        db.execute(change.where(where, inbox.c.id.in_(part)))


def ask_again(db: Connection, side: Side, records: Iterable[Record], at: datetime) -> None:
    """Put settled records back, as last seen; what is in the inbox stays as it is."""
    since = stamp(at)
    rows = [_row(side, Arrival.of(record), since) for record in records]
    if rows:
        db.execute(upsert(db.dialect.name, inbox).on_conflict_do_nothing(), rows)


def candidates(
    db: Connection,
    side: Side,
    object_name: str,
    *,
    after: Turn,
    limit: int,
    run: int = 0,
    gone: bool = False,
) -> list[Entry]:
    """Return records to decide about, who waited longest first, after *after*.

    Those that *run* took up already are left out; with *gone*, only those that went, else only
    those that are there.
    """
    given = {**_turn(side, object_name, after, run), "most": limit}
    return [entry_of(row) for row in db.execute(_WENT if gone else _THERE, given)]


def every(db: Connection, side: Side, object_name: str, size: int) -> Iterator[list[Entry]]:
    """Yield all records of an object that are there, *size* at a time, whatever their state."""
    after = ""
    while True:
        rows = db.execute(
            select(inbox)
            .where(
                inbox.c.side == side,
                inbox.c.object == object_name,
                inbox.c.id > after,
                inbox.c.gone == "",
            )
            .order_by(inbox.c.id)
            .limit(size)
        )
        found = [entry_of(row) for row in rows]
        if not found:
            return
        yield found
        after = found[-1].id


def deleted(db: Connection, side: Side, object_name: str) -> tuple[list[str], int]:
    """Return who is said to be deleted and was not dealt with, and how many others wait."""
    mine = {"s": side.value, "o": object_name}
    gone = list(db.scalars(_DELETED, mine))
    return gone, int(db.scalar(_OTHERS, mine) or 0) if gone else 0


def head(db: Connection, side: Side, object_name: str, *, after: Turn, run: int) -> str | None:
    """Return since when the next candidate waits; None when there is none."""
    found: str | None = db.scalar(_HEAD, _turn(side, object_name, after, run))
    return found


def _turn(side: Side, object_name: str, after: Turn, run: int) -> dict[str, Any]:
    return {
        "s": side.value,
        "o": object_name,
        "since": after.since,
        "id": after.id,
        # No run has this number.
        "run": run or -1,
    }


def awaken(db: Connection, now: datetime) -> None:
    """Ask records again whose reason to wait time alone may have lifted."""
    db.execute(_AWAKEN, {"now": stamp(now)})


def fetch(db: Connection, side: Side, object_name: str, ids: Iterable[str]) -> dict[str, Entry]:
    """Return the records among *ids* that are in the inbox, whatever their state."""
    found: dict[str, Entry] = {}
    for part in parts(sorted(set(ids))):
        for row in db.execute(_FETCH, {"s": side.value, "o": object_name, "ids": part}):
            found[row.id] = entry_of(row)
    return found


def seen_before(
    db: Connection, side: Side, object_name: str, ids: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield (id, how it was last seen) of the records among *ids* that are in the inbox."""
    for part in parts(sorted(set(ids))):
        for row in db.execute(_SEEN, {"s": side.value, "o": object_name, "ids": part}):
            yield row.id, row.seen


def finish(
    db: Connection,
    refs: Iterable[tuple[str, str, str]],
    state: State,
    reason: str,
    *,
    run: int,
    due: str = "",
) -> None:
    """Leave the records (side, object, id) in the inbox with *state*, taken up by *run*.

    One that failed too often rests.
    """
    rows = [{"s": side, "o": object_name, "i": id_} for side, object_name, id_ in refs]
    if not rows:
        return
    change: dict[str, Any] = {"state": str(state), "reason": reason, "run": run, "due": due}
    if state is State.FAILED:
        change["attempts"] = inbox.c.attempts + 1
        change["state"] = case(
            (inbox.c.attempts + 1 >= ATTEMPTS, str(State.DEAD)), else_=str(State.FAILED)
        )
    db.execute(inbox.update().where(*_one()).values(change), rows)


def correct(
    db: Connection, ref: tuple[str, str, str], values: Mapping[str, Value], modified: str
) -> None:
    """Put what was written to a system until *modified* into its record (side, object, id)."""
    side, object_name, id_ = ref
    one = (inbox.c.side == side, inbox.c.object == object_name, inbox.c.id == id_)
    found = db.execute(select(inbox.c.record, inbox.c.modified).where(*one)).one_or_none()
    if found is not None:
        known = load_values(found.record)
        db.execute(
            inbox.update()
            .where(*one)
            .values(record=dump({**known, **values}), modified=max(found.modified, modified))
        )


def forget(db: Connection, refs: Iterable[tuple[str, str, str]]) -> None:
    """Take settled records (side, object, id) out of the inbox."""
    _delete(db, [{"s": side, "o": object_name, "i": id_} for side, object_name, id_ in refs])


def waiting_counts(db: Connection) -> dict[str, int]:
    """Return how many records are in the inbox in each state."""
    rows = db.execute(_COUNTS)
    return {row[0]: row[1] for row in rows}


@reads
def entry_of(row: Any) -> Entry:
    """Return the record in a row of the table; raises ``LedgerError`` if it does not read."""
    return Entry(
        side=Side(row.side),
        object=row.object,
        id=row.id,
        modified=moment(row.modified),
        values=load_values(row.record),
        state=State(row.state),
        seen=row.seen,
        since=row.since,
        run=row.run,
        gone=load_gone(row.object, row.id, row.gone),
    )


def parts(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Yield *items* in as many as one statement takes."""
    for start in range(0, len(items), _MANY):
        yield items[start : start + _MANY]
