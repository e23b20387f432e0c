"""A batch of writes, and what became of each row: one bad row never fails its neighbours."""

from __future__ import annotations

__all__ = ["Sender"]

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from syncline import Outcome, OutcomeStatus, RetriableError, UnknownOutcomeError

from .kinds import KEY_FIELD

if TYPE_CHECKING:
    from .kinds import Kind
    from .session import Session

_Row = dict[str, Any]
#: HubSpot refused the whole batch, and wrote nothing of it.
_REFUSED = frozenset({400, 409})
#: Categories of a row's fault that pass by themselves.
_PASSING = frozenset({"INTERNAL_ERROR", "RATE_LIMITS", "LOCKED"})
_ABSENT = "OBJECT_NOT_FOUND"


class Sender:
    """Sends rows of one kind, up to 100 in a request."""

    def __init__(self, session: Session, kind: Kind) -> None:
        self._session = session
        self._kind = kind

    def send(self, action: str, rows: Sequence[_Row]) -> list[Outcome]:
        """Send *rows* to ``batch/<action>``; one outcome each, in their order.

        Each carries a trace, which lets HubSpot answer row by row (207). Where it refuses the
        whole batch all the same, the halves are sent by themselves, until the bad row is alone.
        """
        inputs = [{**row, "objectWriteTraceId": str(at)} for at, row in enumerate(rows)]
        reply = self._session.call(
            "POST",
            f"/crm/v3/objects/{self._kind.path}/batch/{action}",
            word="write",
            json={"inputs": inputs},
            accept=_REFUSED,
        )
        if reply.status not in _REFUSED:
            return self._outcomes(action, rows, reply.body)
        if len(rows) == 1:
            return [_refused(reply.body, action)]
        middle = len(rows) // 2
        first = self.send(action, rows[:middle])
        try:
            return first + self.send(action, rows[middle:])
        except UnknownOutcomeError:
            raise
        except RetriableError as err:
            # The first half stands: saying so matters more than this passing fault.
            later = Outcome(status=OutcomeStatus.RETRY, message=err.message)
            return first + [later] * (len(rows) - middle)

    def _outcomes(self, action: str, rows: Sequence[_Row], body: Any) -> list[Outcome]:
        found: dict[int, Outcome] = {}
        for result in body["results"]:
            at = _traced(result.get("objectWriteTraceId"), rows)
            at = _place_of(result, rows) if at is None else at
            if at is not None:
                found[at] = _done(rows[at], result, action)
        for error in body.get("errors") or ():
            context: dict[str, list[Any]] = error.get("context") or {}
            traces = [_traced(each, rows) for each in context.get("objectWriteTraceId") or ()]
            named = context.get("ids") or []
            places = [at for at, row in enumerate(rows) if row.get("id") in named]
            for at in [each for each in traces if each is not None] or places:
                found[at] = _refused(error, action)
        if len(found) != len(rows):
            raise UnknownOutcomeError(
                f"HubSpot answered {len(rows)} rows with {len(found)} results; "
                "which of them took effect is unknown.",
                hint="Run `syncline run` again: it looks before it writes.",
            )
        return [found[at] for at in range(len(rows))]


def _traced(trace: Any, rows: Sequence[_Row]) -> int | None:
    text = str(trace)
    return int(text) if text.isdigit() and int(text) < len(rows) else None


def _place_of(result: Mapping[str, Any], rows: Sequence[_Row]) -> int | None:
    """Find the row of a result without a trace: by its id, or by our key among its properties."""
    held: _Row = result.get("properties") or {}
    names = {result["id"], held.get(KEY_FIELD)} - {None}
    for at, row in enumerate(rows):
        if names & {row.get("id"), row["properties"].get(KEY_FIELD)}:
            return at
    return None


def _done(row: _Row, result: Mapping[str, Any], action: str) -> Outcome:
    if action == "update" and result["id"] != row["id"]:
        # It answered for another record: the one that this one was merged into.
        return Outcome(
            status=OutcomeStatus.GONE,
            id=row["id"],
            code="MERGED",
            message=f"it was merged into {result['id']}",
        )
    return Outcome(status=OutcomeStatus.DONE, id=result["id"])


def _refused(error: Mapping[str, Any], action: str) -> Outcome:
    category = str(error.get("category", ""))
    details: list[Mapping[str, Any]] = list(error.get("errors") or ())
    detail: Mapping[str, Any] = details[0] if details else {}
    status = OutcomeStatus.REFUSED
    if category in _PASSING:
        status = OutcomeStatus.RETRY
    elif category == _ABSENT and action == "update":
        status = OutcomeStatus.GONE
    return Outcome(
        status=status,
        code=str(detail.get("code") or category),
        message=str(detail.get("message") or error.get("message", "")),
    )
