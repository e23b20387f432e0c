"""Findings about rules that nothing ever reaches."""

from __future__ import annotations

__all__ = ["look_at_activities", "look_at_objects"]

from collections.abc import Iterable, Iterator, Sequence

from syncline_grammar import syntax as s

from ..model import Field, FieldType, ObjectType, Side
from ..rules.compiled import ActivityRule, MapRule, WorkflowRule
from .findings import Finding, Kind, Level, Place
from .wording import listed

_PROSPECT = "prospect"


def look_at_objects(
    workflows: Iterable[tuple[s.Workflow, WorkflowRule]], maps: Sequence[MapRule]
) -> Iterator[Finding]:
    """Yield the workflows on objects that no map brings over."""
    mapped = {rule.crm_object for rule in maps}
    for workflow, rule in workflows:
        if rule.object not in mapped:
            yield Finding(
                kind=Kind.UNREACHABLE,
                level=Level.FAULT,
                message=f'workflow "{workflow.name}" never fires: no map brings {rule.object} over',
                places=(Place(workflow.object.span, "no map of this object"),),
                notes=(f"Add `map {rule.object} <-> prospect {{ … }}`, or delete the workflow.",),
            )


def look_at_activities(
    activities: Sequence[tuple[s.Activity, ActivityRule]],
    maps: Sequence[MapRule],
    recorded: ObjectType | None,
) -> Iterator[Finding]:
    """Yield activity rules and outcomes that no recorded activity gets to."""
    if activities and maps and all(rule.cadence_object != _PROSPECT for rule in maps):
        span = activities[0][0].span
        yield _unreachable(
            "no activity gets across: no map says whom a prospect is in the CRM",
            [Place(span, "asked for in vain")],
            "Add a map of a prospect.",
        )
    first: dict[tuple[str, str], s.Activity] = {}
    for activity, rule in activities:
        if rule.source is Side.CRM:
            continue
        yield from _outcomes(activity, recorded)
        everything = first.get((rule.kind, ""))
        names = sorted(rule.outcomes) or [""]
        before = [everything or first.get((rule.kind, name)) for name in names]
        taken = list(dict.fromkeys(other.span.line for other in before if other is not None))
        if all(before):
            lines = listed([str(line) for line in taken])
            yield _unreachable(
                f"the activity in line {activity.span.line} is never asked: what it asks for is "
                f"taken by line {lines} before it",
                [Place(activity.span, "never asked"), *(
                    Place(other.span, "asked first") for other in dict.fromkeys(before) if other
                )],
                "The first activity rule that fits is the one that is used: join the two.",
            )  # fmt: skip
        for name in names:
            first.setdefault((rule.kind, name), activity)


def _outcomes(activity: s.Activity, recorded: ObjectType | None) -> Iterator[Finding]:
    kind = None if recorded is None else recorded.get("kind")
    if _never(kind, activity.kind.text):
        yield _unreachable(
            f"the cadence records no {activity.kind.text}",
            [Place(activity.kind.span, "never recorded")],
            "Delete the rule.",
        )
    field = None if recorded is None else recorded.get("outcome")
    for outcome in activity.outcomes:
        if _never(field, outcome.value):
            assert field is not None
            yield _unreachable(
                f'no activity has the outcome "{outcome.value}" in line {outcome.span.line}',
                [Place(outcome.span, "never an outcome")],
                f"The outcomes are {listed(field.values)}.",
            )


def _never(field: Field | None, value: str) -> bool:
    """Tell whether *field* is a closed list without *value*, as outcomes compare."""
    if field is None or field.type is not FieldType.PICKLIST or not field.restricted:
        return False
    known = {text.strip().casefold() for text in field.values}
    return bool(known) and value.strip().casefold() not in known


def _unreachable(message: str, where: Sequence[Place], advice: str) -> Finding:
    return Finding(
        kind=Kind.UNREACHABLE,
        level=Level.FAULT,
        message=message,
        places=tuple(where),
        notes=(advice,),
    )
