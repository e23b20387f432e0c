"""The records of an embedded system as a listing and a reading give them."""

from __future__ import annotations

__all__ = ["Listing"]

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from syncline import Page, Position, Record, Value

from . import marks
from .store import Document, Store, Table, parse_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncline import Context, Prices

_BEGINNING = Position(modified=datetime.min.replace(tzinfo=UTC))


class Listing:
    """Reads one store; *values_of* gives the values that a document stands for, by field."""

    def __init__(
        self,
        store: Store,
        context: Context,
        prices: Prices,
        values_of: Callable[[str, Document], Mapping[str, Any]],
    ) -> None:
        self._store = store
        self._system = store.system
        self._context = context
        self._prices = prices
        self._values_of = values_of

    def pages(
        self, object_name: str, fields: Sequence[str], since: Position | None
    ) -> Iterator[Page]:
        """Yield what changed and what went strictly after *since*; see ``Connector.changes``."""
        position = since or _BEGINNING
        listed: Table | None = None
        rest: list[tuple[Position, str]] = []
        more = True
        while more:
            self._context.spend(self._prices.page, "list")
            server_time = self._context.now()
            table = self._store.table(object_name)
            if table is not listed:
                # First page, or somebody wrote meanwhile: what changed has moved to the end.
                rest = self._after(object_name, table, position, ended=since is not None)
                listed = table
            page, rest = rest[: self._prices.page_size], rest[self._prices.page_size :]
            more = bool(rest)
            if page:
                position = page[-1][0]
            yield Page(
                records=tuple(
                    self.record(object_name, number, table[number], fields)
                    for _, number in page
                    if marks.kind_of(table[number]) is None
                ),
                position=position,
                server_time=server_time,
                gone=tuple(
                    marks.gone(object_name, place.id, table[number], place.modified)
                    for place, number in page
                    if marks.kind_of(table[number]) is not None
                ),
            )

    def record(
        self, object_name: str, number: str, document: Document, fields: Sequence[str]
    ) -> Record:
        """Return one record with exactly *fields*."""
        record_id = self._system.record_id(object_name, number)
        values: dict[str, Value] = {
            **self._values_of(object_name, document),
            self._system.id_field: record_id,
        }
        return Record(
            object=object_name,
            id=record_id,
            values={name: values.get(name) for name in fields},
            modified=parse_stamp(document[self._system.modified_field]),
        )

    def _after(
        self, object_name: str, table: Table, position: Position, *, ended: bool
    ) -> list[tuple[Position, str]]:
        start = (position.modified, position.id)
        keys = (
            (
                parse_stamp(document[self._system.modified_field]),
                self._system.record_id(object_name, number),
                number,
            )
            for number, document in table.items()
            if ended or marks.kind_of(document) is None
        )
        return [
            (Position(modified=modified, id=record_id), number)
            for modified, record_id, number in sorted(key for key in keys if key[:2] > start)
        ]
