"""Who is in which cadence, at which touch, and how that changes: by actions, each done once."""

from __future__ import annotations

__all__ = ["Cadences"]

from typing import TYPE_CHECKING

from syncline import ActionRequest, Outcome, OutcomeStatus

from . import marks
from .cadence_history import Enrolments

if TYPE_CHECKING:
    from .store import Batch, Document
    from .system import System

#: The audit of actions: what was asked, when, and what came of it.
_AUDIT = "_actions"


class Cadences:
    """The actions of one batch. Unless *several* are allowed, a prospect is in one cadence."""

    def __init__(self, batch: Batch, system: System, *, several: bool = False) -> None:
        self._batch = batch
        self._system = system
        self._several = several
        self._enrolments = Enrolments(batch, system)
        self._done = {entry["key"] for entry in batch.table(_AUDIT).values()}

    def act(self, request: ActionRequest) -> Outcome:
        """Do the action, unless its key says that it was done.

        A key is kept even if there was nothing to do: come again, it must not undo what others
        did meanwhile. A refusal keeps nothing, so that it can be corrected and asked again.
        """
        if self.is_done(request.key):
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
        result = self._do(request, document)
        if isinstance(result, Outcome):
            return result
        self.keep(request.key, request.action, request.prospect, result)
        return Outcome(status=OutcomeStatus.DONE, id=request.prospect)

    def is_done(self, key: str) -> bool:
        """Tell whether something was done under this key."""
        return key in self._done

    def keep(self, key: str, action: str, prospect: str, effect: str) -> None:
        """Keep in the audit what was done under a key."""
        self._done.add(key)
        self._batch.append(
            _AUDIT,
            {
                "at": self._batch.stamp,
                "key": key,
                "action": action,
                "prospect_id": prospect,
                "effect": effect,
            },
        )

    def end(self, prospect: str, winner: str | None) -> None:
        """Take a prospect that is about to end out of its cadences.

        A merge that leaves one enrolment leaves it to the *winner*.
        """
        if winner is None or self._enrolments.active(winner):
            reason = "The prospect was " + ("merged" if winner else "deleted")
            for number in self._enrolments.active(prospect):
                self._enrolments.leave(number, "exited", reason)

    def _do(self, request: ActionRequest, prospect: Document) -> str | Outcome:
        """Return what was done in words, or the refusal."""
        match request.action:
            case "enrol":
                return self._enrol(request)
            case "exit":
                return self._exit(request, prospect)
            case "move":
                return self._move(request, prospect)
            case "next touch":
                return self._next_touch(request)
            case _:
                return _refused(request, "UNKNOWN_ACTION", f"There is no action {request.action}.")

    def _enrol(self, request: ActionRequest) -> str | Outcome:
        target = request.target
        if target is None or not self._enrolments.knows(target):
            return _no_cadence(request)
        names = [self._enrolments.cadence(each) for each in self._active(request)]
        if target in names:
            return f"nothing: already in {target}"
        if names and not self._several:
            return _refused(
                request,
                "ALREADY_ENROLLED",
                f"{request.prospect} is in {names[0]}: move it, or let it exit first.",
            )
        return self._enter(request, target)

    def _exit(self, request: ActionRequest, prospect: Document) -> str:
        numbers = self._active(request)
        if not numbers:
            return "nothing: in no cadence"
        for number in numbers:
            self._enrolments.leave(number, "exited", _reason(request, prospect))
        return f"exited {self._names(numbers)}"

    def _move(self, request: ActionRequest, prospect: Document) -> str | Outcome:
        target = request.target
        if target is None or not self._enrolments.knows(target):
            return _no_cadence(request)
        numbers = self._active(request)
        if not numbers:
            return _not_enrolled(request)
        others = [each for each in numbers if self._enrolments.cadence(each) != target]
        if not others:
            return f"nothing: already in {target}"
        reason = _reason(request, prospect, f"Moved to {target}")
        for number in others:
            self._enrolments.leave(number, "moved", reason)
        left = f"left {self._names(others)}"
        if len(others) < len(numbers):
            return f"{left}, stays in {target}"
        return f"{left}, {self._enter(request, target)}"

    def _next_touch(self, request: ActionRequest) -> str | Outcome:
        numbers = self._active(request)
        if not numbers:
            return _not_enrolled(request)
        reason = request.reason or "Taken to the next touch"
        return ", ".join(self._enrolments.go_on(number, reason) for number in numbers)

    def _enter(self, request: ActionRequest, target: str) -> str:
        self._enrolments.enter(request.prospect, target, request.reason or "Put into the cadence")
        return f"entered {target}"

    def _active(self, request: ActionRequest) -> list[str]:
        return self._enrolments.active(request.prospect)

    def _names(self, numbers: list[str]) -> str:
        return " and ".join(self._enrolments.cadence(number) for number in numbers)


def _reason(request: ActionRequest, prospect: Document, plain: str = "") -> str:
    """Return why somebody leaves: who asked, and the status that stood behind it (RS12)."""
    asked = ": ".join(part for part in (plain, request.reason) if part)
    status = ": ".join(
        str(prospect[name])
        for name in ("integration_status", "integration_reason")
        if prospect.get(name)
    )
    told = asked or "Taken out of the cadence"
    return f"{told} ({status})" if status else told


def _refused(request: ActionRequest, code: str, message: str) -> Outcome:
    return Outcome(status=OutcomeStatus.REFUSED, id=request.prospect, code=code, message=message)


def _no_cadence(request: ActionRequest) -> Outcome:
    return _refused(request, "UNKNOWN_CADENCE", f"There is no cadence {request.target}.")


def _not_enrolled(request: ActionRequest) -> Outcome:
    return _refused(request, "NOT_ENROLLED", f"{request.prospect} is in no cadence.")
