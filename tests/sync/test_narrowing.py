"""What of ``where`` a system filters by itself: fewer records come, and the answer is the same."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World, local_world
from support_language import LOCAL
from syncline import AllOf, AnyOf, Comparison, Condition, ObjectType, Operator, Page, RuleSet, Side
from syncline.rules.narrowing import narrowing
from syncline.rules.ruleset import load_rules

ONE_WAY = """\
connect crm     to local
connect cadence to local
sync crm to cadence where {where}
map Lead -> prospect {{
    match Email = email
    FirstName -> first_name
    LastName  -> last_name
    Company   -> company_name
    Email     -> email
    City      -> city
}}
"""


def everything(_kind: ObjectType, _condition: Condition) -> bool:
    return True


def rules(text: str) -> RuleSet:
    found = load_rules(text, LOCAL)
    assert found.errors == ()
    return found


def one(field: str, operator: Operator, *values: str | int | bool) -> Comparison:
    return Comparison(field=field, operator=operator, values=values)


BLANK_CITY = one("City", Operator.BLANK)

CASES: list[tuple[str, Condition | None]] = [
    ("City is not blank", one("City", Operator.NOT_BLANK)),
    ('City = "Rome"', one("City", Operator.IN, "Rome")),
    ('City != "Rome"', one("City", Operator.NOT_IN, "Rome")),
    ('City exactly = "Rome"', one("City", Operator.IN, "Rome")),
    ('not City exactly = "Rome"', None),
    ('Rating in "Hot", "Warm"', one("Rating", Operator.IN, "Hot", "Warm")),
    ("AnnualRevenue > 5", one("AnnualRevenue", Operator.GREATER, 5)),
    (
        "not AnnualRevenue > 5",
        AnyOf(
            parts=(
                one("AnnualRevenue", Operator.AT_MOST, 5),
                one("AnnualRevenue", Operator.BLANK),
            )
        ),
    ),
    (
        "AnnualRevenue between 1 and 5",
        AllOf(
            parts=(
                one("AnnualRevenue", Operator.AT_LEAST, 1),
                one("AnnualRevenue", Operator.AT_MOST, 5),
            )
        ),
    ),
    ('City contains "om"', one("City", Operator.CONTAINS, "om")),
    ('none { City contains "om" }', None),
    ('City = "Köln"', None),
    ("City = Company", None),
    ('lower(City) = "rome"', None),
    ("City is not blank and City = Company", one("City", Operator.NOT_BLANK)),
    ("City is not blank or City = Company", None),
    (
        'none { City is blank\n City = "Rome" }',
        AllOf(parts=(one("City", Operator.NOT_BLANK), one("City", Operator.NOT_IN, "Rome"))),
    ),
    (
        'any { City is blank\n City = "Rome" }',
        AnyOf(parts=(BLANK_CITY, one("City", Operator.IN, "Rome"))),
    ),
]


@pytest.mark.parametrize(("where", "expected"), CASES, ids=[where for where, _ in CASES])
def test_what_a_criterion_implies_is_asked_of_the_system(
    where: str, expected: Condition | None
) -> None:
    """A row that reads another field, a function or letters beyond ASCII stays here (K8)."""
    assert narrowing(rules(ONE_WAY.format(where=where)), CRM, "Lead", everything) == expected


@pytest.mark.parametrize(
    "more",
    [
        "sync cadence to crm",
        'workflow "out" on Lead { when City = "Rome" then exit cadence }',
        'activity call on outcome "Connected" -> Task { Subject = "{outcome}" }',
    ],
)
def test_nothing_is_left_out_that_somebody_would_miss(more: str) -> None:
    """Written sides, workflows and activities need the records outside of ``where`` too."""
    text = ONE_WAY.format(where="City is not blank").replace("Lead -> ", "Lead <-> ")
    assert narrowing(rules(text), CRM, "Lead", everything) is not None
    assert narrowing(rules(text + more), CRM, "Lead", everything) is None


def test_a_system_that_takes_nothing_is_asked_for_all() -> None:
    found = rules(ONE_WAY.format(where="City is not blank"))
    assert narrowing(found, CRM, "Lead", None) is None
    assert narrowing(found, CRM, "Lead", lambda _kind, _condition: False) is None
    assert narrowing(found, Side.CADENCE, "prospect", everything) is None


class Filtering:
    """The embedded CRM as a system that filters by a city that is there."""

    def __init__(self, world: World) -> None:
        self.heard: list[Condition | None] = []
        kind = world.registry.connectors["local"]
        registry = support.meddled(world, CRM, "changes", self._around)
        opened = registry.connectors["local"]
        assert opened.name == kind.name
        world.registry = replace(
            registry, connectors={**registry.connectors, "local": replace(opened, narrows=self.can)}
        )

    def can(self, _kind: ObjectType, condition: Condition) -> bool:
        return condition == one("City", Operator.NOT_BLANK)

    def _around(self, call: Callable[..., Iterator[Page]]) -> Callable[..., Iterator[Page]]:
        def changes(*given: Any, where: Condition | None = None) -> Iterator[Page]:
            self.heard.append(where)
            for page in call(*given):
                kept = tuple(r for r in page.records if where is None or r.values.get("City"))
                yield replace(page, records=kept)

        return changes


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    with local_world(tmp_path, ONE_WAY.format(where="City is not blank")) as found:
        yield found


def test_a_record_that_comes_into_the_filter_later_flows(world: World) -> None:
    """What was never listed is no loss: it comes when it fits, and goes on when it is back."""
    filtering = Filtering(world)
    lead = world.lead("Ann")
    world.settle()
    assert world.all(CADENCE, "prospect") == []
    world.change(CRM, "Lead", lead, City="Rome")
    world.settle()
    assert [each["city"] for each in world.all(CADENCE, "prospect")] == ["Rome"]
    world.change(CRM, "Lead", lead, City=None, FirstName="Anna")
    world.settle()
    world.change(CRM, "Lead", lead, City="Bonn")
    world.settle()
    assert [(e["city"], e["first_name"]) for e in world.all(CADENCE, "prospect")] == [
        ("Bonn", "Anna")
    ]
    assert set(filtering.heard) == {one("City", Operator.NOT_BLANK)}


def test_an_edit_that_opens_the_filter_lists_what_was_left_out(world: World) -> None:
    """Who was never listed is listed when the rules want them, though nobody touched them (E5)."""
    Filtering(world)
    world.lead("Ann")
    world.lead("Bea", City="Rome")
    world.settle()
    assert len(world.all(CADENCE, "prospect")) == 1
    world.rules(ONE_WAY.format(where="LastName is not blank"))
    world.settle()
    assert len(world.all(CADENCE, "prospect")) == 2
