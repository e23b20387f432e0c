"""Cadences in the file as values, and values as cadences in the file."""

from __future__ import annotations

__all__ = ["plan_of", "put_plans"]

from typing import TYPE_CHECKING, Any

from syncline import Cadence, Touch, WorkspaceError

from .cadence_objects import CADENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cadence_history import Enrolments
    from .store import Batch, Document


def plan_of(document: Document) -> Cadence:
    """Return a cadence with its touches; raise ``WorkspaceError`` where it cannot be read."""
    try:
        return _plan_of(document)
    except (KeyError, TypeError, AttributeError) as err:
        raise WorkspaceError(
            f"{CADENCE.file} is damaged and was left as it is: the touches of a cadence cannot be "
            f"read ({type(err).__name__}: {err})",
            hint="Correct it, or restore it from a backup; docs/cadence.md shows a cadence.",
        ) from err


def _plan_of(document: Document) -> Cadence:
    return Cadence(
        name=document["name"],
        touches=tuple(
            Touch(
                channel=touch["kind"],
                day=touch["day"],
                template=touch.get("template", ""),
                subject=touch.get("subject", ""),
            )
            for touch in document.get("touches", ())
        ),
    )


def put_plans(batch: Batch, enrolments: Enrolments, plans: Sequence[Cadence]) -> dict[str, str]:
    """Make or replace cadences by name; return name -> ``new``, ``changed`` or ``same``."""
    known = {document["name"]: number for number, document in batch.table("cadence").items()}
    return {plan.name: _put(batch, enrolments, plan, known.get(plan.name)) for plan in plans}


def _put(batch: Batch, enrolments: Enrolments, plan: Cadence, number: str | None) -> str:
    if number is None:
        batch.insert("cadence", {"name": plan.name, "touches": _touches(plan)})
        return "new"
    if plan_of(batch.table("cadence")[number]) == plan:
        return "same"
    batch.update("cadence", number, {"touches": _touches(plan)})
    past = [
        each
        for each, enrolment in batch.table("enrolment").items()
        if enrolment["state"] == "active"
        and enrolment["cadence_name"] == plan.name
        and enrolment["touch"] > len(plan.touches)
    ]
    for each in past:
        enrolments.leave(each, "finished", "The cadence was shortened")
    return "changed"


def _touches(plan: Cadence) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "kind": touch.channel,
            "day": touch.day,
            **({"template": touch.template} if touch.template else {}),
            **({"subject": touch.subject} if touch.subject else {}),
        }
        for position, touch in enumerate(plan.touches, start=1)
    ]
