"""What waits for a person, and the person's answers: `holds`, `resolve`, `retry` (B4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import syncline_schemas
from support import CADENCE, CRM, RULES, World, command, counts, meddled
from syncline import Outcome, OutcomeStatus, Side, WorkspaceError, Write

HOLDING = RULES.replace(
    "    Email     <-> email\n",
    """    Email     <-> email
    # The sellers know best, as a rule.
    Title     <-> job_title  hold on conflict  # "hold on conflict" until June
    Description <-> notes    hold on conflict
""",
)


def held(world: World, name: str = "Ann", title: str = "CEO", job: str = "CTO") -> tuple[str, str]:
    """Make a lead and a prospect that are one, and whose titles differ; return their ids."""
    world.rules(HOLDING)
    return world.lead(name, Title=title), world.prospect(name, job_title=job)


def ask(world: World, *words: str) -> Any:
    done = command(*words, "--json", folder=world.folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# -- holds


def test_what_is_held_is_listed_with_both_values_and_its_row(world: World) -> None:
    """A hold names the pair, both fields, both values, the reason, and since when."""
    lead, prospect = held(world)
    assert counts(world.run()) == {"held": 2}
    with world.workspace() as workspace:
        (hold,) = workspace.holds()
    assert (hold.crm_id, hold.cadence_id, hold.row) == (lead, prospect, "Title>job_title")
    assert (hold.crm_value, hold.cadence_value, hold.run) == ("CEO", "CTO", 1)
    assert hold.rule == "main.rules:14"


def test_the_listing_is_a_document_of_its_schema(local: World) -> None:
    """`syncline holds --json` and `resolve --json` keep to holds.schema.json."""
    lead, prospect = held(local)
    local.run()
    found = ask(local, "holds")
    assert syncline_schemas.check("holds", found) == []
    (hold,) = found["holds"]
    assert (hold["crm_field"], hold["cadence_field"], hold["chosen"]) == (
        "Title", "job_title", None,
    )  # fmt: skip
    decided = ask(local, "resolve", prospect, "job_title", "--take", "cadence")
    assert syncline_schemas.check("holds", decided) == []
    assert [each["chosen"] for each in ask(local, "holds", lead)["holds"]] == ["cadence"]
    assert ask(local, "holds", "ann@example.com") == ask(local, "holds", prospect)


# -- resolve --take


@pytest.mark.parametrize("side", list(Side))
def test_the_chosen_value_is_written_across_once(world: World, side: Side) -> None:
    """The next run writes it, the other value stays in the history, and then nothing moves."""
    lead, prospect = held(world)
    world.run()
    with world.workspace() as workspace:
        workspace.resolve(lead, "Title", take=side)
    world.settle()
    value = {CRM: "CEO", CADENCE: "CTO"}[side]
    assert world.read(CRM, "Lead", lead)["Title"] == value
    assert world.read(CADENCE, "prospect", prospect)["job_title"] == value
    written = next(
        line for line in world.history(kind="update") if line.field in {"Title", "job_title"}
    )
    assert written.lost == [str(side.other), {CRM: "CTO", CADENCE: "CEO"}[side]]
    with world.workspace() as workspace:
        assert workspace.holds() == []


def test_a_later_conflict_is_held_again(world: World) -> None:
    """A choice decides one conflict, not the next."""
    lead, prospect = held(world)
    world.run()
    with world.workspace() as workspace:
        workspace.resolve(lead, take=CRM)
    world.settle()
    world.change(CRM, "Lead", lead, Title="Chair")
    world.change(CADENCE, "prospect", prospect, job_title="Board")
    assert counts(world.run()) == {"held": 2}


def test_who_decided_what_stands_in_the_history(local: World) -> None:
    """A line `resolve` names the person, the field and the row (K13)."""
    lead, _prospect = held(local)
    local.run()
    done = command("resolve", lead, "--take", "crm", folder=local.folder)
    assert "Title / job_title: the CRM's CEO stands." in done.stdout
    (line,) = local.history(kind="resolve")
    assert (line.run, line.field, line.rule) == (0, "Title", "main.rules:14")
    assert line.reason.endswith("chose the CRM's value")


def test_one_word_decides_all_that_a_row_holds(local: World) -> None:
    """`--all` decides alike for every record of the same row, and for no other row."""
    held(local, "Ann")
    held(local, "Bob", "CFO", "COO")
    local.prospect("Cyd", notes="met")
    local.lead("Cyd", Description="called")
    local.run()
    ask(local, "resolve", "ann@example.com", "Title", "--take", "crm", "--all")
    local.run()
    assert [p["job_title"] for p in local.all(CADENCE, "prospect")] == ["CEO", "CFO", None]
    with local.workspace() as workspace:
        assert [hold.row for hold in workspace.holds()] == ["Description>notes"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nobody@example.com",), "no record is known by nobody@example.com"),
        (("bob@example.com",), "nothing of bob@example.com waits for a decision"),
        (("ann@example.com", "City"), "City of ann@example.com is not held"),
        (("cyd@example.com",), "is held as a whole: 2 prospect records have the same email"),
    ],
)
def test_what_is_not_held_cannot_be_decided(local: World, words: Sequence[str], says: str) -> None:
    """Each refusal says what is wrong and what can be decided instead."""
    held(local)
    local.lead("Bob")
    local.lead("Cyd")
    local.prospect("Cyd")
    local.prospect("Cyd")
    local.run()
    with local.workspace() as workspace, pytest.raises(WorkspaceError, match=says) as found:
        workspace.resolve(*words, take=CRM)
    assert found.value.hint


# -- resolve --always


def test_a_decision_for_good_is_written_into_the_row(local: World) -> None:
    """Comments, texts and other rows stay; what the row held is decided by it from now on."""
    lead, _prospect = held(local)
    local.run()
    refused = command(
        "resolve", lead, "Title", "--take", "cadence", "--always", folder=local.folder
    )
    assert refused.returncode == 3
    rules = local.folder / "main.rules"
    assert "cadence wins" not in rules.read_text("utf-8")
    assert (
        '+    Title     <-> job_title  cadence wins  # "hold on conflict" until June'
        in refused.stdout
    )
    ask(local, "resolve", lead, "Title", "--take", "cadence", "--always", "--yes")
    before, after = HOLDING.splitlines(), rules.read_text("utf-8").splitlines()
    changed = [b for a, b in zip(before, after, strict=True) if a.replace("{crm}", "local") != b]
    assert changed == ['    Title     <-> job_title  cadence wins  # "hold on conflict" until June']
    local.settle()
    assert local.read(CRM, "Lead", lead)["Title"] == "CTO"
    assert local.history(kind="resolve")[0].reason.endswith("wrote `cadence wins` into the row")


def test_a_formatted_file_stays_formatted(local: World) -> None:
    """A file in its one form is in its one form after the edit."""
    lead, _prospect = held(local)
    assert command("fmt", folder=local.folder).returncode == 0
    local.run()
    ask(local, "resolve", lead, "Title", "--take", "crm", "--always", "--yes")
    assert command("fmt", "--check", folder=local.folder).returncode == 0


def test_a_row_that_holds_for_another_reason_has_no_word_to_change(local: World) -> None:
    """`--always` is refused where the row does not say `hold on conflict`."""
    local.rules(
        HOLDING.replace("job_title  hold on conflict", 'job_title  as { "A" = "B" } else hold')
    )
    lead = local.lead("Ann", Title="Other")
    local.prospect("Ann")
    local.run()
    done = command("resolve", lead, "--take", "crm", "--always", "--yes", folder=local.folder)
    assert done.returncode == 3, done.stdout
    assert "does not hold conflicts" in done.stderr


# -- resolve --with


def test_two_that_no_rule_could_choose_between_are_linked(world: World) -> None:
    """The link is stored; the next run reconciles the two, and the other candidate stays held."""
    world.rules(HOLDING)
    lead = world.lead("Ann", City="Oslo")
    world.prospect("Ann")
    second = world.prospect("Ann", job_title="CTO")
    assert counts(world.run()) == {"held": 3}
    with world.workspace() as workspace:
        workspace.link(lead, second)
    world.settle()
    assert world.read(CRM, "Lead", lead)["Title"] == "CTO"
    assert world.read(CADENCE, "prospect", second)["city"] == "Oslo"
    assert len(world.all(CRM, "Lead")) == 1
    with world.workspace() as workspace:
        assert len(workspace.holds()) == 1


def test_two_strangers_are_joined_only_by_somebody_who_is_sure(world: World) -> None:
    """What each is matched by is shown beside the other's, and nothing is written over unasked."""
    world.rules(HOLDING)
    lead = world.lead("Ann")
    world.prospect("Ann")
    world.prospect("Ann")
    world.lead("Bob")
    world.lead("Bob", LastName="Other")
    stranger = world.prospect("Bob")
    world.run()
    with world.workspace() as workspace:
        with pytest.raises(WorkspaceError, match="they do not look like one") as caught:
            workspace.link(lead, stranger)
        assert "ann@example.com" in caught.value.message
        assert "bob@example.com" in caught.value.message
        pair = workspace.link(lead, stranger, sure=True)
    assert pair.ids == {CRM: lead, CADENCE: stranger}


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        ("bob@example.com", "ann", "is linked to .* already"),
        ("ann", "first", "are both records of the cadence"),
        ("ann", "ann@example.com", "means several records"),
        ("ann", "nobody", "no record is known by nobody"),
    ],
)
def test_a_link_that_cannot_be_is_refused(local: World, one: str, two: str, says: str) -> None:
    """What is linked stays linked; a key that several hold is no name."""
    local.lead("Ann")
    names = {"first": local.prospect("Ann"), "ann": local.prospect("Ann")}
    local.lead("Bob")
    local.prospect("Bob")
    local.run()
    with local.workspace() as workspace, pytest.raises(WorkspaceError, match=says):
        workspace.link(names.get(one, one), names.get(two, two))


