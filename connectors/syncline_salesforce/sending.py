"""Sending rows: by collections of 200, or by a bulk job where that saves calls."""

from __future__ import annotations

__all__ = ["Sender", "in_shares", "later"]

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from syncline import Outcome, OutcomeStatus, RetriableError, UnknownOutcomeError

from . import writing
from .bulk import BulkJobs

if TYPE_CHECKING:
    from syncline import Write

    from .session import Session

T = TypeVar("T")

#: Rows in one collection, for one call.
SHARE = 200
#: From so many rows on, a bulk job is cheaper: it takes six calls or a few more.
MANY = 2000
#: A value that a sheet cannot hold: there it means that the field is emptied.
_NULL = "#N/A"


class Sender:
    """Creates, updates and deletes; each returns one outcome a row, in order."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bulk = BulkJobs(session)

    def upsert(self, object_name: str, writes: Sequence[Write], key: str) -> list[Outcome]:
        """Create records under their keys."""
        path = f"/composite/sobjects/{object_name}/{key}"
        # What is gone is then something that the new record refers to.
        return self._sent(object_name, writes, key, path, OutcomeStatus.REFUSED)

    def update(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Change records by their ids."""
        path, gone = "/composite/sobjects", OutcomeStatus.GONE
        results = self._sent(object_name, writes, None, path, gone)
        return [
            replace(result, id=result.id or write.id)
            for write, result in zip(writes, results, strict=True)
        ]

    def delete(self, ids: Sequence[str]) -> list[Outcome]:
        """Put records into the bin; what is gone already is done."""

        def send(share: Sequence[str]) -> list[Outcome]:
            params = {"ids": ",".join(share), "allOrNone": "false"}
            path = "/composite/sobjects"
            reply = self._session.call("DELETE", path, word="delete", params=params)
            return writing.outcomes(reply.body, len(share), absent=OutcomeStatus.DONE)

        results = in_shares(ids, SHARE, send)
        return [replace(each, id=id_) for each, id_ in zip(results, ids, strict=True)]

    def _sent(
        self,
        object_name: str,
        writes: Sequence[Write],
        key: str | None,
        path: str,
        absent: OutcomeStatus,
    ) -> list[Outcome]:
        records = [writing.record(object_name, write, key) for write in writes]
        if len(records) > MANY and not any(_NULL in record.values() for record in records):
            rows = [_flat(record) for record in records]
            results = self._bulk.write(object_name, key or "Id", rows)
            return writing.outcomes(results, len(rows), absent=absent)

        def send(share: Sequence[dict[str, Any]]) -> list[Outcome]:
            body = {"allOrNone": False, "records": list(share)}
            reply = self._session.call("PATCH", path, word="write", json=body)
            return writing.outcomes(reply.body, len(share), absent=absent)

        return in_shares(records, SHARE, send)


def in_shares(
    rows: Sequence[T], size: int, send: Callable[[Sequence[T]], list[Outcome]]
) -> list[Outcome]:
    """Send *rows* in shares; once one was sent, a passing fault leaves the rest for later.

    What was done stands: saying so matters more than the fault.
    """
    outcomes: list[Outcome] = []
    for start in range(0, len(rows), size):
        try:
            outcomes += send(rows[start : start + size])
        except UnknownOutcomeError:
            raise
        except RetriableError as err:
            if not outcomes:
                raise
            left = len(rows) - start
            return outcomes + later(left, err)
    return outcomes


def later(count: int, err: RetriableError) -> list[Outcome]:
    """Return the outcomes of rows that were not sent."""
    return [Outcome(status=OutcomeStatus.RETRY, message=err.message) for _ in range(count)]


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "attributes"}
