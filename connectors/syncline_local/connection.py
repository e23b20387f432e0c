"""What the embedded CRM and the embedded cadence have in common: records in a file."""

from __future__ import annotations

__all__ = ["LocalConnection"]

from typing import TYPE_CHECKING, Any

from syncline import (
    ActionRequest,
    Condition,
    Context,
    Description,
    FatalError,
    ObjectType,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Record,
    Usage,
    Write,
    is_blank,
)

from . import marks
from .endings import Endings, refused, unwritable
from .listing import Listing
from .store import Batch, Document, Store, Table
from .validate import fault_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .system import System


class LocalConnection:
    """A ``Connector`` to one embedded system; all but its actions."""

    def __init__(self, context: Context, system: System, description: Description) -> None:
        self._context = context
        self._system = system
        self._description = description
        self._store = Store(context.folder / "data" / system.file, system, context.now)
        self._listing = Listing(self._store, context, description.prices, self._values)

    def describe(self) -> Description:
        """Return the objects of the system; the file is local, so this costs no call."""
        return self._description

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield what changed and what went strictly after *since*, by (modified, id)."""
        self._known(object_name, fields)
        return self._listing.pages(object_name, fields, since)

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the records that still exist among *ids*."""
        self._known(object_name, fields)
        if not ids:
            return []
        self._spend(1, "read")
        table = self._store.table(object_name)
        numbers = dict.fromkeys(self._system.number(object_name, each) for each in ids)
        return [
            self._listing.record(object_name, number, table[number], fields)
            for number in numbers
            if number is not None and number in table and marks.stands(table[number])
        ]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> record id for those of our *keys* that stand in the system."""
        kind = self._known(object_name)
        if not keys:
            return {}
        self._spend(1, "lookup")
        numbers = _numbers_by_key(kind, self._store.table(object_name))
        return {
            key: self._system.record_id(object_name, numbers[key]) for key in keys if key in numbers
        }

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update records in one replacement of the file; one outcome a row.

        A row without an id and without a key is a person's: it always makes a new record.
        """
        kind = self._known(object_name)
        if not writes:
            return []
        self._spend(self._description.prices.write, "write")
        if kind.key_field is None:
            return [
                refused(row.id, "INSUFFICIENT_ACCESS_OR_READONLY", f"A {kind.name} is read only.")
                for row in writes
            ]
        with self._store.changing() as batch:
            numbers = _numbers_by_key(kind, batch.table(object_name))
            return [self._write_row(batch, kind, numbers, row) for row in writes]

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records in one replacement of the file; they stay in it, with a mark."""
        kind = self._known(object_name)
        if not ids:
            return []
        self._spend(self._description.prices.write, "delete")
        with self._store.changing() as batch:
            endings = self._endings(batch)
            return [endings.delete(kind, each) for each in ids]

    def merge(self, object_name: str, loser: str, winner: str) -> Outcome:
        """Merge as a person does: whatever belonged to *loser* belongs to *winner* from now on."""
        kind = self._known(object_name)
        with self._store.changing() as batch:
            return self._endings(batch).merge(kind, loser, winner)

    def undelete(self, object_name: str, record_id: str) -> Outcome:
        """Take a record out of the bin, as a person does."""
        kind = self._known(object_name)
        with self._store.changing() as batch:
            return self._endings(batch).undelete(kind, record_id)

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Do each action once."""
        if not requests:
            return []
        self._spend(self._description.prices.action * len(requests), "act")
        with self._store.changing() as batch:
            return self._act(batch, requests)

    def usage(self) -> Usage | None:
        """Return None: a file sets no limit."""
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _endings(self, batch: Batch) -> Endings:
        return Endings(batch, self._system, self._description)

    def _act(self, batch: Batch, requests: Sequence[ActionRequest]) -> list[Outcome]:
        del batch
        return [
            refused(request.prospect, "UNKNOWN_ACTION", f"There is no action {request.action}.")
            for request in requests
        ]

    def _values(self, object_name: str, document: Document) -> Mapping[str, Any]:
        """Return the values that a document stands for, by field."""
        del object_name
        return document

    def _spend(self, price: int, word: str) -> None:
        self._context.spend(price, word)

    def _known(self, object_name: str, fields: Sequence[str] = ()) -> ObjectType:
        kind = self._description.get(object_name)
        if kind is None:
            known = ", ".join(each.name for each in self._description.objects)
            raise FatalError(
                f"{self._system.file} has no object {object_name}.", hint=f"It has {known}."
            )
        for name in fields:
            if kind.get(name) is None:
                raise FatalError(
                    f"{object_name} has no field {name}.",
                    hint="Correct the rule that names it, then run `syncline check`.",
                )
        return kind

    def _write_row(
        self, batch: Batch, kind: ObjectType, numbers: dict[str, str], row: Write
    ) -> Outcome:
        table = batch.table(kind.name)
        creating = row.id is None
        number = (
            self._system.number(kind.name, row.id)
            if row.id is not None
            else numbers.get(row.key or "")
        )
        current = table.get(number) if number is not None else None
        if not creating or current is not None:
            problem = unwritable(kind, row.id, current or {})
            if problem is not None:
                return problem
        fault = fault_in(kind, row.values, current, creating=creating)
        if fault is not None:
            return refused(row.id, *fault)
        if number is None or current is None:
            number = self._create(batch, kind, numbers, row)
        else:
            batch.update(kind.name, number, row.values)
        return Outcome(status=OutcomeStatus.DONE, id=self._system.record_id(kind.name, number))

    def _create(self, batch: Batch, kind: ObjectType, numbers: dict[str, str], row: Write) -> str:
        given = {name: value for name, value in row.values.items() if not is_blank(value)}
        own = {kind.key_field: row.key} if kind.key_field and row.key else {}
        number = batch.insert(
            kind.name, {**self._system.defaults.get(kind.name, {}), **given, **own}
        )
        if row.key:
            numbers[row.key] = number
        return number


def _numbers_by_key(kind: ObjectType, table: Table) -> dict[str, str]:
    if kind.key_field is None:
        return {}
    return {
        document[kind.key_field]: number
        for number, document in table.items()
        if kind.key_field in document and marks.stands(document)
    }
