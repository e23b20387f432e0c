"""Explanations: the tree, what was seen, what decides, what would change it, the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import support
import syncline_schemas
from support import RULES, command
from support_language import NOON, TYPES, checked
from syncline import Side, Value
from syncline.rules.catalog import Scope
from syncline.rules.explaining.conditions import conditions
from syncline.rules.explaining.deciding import deciding, ways_to_change
from syncline.rules.explaining.explain import explainer
from syncline.rules.explaining.explanation import Explanation, as_written
from syncline_grammar import syntax as s

THING = TYPES.descriptions[Side.CRM].get("Thing")
assert THING is not None
SCOPE = Scope(Side.CRM, "desk", THING)
HERE = Path(__file__).parent / "explain"
PEOPLE = str(HERE / "people.rules")
Record = dict[str, Value]


def explained(criterion: str, record: Record, before: Record | None = None) -> Explanation:
    """Return what *criterion* says of a Thing."""
    rules = checked(f'workflow "w" on Thing {{\n when {criterion}\n then exit cadence\n}}\n')
    assert rules.errors == ()
    (tree,) = rules.tree.statements
    assert isinstance(tree, s.Workflow)
    return explainer(tree.when, SCOPE, TYPES, rules.source)(record, before, NOON)


# -- what is seen ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "record", "before", "truth", "seen", "faults"),
    [
        ('Text = "a"', {"Text": "a"}, None, True, [("Text", "a")], []),
        ('Text = "a"', {"Text": "b"}, None, False, [("Text", "b")], []),
        ('Text = "a"', {}, None, False, [("Text", None)], ["Text is blank"]),
        ('Text != "a"', {"Text": " "}, None, True, [("Text", " ")], ["Text is blank"]),
        ('`The text` = "a"', {"Text": "a"}, None, True, [("The text", "a")], []),
        ("Text is blank", {"Text": "a"}, None, False, [("Text", "a")], []),
        ("Text is not blank", {}, None, False, [("Text", None)], []),
        (
            "Number < 5",
            {"Number": "x"},
            None,
            False,
            [("Number", "x")],
            ['Number holds "x", which is not a number'],
        ),
        (
            "Number < Number2",
            {"Number": 1},
            None,
            False,
            [("Number", 1), ("Number2", None)],
            ["Number2 is blank"],
        ),
        (
            "Number + Number2 > 5",
            {"Number": 1, "Number2": 2},
            None,
            False,
            [("Number", 1), ("Number2", 2), ("Number + Number2", 3)],
            [],
        ),
        (
            "(Number + 1) * 2 > 5",
            {"Number": ""},
            None,
            False,
            [("Number", ""), ("Number + 1", None), ("(Number + 1) * 2", None)],
            ["(Number + 1) * 2 gives nothing"],
        ),
        (
            'lower(Text) = "x"',
            {"Text": "A"},
            None,
            False,
            [("Text", "A"), ("lower(Text)", "a")],
            [],
        ),
        ("Number between 2 and 4", {"Number": 5}, None, False, [("Number", 5)], ["it is above 4"]),
        ("Number between 2 and 4", {"Number": 1}, None, False, [("Number", 1)], ["it is below 2"]),
        (
            "Date between 2026-11-01 and today",
            {"Date": "2026-10-31"},
            None,
            False,
            [("Date", "2026-10-31"), ("today", "2026-11-22")],
            ["it is before 2026-11-01"],
        ),
        (
            "Date before 30 days ago",
            {"Date": "2026-10-01"},
            None,
            True,
            [("Date", "2026-10-01"), ("30 days ago", "2026-10-23")],
            [],
        ),
        (
            "Datetime after now",
            {"Datetime": "soon"},
            None,
            False,
            [("Datetime", "soon"), ("now", "2026-11-22T12:00:00+00:00")],
            ['Datetime holds "soon", which is not a date'],
        ),
        (
            "Date in the last 7 days",
            {"Date": "2026-11-20"},
            None,
            True,
            [("Date", "2026-11-20"), ("from", "2026-11-15"), ("to", "2026-11-22")],
            [],
        ),
        (
            "Boolean = true",
            {"Boolean": "true"},
            None,
            False,
            [("Boolean", "true")],
            ['Boolean holds "true", which is not true or false'],
        ),
        ("is new", {}, {}, False, [], ["the record was seen before"]),
        (
            "Text changed",
            {"Text": "a"},
            None,
            False,
            [("Text", "a")],
            ["the record is new, with nothing before to compare with"],
        ),
        (
            "Text changed",
            {"Text": "a"},
            {"Text": "a "},
            False,
            [("Text", "a")],
            ["it did not change"],
        ),
        (
            'Text changed from "x" to "y"',
            {"Text": "a"},
            {"Text": "b"},
            False,
            [("Text", "a")],
            ['it was not "x" before', 'it is not "y" now'],
        ),
        ('Text was "b"', {"Text": "a"}, {"Text": "b"}, True, [("Text", "a")], []),
        ('Choices contains "Red"', {}, None, False, [("Choices", None)], ["Choices is blank"]),
    ],
)
def test_a_row_tells_what_it_saw(
    criterion: str,
    record: Record,
    before: Record | None,
    truth: bool,
    seen: list[tuple[str, Value]],
    faults: list[str],
) -> None:
    """B5: a row tells the values it looked at, and what keeps it from holding."""
    found = explained(criterion, record, before)

    assert (found.truth, found.text) == (truth, criterion)
    assert [(one.text, one.now) for one in found.seen] == seen
    assert list(found.faults) == faults
    for one in found.seen:
        if one.field:
            assert one.before == (before or {}).get(one.field)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('Text  in "a",  # the first\n "b  c"', 'Text in "a", "b  c"'),
        ("(Number + 1) * (2 - Number2) > 3", "(Number + 1) * (2 - Number2) > 3"),
        ("Date before 3 weeks  from now", "Date before 3 weeks from now"),
        ("Text is  not\nblank", "Text is not blank"),
        ("`The text` changed", "`The text` changed"),
        ("Text = lower(Text2)", "Text = lower(Text2)"),
        ('Text = "# (no comment"', 'Text = "# (no comment"'),
    ],
)
def test_a_row_stands_as_it_was_written(written: str, text: str) -> None:
    """B5: a row's text is what the file says, on one line, its comments left out."""
    assert explained(written, {}).text == text


