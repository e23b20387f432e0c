"""`syncline test`: which actions a test sees, and the same from a run over the two systems."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

import support
from support import CADENCE, CRM
from support_language import LOCAL, checked
from support_trials import found, played
from syncline import Value
from syncline.trials import run_tests

CLOSED = 'workflow "Closed" on Lead { when Status = "Closed - Converted" then exit cadence }'
EVERY = CLOSED.replace(" then", " every time then")
MOVED = (
    'workflow "Moved" on Lead { when Status changed from "Open - Not Contacted" to '
    '"Working - Contacted" then move to next touch }'
)
WAS = 'workflow "Was" on Lead { when Rating was "Hot" then move to cadence "Nurture Q3" }'
CHANGED = 'workflow "Changed" on Lead { when Rating changed then move to next touch }'
NEW = 'workflow "New" on Lead { when is new then move to cadence "Nurture Q3" }'
GONE = 'workflow "Gone" on Lead { when is deleted then exit cadence }'
STALE = (
    'workflow "Stale" on Lead { when LastActivityDate before 30 days ago '
    'then move to cadence "Nurture Q3", move to next touch }'
)
LEAD = 'given Lead FirstName = "Ann", LastName = "Lee", Company = "Acme"'
BEFORE = "given last sync Status = "
NOW = "given Lead Status = "


@pytest.mark.parametrize(
    ("workflow", "body"),
    [
        # once, when the criteria start to hold
        (CLOSED, f'{BEFORE}"Open - Not Contacted" {NOW}"Closed - Converted" expect exit cadence'),
        (CLOSED, f'{BEFORE}"Closed - Converted" {NOW}"Closed - Converted" expect no action'),
        (EVERY, f'{BEFORE}"Closed - Converted" {NOW}"Closed - Converted" expect exit cadence'),
        (EVERY, f'{BEFORE}"Closed - Converted" expect no action'),
        (CLOSED, f'{BEFORE}"Closed - Converted" given prospect notes = "x" expect no action'),
        # the record before
        (
            MOVED,
            (f'{BEFORE}"Open - Not Contacted" {NOW}"Working - Contacted" '
            "expect move to next touch"),
        ),
        (MOVED, f'{BEFORE}"Closed - Converted" {NOW}"Working - Contacted" expect no action'),
        (MOVED, f'{LEAD}, Status = "Working - Contacted" expect no action'),
        (WAS, 'given last sync Rating = "Hot" given Lead Rating = "Cold" expect no action'),
        (CHANGED, ('given last sync Rating = "Hot" given Lead Rating = "Cold" '
                  "expect move to next touch")),
        (CHANGED, 'given last sync Rating = "Hot" given Lead Title = "x" expect no action'),
        # is new
        (NEW, f'{LEAD} expect move to cadence "Nurture Q3" expect prospect first_name = "Ann"'),
        (NEW, f'{LEAD} given prospect notes = "x" expect move to cadence "Nurture Q3"'),
        (NEW, f'given last sync FirstName = "Ann" {LEAD} expect no action'),
        (NEW, 'given Lead FirstName = "Ann" expect no action'),
        # nobody who is new in the cadence has one to leave
        (CLOSED, f'{LEAD}, Status = "Closed - Converted" expect no action'),
        (CLOSED, (f'{LEAD}, Status = "Closed - Converted" given prospect notes = "x" '
                 "expect exit cadence")),
        # what happened to the record
        (GONE, "given Lead is deleted expect exit cadence expect prospect unchanged"),
        (GONE, "given Lead is merged expect no action"),
        (GONE, f'{BEFORE}"Open - Not Contacted" given Lead is deleted at 9:40 expect exit cadence'),
        (GONE, f'given Lead is deleted {NOW}"Open - Not Contacted" expect exit cadence'),
        (GONE, "given prospect is deleted expect no action expect Lead unchanged"),
        (GONE.replace("deleted", "converted"), "given Lead is converted expect exit cadence"),
        (GONE.replace("deleted", "undeleted"), "given Lead is undeleted expect exit cadence"),
        # time alone
        (STALE, ("given last sync LastActivityDate = 2026-05-15 "
                'expect move to cadence "Nurture Q3" expect move to next touch')),
        (STALE, "given last sync LastActivityDate = 2026-05-16 expect no action"),
        (STALE, "given last sync LastActivityDate = 2026-05-14 expect no action"),
        # the prospect alone
        (CLOSED, 'given prospect first_name = "Ann", last_name = "Lee" expect no action'),
    ],
)  # fmt: skip
def test_which_actions_a_test_sees(workflow: str, body: str) -> None:
    """B1, K10, K11: workflows fire in a test as they do in a run."""
    row = "Title <-> job_title\n Description <-> notes"
    assert found(played(body, row, workflow)) == []


@pytest.mark.parametrize(
    ("workflow", "body", "reason"),
    [
        (CLOSED, f'{BEFORE}"Open - Not Contacted" {NOW}"Open - Not Contacted" expect exit cadence',
         ('workflow "Closed" does not hold: `Status = "Closed - Converted"` in line 13 is false '
         '(Status is "Open - Not Contacted")')),
        (CLOSED, f'{BEFORE}"Closed - Converted" {NOW}"Closed - Converted" expect exit cadence',
         'workflow "Closed" held at the last sync already; it fires when it starts to hold'),
        (CLOSED, f'{LEAD}, Status = "Closed - Converted" expect exit cadence',
         'workflow "Closed" holds, but a prospect that is new has no cadence to leave'),
        (CLOSED, 'given Lead Status = "Closed - Converted" expect exit cadence',
         'workflow "Closed" was not asked: first_name is required and blank'),
        (CHANGED, ('given last sync Rating = "Hot" given Lead Title = "x" '
                  "expect move to next touch"),
         ('workflow "Changed" does not hold: `Rating changed` in line 13 is false '
         "(it did not change)")),
        (GONE, "given Lead is merged expect exit cadence",
         ('workflow "Gone" does not hold: `is deleted` in line 13 is false '
         "(the record was not deleted)")),
        (CLOSED, f'{BEFORE}"Open - Not Contacted" {NOW}"Closed - Converted" expect no action',
         '`Status = "Closed - Converted"` in line 13 is true (Status is "Closed - Converted")'),
    ],
)  # fmt: skip
def test_why_an_action_came_or_did_not(workflow: str, body: str, reason: str) -> None:
    """B1, B5: a failing test names the rows that decided, and what they saw."""
    (result,) = played(body, "", workflow).results

    assert [fault.reason for fault in result.faults] == [reason]


ROWS = """
    Title       <-> job_title     when blank
    Description <-> notes         crm wins
    Industry    <-> industry      cadence wins
    Rating      <-> priority      as { "Hot" = 3, "Warm" = 2, "Cold" = 1 }
    Website     <-  company_url
    City        <-> city          erase
