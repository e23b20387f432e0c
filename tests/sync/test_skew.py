"""Servers whose clocks are wrong: who changed a record last is told by one clock (B4)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, Clock, World
from syncline import Side
from syncline_sandbox.salesforce.app import create_app


@dataclass
class Server:
    """A Salesforce whose clock is its own."""

    true: Clock
    ahead: timedelta = timedelta(0)
    #: The clock jumps when this request is heard ("PATCH Lead"), by so much.
    at: str = ""
    jump: timedelta = timedelta(0)
    app: Any = None

    def now(self) -> datetime:
        return self.true() + self.ahead

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and self.at and self.at in f"{scope['method']} {scope['path']}":
            self.ahead, self.at = self.ahead + self.jump, ""
        await self.app(scope, receive, send)


@pytest.fixture
def skewed(tmp_path: Path, ledger_address: str) -> Generator[tuple[World, Server]]:
    clock = Clock()
    server = Server(clock)

    def through(_app: Any) -> Any:
        server.app = create_app(tmp_path / "skewed", now=server.now)
        return server

    with support.sandbox_world(
        tmp_path, clock=clock, through=through, ledger=ledger_address
    ) as world:
        yield world, server


@pytest.mark.parametrize("minutes", [-10, 0, 10])
@pytest.mark.parametrize("last", [CRM, CADENCE])
def test_the_newest_wins_by_the_true_time(
    skewed: tuple[World, Server], minutes: int, last: Side
) -> None:
    """Ten minutes off either way: an edit 30 seconds after another is the later one."""
    world, server = skewed
    server.ahead = timedelta(minutes=minutes)
    lead = world.lead("Ann")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect")["id"])

    def edit(side: Side) -> None:
        if side is CRM:
            world.change(CRM, "Lead", lead, FirstName="by the CRM")
        else:
            world.change(CADENCE, "prospect", prospect, first_name="by the cadence")

    edit(last.other)
    world.clock.forward(seconds=30)
    edit(last)
    world.settle()
    name = f"by the {last.word}"
    assert world.read(CRM, "Lead", lead)["FirstName"] == name
    assert world.read(CADENCE, "prospect", prospect)["first_name"] == name


@pytest.mark.parametrize("minutes", [-10, 10])
@pytest.mark.parametrize("at", ["GET", "PATCH", "POST"], ids=["reading", "updating", "creating"])
def test_a_clock_that_jumps_in_a_run_loses_no_edit(
    skewed: tuple[World, Server], minutes: int, at: str
) -> None:
    """Wherever it jumps: what is changed in the run and after it goes across, and settles."""
    world, server = skewed
    lead = world.lead("Ann")
    world.settle()
    prospect = str(world.one(CADENCE, "prospect")["id"])
    world.change(CADENCE, "prospect", prospect, last_name="Roe")
    world.prospect("Bob")
    server.at, server.jump = f"{at} /services/data", timedelta(minutes=minutes)
    world.run()
    world.change(CRM, "Lead", lead, City="Rome")
    world.run()
    world.settle()
    found = world.read(CADENCE, "prospect", prospect)
    assert (found["last_name"], found["city"]) == ("Roe", "Rome")
    assert world.read(CRM, "Lead", lead)["LastName"] == "Roe"
    assert world.one(CRM, "Lead", FirstName="Bob")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_put_right_between_runs_hides_nothing(
    skewed: tuple[World, Server], minutes: int
) -> None:
    """An edit right after the correction carries a time that was listed already, and is read."""
    world, server = skewed
    server.ahead = timedelta(minutes=minutes)
    lead = world.lead("Ann")
    world.settle()
    server.ahead = timedelta(0)
    world.change(CRM, "Lead", lead, City="Rome")
    world.settle()
    assert world.one(CADENCE, "prospect")["city"] == "Rome"
