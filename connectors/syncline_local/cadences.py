"""Who is in which cadence, at which touch, and how that changes: by actions, each done once."""

from __future__ import annotations

__all__ = ["Cadences"]

from typing import TYPE_CHECKING

from syncline import ActionRequest, Outcome, OutcomeStatus

from . import marks

if TYPE_CHECKING:
    from .store import Batch, Document
    from .system import System

#: The audit of actions: what was asked, when, and what came of it.
_AUDIT = "_actions"


class Cadences:
    """The enrolments of one batch. A prospect is in one cadence at a time."""

    def __init__(self, batch: Batch, system: System) -> None:
        self._batch = batch
        self._system = system
        self._cadences = {
            cadence["name"]: number for number, cadence in batch.table("cadence").items()
        }
        self._active = {
            enrolment["prospect_id"]: number
            for number, enrolment in batch.table("enrolment").items()
            if enrolment["state"] == "active"
        }
        self._done = {entry["key"] for entry in batch.table(_AUDIT).values()}

    def act(self, request: ActionRequest) -> Outcome:
        """Do the action, unless its key says that it was done.

        A key is kept even if there was nothing to do: come again, it must not undo what others
        did meanwhile. A refusal keeps nothing, so that it can be corrected and asked again.
        """
        if request.key in self._done:
            return Outcome(status=OutcomeStatus.DONE, id=request.prospect)
        number = self._system.number("prospect", request.prospect)
        document = self._batch.table("prospect").get(number or "")
        if document is None or not marks.stands(document):
            return Outcome(
                status=OutcomeStatus.GONE,
                id=request.prospect,
                code="NOT_FOUND",
                message=f"There is no prospect {request.prospect}.",
            )
        result = self._do(request)
        if isinstance(result, Outcome):
            return result
        self._done.add(request.key)
        self._batch.append(
            _AUDIT,
            {
                "at": self._batch.stamp,
                "key": request.key,
                "action": request.action,
                "prospect_id": request.prospect,
                "effect": result,
            },
        )
        return Outcome(status=OutcomeStatus.DONE, id=request.prospect)

    def end(self, prospect: str, winner: str | None) -> None:
        """Take a prospect that is about to end out of its cadence.

        A merge that leaves one enrolment leaves it to the *winner*.
        """
        if prospect in self._active and (winner is None or winner in self._active):
            self._leave(
                prospect, "exited", "The prospect was " + ("merged" if winner else "deleted")
            )

    def _do(self, request: ActionRequest) -> str | Outcome:
        """Return what was done in words, or the refusal."""
        match request.action:
            case "enrol":
                return self._enrol(request)
            case "exit":
                return self._exit(request)
            case "move":
                return self._move(request)
            case "next touch":
                return self._next_touch(request)
            case _:
                return _refused(request, "UNKNOWN_ACTION", f"There is no action {request.action}.")

    def _enrol(self, request: ActionRequest) -> str | Outcome:
        target = request.target
        if target is None or target not in self._cadences:
            return _no_cadence(request)
        current = self._enrolment(request.prospect)
        if current is None:
            return self._enter(request.prospect, target)
        if current["cadence_name"] == target:
            return f"nothing: already in {target}"
        return _refused(
            request,
            "ALREADY_ENROLLED",
            f"{request.prospect} is in {current['cadence_name']}: move it, or let it exit first.",
        )

    def _exit(self, request: ActionRequest) -> str:
        current = self._enrolment(request.prospect)
        if current is None:
            return "nothing: in no cadence"
        self._leave(request.prospect, "exited", "Taken out of the cadence")
        return f"exited {current['cadence_name']}"

    def _move(self, request: ActionRequest) -> str | Outcome:
        target = request.target
        if target is None or target not in self._cadences:
            return _no_cadence(request)
        current = self._enrolment(request.prospect)
        if current is None:
            return _not_enrolled(request)
        if current["cadence_name"] == target:
            return f"nothing: already in {target}"
        self._leave(request.prospect, "moved", f"Moved to {target}")
        return f"left {current['cadence_name']}, {self._enter(request.prospect, target)}"

    def _next_touch(self, request: ActionRequest) -> str | Outcome:
        current = self._enrolment(request.prospect)
        if current is None:
            return _not_enrolled(request)
        name = current["cadence_name"]
        if current["touch"] >= self._touches(name):
            self._leave(request.prospect, "finished", "Past the last touch")
            return f"finished {name}"
        touch = current["touch"] + 1
        self._batch.update("enrolment", self._active[request.prospect], {"touch": touch})
        return f"touch {touch} of {name}"

    def _enrolment(self, prospect: str) -> Document | None:
        number = self._active.get(prospect)
        return None if number is None else self._batch.table("enrolment")[number]

    def _touches(self, name: str) -> int:
        number = self._cadences.get(name)
        # A cadence that a person took out of the file has no touch left.
        return len(self._batch.table("cadence")[number].get("touches", ())) if number else 0

    def _enter(self, prospect: str, name: str) -> str:
        self._active[prospect] = self._batch.insert(
            "enrolment",
            {
                "prospect_id": prospect,
                "cadence_id": self._system.record_id("cadence", self._cadences[name]),
                "cadence_name": name,
                "touch": 1,
                "state": "active",
                "entered_at": self._batch.stamp,
            },
        )
        return f"entered {name}"

    def _leave(self, prospect: str, state: str, reason: str) -> None:
        self._batch.update(
            "enrolment",
            self._active.pop(prospect),
            {"state": state, "reason": reason, "left_at": self._batch.stamp},
        )


def _refused(request: ActionRequest, code: str, message: str) -> Outcome:
    return Outcome(status=OutcomeStatus.REFUSED, id=request.prospect, code=code, message=message)


def _no_cadence(request: ActionRequest) -> Outcome:
    return _refused(request, "UNKNOWN_CADENCE", f"There is no cadence {request.target}.")


def _not_enrolled(request: ActionRequest) -> Outcome:
    return _refused(request, "NOT_ENROLLED", f"{request.prospect} is in no cadence.")