"""
MORE = f"""
{CLOSED}
{CHANGED.replace("next touch", 'cadence "Nurture Q3"')}
"""
CHOICES: dict[str, list[str | int | None]] = {
    "FirstName": ["Jon", "Ann"], "Title": ["CEO", None], "Description": ["a", "b", None],
    "Industry": ["Retail", "Media"], "Rating": ["Hot", "Cold", None], "City": ["Bonn", None],
    "Status": ["Open - Not Contacted", "Closed - Converted"], "Website": ["http://a.example"],
    "first_name": ["Jo", "Anna"], "job_title": ["CTO", None], "notes": ["c", None],
    "industry": ["Finance", None], "priority": [1, 2, 7], "city": ["Rome", None],
    "company_url": ["http://b.example", None],
}  # fmt: skip


def written(values: Mapping[str, Value]) -> str:
    """Return values as a test gives them."""
    return ", ".join(
        f'{name} = "{value or ""}"' if not isinstance(value, int) else f"{name} = {value}"
        for name, value in values.items()
    )


def some(random: Random, names: list[str]) -> dict[str, str | int | None]:
    """Return values for some of *names*."""
    return {
        name: random.choice(CHOICES[name])
        for name in random.sample(names, random.randint(1, len(names)))
    }


CRM_NAMES = [name for name in CHOICES if name[0].isupper()]
CADENCE_NAMES = [name for name in CHOICES if name[0].islower()]


@pytest.mark.parametrize("seed", range(6))
def test_a_test_says_what_a_run_does(tmp_path: Path, seed: int) -> None:
    """B1, B3: a test of what a run between two systems really did passes; misspelt, it fails."""
    random = Random(seed)
    text = support.RULES.replace("    City      <-> city\n", "").rstrip().removesuffix("}")
    text = text.replace("{crm}", "local") + f"{ROWS}}}\n{MORE}"
    clock = support.Clock()
    with support.local_world(tmp_path, text, clock) as world:
        lead = world.lead("John", **some(random, CRM_NAMES))
        world.run()
        (prospect,) = (str(row["id"]) for row in world.all(CADENCE, "prospect"))
        world.enrol(prospect)
        before = {
            **{n: world.read(CRM, "Lead", lead).get(n) for n in CRM_NAMES},
            **{n: world.read(CADENCE, "prospect", prospect).get(n) for n in CADENCE_NAMES},
        }
        changes = {CRM: some(random, CRM_NAMES), CADENCE: some(random, CADENCE_NAMES)}
        order = random.sample([(CRM, "Lead", lead), (CADENCE, "prospect", prospect)], 2)
        for side, name, id_ in order:
            clock.forward(minutes=3)
            world.change(side, name, id_, **changes[side])
        clock.forward(minutes=3)
        world.run()
        after = {
            "Lead": {n: world.read(CRM, "Lead", lead).get(n) for n in CRM_NAMES},
            "prospect": {
                n: world.read(CADENCE, "prospect", prospect).get(n) for n in CADENCE_NAMES
            },
        }
        states = world.states()
    times = {side: f"at 10:0{place}" for place, (side, _name, _id) in enumerate(order)}
    body = (
        f"given last sync {written(before)} "
        f"given Lead {written(changes[CRM])} {times[CRM]} "
        f"given prospect {written(changes[CADENCE])} {times[CADENCE]} "
    )
    good = "".join(f"expect {name} {written(values)} " for name, values in after.items())
    if any(state == "exited" for _cadence, state, _touch in states):
        good += "expect exit cadence "
    if len(states) > 1:
        good += 'expect move to cadence "Nurture Q3" '
    if [(cadence, state) for cadence, state, _touch in states] == [("New leads", "active")]:
        good += "expect no action "
    bad = good.replace('"Jo', '"Xo').replace('"An', '"Xn')
    rules = f'{text}\ntest "good" {{ {body}{good} }}\ntest "bad" {{ {body}{bad} }}\n'

    first, second = run_tests(checked(rules, LOCAL)).results

    assert first.faults == ()
    assert second.faults
