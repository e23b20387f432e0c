"""Findings about who writes what: a field with two writers, values that go round between fields."""

from __future__ import annotations

__all__ = ["look_at_writes"]

from collections.abc import Iterator

from syncline_grammar import syntax as s

from ..model import Side
from ..rules.compiled import ActivityRule, FieldRule, MapRule
from .findings import Finding, Kind, Level, Place
from .wording import listed

#: A field, by its side and its API name.
_Node = tuple[Side, str]
_Rows = list[tuple[s.FieldMapping, FieldRule]]


def look_at_writes(
    maps: list[tuple[s.ObjectMap, MapRule]], activities: list[tuple[s.Activity, ActivityRule]]
) -> Iterator[Finding]:
    """Yield fields that two rules write, and circles of one-way rows."""
    for block, rule in maps:
        rows = list(zip(block.rows, rule.rows, strict=True))
        yield from _keys(rule, rows)
        yield from _circles(rule, rows)
        for activity, recorded in activities:
            to_crm = recorded.source is Side.CADENCE
            if to_crm and recorded.template.object == rule.crm_object:
                yield from _shared(rule, rows, activity, recorded)


def _writes(rule: MapRule, row: FieldRule, side: Side) -> bool:
    """Tell whether *row* ever writes its field on *side*."""
    return side in row.targets & rule.targets and row.write[side] is not s.WriteRule.NEVER


def _keys(rule: MapRule, rows: _Rows) -> Iterator[Finding]:
    for written, row in rows:
        for side in Side:
            name = row.field(side).name
            if name == rule.key_fields[side] and _writes(rule, row, side):
                span = written.span
                yield Finding(
                    kind=Kind.TWO_WRITERS,
                    level=Level.FAULT,
                    message=f"{name} in line {span.line} is where Syncline keeps its own key of "
                    f"{rule.object(side)}: a row that writes it lets records be created twice",
                    places=(Place(span, "writes Syncline's key"),),
                    notes=("Map another field.",),
                )


def _shared(
    rule: MapRule,
    rows: _Rows,
    activity: s.Activity,
    recorded: ActivityRule,
) -> Iterator[Finding]:
    """Yield the fields that an activity and a map write in records of one object."""
    template = recorded.template
    names = {field.name for field in recorded.fields} | set(template.values)
    names |= {template.person_field, template.date_field or template.person_field}
    for written, row in rows:
        if row.crm.name in names and _writes(rule, row, Side.CRM):
            span = written.span
            yield Finding(
                kind=Kind.TWO_WRITERS,
                level=Level.QUESTION,
                message=f"{row.crm.name} of {rule.crm_object} is written by the activity in line "
                f"{activity.span.line} and by the map's row in line {span.line}",
                places=(Place(span, "writes it"), Place(activity.span, "writes it too")),
                notes=("Let one of them alone write it.",),
            )


def _circles(rule: MapRule, rows: _Rows) -> Iterator[Finding]:
    """Yield the circles of fields. A field has one writer, so going back from it finds them all."""
    source: dict[_Node, tuple[_Node, s.FieldMapping, bool]] = {}
    for written, row in rows:
        for side in Side:
            if _writes(rule, row, side) and row.write[side] is not s.WriteRule.ON_CREATE:
                ends = (side, row.field(side).name), (side.other, row.field(side.other).name)
                source[ends[0]] = (ends[1], written, _changes(written, row))
    done: set[_Node] = set()
    for start in source:
        path: list[_Node] = []
        node = start
        while node in source and node not in done:
            done.add(node)
            path.append(node)
            node = source[node][0]
        if node in path:
            circle = path[path.index(node) :]
            through = [source[step][1] for step in circle]
            if any(row is not through[0] for row in through):
                changing = any(source[step][2] for step in circle)
                yield _circle(circle, sorted(through, key=lambda row: row.span.start), changing)


def _changes(written: s.FieldMapping, row: FieldRule) -> bool:
    """Tell whether a value comes out of *row* as another one, and not only tidied."""
    return written.table is not None or (written.using is not None and not row.tidies)


def _circle(circle: list[_Node], rows: list[s.FieldMapping], changing: bool) -> Finding:
    way = [f"{name} of the {side.word}" for side, name in [*circle, circle[0]][::-1]]
    lines = listed([str(row.span.line) for row in rows])
    return Finding(
        kind=Kind.FIELD_CIRCLE,
        level=Level.FAULT if changing else Level.QUESTION,
        message=f"a value goes round through the rows in lines {lines}: {', '.join(way[:-1])}, "
        f"and {way[-1]} again",
        places=tuple(Place(row.span, "part of the circle") for row in rows),
        notes=(
            "A row that changes its value on the way may never settle."
            if changing
            else "Each change takes several runs to arrive everywhere.",
            "Leave out a row, or write one row with `<->`.",
        ),
    )