def test_a_link_is_a_document_too(local: World) -> None:
    """`resolve --with --json` names the pair."""
    lead = local.lead("Ann")
    prospect = local.prospect("Ann")
    local.prospect("Ann")
    local.run()
    found = ask(local, "resolve", lead, "--with", prospect)
    assert syncline_schemas.check("holds", found) == []
    assert found["linked"] == {"map": "Lead/prospect", "crm_id": lead, "cadence_id": prospect}


@pytest.mark.parametrize(
    "words",
    [("x",), ("x", "--take", "crm", "--with", "y"), ("x", "--with", "y", "--all")],
)
def test_words_that_do_not_go_together_are_misuse(tmp_path: Path, words: Sequence[str]) -> None:
    """Exit code 64, before anything is opened."""
    assert command("resolve", *words, folder=tmp_path).returncode == 64


# -- retry


def refusing(world: World) -> Any:
    """Return the plugins with a cadence that refuses every write."""

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def write(_name: str, rows: Sequence[Write]) -> list[Outcome]:
            return [
                Outcome(status=OutcomeStatus.REFUSED, code="NO", message="not today") for _ in rows
            ]

        return write

    return meddled(world, CADENCE, "write", around)


def test_what_failed_too_often_rests_until_somebody_asks(local: World) -> None:
    """After three refusals no run tries again; `retry` lets the next one, and is on record."""
    lead = local.lead("Ann")
    for _ in range(4):
        local.run(refusing(local))
    assert counts(local.run()) == {}
    found = ask(local, "retry")
    assert syncline_schemas.check("retry", found) == []
    assert [(r["id"], r["state"], r["reason"]) for r in found["records"]] == [
        (lead, "dead", "NO: not today")
    ]
    assert not found["asked"]
    assert ask(local, "retry", "ann@example.com")["asked"]
    assert counts(local.run()) == {"written": 1}
    assert [line.crm_id for line in local.history(kind="retry")] == [lead]
    assert ask(local, "retry", "--all")["records"] == []


def test_a_creation_that_failed_is_logged_under_the_record_that_it_was_for(local: World) -> None:
    """What was never created has no id: two refusals of one run are told apart by their sources."""
    leads = [local.lead("Ann"), local.lead("Bob")]
    local.run(refusing(local))
    heads = command("log", "--kind", "fail", folder=local.folder).stdout.splitlines()[::2]
    assert sorted(head.partition("prospect ")[2] for head in heads) == [f"({id_})" for id_ in leads]


def test_retrying_all_asks_each_that_failed(local: World) -> None:
    """`--all` covers those that rest and those that are tried again anyway."""
    local.lead("Ann")
    local.run(refusing(local))
    local.lead("Bob")
    local.run(refusing(local))
    done = command("retry", "--all", folder=local.folder)
    assert done.stdout.count("not today") == 2
    assert counts(local.run()) == {"written": 2}
