"""`syncline cadences`, `due` and `next`: what they print, their JSON, their exit codes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

import syncline_schemas
from support import HEAD, World, command, local_world

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required, default "Unknown"
    Email     <-> email
}

allow email on Mon to Fri from 08:00 to 18:00 in the prospect's time zone, not on holidays
allow call  on Mon to Fri from 09:00 to 17:00 in the prospect's time zone
"""
)
PLAN = {
    "version": 1,
    "cadences": [
        {
            "name": "Spring",
            "touches": [
                {"channel": "email", "day": 1, "subject": "Hello", "template": "intro"},
                {"channel": "call", "day": 1},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Open a workspace with a prospect in Paris, who is in the cadence Spring."""
    with local_world(tmp_path_factory.mktemp("cadence"), RULES) as made:
        made.prospect("Ann", country="France", owner="bob")
        (made.folder / "spring.json").write_text(json.dumps(PLAN), "utf-8")
        yield made


def said(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    return command(*words, folder=world.folder)


def printed(world: World, *words: str) -> str:
    done = said(world, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_day_in_the_cadence(world: World) -> None:
    """K11, RS7, B11: import, enrol, look at what is due and when, record outcomes, look back."""
    file = str(world.folder / "spring.json")
    assert printed(world, "cadences", "import", file) == "Spring: new\n"
    assert 'Spring\n    1  day 1    email  "Hello" "intro"\n' in printed(world, "cadences")
    assert syncline_schemas.check("cadence", json.loads(printed(world, "cadences", "--json"))) == []
    exported = json.loads(printed(world, "cadences", "export"))
    assert exported["cadences"][-1] == PLAN["cadences"][0]  # type: ignore[index]

    printed(world, "cadences", "enrol", "ann@example.com", "Spring")
    # Bastille Day of a year to come, and the morning after it.
    told = printed(world, "next", "ann@example.com", "--after", "2027-07-14T08:00")
    assert told.splitlines() == [
        "email, touch 1 of Spring",
        "    from 2027-07-15 06:00 until 2027-07-15 16:00 UTC",
        "    2027-07-14 08:00  14 July 2027 is National Day in FR  [line 15]",
    ]
    due = json.loads(printed(world, "due", "--at", "2027-07-14T08:00", "--json"))
    assert syncline_schemas.check("due", due) == []
    assert [(each["open"], each["user"], each["subject"]) for each in due["touches"]] == [
        (False, "bob", "Hello")
    ]
    told = printed(world, "due", "--at", "2027-07-15T08:00")
    assert "now until 2027-07-15 16:00 UTC\n1 may go out now, 0 wait.\n" in told
    assert printed(world, "due", "--user", "eve") == "0 may go out now, 0 wait.\n"

    for outcome, after in (("Sent", "touch 2 of Spring"), ("Connected", "finished Spring")):
        told = printed(world, "cadences", "done", "ann@example.com", "--outcome", outcome)
        assert told == f"ann@example.com: {after}.\n"
    history = json.loads(printed(world, "cadences", "history", "ann@example.com", "--json"))
    assert syncline_schemas.check("enrolments", history) == []
    assert [each["what"] for each in history["changes"]] == [
        "entered Spring",
        "touch 2 of Spring",
        "finished Spring",
    ]
    assert "is in no cadence" in printed(world, "next", "ann@example.com")
    asked = printed(world, "next", "ann@example.com", "--channel", "sms", "--json")
    assert syncline_schemas.check("next", json.loads(asked)) == []
    assert json.loads(asked)["touches"][0]["delays"] == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["next", "nobody@example.com"], 3, "there is no prospect nobody@example.com"),
        (["next", "ann@example.com", "--channel", "fax"], 3, "there is no channel fax"),
        (["next", "ann@example.com", "--after", "soon"], 64, "'soon' is no time such as"),
        (["due", "--at", "0001-01-01"], 64, "too far away: choose a year from 1970"),
        (["next", "ann@example.com", "--after", "9999-12-31"], 64, "too far away"),
        (["due", "--at", "25:00"], 64, "'25:00' is no time such as"),
        (["cadences", "enrol", "ann@example.com", "Sprang"], 3, "There is no cadence Sprang."),
        (["cadences", "done", "ann@example.com", "--outcome", "x", "--touch", "7"], 3, "is "),
        (["cadences", "import", "main.rules"], 3, "is no JSON"),
        (["cadences", "import", "none.json"], 64, "none.json"),
    ],
)
def test_what_will_not_do_is_told_with_its_code(
    world: World, words: list[str], code: int, told: str
) -> None:
    """Each slip ends with a sentence and an exit code, and without a traceback."""
    words = [str(world.folder / word) if word.endswith(".rules") else word for word in words]
    done = said(world, *words)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
