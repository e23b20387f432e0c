"""For the tests of the analysis: rule files around a few rows, and every record of a small grid."""

from __future__ import annotations

__all__ = ["CATALOG", "GRID", "criterion", "file", "found", "grid", "kinds", "ruled", "scope"]

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from support_language import NOON, TYPES, checked
from syncline import Action, Field, FieldType, ObjectType, Side
from syncline.analysis import Finding, analyse
from syncline.rules.catalog import Scope
from syncline.rules.values import EVENT
from syncline_grammar import syntax as s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncline import Value
    from syncline.rules.ruleset import RuleSet

_CRM = TYPES.descriptions[Side.CRM]
_CADENCE = TYPES.descriptions[Side.CADENCE]
_THING, *_OTHERS = _CRM.objects
#: A picklist that takes no other value, on both sides.
_GRADE = Field(
    name="Grade", label="Grade", type=FieldType.PICKLIST, values=("A", "B"), restricted=True
)


def _with_grade(kind: ObjectType, name: str) -> ObjectType:
    return replace(kind, fields=(*kind.fields, replace(_GRADE, name=name)))


#: The systems made up for the tests, with a closed picklist and actions that can contradict.
CATALOG = replace(
    TYPES,
    descriptions={
        Side.CRM: replace(_CRM, objects=(_with_grade(_THING, "Grade"), *_OTHERS)),
        Side.CADENCE: replace(
            _CADENCE,
            objects=tuple(
                _with_grade(kind, "grade") if kind.name == "item" else kind
                for kind in _CADENCE.objects
            ),
            actions=tuple(Action(name=n, summary=n) for n in ("exit", "move", "next touch")),
            cadences=("North", "South"),
        ),
    },
)
scope = Scope(Side.CRM, "desk", CATALOG.descriptions[Side.CRM].objects[0])

#: Values of each field: with those that the criteria of a test name, what lies between them.
GRID: dict[str, list[Value]] = {
    "Number": [None, 4, 5, 6, 7, 8],
    "Picklist": [None, "Red", "Green", "Blue", "Grey", " red"],
    "Grade": [None, "A", "B"],
    "Boolean": [None, True, False],
    "Text": [None, "Paris", "PARIS", "Rome", "Parma", "Xris", "is", "Oslo"],
    "Text2": [None, "paris"],
    "Date": [
        None, "2026-10-20", "2026-10-23", "2026-11-01", "2026-11-15", "2026-11-19", "2026-11-20",
        "2026-11-21", "2026-11-22", "2026-11-23",
    ],
    "Datetime": [
        None, "2026-11-21T23:59:00Z", "2026-11-22T00:00:00Z", "2026-11-22T10:00:00Z",
        "2026-11-22T11:30:00Z", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z",
        "2026-11-23T00:00:00Z",
    ],
    "Choices": [None, ("Red",), ("Green",), ("Red", "Green"), ("Blue",)],
}  # fmt: skip
_LOOKS_BACK = re.compile(r"changed|was|is (new|deleted|merged|converted|undeleted)")


def file(*workflows: str, flow: str = "", rows: str = "", more: str = "") -> str:
    """Return a rule file that maps a Thing, with *workflows*: "Number > 5 then exit cadence"."""
    numbered = (
        f'workflow "w{number}" on Thing {{\n when {text}\n}}\n'
        for number, text in enumerate(workflows)
    )
    return (
        "connect crm to desk\nconnect cadence to mill\n"
        f"sync crm to cadence {flow}\nsync cadence to crm\n"
        f"map Thing <-> item {{\n match Email = email\n{rows}\n}}\n{''.join(numbered)}{more}"
    )


def ruled(text: str) -> RuleSet:
    """Return *text* as rules without an error."""
    rules = checked(text, CATALOG)
    assert [f"line {d.span.line}: {d.message}" for d in rules.errors] == []
    return rules


def found(text: str) -> tuple[Finding, ...]:
    """Return what is found about *text*."""
    return analyse(ruled(text), NOON.now)


def kinds(text: str) -> list[str]:
    """Return the kinds of what is found about *text*."""
    return [str(finding.kind) for finding in found(text)]


def criterion(text: str) -> s.Criterion:
    """Return the tree of one criterion."""
    workflow = ruled(file(f"{text} then exit cadence")).tree.statements[-1]
    when: s.Criterion = getattr(workflow, "when")  # noqa: B009 - the last one is a workflow
    return when


def grid(text: str) -> Iterator[tuple[dict[str, Value], dict[str, Value] | None]]:
    """Yield each record of the grid's fields that *text* names, with each past it may have."""
    names = [name for name in GRID if re.search(rf"\b{name}\b", text)]
    for values in product(*(GRID[name] for name in names)):
        record = dict(zip(names, values, strict=True))
        yield record, None
        if _LOOKS_BACK.search(text):
            for value in GRID["Picklist"]:
                yield record, {**record, "Picklist": value}
                # Of a record to which something happened, nothing changed.
                past = {**record, "Picklist": value}
                for event in s.Event if value == record.get("Picklist") else ():
                    yield {**record, EVENT: str(event)}, past
