"""What the checker finds: names, sides, types and values, against the systems' own fields."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import syncline_schemas
from support_language import LOCAL, TYPES, checked, codes
from syncline import Description, RulesError, Side, WorkspaceError
from syncline.offline import load_offline
from syncline.rules.ruleset import load_rules
from syncline_grammar.parse import parse

ROOT = Path(__file__).parents[2]
ACME = ROOT / "examples" / "acme.rules"
DESK = "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"


def told(text: str) -> list[tuple[str, str]]:
    """Return (code, text at the place) of each fault of *text*."""
    return [(d.code, text[d.span.start : d.span.end]) for d in checked(text).diagnostics]


def workflow(criterion: str) -> str:
    """Return a workflow on Thing with *criterion*."""
    return f'workflow "w" on Thing {{\n when {criterion}\n then exit cadence\n}}\n'


def rows(*lines: str, objects: str = "Thing <-> item") -> str:
    """Return a map with *lines* as its rows."""
    body = "\n ".join(lines)
    return f"{DESK}map {objects} {{\n match Email = email\n {body}\n}}\n"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "syncline", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# -- the example -----------------------------------------------------------------------------------


def test_the_example_has_no_fault() -> None:
    """B2: the example fits the embedded systems' own fields."""
    rules = load_rules(ACME, LOCAL)

    assert [f"{d.span.line}: {d.message}" for d in rules.diagnostics] == []
    assert rules.systems == {Side.CRM: "salesforce", Side.CADENCE: "local"}
    assert (rules.minutes, rules.calls, rules.admin) == (15, 5000, "ops@acme.example")
    assert list(rules.maps) == [("Lead", "prospect"), ("Contact", "prospect")]
    assert list(rules.workflows) == [
        "Closed leads leave", "Converted leads leave", "Cool down", "Asked for nurture",
    ]  # fmt: skip
    assert len(rules.activities) == 1


def test_the_example_is_clean_without_a_workspace() -> None:
    """B10: a rule file is checked with no account, and says which fields it was held against."""
    rules = load_offline(ACME)

    assert rules.diagnostics == ()
    assert rules.catalog.systems == {Side.CRM: "local", Side.CADENCE: "local"}


def test_the_command_line_says_so_as_json() -> None:
    """B2: `syncline check --json` prints what its schema promises, and leaves with 0."""
    done = run("check", "--json", "examples/acme.rules")

    document = json.loads(done.stdout)
    assert syncline_schemas.check("check", document) == []
    assert (done.returncode, done.stderr) == (0, "")
    assert document == {
        "file": "acme.rules",
        "ok": True,
        "checked_against": {"crm": "local", "cadence": "local"},
        "statements": 20,
        "diagnostics": [],
    }


