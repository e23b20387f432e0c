"""A report: figures that add up with the history, a page that shows nobody's data."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

import support
import syncline_schemas
from support import CADENCE, CRM, RULES, World
from syncline import Outcome, OutcomeStatus, WorkspaceError
from syncline.reporting.figures import Figures
from syncline.reporting.gather import report
from syncline.reporting.page import page_of

WIDE = RULES.replace(
    "    Email     <-> email\n",
    "    Email     <-> email\n    Title <-> job_title  crm wins\n"
    "    Description <-> notes  hold on conflict\n",
)
SECRET = "Zebulon"


def figures(world: World, *, values: bool = False, days: float = 30) -> Figures:
    """Return the figures of the last days."""
    return report(
        world.folder, since=timedelta(days=days), values=values, now=world.clock,
        environ=support.SECRETS,
    )  # fmt: skip


def busy(world: World) -> None:
    """Let a conflict be settled and one held, a record be refused, twins wait."""
    world.rules(WIDE)
    ann = world.lead(SECRET, City=SECRET, Title=SECRET)
    world.settle()
    partner = str(world.one(CADENCE, "prospect", first_name=SECRET)["id"])
    world.change(CRM, "Lead", ann, Title=f"{SECRET} 1", Description=f"{SECRET} 2")
    world.change(CADENCE, "prospect", partner, job_title=f"{SECRET} 3", notes=f"{SECRET} 4")
    for name in ("Bob", "Cyd", "Dot"):
        world.lead(name, Email=f"{SECRET}@example.com")
    world.run()


def refusing(world: World) -> Any:
    """Return a registry by which the cadence refuses every update, in words that quote."""

    def write(inner: Any) -> Any:
        def refuse(name: str, rows: Any) -> Any:
            if name != "prospect":
                return inner(name, rows)
            words = f"bad value {SECRET}"
            return [
                Outcome(status=OutcomeStatus.REFUSED, code="BAD_VALUE", message=words) for _ in rows
            ]

        return refuse

    return support.meddled(world, CADENCE, "write", write)


def test_the_figures_are_those_of_the_history(world: World) -> None:
    """Runs, records written, who lost, what is held: each as the history has it."""
    busy(world)
    found = figures(world)
    assert [run.number for run in found.runs] == [1, 2, 3, 4]
    assert {(d.side, d.object, d.what): d.records for d in found.done} == {
        ("cadence", "prospect", "create"): 1, ("cadence", "prospect", "update"): 1,
    }  # fmt: skip
    assert [(c.field, c.loser, c.times) for c in found.conflicts] == [("job_title", "cadence", 1)]
    assert sum(each.records for each in found.open if each.what == "held") == 4
    # The two records of the pair, and the three that are twins.
    assert found.counts["held"] == 5
    assert sum(each.price for each in found.use) == sum(
        sum(run.calls.values()) for run in found.runs
    )


def test_what_a_system_keeps_refusing_is_told_by_its_code(world: World) -> None:
    """A vendor's words may quote a record: without `--values` only the code is told."""
    busy(world)
    world.change(CRM, "Lead", str(world.all(CRM, "Lead")[0]["Id"]), City="Ulm")
    for _ in range(4):
        world.run(refusing(world))
    found = figures(world)
    # The CRM's record and its partner, of which the same is waiting to be written.
    dead = [each for each in found.open if each.what == "dead"]
    assert [(each.place, each.reason, each.records) for each in dead] == [
        ("CRM Lead", "BAD_VALUE", 1), ("cadence prospect", "BAD_VALUE", 1),
    ]  # fmt: skip
    refused = [each for each in found.reasons if each.kind == "fail"]
    assert [(each.reason, each.times) for each in refused] == [("BAD_VALUE", 3)]
    told = [each for each in figures(world, values=True).open if each.what == "dead"]
    assert all(SECRET in each.reason for each in told)


def test_nobodys_data_is_in_a_report_unless_it_is_asked_for(world: World) -> None:
    """Neither in the page nor in the JSON; with `--values` the values that lost are."""
    busy(world)
    world.change(CRM, "Lead", str(world.all(CRM, "Lead")[0]["Id"]), City="Ulm")
    world.run(refusing(world))
    found = figures(world)
    for text in (page_of(found), json.dumps(found.to_json())):
        assert SECRET.casefold() not in text.casefold()
        assert "@" not in text.replace("@media", "")
    assert f"{SECRET} 3" in page_of(figures(world, values=True))


class _Page(HTMLParser):
    """Reads a page strictly: what opens closes, nothing comes from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.count: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        assert tag not in {"script", "link", "img", "iframe", "object"}
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"src", "href"}
            assert "url(" not in (value or "")
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_in_one_file_and_each_chart_has_its_numbers(world: World) -> None:
    """No script, nothing from elsewhere; a title in each chart and a table behind it."""
    busy(world)
    text = page_of(figures(world))
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert page.count["svg"] == page.count["figure"] == page.count["details"] >= 3
    assert text.count('role="img"><title>') == page.count["svg"]
    assert 'lang="en"' in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "http" not in text


def test_text_cannot_become_markup(world: World) -> None:
    """A value of a record stands on the page as it is, whatever signs it has."""
    busy(world)
    lead = str(world.all(CRM, "Lead")[0]["Id"])
    partner = str(world.all(CADENCE, "prospect")[0]["id"])
    world.change(CADENCE, "prospect", partner, job_title="<script>alert(1)</script>")
    world.change(CRM, "Lead", lead, Title="& more")
    world.run()
    text = page_of(figures(world, values=True))
    _Page().feed(text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_command_prints_writes_and_gives_json(world: World) -> None:
    """`syncline report`, `--html`, `--json` with the document of its schema."""
    busy(world)
    asked = ["report", "--workspace", str(world.folder), "--since", "2026-01-01"]
    page = world.folder / "report.html"
    assert support.command(*asked, "--html", str(page)).returncode == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    document = json.loads(support.command(*asked, "--json").stdout)
    assert syncline_schemas.check("figures", document) == []
    plain = support.command(*asked).stdout
    assert "4 runs since" in plain
    assert "held for a person" in plain
    assert support.command(*asked[:3], "--since", "soon").returncode == 64


def test_a_time_in_which_nothing_ran_is_told(world: World) -> None:
    """With what to do about it; also before anything ever ran."""
    world.rules(RULES)
    with pytest.raises(WorkspaceError, match="nothing has run"):
        figures(world)
    world.run()
    world.clock.forward(days=9)
    with pytest.raises(WorkspaceError, match="nothing has run since"):
        figures(world, days=7)
