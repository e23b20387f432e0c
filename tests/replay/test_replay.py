"""Playing the past again: by the rules in use it is the past, by others it is told what differs."""

from __future__ import annotations

import json
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

import support
import syncline_schemas
from support import CADENCE, CRM, HEAD, World
from syncline import RulesError, WorkspaceError
from syncline.replay.replay import replay
from syncline.replay.result import Difference, Replay

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName   <-> first_name
    LastName    <-> last_name     required
    Company     <-> company_name  required, default "Unknown"
    Email       <-> email
    City        <-> city
    Title       <-> job_title     crm wins
    Description <-> notes         hold on conflict
}
activity call on outcome "Connected" -> Task { Subject = "Call: {outcome}" }
workflow "Hot" on Lead { when Rating = "Hot"  then move to cadence "New leads" }
workflow "Cold" on Lead { when Rating = "Cold"  then exit cadence }
"""
)
ALL = timedelta(days=30)


def played(world: World, new: str | None = None, since: timedelta = ALL) -> Replay:
    """Play the last days again, by *new* rules or by those in use alone."""
    path = None
    if new is not None:
        path = world.folder / "new.rules"
        path.write_text(new.replace("{crm}", world.crm), "utf-8")
    return replay(
        world.folder, path, since=since, registry=world.registry, now=world.clock,
        environ=support.SECRETS,
    )  # fmt: skip


def line(found: Replay, kind: str, field: str = "") -> Difference:
    (one,) = [each for each in found.lines if (each.key.kind, each.key.field) == (kind, field)]
    return one


def live(world: World, seed: int, days: int) -> None:
    """Let people make, change, call, merge, convert and delete at random, with a run each time."""
    dice = random.Random(seed)
    number = 0
    for _day in range(days):
        for _ in range(dice.randint(0, 4)):
            number += 1
            leads = [str(lead["Id"]) for lead in world.all(CRM, "Lead")]
            people = [str(person["id"]) for person in world.all(CADENCE, "prospect")]
            what = dice.random()
            if what < 0.2 or len(leads) < 2:
                world.lead(f"L{number}", City=dice.choice(["Ulm", "Bonn", ""]))
            elif what < 0.35 or not people:
                twin = str(world.read(CRM, "Lead", leads[0])["Email"])
                world.prospect(f"P{number}", email=dice.choice([f"p{number}@example.com", twin]))
            elif what < 0.75:
                field = dice.choice(["City", "Title", "Description", "Rating", "LastName"])
                values = ["Hot", "Cold"] if field == "Rating" else ["Ulm", "Bonn", "Rome"]
                world.change(CRM, "Lead", dice.choice(leads), **{field: dice.choice(values)})
                if dice.random() < 0.3:
                    field = dice.choice(["city", "job_title", "notes"])
                    world.change(CADENCE, "prospect", dice.choice(people), **{field: "Oslo"})
            elif what < 0.88:
                field = dice.choice(["city", "job_title", "notes", "last_name"])
                city = dice.choice(["Paris", "Oslo"])
                world.change(CADENCE, "prospect", dice.choice(people), **{field: city})
            elif what < 0.94:
                world.call(dice.choice(people), dice.choice(["Connected", "Busy"]))
            elif what < 0.96:
                world.delete(CRM, "Lead", dice.choice(leads))
            elif what < 0.98:
                world.merge(CRM, "Lead", *dice.sample(leads, 2))
            else:
                world.convert(dice.choice(leads))
        world.run()
        world.clock.forward(minutes=13)


@pytest.mark.parametrize("seed", [11, 12])
def test_the_rules_in_use_do_what_the_history_says_was_done(world: World, seed: int) -> None:
    """Line for line, with the same values: conflicts, holds, refusals, actions (B7)."""
    world.rules(RULES)
    live(world, seed, 12)
    found = played(world)
    assert (found.runs, found.untrue) == (12, 0)
    assert sum(each.past.times for each in found.lines) > 30
    assert [each.past.times for each in found.lines] == [each.now.times for each in found.lines]


def test_a_span_begins_in_the_middle_of_the_history(world: World) -> None:
    """What was before its first change is known, though no run of the span brought it (B7)."""
    world.rules(RULES)
    ann, bob = world.lead("Ann", City="Ulm", Title="CEO"), world.lead("Bob")
    world.settle()
    world.clock.forward(days=2)
    world.change(CRM, "Lead", ann, City="Bonn")
    partner = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.change(CADENCE, "prospect", partner, job_title="Boss")
    world.settle()
    world.change(CRM, "Lead", bob, LastName="Roe")
    world.run()
    found = played(world, since=timedelta(days=1))
    assert (found.runs, found.untrue, found.worked_out) == (4, 0, 0)
    assert found.records == {
        ("update", "cadence", "prospect"): (2, 2, 2), ("update", "crm", "Lead"): (1, 1, 1),
    }  # fmt: skip


def test_what_was_pruned_is_worked_out_from_what_was_written(world: World) -> None:
    """A record whose earlier state is gone is taken to have been in step; it is said (B7)."""
    from syncline import upkeep

    world.rules(RULES)
    ann = world.lead("Ann", City="Ulm")
    world.settle()
    world.clock.forward(days=9)
    world.change(CRM, "Lead", ann, City="Bonn")
    world.run()
    upkeep.prune(world.folder, keep=timedelta(days=3), now=world.clock)
    found = played(world, since=timedelta(days=2))
    assert (found.untrue, found.worked_out) == (0, 2)
    assert line(found, "update", "city").now.times == 1


def test_a_plan_before_a_run_takes_nothing_from_the_replay(world: World) -> None:
    """Changes that `syncline plan` saw first are played with the run that decided (B7)."""
    world.rules(RULES)
    ann = world.lead("Ann", City="Ulm")
    world.plan()
    world.run()
    world.change(CRM, "Lead", ann, City="Bonn")
    world.plan()
    world.run()
    assert played(world).untrue == 0


def test_new_rules_are_told_by_what_they_do_otherwise(world: World) -> None:
    """A row the other way, another winner, a workflow less: counts, and examples (B7)."""
    world.rules(RULES)
    ann = world.lead("Ann", City="Ulm", Title="CEO")
    world.settle()
    partner = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.enrol(partner)
    world.change(CADENCE, "prospect", partner, city="Oslo")
    world.run()
    world.change(CADENCE, "prospect", partner, job_title="Boss")
    world.change(CRM, "Lead", ann, Title="Chair")
    world.run()
    world.change(CRM, "Lead", ann, Rating="Cold")
    world.run()
    new = (
        RULES.replace("City        <->", "City        ->")
        .replace("crm wins", "cadence wins")
        .replace('"Cold"  then', '"Frozen"  then')
        .replace('"Frozen"', '"Warm"')
    )
    found = played(world, new)
    assert (found.untrue, found.missed, dict(found.at_once)) == (0, 0, {})
    city = line(found, "update", "City")
    assert (city.past.times, city.now.times, city.new.times, city.records) == (1, 1, 0, 1)
    (example,) = city.examples
    assert (example.id, example.mine[0][:2], example.theirs) == (ann, ("Ulm", "Oslo"), ())
    lost = {
        each.key.lost: (each.now.times, each.new.times) for each in found.lines if each.key.lost
    }
    assert lost == {"cadence": (1, 0), "crm": (0, 1)}
    (action,) = [each for each in found.differing if each.key.kind == "action"]
    assert (action.now.times, action.new.times) == (1, 0)
    assert found.price[CADENCE][1] < found.price[CADENCE][0]


def test_what_the_old_rules_wrote_is_nobodys_edit(world: World) -> None:
    """A change is played as the fields somebody changed: not what stood there through us (B7)."""
    world.rules(RULES)
    ann = world.lead("Ann", City="Ulm")
    world.settle()
    partner = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.change(CADENCE, "prospect", partner, city="Oslo")
    world.run()
    # Her record now comes with the Oslo that we wrote; the new rules had left Ulm.
    world.change(CRM, "Lead", ann, Title="CEO")
    world.run()
    world.change(CRM, "Lead", ann, City="Bonn")
    world.run()
    new = RULES.replace("City        <-> city", "City -> notes").replace(
        "    Description <-> notes         hold on conflict\n", ""
    )
    notes = line(played(world, new), "update", "notes")
    assert (notes.now.times, notes.new.times) == (0, 1)
    assert [each[1] for each in notes.examples[0].theirs] == ["Bonn"]


def test_records_that_the_new_rules_would_not_make_are_not_there(world: World) -> None:
    """What people did to them falls away, and is counted (B7)."""
    world.rules(RULES)
    world.lead("Ann")
    world.run()
    partner = str(world.one(CADENCE, "prospect", first_name="Ann")["id"])
    world.change(CADENCE, "prospect", partner, city="Oslo")
    world.run()
    new = RULES.replace("sync crm to cadence", 'sync crm to cadence where Rating = "Hot"')
    found = played(world, new)
    assert found.records["create", "cadence", "prospect"] == (1, 1, 0)
    assert found.missed == 1
    assert line(found, "skip").new.times == 1


def test_a_field_that_was_never_read_is_named(world: World) -> None:
    """The new rules see it blank, and what they made of it cannot be known (B7)."""
    world.rules(RULES)
    world.lead("Ann", Phone="+49 731 1")
    world.run()
    new = RULES.replace("    City   ", "    Phone <-> phone\n    City   ", 1)
    found = played(world, new)
    assert [(u.side, u.object, u.field) for u in found.unknown] == [
        (CRM, "Lead", "Phone"), (CADENCE, "prospect", "phone"),
    ]  # fmt: skip


def test_a_replay_writes_nothing(world: World) -> None:
    """Neither to a system nor to the ledger: what stood before stands after (B7)."""
    world.rules(RULES)
    live(world, 3, 3)
    before, lines = world.contents(), world.history(limit=1000)
    played(world, RULES.replace("crm wins", "cadence wins"))
    assert (world.contents(), world.history(limit=1000)) == (before, lines)
    assert world.run().state == "done"


def test_the_command_prints_it_for_people_and_as_json(world: World) -> None:
    """`syncline replay`, with the document of its schema (B7)."""
    world.clock.now = world.clock.now.replace(year=2024)
    world.rules(RULES)
    ann = world.lead("Ann")
    world.run()
    world.change(CRM, "Lead", ann, City="Bonn")
    world.run()
    new = world.folder / "new.rules"
    new.write_text(RULES.replace("{crm}", "local").replace("City        <->", "City <-"), "utf-8")
    asked = ["replay", "--workspace", str(world.folder), "--since", "2024-01-01"]
    plain = support.command(*asked, "--rules", str(new))
    assert plain.returncode == 0, plain.stderr
    assert "write prospect.city of the cadence: 1 by the rules in use, 0 by the new" in plain.stdout
    assert "did exactly what the history says" in plain.stdout
    document = json.loads(support.command(*asked, "--rules", str(new), "--json").stdout)
    assert syncline_schemas.check("replay", document) == []
    assert support.command(*asked[:3], "--since", "tomorrow").returncode == 64
    assert support.command(*asked[:3], "--since", "1d").returncode == 3


def test_rules_with_errors_and_other_systems_are_refused(world: World, tmp_path: Path) -> None:
    """Before anything is played; and so is a span in which nothing ran (B7)."""
    world.rules(RULES)
    world.lead("Ann")
    world.run()
    with pytest.raises(RulesError):
        played(world, RULES.replace("City ", "Cty "))
    world.clock.forward(days=60)
    with pytest.raises(WorkspaceError, match="nothing has run since"):
        played(world)
    copy = tmp_path / "empty"
    shutil.copytree(world.folder, copy, ignore=shutil.ignore_patterns("*.sqlite*", "data"))
    if not world.ledger:
        with pytest.raises(WorkspaceError, match="nothing has run here"):
            replay(copy, since=ALL)