def test_the_command_line_tells_faults_as_json(tmp_path: Path) -> None:
    """B2: faults keep to the schema too, and the command leaves with 1."""
    file = tmp_path / "bad.rules"
    file.write_text(ACME.read_text("utf-8").replace("Title ", "Titel ", 1))

    done = run("check", "--json", "--workspace", str(tmp_path), str(file))

    document = json.loads(done.stdout)
    assert syncline_schemas.check("check", document) == []
    assert (done.returncode, document["ok"]) == (1, False)
    (fault,) = document["diagnostics"]
    assert (
        fault["code"],
        fault["title"],
        fault["fix"]["text"],
    ) == ("E202", "unknown field", "Title")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing rule file is told with its name."""
    with pytest.raises(WorkspaceError, match=r"nowhere\.rules"):
        load_offline(tmp_path / "nowhere.rules")


def test_rules_with_errors_cannot_be_used() -> None:
    """B2: rules that do not fit stop before anything is read; all faults are in the error."""
    rules = checked(workflow("Texx = 1 and Numbr = 2"))

    with pytest.raises(RulesError, match="2 errors") as caught:
        _ = rules.workflows
    assert rules.errors == caught.value.diagnostics


def test_a_warning_does_not_stop_the_rules() -> None:
    """W901: rules with a warning alone may be used."""
    head = "connect crm to desk\nconnect cadence to mill\n"

    rules = checked(head + "map Thing <-> item {\n match Email = email\n}\n")

    assert [d.code for d in rules.diagnostics] == ["W901"]
    assert rules.errors == ()
    assert frozenset() == rules.maps["Thing", "item"].targets


def test_the_meaning_tells_versions_apart() -> None:
    """E5: a comment or a space changes nothing of what the rules mean; a word does."""
    first, same, other = (
        load_rules(t, TYPES) for t in ('admin "a"', 'admin   "a" # who', 'admin "b"')
    )

    assert first.meaning == same.meaning
    assert first.meaning != other.meaning


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "place", "near"),
    [
        (workflow("Texx = 1"), "E202", "Texx", "Text"),
        (workflow("text = 1"), "E202", "text", "Text"),
        (workflow("NUMBER2 = 1"), "E202", "NUMBER2", "Number2"),
        (workflow("`The numbr` = 1"), "E202", "`The numbr`", "`The number`"),
        (workflow("Zzz = 1"), "E202", "Zzz", None),
        (workflow("is new").replace("Thing", "Thingy"), "E201", "Thingy", "Thing"),
        (workflow("is new").replace("Thing", "Qqq"), "E201", "Qqq", None),
        (workflow('uper(Text) = "A"'), "E204", "uper", "upper"),
        (workflow('qqq(Text) = "A"'), "E204", "qqq", None),
        ("connect crm to desc", "E206", "desc", "desk"),
        ("connect crm to qqq", "E206", "qqq", None),
        ('activity call -> Thing { Text = "{texx}" }', "E207", "texx", "text"),
        ('activity call -> Thing { Text = "{qqq}" }', "E207", "qqq", None),
        ("activity cal -> Thing { Text = text }", "E209", "cal", "call"),
        ("activity qqq -> Thing { Text = text }", "E209", "qqq", None),
        ("activity call -> Thing { Texx = text }", "E202", "Texx", "Text"),
        ("activity call -> Thing { Text = texx }", "E202", "texx", "text"),
        ('form "f" for itm { text }', "E201", "itm", "item"),
        ('form "f" for item { texx }', "E202", "texx", "text"),
        ('test "t" { given Thingy Text = "a" }', "E201", "Thingy", "Thing"),
        ('test "t" { given Thing Texx = "a" }', "E202", "Texx", "Text"),
        ('test "t" { given last sync Texx = "a" given Thing Text = "a" }', "E202", "Texx", "Text"),
        (rows("Texx -> text"), "E202", "Texx", "Text"),
        (rows("Text -> texx"), "E202", "texx", "text"),
        (rows("Text -> text").replace("match Email", "match Emial"), "E202", "Emial", "Email"),
        (rows("Phone -> phone using phone(Texx)"), "E202", "Texx", "Text"),
    ],
)
def test_an_unknown_name(text: str, code: str, place: str, near: str | None) -> None:
    """B2: an unknown name is told where it stands, with the nearest known one if one is near."""
    faults = checked(text).diagnostics

    assert [(code, place)] == [(d.code, text[d.span.start : d.span.end]) for d in faults]
    assert [near] * len(faults) == [None if d.fix is None else d.fix.text for d in faults]
    assert all(("did you mean" in d.message) == (near is not None) for d in faults)


def test_a_field_is_known_by_its_label() -> None:
    """B2: a label stands for its field, whatever its case, and API names come first."""
    assert codes(workflow("`The number` > 1 and `THE TEXT` = `Text 2`")) == []
    rules = checked(rows("`The text` -> `the TEXT`"))
    (row,) = rules.maps["Thing", "item"].rows
    assert (row.crm.name, row.cadence.name) == ("Text", "text")


def test_an_object_is_known_by_its_label() -> None:
    """K1: a map may name its objects as the systems' screens do."""
    assert list(checked(rows(objects="`A thing` <-> `an item`")).maps) == [("Thing", "item")]


def test_a_shared_label_is_refused_and_both_names_are_shown() -> None:
    """B2: a label of two fields means neither; their API names tell them apart."""
    (fault,) = checked(workflow('City = "Paris"')).diagnostics

    assert fault.code == "E203"
    assert "Home__c, Work__c" in fault.notes[0]
    assert codes(workflow('Home__c = "Paris"')) == []


def test_the_side_decides_whose_field_a_name_is() -> None:
    """K1: left of the arrow stands the CRM's field, right of it the cadence's."""
    text = rows("text <-> Text")

    assert told(text) == [("E202", "text"), ("E202", "Text")]
    assert all("is a field of" in d.message for d in checked(text).diagnostics)


def test_an_object_of_the_other_side() -> None:
    """B2: an object on the wrong side is told as that, not as unknown."""
    assert told(rows(objects="item <-> Thing")) == [("E309", "item"), ("E309", "Thing")]
    assert told(workflow("is new").replace("Thing", "item")) == [("E309", "item")]
    assert told('form "f" for Thing { Text }') == [("E309", "Thing")]