def test_without_a_source_the_truth_is_the_same() -> None:
    """B5: a criterion that stands in no file is explained as well, without texts."""
    tree = explained('all { Text = "a"  Number > 1 }', {}).node

    found = explainer(tree, SCOPE, TYPES)({"Text": "a", "Number": 2}, None, NOON)

    assert found.truth
    assert [row.text for row in found.rows()] == ["", ""]


def test_every_row_is_asked() -> None:
    """B5: a row is told also where the answer stands without it."""
    found = explained('all { Text = "a"  any { Number = 1  Number = 2 } }', {"Number": 2})

    assert [row.truth for row in found.rows()] == [False, False, True]
    assert [child.text for child in found.children] == ['Text = "a"', "any"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(blank)"), ("  ", "(blank)"), ((), "(blank)"), ("Zoë", '"Zoë"'), (5.0, "5"),
        (2.5, "2.5"), (True, "true"), (("a", "b"), '"a", "b"'),
    ],
)  # fmt: skip
def test_a_value_reads_as_in_a_rule(value: Value, text: str) -> None:
    """B5: a value is shown as a rule would write it."""
    assert as_written(value) == text


# -- what decides, what would change it ------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "record", "decides", "ways"),
    [
        ('Text = "a"', {}, ['Text = "a"'], [['Text = "a"']]),
        ('all { Text = "a"  Number = 1 }', {"Number": 1}, ['Text = "a"'], [['Text = "a"']]),
        (
            'all { Text = "a"  Number = 1 }',
            {},
            ['Text = "a"', "Number = 1"],
            [['Text = "a"', "Number = 1"]],
        ),
        (
            'any { Text = "a"  Number = 1 }',
            {},
            ['Text = "a"', "Number = 1"],
            [['Text = "a"'], ["Number = 1"]],
        ),
        ('none { Text = "a"  Number = 1 }', {"Number": 1}, ["Number = 1"], [["Number = 1"]]),
        ('not (Text = "a" or Number = 1)', {"Number": 1}, ["Number = 1"], [["Number = 1"]]),
        # The same row twice turns twice at once: here it pulls both ways.
        ('any { Text = "a"  not Text = "a" }', {}, ['Text = "a"'], []),
    ],
)
def test_what_would_change_the_answer(
    criterion: str, record: Record, decides: list[str], ways: list[list[str]]
) -> None:
    """B5: the rows that decide, and the fewest rows that would have to turn round."""
    found = explained(criterion, record)

    assert [row.text for row in deciding(found)] == decides
    assert [[row.text for row in way] for way in ways_to_change(found)] == ways


