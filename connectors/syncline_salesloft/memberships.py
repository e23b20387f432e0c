"""Who is on which cadence, changed so that the same action again changes nothing.

The API has no place for the key of an action. Each one is therefore said as a state to reach:
where the person already stands there, nothing is done. A move adds first and removes then: cut off
between the two, it shows both, and again only removes.
"""

from __future__ import annotations

__all__ = ["Memberships"]

from typing import TYPE_CHECKING, Any

from syncline import ActionRequest, Outcome, OutcomeStatus

from .session import REFUSALS
from .writing import outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .directory import Directory
    from .session import Session

_PATH = "/cadence_memberships"


class Memberships:
    """The memberships of one team's people."""

    def __init__(self, session: Session, directory: Directory) -> None:
        self._session = session
        self._directory = directory

    def act(self, request: ActionRequest) -> Outcome:
        """Do one action; see ``Connector.act``."""
        match request.action:
            case "enrol":
                return self._enrol(request)
            case "exit":
                return self._exit(request)
            case "move":
                return self._move(request)
            case _:
                return _refused(request, "UNKNOWN_ACTION", f"There is no {request.action}.")

    def _enrol(self, request: ActionRequest) -> Outcome:
        target = self._target(request)
        if target is None:
            return _no_cadence(request)
        if any(_cadence(row) == target for row in self._current(request)):
            return _done(request)
        return self._add(request, target)

    def _exit(self, request: ActionRequest) -> Outcome:
        current = self._current(request)
        return self._remove(request, current) if current else self._missing(request)

    def _move(self, request: ActionRequest) -> Outcome:
        target = self._target(request)
        if target is None:
            return _no_cadence(request)
        current = self._current(request)
        if not current:
            found = self._missing(request)
            if found.status is not OutcomeStatus.DONE:
                return found
            return _refused(request, "NOT_ENROLLED", f"Person {request.prospect} is on no cadence.")
        others = [row for row in current if _cadence(row) != target]
        if len(others) == len(current):
            added = self._add(request, target)
            if added.status is not OutcomeStatus.DONE:
                return added
        return self._remove(request, others)

    def _target(self, request: ActionRequest) -> int | None:
        return None if request.target is None else self._directory.id("cadences", request.target)

    def _current(self, request: ActionRequest) -> list[dict[str, Any]]:
        asked = (("person_id", request.prospect), ("currently_on_cadence", "true"))
        return self._session.all(f"{_PATH}.json", asked, word="act")

    def _add(self, request: ActionRequest, target: int) -> Outcome:
        asked = (("person_id", request.prospect), ("cadence_id", str(target)))
        reply = self._session.call(
            "POST", f"{_PATH}.json", word="act", params=asked, accept=REFUSALS
        )
        if reply.status == 404:
            # The person, or the cadence: only the first is gone for good.
            found = self._missing(request)
            return found if found.status is not OutcomeStatus.DONE else _no_cadence(request)
        return outcome(reply, request.prospect)

    def _remove(self, request: ActionRequest, rows: Iterable[dict[str, Any]]) -> Outcome:
        for row in rows:
            if row.get("current_state") == "processing":
                return Outcome(
                    status=OutcomeStatus.RETRY,
                    id=request.prospect,
                    code="PROCESSING",
                    message="Salesloft is at work on the person's step.",
                )
            reply = self._session.call(
                "DELETE", f"{_PATH}/{row['id']}.json", word="act", accept=REFUSALS
            )
            if reply.status >= 300 and reply.status != 404:
                return outcome(reply, request.prospect)
        return _done(request)

    def _missing(self, request: ActionRequest) -> Outcome:
        """Tell whether the person of an action that finds no membership is there at all."""
        path = f"/people/{request.prospect}.json"
        reply = self._session.call("GET", path, word="act", accept={404})
        return outcome(reply, request.prospect)


def _cadence(row: dict[str, Any]) -> int:
    return int(row["cadence"]["id"])


def _done(request: ActionRequest) -> Outcome:
    return Outcome(status=OutcomeStatus.DONE, id=request.prospect)


def _refused(request: ActionRequest, code: str, message: str) -> Outcome:
    return Outcome(status=OutcomeStatus.REFUSED, id=request.prospect, code=code, message=message)


def _no_cadence(request: ActionRequest) -> Outcome:
    return _refused(request, "UNKNOWN_CADENCE", f"There is no cadence {request.target}.")