def test_a_criterion_of_a_direction_is_checked_on_each_object_it_filters() -> None:
    """K8: the criteria of a direction must fit every object mapped from that side."""
    text = rows("Text -> text").replace(" to cadence\n", " to cadence where {}\n", 1)

    assert told(text.replace("{}", "Texx is blank")) == [("E202", "Texx")]
    assert told(text.replace("{}", "text is blank")) == [("E202", "text")]
    assert told(text.replace("{}", "Text is blank")) == []


# -- types, values, operators ----------------------------------------------------------------------

FITTING = [
    'Text = "a"', "Text = Text2", 'Text exactly = "a"', 'Text contains "a"', 'Text starts with "a"',
    'Text ends with "a"', 'Text matches "a+"', 'Text in "a", "b"', 'Text not in "a"',
    "Text is blank", 'Text changed from "a" to "b"', 'Text was "a"',
    "Number = 1", "Number != -1", "Number < Number2", "Number between 1 and 2", "Number in 1, 2",
    "Number + 1 > Number2 * 2", "Number changed to 5",
    "Boolean = true", "Boolean != false", "Boolean changed to true",
    "Date = 2026-01-31", "Date < today", "Date before 30 days ago", "Date after Date2",
    "Date between 2026-01-01 and today", "Date in the last 7 days", "Date in the next 2 months",
    "Datetime after now", "Datetime before 2 hours ago", "Datetime >= 2026-01-31",
    'Email = "a@b.example"', 'Email ends with "@b.example"', 'Phone starts with "+1"',
    'Url contains "acme"', 'Picklist = "Red"', 'Picklist in "Red", "Green"',
    'Picklist changed to "Red"', 'Picklist changed from "Red" to "Blue"', 'Picklist was "Green"',
    'Picklist contains "e"', 'Choices contains "Red"', 'Reference = "001"', 'Id starts with "00Q"',
    "is new", 'phone(Phone, Text) = "+1"', 'lower(Text) contains "a"',
]  # fmt: skip


@pytest.mark.parametrize("criterion", FITTING)
def test_an_operator_that_fits(criterion: str) -> None:
    """K10: each operator is allowed on the types it means something for."""
    assert codes(workflow(criterion)) == []


@pytest.mark.parametrize(
    ("criterion", "code", "place"),
    [
        ('Number = "1"', "E306", '"1"'),
        ('Number > "1"', "E306", '"1"'),
        ("Number = true", "E306", "true"),
        ("Number = today", "E306", "today"),
        ("Number = 2026-01-01", "E306", "2026-01-01"),
        ('Number contains "1"', "E306", 'Number contains "1"'),
        ('Number matches "1"', "E306", 'Number matches "1"'),
        ("Number before today", "E306", "Number before today"),
        ("Number in the last 7 days", "E306", "Number in the last 7 days"),
        ("Number changed to true", "E306", "true"),
        ("Text = 1", "E306", "1"),
        ("Text = true", "E306", "true"),
        ("Text = today", "E306", "today"),
        ("Text > 1", "E306", "Text > 1"),
        ('Text < "b"', "E306", 'Text < "b"'),
        ("Text between 1 and 2", "E306", "Text between 1 and 2"),
        ("Text in the last 7 days", "E306", "Text in the last 7 days"),
        ("Text + 1 > 2", "E306", "Text"),
        ("Number + Text > 2", "E306", "Text"),
        ("(Number + Date) * 2 > 2", "E306", "Date"),
        ("Boolean = 1", "E306", "1"),
        ('Boolean = "true"', "E306", '"true"'),
        ("Boolean > 1", "E306", "Boolean > 1"),
        ('Boolean contains "t"', "E306", 'Boolean contains "t"'),
        ("Date = 5", "E306", "5"),
        ('Date = "2026-01-01"', "E306", '"2026-01-01"'),
        ('Date starts with "2026"', "E306", 'Date starts with "2026"'),
        ("Date = 2026-02-29", "E111", "2026-02-29"),
        ("Datetime = 5", "E306", "5"),
        ("Picklist < 5", "E306", "Picklist < 5"),
        ('Picklist = "Redd"', "E301", '"Redd"'),
        ('Picklist = "red"', "E301", '"red"'),
        ('Picklist in "Red", "Mauve"', "E301", '"Mauve"'),
        ('Picklist not in "Mauve"', "E301", '"Mauve"'),
        ('Picklist changed to "Mauve"', "E301", '"Mauve"'),
        ('Picklist was "Mauve"', "E301", '"Mauve"'),
        ('Choices = "Mauve"', "E306", 'Choices = "Mauve"'),
        ('Text = ""', "E304", '""'),
        ('Text != "  "', "E304", '"  "'),
        ('Text in "a", ""', "E304", '""'),
        ('Text contains ""', "E304", '""'),
        ('Text matches "("', "E308", '"("'),
        (r'Text matches "(?=a)"', "E308", '"(?=a)"'),
        (r'Text matches "(a)\\1"', "E308", r'"(a)\\1"'),
        ("lower(Text, Text2) is blank", "E307", "lower(Text, Text2"),
        ("lower() is blank", "E307", "lower"),
        ("phone(lower(Texx)) is blank", "E202", "Texx"),
    ],
)
def test_an_operator_or_value_that_does_not_fit(criterion: str, code: str, place: str) -> None:
    """B2: a wrong type, a value that does not exist and a text that is blank are told in place."""
    assert [(code, place)] == told(workflow(criterion))


