"""Catalogs for the tests of the rule language, and short ways to check and to compile."""

from __future__ import annotations

__all__ = ["LOCAL", "NOON", "TYPES", "checked", "codes", "compiled", "mapped", "recorded", "truth"]

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import syncline_local
from syncline import Action, ActivityTemplate, Description, Field, FieldType, ObjectType, Side
from syncline.functions import BUILT_IN
from syncline.rules.catalog import Catalog
from syncline.rules.ruleset import RuleSet, load_rules
from syncline.rules.values import Clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Value
    from syncline.rules.compiled import ActivityRule, MapRule

NOON = Clock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
_FUNCTIONS = {function.name: function for function in BUILT_IN}


def _local() -> Catalog:
    (connector,) = syncline_local.syncline_register_connectors()
    assert connector.offline is not None
    return Catalog(
        systems=dict.fromkeys(Side, "local"),
        descriptions={side: connector.offline(side) for side in Side},
        functions=_FUNCTIONS,
        templates=tuple(syncline_local.syncline_register_activity_templates()),
        connectors=("local", "salesforce"),
    )


#: The embedded systems, as they describe themselves.
LOCAL = _local()

#: One field of every type, named and labelled after it.
_EVERY = tuple(
    Field(
        name={"multi-picklist": "Choices"}.get(kind, kind.title()),
        label=f"The {kind}",
        type=kind,
        length=20 if kind is FieldType.TEXT else None,
        values=("Red", "Green", "Blue") if "picklist" in kind else (),
    )
    for kind in FieldType
)
_MORE = (
    Field(name="Text2", label="Text 2", type=FieldType.TEXT),
    Field(name="Number2", label="Number 2", type=FieldType.NUMBER),
    Field(name="Date2", label="Date 2", type=FieldType.DATE),
    Field(name="Datetime2", label="Datetime 2", type=FieldType.DATETIME),
    Field(name="Picklist2", label="Picklist 2", type=FieldType.PICKLIST),
    Field(name="Home__c", label="City", type=FieldType.TEXT),
    Field(name="Work__c", label="City", type=FieldType.TEXT),
    Field(name="a\"b{c}\\d'e", label="Odd", type=FieldType.TEXT),
    Field(name="Fixed", label="Fixed", type=FieldType.TEXT, creatable=False, updatable=False),
)
_LOWER = tuple(replace(field, name=field.name.lower()) for field in (*_EVERY, *_MORE))

#: Two systems made up for the tests, with a field of every type on both sides.
TYPES = Catalog(
    systems={Side.CRM: "desk", Side.CADENCE: "mill"},
    descriptions={
        Side.CRM: Description(
            objects=(
                ObjectType(
                    name="Thing",
                    label="A thing",
                    fields=(*_EVERY, *_MORE),
                    key_field="Id",
                    deletable=True,
                ),
                ObjectType(name="Keyless", label="Keyless", fields=_EVERY),
            )
        ),
        Side.CADENCE: Description(
            objects=(
                ObjectType(name="item", label="An item", fields=_LOWER, key_field="id"),
                ObjectType(name="activity", label="Activity", fields=_LOWER),
            ),
            actions=(Action(name="exit", summary="Take the item out."),),
        ),
    },
    functions=_FUNCTIONS,
    templates=(
        ActivityTemplate(connector="desk", kind="call", object="Thing", person_field="Reference"),
        ActivityTemplate(connector="desk", kind="note", object="Keyless", person_field="Reference"),
    ),
    connectors=("desk", "mill"),
)

_HEAD = "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"


def checked(text: str, catalog: Catalog = TYPES) -> RuleSet:
    """Return *text* as rules, checked, with whatever faults they have."""
    return load_rules(text, catalog)


def codes(text: str, catalog: Catalog = TYPES) -> list[str]:
    """Return the codes of the faults of *text*, in the order of the file."""
    return [fault.code for fault in checked(text, catalog).diagnostics]


def compiled(text: str, catalog: Catalog = TYPES) -> RuleSet:
    """Return *text* as rules without a fault."""
    found = load_rules(text, catalog)
    assert [f"line {d.span.line}: {d.message}" for d in found.errors] == []
    return found


def truth(
    criterion: str,
    record: Mapping[str, Value],
    before: Mapping[str, Value] | None = None,
    clock: Clock = NOON,
) -> bool:
    """Tell whether *criterion* holds for *record*, a Thing."""
    rules = compiled(f'workflow "w" on Thing {{\n when {criterion}\n then exit cadence\n}}\n')
    return rules.workflows["w"].matches(record, before, clock)


def mapped(rows: str) -> MapRule:
    """Return a map of Thing and item with *rows*."""
    text = f"{_HEAD}map Thing <-> item {{\n match Email = email\n{rows}\n}}\n"
    return compiled(text).maps["Thing", "item"]


def recorded(rows: str, outcomes: str = "") -> ActivityRule:
    """Return the rule of a call that becomes a Thing with *rows*."""
    (rule,) = compiled(f"activity call {outcomes} -> Thing {{\n{rows}\n}}\n").activities
    return rule
