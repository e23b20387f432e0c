"""Why a record is as it is, and why nothing else wrote it: `why` (B5) and `log` (K13)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

import syncline_schemas
from support import CADENCE, CRM, RULES, World, command

WIDE = (
    RULES.replace(
        "    City      <-> city\n",
        """    City      <-> city
    Title     ->  job_title
    Phone     <-> phone  when blank
    Description <-> notes  hold on conflict
""",
    )
    + """
workflow "Closed" on Lead { when Status = "Closed - Converted"  then exit cadence }
"""
)


def says(world: World, record: str, field: str | None = None) -> dict[str, str]:
    """Return what each row says, by its field of the CRM."""
    with world.workspace() as workspace:
        (pair,) = workspace.why(record, field).pairs
    return {row.crm_field: row.says for row in pair.rows}


def test_every_row_says_why_it_does_nothing(local: World) -> None:
    """Unchanged, shut, a blank to be filled only, held: each row has its own reason."""
    local.rules(WIDE)
    lead = local.lead("Ann", Title="CEO", Phone="1", Description="called")
    prospect = local.prospect("Ann", notes="met")
    local.run()
    local.change(CADENCE, "prospect", prospect, job_title="CTO", phone="2", notes="met twice")
    local.run()
    found = says(local, "ann@example.com")
    assert found["City"] == "nothing: neither side has changed since they last agreed"
    assert found["Title"] == "nothing: the cadence is not a source of this field"
    assert found["Description"].startswith("it waits for a person: ")
    assert says(local, lead, "job_title").keys() == {"Title"}
    with local.workspace() as workspace:
        answer = workspace.why(lead)
        (pair,) = answer.pairs
        ways = {row.crm_field: row.ways for row in pair.rows}
        workspace.resolve(lead, take=CRM)
    assert ways["Title"] == "writes never the CRM: the arrow leads the other way; the cadence"
    assert [hold.row for hold in answer.holds] == ["Description>notes"]
    assert says(local, lead)["Description"].endswith("a person's word")


def test_what_steers_a_terminal_is_shown_as_a_sign(local: World) -> None:
    """A person's name recolours, retitles or turns no line of an admin's terminal."""
    local.rules(WIDE)
    lead = local.lead("Ann", City="\x1b[31mred\x1b]0;title\x07\u202eder", Description="a\x1b[2K")
    local.prospect("Ann", notes="b\x9b2J")
    local.run()
    for words in (["log"], ["why", lead], ["holds"], ["plan"]):
        said = command(*words, folder=local.folder).stdout
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(said), words
    assert "␛[31mred" in command("log", folder=local.folder).stdout


def test_every_workflow_says_why_it_does_nothing(local: World) -> None:
    """What its rows saw, or that it fired when it began to hold."""
    local.rules(WIDE)
    lead = local.lead("Ann", Status="Open - Not Contacted")
    local.enrol(local.prospect("Ann"))
    local.run()

    def told() -> str:
        with local.workspace() as workspace:
            (pair,) = workspace.why(lead).pairs
        (workflow,) = pair.workflows
        return workflow.says

    assert told() == (
        'does nothing: Status = "Closed - Converted" is not so (Status is "Open - Not Contacted")'
    )
    local.change(CRM, "Lead", lead, Status="Closed - Converted")
    local.run()
    assert told() == "does nothing more: its criteria hold since an earlier run, in which it fired"


def test_a_pair_rests_when_a_side_went(local: World) -> None:
    """Why says which record went, and that no row writes."""
    lead, _ = local.lead("Ann"), local.prospect("Ann")
    for name in ("Bob", "Cyd"):
        local.lead(name)
    local.settle()
    local.delete(CRM, "Lead", lead)
    local.clock.forward(minutes=1)
    with local.workspace() as workspace:
        workspace.run(allow_deletes=True)
        (pair,) = workspace.why(lead).pairs
    assert pair.rests.startswith("its Lead was deleted in the CRM")
    assert {row.says for row in pair.rows} == {"nothing: the pair rests"}


def test_a_record_without_a_partner_says_what_it_waits_for(local: World) -> None:
    """Two candidates: nobody guesses, and the reason is there."""
    local.lead("Ann")
    local.prospect("Ann")
    local.prospect("Ann")
    local.run()
    with local.workspace() as workspace:
        found = workspace.why("ann@example.com")
    assert found.pairs == ()
    assert {one.state for one in found.waits} == {"held"}
    shown = command("why", "ann@example.com", folder=local.folder).stdout
    assert "waits for a person: 2 prospect records have the same email" in shown


def test_the_answer_is_a_document_and_a_page(local: World) -> None:
    """`why --json` keeps to why.schema.json; the page names rule, values and reason."""
    local.rules(WIDE)
    lead = local.lead("Ann", Title="CEO")
    local.prospect("Ann")
    local.settle()
    done = command("why", lead, "Title", "--json", folder=local.folder)
    assert syncline_schemas.check("why", json.loads(done.stdout)) == []
    shown = command("why", lead, "Title", folder=local.folder).stdout
    assert "Title / job_title: CEO / CEO  [main.rules:14]" in shown
    assert "job_title: (blank) -> CEO  filled a blank" in shown


# -- log


@pytest.fixture
def office(local: World) -> World:
    """Make a workspace with two runs: records written, linked, skipped, and an action."""
    local.rules(WIDE)
    local.lead("Ann", Title="CEO", Status="Closed - Converted")
    local.enrol(local.prospect("Ann"))
    local.settle()
    local.clock.forward(days=3)
    local.lead("Bob")
    local.settle()
    return local


def lines(world: World, *words: str) -> list[dict[str, Any]]:
    done = command("log", "--json", *words, folder=world.folder)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["lines"]
    return found


def test_the_log_is_narrowed_to_a_rule(office: World) -> None:
    """A row by its place, a map by its name in either form, a workflow by its name."""
    assert [line["field"] for line in lines(office, "--rule", "main.rules:14")] == ["job_title"]
    assert [line["kind"] for line in lines(office, "--rule", "Closed")] == ["action"]
    every = lines(office)
    assert lines(office, "--rule", "Lead/prospect") == every
    assert lines(office, "--rule", "Lead <-> prospect") == every
    done = command("log", "--rule", "Closd", folder=office.folder)
    assert (done.returncode, "did you mean Closed?" in done.stderr) == (3, True)


def test_the_log_comes_in_pages(office: World) -> None:
    """Each page says where the next begins; together they are the whole, without repeats."""
    every, found = lines(office), list[dict[str, Any]]()
    before: tuple[str, ...] = ()
    while True:
        done = command("log", "--json", "--limit", "3", *before, folder=office.folder)
        page = json.loads(done.stdout)
        assert syncline_schemas.check("log", page) == []
        found += page["lines"]
        if page["next"] is None:
            break
        before = ("--before", str(page["next"]))
    assert found == every
    shown = command("log", "--limit", "3", folder=office.folder).stdout
    assert f"`--before {every[2]['number']}` shows the next" in shown


@pytest.mark.parametrize(
    ("since", "names"), [("2026-11-04", {"Bob"}), ("2026-11-02T09:00", {"Bob", "Ann"})]
)
def test_the_log_begins_where_it_is_told(office: World, since: str, names: set[str]) -> None:
    """A day, or a time in UTC; what was before is left out."""
    found = lines(office, "--since", since)
    bob = next(line["crm_id"] for line in lines(office) if line["new"] == "Bob")
    assert {"Bob" if line["crm_id"] == bob else "Ann" for line in found} == names


@pytest.mark.parametrize(
    ("words", "code", "instead"),
    [(("--since", "soon"), 64, "Write 12h"), (("--since", "2d", "--rule", "x"), 3, "Name a")],
)
def test_a_word_that_means_nothing_is_told(
    office: World, words: Sequence[str], code: int, instead: str
) -> None:
    """With what may be written in its place."""
    done = command("log", *words, folder=office.folder)
    assert (done.returncode, instead in done.stderr) == (code, True)
