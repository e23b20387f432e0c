"""A connection to a system in memory: the public protocol, and misfortune at each call."""

from __future__ import annotations

__all__ = ["Memory"]

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from ..condition import Condition
from ..errors import UnknownOutcomeError
from ..model import (
    ActionRequest,
    Description,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Record,
    Usage,
    Write,
)
from .habits import RefusedError
from .records import Row
from .store import Store
from .weather import Calm, Weather

_BEGINNING = Position(modified=datetime.min.replace(tzinfo=UTC))


class Memory:
    """A ``Connector`` to a ``Store``; *spend* is called with price and word before each call."""

    def __init__(
        self, store: Store, spend: Callable[[int, str], None], weather: Weather | None = None
    ) -> None:
        self._store = store
        self._spend = spend
        self._weather: Weather = Calm() if weather is None else weather
        self._prices = store.description.prices

    def describe(self) -> Description:
        """Return what the system says of itself."""
        return self._store.description

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield the records changed after *since*, with those that went in the same span."""
        position = since or _BEGINNING
        began, more = self._store.count.last, True
        while more:
            self._begin(self._prices.page, "list")
            rows, more = self._store.page(object_name, position, self._prices.page_size)
            time = self._store.habits.stamp(self._store.server_time())
            if rows and (place := rows[-1].place) is not None:
                position = Position(modified=place[0], id=place[1])
            for row in rows:
                self._weather.handed(self._store, row)
            if not more:
                self._weather.listed(self._store, object_name, began)
            gone = [row.shown[2] for row in rows if row.shown and row.shown[2]]
            if not more and since is not None:
                gone += self._weather.mirage(self._store, object_name)
            page = Page(
                records=tuple(
                    _record(row, fields) for row in rows if row.shown and not row.shown[2]
                ),
                position=position,
                server_time=time,
                gone=() if since is None else tuple(gone),
            )
            self._weather.after(self._store, "list")
            yield page

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the records that are there among *ids*, as they are."""
        self._begin(1, "read")
        found = [row for id_ in ids if (row := self._store.row(object_name, id_)) is not None]
        self._weather.after(self._store, "read")
        return [
            Record(
                object=object_name,
                id=row.id,
                values={name: row.values.get(name) for name in fields},
                modified=row.modified,
            )
            for row in found
        ]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> id for the keys that stand in the system."""
        self._begin(1, "look up")
        found = {key: id_ for key in keys if (id_ := self._store.by_key(object_name, key))}
        self._weather.after(self._store, "look up")
        return found

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update; a creation is an upsert by its key."""
        self._begin(self._prices.write, "write")
        arrive = self._weather.arriving(self._store, "write", len(writes))
        outcomes = [self._write(object_name, write) for write in writes[:arrive]]
        return self._answer("write", outcomes, len(writes))

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete; what is gone already is done."""
        self._begin(self._prices.write, "delete")
        arrive = self._weather.arriving(self._store, "delete", len(ids))
        outcomes = [self._delete(object_name, id_) for id_ in ids[:arrive]]
        return self._answer("delete", outcomes, len(ids))

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Do each action once, by its key."""
        self._begin(self._prices.action * len(requests), "act")
        arrive = self._weather.arriving(self._store, "act", len(requests))
        outcomes = [self._act(request) for request in requests[:arrive]]
        return self._answer("act", outcomes, len(requests))

    def usage(self) -> Usage | None:
        """Return None: the system sets no limit of its own."""
        return None

    def close(self) -> None:
        """There is nothing to let go of."""

    def _begin(self, price: int, what: str) -> None:
        self._spend(price, what)
        self._weather.before(self._store, what)

    def _answer(self, what: str, outcomes: list[Outcome], rows: int) -> list[Outcome]:
        self._weather.after(self._store, what)
        if len(outcomes) < rows:
            raise UnknownOutcomeError(f"the {self._store.side.word} broke off in the middle")
        return outcomes

    def _write(self, name: str, write: Write) -> Outcome:
        refused = self._weather.refusal(self._store)
        if refused is not None:
            return refused
        self._weather.sending(self._store, name, write)
        id_ = write.id
        if id_ is None and write.key is not None:
            id_ = self._store.by_key(name, write.key)
        try:
            if id_ is None:
                id_ = self._store.insert(name, write.values, key=write.key, ours=True)
            elif self._store.row(name, id_) is None:
                return Outcome(status=OutcomeStatus.GONE, id=id_, code="ENTITY_IS_DELETED")
            else:
                self._store.update(name, id_, write.values, ours=True)
        except RefusedError as err:
            return Outcome(
                status=OutcomeStatus.REFUSED, id=write.id, code=err.code, message=err.message
            )
        return Outcome(status=OutcomeStatus.DONE, id=id_)

    def _delete(self, name: str, id_: str) -> Outcome:
        if self._store.row(name, id_) is not None:
            self._store.remove(name, id_, ours=True)
        return Outcome(status=OutcomeStatus.DONE, id=id_)

    def _act(self, request: ActionRequest) -> Outcome:
        refused = self._weather.refusal(self._store)
        if refused is not None:
            return refused
        done = Outcome(status=OutcomeStatus.DONE, id=request.prospect)
        if request.key in self._store.acted:
            self._store.taken += 1
            return done
        if self._store.row("prospect", request.prospect) is None:
            return Outcome(status=OutcomeStatus.REFUSED, code="NOT_FOUND", message="no prospect")
        self._weather.asking(self._store, request)
        self._store.do(request)
        return done


def _record(row: Row, fields: Sequence[str]) -> Record:
    """Return the row as listings show it."""
    assert row.shown is not None
    assert row.place is not None
    values = row.shown[0]
    return Record(
        object=row.object,
        id=row.id,
        values={name: values.get(name) for name in fields},
        modified=row.place[0],
    )
