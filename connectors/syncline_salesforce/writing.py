"""Writes as rows of a request, and what became of each."""

from __future__ import annotations

__all__ = ["outcomes", "record"]

from typing import TYPE_CHECKING, Any

from syncline import Outcome, OutcomeStatus, UnknownOutcomeError

from .values import to_wire

if TYPE_CHECKING:
    from syncline import Write

#: Faults of a row that pass by themselves: another transaction holds it, or the server is busy.
_PASSING = frozenset(
    {"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "BULK_JOB_FAILED"}
)
#: A record is in the bin, or was purged from it.
_ABSENT = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})


def record(object_name: str, write: Write, key_field: str | None) -> dict[str, Any]:
    """Return a row of a request's body: a creation carries its key, an update its id."""
    row: dict[str, Any] = {name: to_wire(value) for name, value in write.values.items()}
    row["attributes"] = {"type": object_name}
    if write.id is not None:
        row["Id"] = write.id
    elif key_field is not None:
        row[key_field] = write.key
    return row


def outcomes(
    body: list[dict[str, Any]] | None, count: int, *, absent: OutcomeStatus
) -> list[Outcome]:
    """Return the fate of each of *count* rows, in their order.

    *absent* is what it means for a row that a record is no longer there.
    """
    results: list[dict[str, Any]] = body or []
    if len(results) != count:
        raise UnknownOutcomeError(
            f"Salesforce answered {count} rows with {len(results)} results; "
            "which of them took effect is unknown.",
            hint="Run `syncline run` again: it looks before it writes.",
        )
    return [_outcome(result, absent) for result in results]


def _outcome(result: dict[str, Any], absent: OutcomeStatus) -> Outcome:
    if result.get("success") is True:
        return Outcome(status=OutcomeStatus.DONE, id=result.get("id"))
    errors: list[dict[str, Any]] = result.get("errors") or [{}]
    code = str(errors[0].get("statusCode", ""))
    status = OutcomeStatus.REFUSED
    if code in _PASSING:
        status = OutcomeStatus.RETRY
    elif code in _ABSENT:
        status = absent
    return Outcome(
        status=status,
        id=result.get("id"),
        code=code,
        message="; ".join(str(error.get("message", "")) for error in errors),
    )
