"""A batch of writes as sObject collections, and what became of each row."""

from __future__ import annotations

__all__ = ["outcomes", "records"]

from typing import TYPE_CHECKING, Any

from syncline import Outcome, OutcomeStatus, UnknownOutcomeError

from .values import to_wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncline import Write

#: Faults of a row that pass by themselves: another transaction holds it, or the server is busy.
_PASSING = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"})


def records(
    object_name: str, writes: Sequence[Write], key_field: str | None
) -> list[dict[str, Any]]:
    """Return the rows of a request body: creations carry their key, updates their id."""
    rows: list[dict[str, Any]] = []
    for write in writes:
        row: dict[str, Any] = {name: to_wire(value) for name, value in write.values.items()}
        row["attributes"] = {"type": object_name}
        if write.id is not None:
            row["Id"] = write.id
        elif key_field is not None:
            row[key_field] = write.key
        rows.append(row)
    return rows


def outcomes(body: list[dict[str, Any]] | None, count: int) -> list[Outcome]:
    """Return the fate of each of *count* rows, in their order."""
    results: list[dict[str, Any]] = body or []
    if len(results) != count:
        raise UnknownOutcomeError(
            f"Salesforce answered {count} rows with {len(results)} results; "
            "which of them took effect is unknown.",
            hint="Run `syncline run` again: it looks before it writes.",
        )
    return [_outcome(result) for result in results]


def _outcome(result: dict[str, Any]) -> Outcome:
    if result.get("success") is True:
        return Outcome(status=OutcomeStatus.DONE, id=result.get("id"))
    errors: list[dict[str, Any]] = result.get("errors") or [{}]
    code = str(errors[0].get("statusCode", ""))
    return Outcome(
        status=OutcomeStatus.RETRY if code in _PASSING else OutcomeStatus.REFUSED,
        id=result.get("id"),
        code=code,
        message="; ".join(str(error.get("message", "")) for error in errors),
    )
