"""How records end in a batch (deleted, merged, converted), and how one comes back (B9)."""

from __future__ import annotations

__all__ = ["Endings", "refused", "unwritable"]

from typing import TYPE_CHECKING, Any

from syncline import FieldType, GoneKind, ObjectType, Outcome, OutcomeStatus

from . import marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Description, Value

    from .store import Batch, Document
    from .system import System


class Endings:
    """The ends in one batch. A record that ends stays in its table, with a mark."""

    def __init__(self, batch: Batch, system: System, description: Description) -> None:
        self._batch = batch
        self._system = system
        self._description = description

    def delete(self, kind: ObjectType, record_id: str) -> Outcome:
        """Delete one record; what is gone already is done."""
        if not kind.deletable:
            return refused(
                record_id, "INSUFFICIENT_ACCESS_OR_READONLY", f"A {kind.name} cannot be deleted."
            )
        problem = self.problem(kind, record_id)
        if problem is None:
            self._end(kind.name, record_id, GoneKind.DELETED, None)
        elif problem.status is not OutcomeStatus.GONE:
            return problem
        return Outcome(status=OutcomeStatus.DONE, id=record_id)

    def merge(self, kind: ObjectType, loser: str, winner: str) -> Outcome:
        """Let *winner* take the place of *loser*; its own values stay as they are."""
        if kind.name not in self._system.mergeable or loser == winner:
            return refused(loser, "INVALID_OPERATION", f"{loser} cannot be merged into {winner}.")
        for record_id in (loser, winner):
            problem = self.problem(kind, record_id)
            if problem is not None:
                return problem
        self._end(kind.name, loser, GoneKind.MERGED, (kind.name, winner))
        return Outcome(status=OutcomeStatus.DONE, id=winner)

    def convert(
        self,
        object_name: str,
        record_id: str,
        into: tuple[str, str],
        values: Mapping[str, Value],
    ) -> None:
        """Let a record of another object take the place of this one, which gets *values*."""
        self._end(object_name, record_id, GoneKind.CONVERTED, into)
        self._update(object_name, record_id, values)

    def undelete(self, kind: ObjectType, record_id: str) -> Outcome:
        """Bring a deleted record back, unless another one was made under its key meanwhile."""
        document = self.get(kind.name, record_id)
        if marks.kind_of(document) is not GoneKind.DELETED:
            return refused(record_id, "UNDELETE_FAILED", f"{record_id} is not in the bin.")
        key = document.get(kind.key_field or "")
        if key is not None and any(
            other.get(kind.key_field or "") == key and marks.stands(other)
            for other in self._batch.table(kind.name).values()
        ):
            return refused(record_id, "DUPLICATE_VALUE", f"Another {kind.name} has its key.")
        self._update(kind.name, record_id, marks.CLEARED)
        return Outcome(status=OutcomeStatus.DONE, id=record_id)

    def problem(self, kind: ObjectType, record_id: str) -> Outcome | None:
        """Return why a record takes no change, None if it does."""
        return unwritable(kind, record_id, self.get(kind.name, record_id))

    def get(self, object_name: str, record_id: str) -> Document:
        """Return the document of a record, ended or not; an empty one if there never was any."""
        number = self._system.number(object_name, record_id)
        return self._batch.table(object_name).get(number or "", {})

    def _leaving(self, object_name: str, record_id: str, winner: str | None) -> None:
        """Hear of a record that is about to end; *winner* takes its place, if any does."""

    def _end(
        self, object_name: str, record_id: str, how: GoneKind, into: tuple[str, str] | None
    ) -> None:
        self._leaving(object_name, record_id, into[1] if into else None)
        if into:
            self._hand_over(record_id, into[1])
        self._update(object_name, record_id, marks.marked(how, into))

    def _hand_over(self, loser: str, winner: str) -> None:
        """Let whatever refers to the one refer to the other."""
        for kind in self._description.objects:
            names = [field.name for field in kind.fields if field.type is FieldType.REFERENCE]
            for number, document in list(self._batch.table(kind.name).items()):
                moved = {name: winner for name in names if document.get(name) == loser}
                if moved and marks.kind_of(document) is None:
                    self._batch.update(kind.name, number, moved)

    def _update(self, object_name: str, record_id: str, values: Mapping[str, Any]) -> None:
        number = self._system.number(object_name, record_id)
        if number is not None:
            self._batch.update(object_name, number, values)


def unwritable(kind: ObjectType, record_id: str | None, document: Document) -> Outcome | None:
    """Return why the record *document* takes no change, None if it does."""
    if not document:
        return _gone(record_id, "NOT_FOUND", f"There is no {kind.name} {record_id}.")
    match marks.kind_of(document):
        case None:
            return None
        case GoneKind.CONVERTED:
            return refused(
                record_id,
                f"CANNOT_UPDATE_CONVERTED_{kind.name.upper()}",
                f"{kind.name} {record_id} was converted: it can be read and not changed.",
            )
        case _:
            return _gone(record_id, "ENTITY_IS_DELETED", f"{kind.name} {record_id} is deleted.")


def refused(record_id: str | None, code: str, message: str) -> Outcome:
    """Return the outcome of a row that the system says no to."""
    return Outcome(status=OutcomeStatus.REFUSED, id=record_id, code=code, message=message)


def _gone(record_id: str | None, code: str, message: str) -> Outcome:
    return Outcome(status=OutcomeStatus.GONE, id=record_id, code=code, message=message)
