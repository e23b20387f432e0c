"""Runs under a budget: over days and restarts, all is done in the end and no limit is passed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, World
from syncline import Description, Usage, Write
from syncline.ledger.codec import moment
from syncline.ledger.database import Ledger
from syncline.ledger.spent import Level
from syncline.ledger.tables import calls
from syncline.plugins import Registry
from syncline.sync.plan import Fate
from syncline.sync.report import Report
from syncline_schemas import check

BOTH = support.RULES + (
    """
map Contact -> prospect {
    match Email = email
    FirstName -> first_name
    LastName  -> last_name
    Email     -> email
}
"""
)


def spent(world: World, column: str) -> list[tuple[Any, int]]:
    """Return (moment, amount) of every call of the CRM."""
    ledger = Ledger(world.folder / "ledger.sqlite")
    with ledger.begin() as db:
        rows = db.execute(calls.select().where(calls.c.side == CRM)).mappings().all()
    ledger.close()
    return [(moment(row["at"]), row[column]) for row in rows]


def most_in_a_day(found: list[tuple[Any, int]]) -> int:
    """Return the most that any 24 hours hold."""
    day = timedelta(hours=24)
    return max(sum(n for at, n in found if end - day < at <= end) for end, _ in found)


def small_batches(world: World, size: int) -> Registry:
    """Return the plugins with a CRM that takes so few records a call."""

    def around(describe: Callable[[], Description]) -> Callable[[], Description]:
        def told() -> Description:
            found = describe()
            return replace(found, prices=replace(found.prices, write_size=size))

        return told

    return support.meddled(world, CRM, "describe", around)


def test_over_days_and_restarts_all_is_done_the_oldest_first(tmp_path: Path) -> None:
    """What waited longest is served first, no day passes the limit, and none is lost (K6)."""
    rules = BOTH.replace("5000 calls", "8 calls")
    with support.local_world(tmp_path, rules) as world:
        registry = small_batches(world, 2)
        reports: list[Report] = []
        for day in range(2):
            for number in range(14):
                world.prospect(f"P{day}{number:02}")
            for _ in range(3):
                world.clock.forward(hours=8)
                reports.append(world.run(registry))
        while reports[-1].waiting:
            world.clock.forward(hours=8)
            reports.append(world.run(registry))
            assert len(reports) < 60
        assert most_in_a_day(spent(world, "price")) <= 8
        leads = [str(lead["FirstName"]) for lead in world.all(CRM, "Lead")]
    assert leads == [f"P{day}{number:02}" for day in range(2) for number in range(14)]
    assert any(report.counts[Fate.DEFERRED] for report in reports)
    assert all(report.used[CRM] <= 8 for report in reports)
    # The figures of all runs add up to what the ledger holds.
    assert sum(report.done.get((CRM, "Lead", "create"), 0) for report in reports) == 28


def test_a_flood_on_one_side_does_not_starve_the_other_map(tmp_path: Path) -> None:
    """New leads come every day, more than fit; older work of another kind has its turn (K6)."""
    rules = support.RULES.replace("5000 calls", "8 calls") + (
        'activity call on outcome "Connected" -> Task { Subject = "Call: {outcome}" }\n'
    )
    with support.local_world(tmp_path, rules) as world:
        registry = small_batches(world, 2)
        first = world.prospect("First")
        world.run(registry)
        for number in range(16):
            world.prospect(f"Early{number}")
        world.clock.forward(hours=1)
        world.change(CADENCE, "prospect", first, city="Bern")
        world.call(first, "Connected")
        for day in range(6):
            for number in range(16):
                world.prospect(f"D{day}{number}")
            for _ in range(2):
                world.clock.forward(hours=12)
                world.run(registry)
        assert world.one(CRM, "Lead", FirstName="First")["City"] == "Bern"
        assert len(world.all(CRM, "Task")) == 1
        assert most_in_a_day(spent(world, "price")) <= 8


def test_actions_count_each_record_that_is_read_or_written(tmp_path: Path) -> None:
    """Koncert's way: of a page and of a batch as much is taken as the limit leaves (K6)."""
    rules = support.RULES.replace("5000 calls", "10 actions")
    with support.local_world(tmp_path, rules) as world:
        for number in range(12):
            world.lead(f"L{number}")
        for number in range(4):
            world.prospect(f"P{number}")
        first = world.run()
        assert (first.state, first.budget[CRM].counted) == ("stopped", "actions")
        assert (first.budget[CRM].used, len(world.all(CADENCE, "prospect"))) == (10, 4 + 10)
        reports = [first]
        while reports[-1].waiting or len(reports) < 3:
            world.clock.forward(hours=13)
            reports.append(world.run())
            assert len(reports) < 20
        assert len(world.all(CRM, "Lead")) == len(world.all(CADENCE, "prospect")) == 16
        assert most_in_a_day(spent(world, "records")) <= 10


