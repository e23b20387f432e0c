"""What an action means for a prospect as it stands: whom to take out of what, and into what."""

from __future__ import annotations

__all__ = ["Prospect", "Step", "decide"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline import ActionRequest, Outcome, OutcomeStatus

_BEGUN = "begun:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A Lead or a Contact, with the memberships that go on."""

    id: str
    #: The keys of actions that were done, or begun, the latest last.
    keys: tuple[str, ...]
    #: Whether the org has the field that keeps them.
    keeps: bool
    #: (id of the tracker, id of the cadence) of each.
    running: tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class Step:
    """What one request comes to; its outcome, once it is known."""

    request: ActionRequest
    keys: tuple[str, ...] = ()
    keeps: bool = False
    #: The trackers to end.
    leaves: tuple[str, ...] = ()
    #: The cadence to enter.
    enters: str = ""
    outcome: Outcome | None = None

    @property
    def begins(self) -> bool:
        """Whether dying in the middle would leave the prospect in no cadence."""
        return bool(self.leaves and self.enters)

    def noted(self, *, begun: bool) -> list[str]:
        """Return the keys to keep of the prospect."""
        word = _BEGUN + self.request.key
        others = [key for key in self.keys if key not in {word, self.request.key}]
        return [*others, word if begun else self.request.key]

    def refuse(self, error: Mapping[str, Any]) -> None:
        """Take the vendor's refusal for the outcome."""
        self.outcome = _refused(
            self.request, str(error.get("statusCode", "")), str(error.get("message", ""))
        )

    def result(self) -> Outcome:
        """Return the outcome: done, unless something stood against it."""
        return self.outcome or Outcome(status=OutcomeStatus.DONE, id=self.request.prospect)


def decide(request: ActionRequest, prospect: Prospect | None, cadences: Mapping[str, str]) -> Step:
    """Return what *request* comes to; *cadences* are the active ones, by name."""
    if prospect is None:
        gone = Outcome(
            status=OutcomeStatus.GONE,
            id=request.prospect,
            code="NOT_FOUND",
            message=f"There is no Lead or Contact {request.prospect}.",
        )
        return Step(request=request, outcome=gone)
    if request.key in prospect.keys:
        return Step(request=request, outcome=_done(request))
    step = Step(request=request, keys=prospect.keys, keeps=prospect.keeps)
    if request.action == "exit":
        step.leaves = tuple(tracker for tracker, _cadence in prospect.running)
        return step
    if request.action not in {"enrol", "move"}:
        step.outcome = _refused(
            request, "UNKNOWN_ACTION", f"Sales Engagement has no action {request.action}."
        )
        return step
    target = cadences.get(request.target or "")
    if target is None:
        step.outcome = _refused(
            request, "UNKNOWN_CADENCE", f"There is no active cadence {request.target}."
        )
        return step
    others = tuple(tracker for tracker, cadence in prospect.running if cadence != target)
    inside = len(others) < len(prospect.running)
    if request.action == "enrol" and others:
        step.outcome = _refused(
            request, "ALREADY_ENROLLED", "It is in a cadence: move it, or let it exit first."
        )
    elif request.action == "move" and not prospect.running and _begun(request) not in prospect.keys:
        step.outcome = _refused(request, "NOT_ENROLLED", "It is in no cadence.")
    else:
        step.leaves = others
        step.enters = "" if inside else target
    return step


def _begun(request: ActionRequest) -> str:
    return _BEGUN + request.key


def _done(request: ActionRequest) -> Outcome:
    return Outcome(status=OutcomeStatus.DONE, id=request.prospect)


def _refused(request: ActionRequest, code: str, message: str) -> Outcome:
    return Outcome(status=OutcomeStatus.REFUSED, id=request.prospect, code=code, message=message)