def test_too_many_ways_are_not_told() -> None:
    """B5: a list of ways that nobody would read is left out."""
    rows = "  ".join(f"Number = {number}" for number in range(30))

    assert ways_to_change(explained(f"any {{ {rows} }}", {})) == ()
    assert ways_to_change(explained(f"all {{ {rows} }}", {})) == ()


def test_conditions_are_the_workflows_and_each_object_of_a_where() -> None:
    """K8, K10: what a rule file asks of records, in its order."""
    rules = checked(
        "connect crm to desk\nconnect cadence to mill\n"
        "sync crm to cadence where Email is not blank\nsync cadence to crm\n"
        "map Thing <-> item { match Email = email  Text <-> text }\n"
        'workflow "w" on `A thing` { when Number = 1 then exit cadence }\n'
    )

    assert [(c.title, c.object, c.actions) for c in conditions(rules)] == [
        ("sync crm to cadence where", "Thing", None),
        ('workflow "w"', "Thing", "exit cadence"),
    ]


# -- the command -----------------------------------------------------------------------------------

CONTACT = '{"Rating": "Warm", "Industry": "retail", "LastActivityDate": "2026-11-01"}'
CALLS: dict[str, list[str]] = {
    "leaves": ["Closed leads leave", '{"Status": "Closed - Converted"}'],
    "cools": ["Cool down", CONTACT, "--object", "Contact"],
    "where": ["sync crm to cadence", '{"Email": "jo@acme.example"}', "--object", "Lead"],
    "all": ['{"object": "Lead", "values": {"Email": "jo@acme.example"}}'],
    "strange": ['{"Emial": "jo@acme.example"}', "--object", "Lead"],
    "unknown": ["Closed leds leave", "{}"],
    "which": ['{"Email": "jo@acme.example"}'],
    "no-json": ['{"Email": }', "--object", "Lead"],
    "no-day": ["Cool down", "{}", "--now", "yesterday"],
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_told(name: str, update: bool) -> None:
    """B5: what a person reads about one record, in words that were read and agreed on."""
    now = [] if "--now" in CALLS[name] else ["--now", "2026-11-22T12:00"]
    done = command("explain", "--rules", PEOPLE, *CALLS[name], *now)
    told = f"{done.stdout}{done.stderr}exit code {done.returncode}\n"

    golden = HERE / f"{name}.txt"
    if update:
        HERE.mkdir(exist_ok=True)
        golden.write_text(told, "utf-8")
    assert golden.read_text("utf-8") == told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", ["leaves", "cools", "where", "all"])
def test_the_document(name: str) -> None:
    """B5: the same as JSON, by its schema."""
    done = command("explain", "--rules", PEOPLE, "--json", *CALLS[name])

    found = json.loads(done.stdout)
    assert syncline_schemas.check("explanation", found) == []
    assert found["records"][0]["answers"]


def test_a_record_from_a_file(tmp_path: Path) -> None:
    """B5: a record may stand in a file, and the one before as well."""
    (tmp_path / "now.json").write_text('{"Status": "Closed - Converted"}', "utf-8")
    (tmp_path / "two.json").write_text("[{}, {}]", "utf-8")

    done = command("explain", "--rules", PEOPLE, "Closed leads leave", f"@{tmp_path / 'now.json'}")
    assert 'Status is "Closed - Converted"' in done.stdout
    done = command("explain", "--rules", PEOPLE, "Closed leads leave", f"@{tmp_path / 'two.json'}")
    assert done.returncode == 3
    assert "holds more than one record" in done.stderr


def test_a_record_that_the_workspace_knows(tmp_path: Path) -> None:
    """B5: a record is found by id or match key, and what it was before is what a run last saw."""
    rules = RULES + 'workflow "Onwards" on Lead { when Status changed then move to next touch }\n'
    with support.local_world(tmp_path, rules, support.Clock(datetime.now(UTC))) as world:
        world.lead("John")
        assert world.run().exit_code == 0
    email = "john@example.com"

    def ask(*words: str) -> Any:
        done = command("explain", "-w", str(world.folder), *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["records"]

    (found,) = ask("Onwards", email)
    assert (found["object"], found["answers"][0]["truth"]) == ("Lead", False)
    assert found["values"] == found["before"]
    (again,) = ask("Onwards", found["id"], "--before", '{"Status": "Open - Not Contacted"}')
    assert again["answers"][0]["tree"]["text"] == "Status changed"
    done = command("explain", "-w", str(world.folder), "nobody@example.com")
    assert (done.returncode, "no record is known by nobody" in done.stderr) == (3, True)
