"""What a cycle is expected to cost, why it cost something else, and in which order it is sent."""

from __future__ import annotations

import pytest

from support import CADENCE, CRM
from syncline import Description, ObjectType, Prices, Side
from syncline.sync.batches import batches
from syncline.sync.cost import Cost, Estimate, differences
from syncline.sync.plan import Case, Ref, Step, StepKind

PRICES = {
    CRM: Description(
        objects=(
            ObjectType(
                name="Note", label="Note", fields=(), prices=Prices(page=30, write=7, lookup=40)
            ),
        ),
        prices=Prices(page=10, write=5, write_size=2, look=20, action=1),
    ),
    CADENCE: Description(objects=(), prices=Prices(write=1, write_size=200, action=3)),
}
UNITS = {CRM: "token", CADENCE: "call"}
NONE = dict.fromkeys(Side, (0, 0))


def step(kind: str, side: Side = CRM, name: str = "Lead", action: str = "") -> Step:
    return Step(kind=StepKind(kind), side=side, object=name, id="1", action=action)


def case(number: int, *steps: Step, owed: bool = False) -> Case:
    candidates = () if owed else (Ref(CRM, "Lead", str(number)),)
    return Case(map=f"m{number}", ids={}, objects={}, candidates=candidates, steps=steps)


def test_an_estimate_adds_up_everything_that_a_run_spends() -> None:
    """Listings, look-ups, writes in full batches, actions: each in its side's own unit (B3)."""
    found = Estimate(PRICES)
    assert found.polls(CRM, ["Lead", "Task"]) == 20
    found.looks([(CRM, "Lead", StepKind.CREATE, 2), (CADENCE, "prospect", StepKind.ACTION, 4)])
    found.steps([step("create"), step("create"), step("create"), step("update")])
    found.steps([step("create"), step("action", CADENCE, "prospect")])
    assert found.costs == {
        CRM: Cost(polls=20, looks=20, writes=10 + 5 + 5, records=2 + 5),
        CADENCE: Cost(looks=12, actions=3, records=4 + 1),
    }
    assert found.costs[CRM].total == 60


def test_an_object_with_prices_of_its_own_is_counted_by_them() -> None:
    """One object of a system may cost more than the others: its calls are priced so (B3)."""
    found = Estimate(PRICES)
    assert found.polls(CRM, ["Lead", "Note"]) == 10 + 30
    found.looks([(CRM, "Note", StepKind.CREATE, 2)])
    found.steps([step("create", name="Note"), step("create")])
    assert found.costs[CRM] == Cost(polls=40, looks=40, writes=7 + 5, records=2 + 2)


@pytest.mark.parametrize(
    ("cost", "tally", "left", "wanted"),
    [
        (Cost(polls=10), {"poll": 10}, 0, ()),
        (Cost(polls=10, writes=5), {"poll": 10, "write": 6}, 0, ()),
        (
            Cost(polls=10),
            {"poll": 10, "page": 40},
            0,
            "expected to cost 10 tokens and cost 50: 40 for further pages of changes",
        ),
        (
            Cost(polls=10, writes=5),
            {"poll": 10, "write": 15},
            0,
            "expected to cost 15 tokens and cost 25: 10 for writing again what was not taken",
        ),
        (
            Cost(polls=10, writes=15),
            {"poll": 10, "write": 5},
            10,
            "expected to cost 25 tokens and cost 15: 10 of writes and actions wait for the budget",
        ),
        (
            Cost(polls=1),
            {"describe": 3, "login": 1, "lookup": 20},
            0,
            "expected to cost 1 token and cost 24: 20 for reading records again, 3 for asking what",
        ),
        (Cost(), {"act": 5}, 0, "expected to cost 0 tokens and cost 5: 5 for asking for actions"),
        (Cost(), {"act": 4}, 0, ()),
    ],
)
def test_a_cost_that_was_not_planned_is_told_with_its_cause(
    cost: Cost, tally: dict[str, int], left: int, wanted: str | tuple[()]
) -> None:
    """More than 10 % more or less is told, and what made it so (B3)."""
    costs = {CRM: cost, CADENCE: Cost()}
    found = differences(costs, {CRM: tally, CADENCE: {}}, NONE | {CRM: (left, 0)}, UNITS)
    if wanted == ():
        assert found == ()
    else:
        assert found[0].startswith(f"the CRM was {wanted}")


def test_batches_are_sent_by_age_whatever_their_kind_and_object() -> None:
    """Who waited longest goes first: no map, side or kind starves the rest (K6)."""
    cases = [
        case(0, step("update")),
        case(1, step("create", CADENCE, "prospect"), step("action", CADENCE, action="next touch")),
        case(2, step("create")),
        case(3, step("update")),
        case(4, step("create"), step("action", CADENCE, action="exit")),
        case(5, step("create")),
        case(6, step("update")),
        case(7, step("action", CADENCE, action="next touch"), owed=True),
    ]
    sent = [
        (batch[0].step.kind.value, [task.case.map for task in batch])
        for batch in batches(cases, PRICES)
    ]
    assert sent == [
        ("update", ["m0", "m3"]),
        ("create", ["m1"]),
        ("create", ["m2", "m4"]),
        ("create", ["m5"]),
        ("update", ["m6"]),
        # What cannot wait, then the other actions: by then the prospects are there.
        ("action", ["m4", "m7"]),
        ("action", ["m1"]),
    ]