def test_people_still_leave_cadences_when_a_vendor_is_nearly_used_up(tmp_path: Path) -> None:
    """From 95 % on, creations and updates wait; who is to leave a cadence leaves it (K6)."""
    rules = support.RULES + 'workflow "Out" on Lead { when Rating = "Cold"  then exit cadence }\n'
    with support.local_world(tmp_path, rules) as world:
        ann = world.lead("Ann")
        world.settle()
        person = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
        world.enrol(person)
        world.change(CRM, "Lead", ann, Rating="Cold", City="Bern")
        full = support.meddled(
            world, CADENCE, "usage", lambda _: lambda: Usage(used=96, allowed=100)
        )
        report = world.run(full)
        assert world.states() == [("New leads", "exited", 1)]
        assert world.one(CADENCE, "prospect", id=person)["city"] in {None, ""}
        assert report.counts[Fate.DEFERRED] == 1
        assert report.budget[CADENCE].level is Level.STOPPED
        assert "the cadence itself counts" in report.faults[0][0]
        world.clock.forward(hours=25)
        world.run()
        assert world.one(CADENCE, "prospect", id=person)["city"] == "Bern"


def test_a_run_costs_what_its_plan_said(world: World) -> None:
    """Listings, writes and actions, on each side in its own unit (B3)."""
    for name in ("Ann", "Bob"):
        world.lead(name)
        world.prospect(f"{name}e")
    with world.workspace() as workspace:
        plan = workspace.plan()
        report = workspace.run()
    assert plan.price == dict(report.planned) == dict(report.calls)
    assert plan.cost[CRM].to_json() == {
        "polls": 1, "looks": 0, "writes": 1, "actions": 0, "records": 2,
    }  # fmt: skip
    assert report.differences == ()
    assert check("report", report.to_json()) == []
    assert check("plan", plan.to_json()) == []


def test_what_a_run_cost_beside_its_plan_is_told(local: World) -> None:
    """Further pages of changes cannot be known before: they are named, from five on (B3)."""
    people = [
        Write(
            key=f"x:{n}", values={"LastName": "Doe", "Company": "A", "Email": f"p{n}@example.com"}
        )
        for n in range(5001)
    ]
    local.hand(CRM).write("Lead", people)
    report = local.run()
    assert (report.planned[CRM], report.calls[CRM]) == (1, 6)
    words = "the CRM was expected to cost 1 call and cost 6: 5 for further pages of changes"
    assert report.differences == (words,)


def test_the_command_says_how_the_budget_stands(tmp_path: Path) -> None:
    """`syncline budget` makes no call, and says what is used, on what, and until when (K6)."""
    rules = support.RULES.replace("5000 calls", "2 calls")
    with support.local_world(tmp_path, rules, support.Clock(datetime.now(UTC))) as w:
        w.prospect("Ann")
        for _ in range(2):
            w.run()
            w.prospect("Bob")
        shown = support.command("budget", folder=w.folder)
        told = support.command("budget", "--json", folder=w.folder)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "CRM: 2 of 2 calls in 24 hours (100 %)." in shown.stdout
    assert "creations and updates" in shown.stdout
    document = json.loads(told.stdout)
    assert check("budget", document) == []
    assert (document["crm"]["level"], document["crm"]["spent_on"]) == (
        "stopped",
        {"poll": 1, "write": 1},
    )


@pytest.mark.parametrize("what", ["plan", "run"])
def test_a_side_that_is_used_up_rests_and_the_other_goes_on(local: World, what: str) -> None:
    """The cadence gets what the CRM said before, whatever the CRM's budget is (K6)."""
    local.rules(support.RULES.replace("5000 calls", "1 calls"))
    local.lead("Ann")
    local.run()
    local.prospect("Bob")
    if what == "plan":
        plan = local.plan()
        assert plan.cost[CRM].writes == 1
        assert plan.budget[CRM].level is Level.STOPPED
    else:
        report = local.run()
        assert (report.state, report.exit_code) == ("stopped", 2)
        assert report.counts[Fate.DEFERRED] == 1
        assert report.left[CRM] == (1, 1)
