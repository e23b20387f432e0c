"""Plans: their price, their JSON, and that the same input gives the same bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World
from syncline import Bulk, Description, Prices, Side
from syncline.sync.batches import batches
from syncline.sync.plan import Case, Fate, Plan, Step, StepKind, price
from syncline_schemas import check

PRICES = {
    CRM: Description(objects=(), prices=Prices(write=1, write_size=200, action=1)),
    CADENCE: Description(objects=(), prices=Prices(write=3, write_size=10, action=2)),
}


def steps(kind: StepKind, side: Side, name: str, count: int) -> list[Step]:
    return [Step(kind=kind, side=side, object=name, id=str(n)) for n in range(count)]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([], (0, 0)),
        (steps(StepKind.CREATE, CRM, "Lead", 1), (1, 0)),
        (steps(StepKind.CREATE, CRM, "Lead", 200), (1, 0)),
        (steps(StepKind.CREATE, CRM, "Lead", 201), (2, 0)),
        (
            steps(StepKind.CREATE, CRM, "Lead", 1)
            + steps(StepKind.UPDATE, CRM, "Lead", 1)
            + steps(StepKind.CREATE, CRM, "Task", 1),
            (3, 0),
        ),
        (steps(StepKind.UPDATE, CADENCE, "prospect", 11), (0, 6)),
        (steps(StepKind.ACTION, CADENCE, "prospect", 7), (0, 14)),
    ],
)
def test_a_plan_is_priced_in_full_batches(found: list[Step], wanted: tuple[int, int]) -> None:
    """The exact price in each system's own unit, before anything is sent (B3)."""
    assert tuple(price(found, PRICES).values()) == wanted


JOBS = {
    CRM: Description(
        objects=(), prices=Prices(write=1, write_size=2, bulk=Bulk(above=10, size=30, price=3))
    ),
    CADENCE: Description(objects=()),
}


@pytest.mark.parametrize(
    ("kind", "rows", "sizes", "cost"),
    [
        (StepKind.CREATE, 10, [2] * 5, 5),
        (StepKind.CREATE, 11, [11], 3),
        (StepKind.UPDATE, 41, [30, 11], 6),
        (StepKind.UPDATE, 33, [30, 2, 1], 5),
        (StepKind.DELETE, 11, [2] * 5 + [1], 6),
    ],
)
def test_many_records_go_in_jobs(kind: StepKind, rows: int, sizes: list[int], cost: int) -> None:
    """A job is taken where it pays, and the rest of them go as ever (K6)."""
    found = steps(kind, CRM, "Lead", rows)
    case = Case(map="m", ids={}, objects={}, candidates=(), steps=tuple(found))
    assert [len(batch) for batch in batches([case], JOBS)] == sizes
    assert price(found, JOBS)[CRM] == cost


def document(world: World) -> dict[str, Any]:
    return world.plan().to_json()


RULES = support.RULES + (
    'workflow "Nurture" on Lead { when Rating = "Cold" then move to cadence "Nurture Q3" }\n'
)


def test_a_plans_json_is_valid_and_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """A plan is a document with a schema, byte for byte repeatable (B3, promise 7)."""
    with support.local_world(tmp_path, RULES) as world:
        world.lead("Ann")
        world.settle()
        world.lead("Bob", Rating="Cold")
        world.prospect("Cyd")
        world.prospect("Dee", company_name="", last_name="Roe")
        world.change(CRM, "Lead", str(world.one(CRM, "Lead", FirstName="Ann")["Id"]), LastName="X")
        now = world.clock.now
        shutil.copytree(world.folder, tmp_path / "twin" / "ws")
        first = document(world)
        with support.local_world(tmp_path / "twin", RULES, support.Clock(now)) as twin:
            second = document(twin)
    assert check("plan", first) == []
    assert json.dumps(first) == json.dumps(second)
    assert first["counts"] == {
        "written": 4, "unchanged": 0, "skipped": 0, "deferred": 0, "held": 0, "failed": 0,
    }  # fmt: skip


def test_cases_in_which_all_is_well_are_left_out_of_the_json() -> None:
    """A person reads what happens, and what does not and why."""
    quiet = Case(map="m", ids={}, objects={}, candidates=())
    told = Case(map="m", ids={}, objects={}, candidates=(), fate=Fate.SKIPPED, reason="because")
    assert [case["reason"] for case in Plan(cases=(quiet, told)).to_json()] == ["because"]