@pytest.mark.parametrize(
    "criterion",
    [
        "Text changed",
        'Text changed to "a"',
        'Text changed from "a" to "b"',
        'Text was "a"',
        "is new",
    ],
)
def test_a_direction_has_no_record_before(criterion: str) -> None:
    """K8: the criteria of a direction see one record, so they cannot ask what changed."""
    text = rows("Text -> text").replace(
        "sync crm to cadence", f"sync crm to cadence where {criterion}"
    )

    assert codes(text) == ["E312"]


# -- maps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Text <-> text", "Number -> number", "Date <- date"], []),
        (["Fixed -> text"], []),
        (["Text <- fixed"], []),
        (["Fixed <- text"], [("E302", "Fixed")]),
        (["Fixed <-> text"], [("E302", "Fixed")]),
        (["Text -> fixed"], [("E302", "fixed")]),
        (["Text <-> text", "Text2 <-> text"], [("E303", "text")]),
        (["Text <-> text", "Text <-> text2"], [("E303", "Text")]),
        (["Text -> text", "Text -> text2"], []),
        (["Text -> text", "Text2 <- text"], []),
        (["Text -> text", "`The text` <- text2", "Text <- text"], [("E303", "Text")]),
        (["Text <-> text when blank, required, locked"], []),
        (["Text <-> text required, required"], [("E310", "required")]),
        (["Text <-> text to crm never, to crm always"], [("E310", "always")]),
        (['Text <-> text default "a", default "b"'], [("E310", '"b"')]),
        (["Text <-> text hold on conflict, newest wins"], [("E310", "newest wins")]),
        (["Text <-> text else hold"], [("E310", "Text <-> text else hold")]),
        (["Number <-> number default 5"], []),
        (['Number <-> number default "5"'], [("E306", '"5"')]),
        (["Text <-> text default 5"], [("E306", "5")]),
        (['Picklist <-> text default "Red"'], []),
        (['Picklist <-> text default "Mauve"'], [("E301", '"Mauve"')]),
        (['Picklist <-> number as { "Red" = 1, "Blue" = 2 }'], []),
        (['Picklist <-> number as { "Mauve" = 1 }'], [("E301", '"Mauve"')]),
        (['Picklist <-> number as { "Red" = "1" }'], [("E306", '"1"')]),
        (['Picklist -> number as { "Red" = 1 } else 0'], []),
        (['Picklist <-> number as { "Red" = 1 } else 0'], [("E305", "0")]),
        (["Phone <-> phone using phone(Text)"], []),
        (["Phone <-> phone using lower()"], []),
        (["Phone <-> phone using phone(Text, Text2)"], [("E307", "phone(Text, Text2")]),
    ],
)
def test_the_rows_of_a_map(lines: list[str], expected: list[tuple[str, str]]) -> None:
    """B2: read-only targets, two rows that write one field, words that contradict, values."""
    assert expected == told(rows(*lines))


def test_a_map_needs_to_know_who_is_who() -> None:
    """E8: without a `match` every record would be created on the other side."""
    assert codes(f"{DESK}map Thing -> item {{ Text -> text }}") == ["E314"]


def test_a_record_cannot_be_created_without_its_required_fields() -> None:
    """RS5, RP4: what the target refuses to be without must be mapped, where it is created."""
    connect = "connect crm to local\nconnect cadence to local\n"
    block = "map Lead {arrow} prospect {{ match Email = email {rows} }}\n"
    to_cadence = "FirstName {arrow} first_name LastName {arrow} last_name"

    def found(arrow: str, switches: str, rows: str = to_cadence) -> list[str]:
        text = connect + switches + block.format(arrow=arrow, rows=rows.format(arrow=arrow))
        return [d.message for d in checked(text, LOCAL).diagnostics]

    crm, cadence = "sync crm to cadence\n", "sync cadence to crm\n"
    assert found("->", crm) == []
    assert found("->", crm, "FirstName -> first_name") == [
        "local takes no new prospect without last_name"
    ]
    assert found("<->", crm + cadence) == ["local takes no new Lead without Company"]
    assert found("<->", crm) == []


def test_a_record_cannot_be_created_without_a_field_for_the_key() -> None:
    """E402: one that could be created twice is created never."""
    assert told(rows("Text <-> text", objects="Keyless <-> item")) == [("E402", "Keyless")]
    assert told(rows("Text -> text", objects="Keyless -> item")) == []


def test_a_row_cannot_run_against_its_map() -> None:
    """E2: a map of one direction holds rows of that direction."""
    assert told(rows("Text <- text", objects="Thing -> item")) == [("E310", "Text <- text")]


def test_an_object_of_the_crm_has_one_partner() -> None:
    """K1: two maps of one object would write each other's records."""
    second = "map Thing -> activity { match Email = email }\n"

    assert "E208" in codes(rows("Text -> text", objects="Thing -> item") + second)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sync every 4 minutes", ["E111"]),
        ("sync every 5 minutes", []),
        ("sync every 240 minutes", []),
        ("sync every 4 hours", []),
        ("sync every 241 minutes", ["E111"]),
        ("sync every 5 hours", ["E111"]),
        ("sync every 15 minutes, at most 0 calls per 24 hours", ["E111"]),
        ("sync every 15 minutes, at most 1 calls per 24 hours", []),
        ("allow email on Mon from 08:00 to 08:00", ["E111"]),
        ("allow email on Mon from 08:00 to 24:00", []),
        ("allow email on Mon from 18:00 to 08:00", ["E111"]),
        (workflow("is new") + workflow("is new"), ["E208"]),
        ('form "w" for item { text }\n' + workflow("is new"), []),
        ('form "w" for item { text }\nform "w" for item { text }', ["E208"]),
        ("connect crm to desk\nconnect crm to desk", ["E208"]),
        ('form "f" for item { text required, read only }', ["E310"]),
        ('form "f" for item { number default "x" }', ["E306"]),
        ('test "t" { given Thing Picklist = "Mauve" }', []),
        ('test "t" { given Thing Number = "x" expect item number = "y" }', ["E306", "E306"]),
        ("activity email -> Thing { Text = text }", ["E401"]),
        ("activity note -> Keyless { Text = text }", ["E402"]),
        ("activity call -> Thing { Number = true }", ["E306"]),
        ('workflow "w" on Thing { when is new then move to cadence "X" }', ["E401"]),
        ('workflow "w" on Thing { when is new then move to next touch }', ["E401"]),
    ],
)
def test_the_other_statements(text: str, expected: list[str]) -> None:
    """K6, K7, K11, RS7, RS10: bounds, names used twice, and what the systems cannot do."""
    assert expected == codes(text)


def test_a_cadence_system_without_activities_records_none() -> None:
    """E401: activities are mapped only where the cadence has them to show."""
    bare = replace(
        TYPES, descriptions={**TYPES.descriptions, Side.CADENCE: Description(objects=())}
    )

    (fault,) = checked("activity call -> Thing { Text = text }", bare).diagnostics

    assert (fault.code, fault.message) == ("E401", "mill records no activities")


def test_cadences_are_known_by_name_where_the_system_lists_them() -> None:
    """K11: the cadence to move to is one that exists, where the system says which do."""
    move = 'workflow "w" on Lead {{ when is new then move to cadence "{}" }}'

    assert codes(move.format("Nurture Q3"), LOCAL) == []
    assert codes(move.format("Nurture Q5"), LOCAL) == ["E205"]


def test_faults_come_in_the_order_of_the_file() -> None:
    """B2: an admin reads faults from top to bottom."""
    places = [d.span.start for d in checked(workflow("Aaa = 1 and Number = true") * 3).diagnostics]

    assert sorted(places) == places
    assert len(places) == 8


def test_names_are_checked_beside_a_slip() -> None:
    """B2: a misplaced sign in one statement does not hide an unknown field in the next."""
    assert codes(workflow('Text == "a"') + workflow("Texx = 1").replace('"w"', '"v"')) == [
        "E110",
        "E202",
    ]


def test_a_parsed_tree_may_be_handed_in() -> None:
    """A host that parsed a file already checks it without reading it again."""
    parsed = parse(workflow("Texx = 1"))

    assert [d.code for d in load_rules(parsed, TYPES).diagnostics] == ["E202"]
