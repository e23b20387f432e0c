"""What once went wrong: each fault of the language stays mended."""

from __future__ import annotations

import pytest

from support_language import LOCAL, TYPES, checked, codes, compiled, mapped, recorded, truth
from syncline import Value
from syncline.rules.ruleset import load_rules
from syncline_grammar import syntax as s
from syncline_grammar.parse import parse

DESK = "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"


def workflow(criterion: str) -> str:
    """Return a workflow on Thing with *criterion*."""
    return f'workflow "w" on Thing {{\n when {criterion}\n then exit cadence\n}}\n'


def rows(*lines: str) -> str:
    """Return a map of Thing and item with *lines* as its rows."""
    return f"{DESK}map Thing <-> item {{\n match Email = email\n " + "\n ".join(lines) + "\n}\n"


# A. raises


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 400 + ".5"])
@pytest.mark.parametrize("text", ["sync every {} minutes", "allow sms on Mon at most {} a day"])
def test_a_number_without_end_does_not_raise(text: str, number: str) -> None:
    """A number of thousands of digits is not read, and that is told (E107)."""
    found = parse(text.format(number)).diagnostics or checked(text.format(number)).diagnostics
    assert [d.code for d in found] == ["E107"]


@pytest.mark.parametrize(
    ("criterion", "code"),
    [
        ("Text matches Text2", "E306"),
        ("Number + 1 changed", "E306"),
        ("Number + 1 changed to 5", "E306"),
        ("(Number + 1) was 5", "E306"),
        ('lower(Text) changed to "a"', "E306"),
    ],
)
def test_what_cannot_be_compiled_is_told(criterion: str, code: str) -> None:
    """B2: an operator on what it cannot be asked of is a fault, not a crash when compiled."""
    assert codes(workflow(criterion)) == [code]


@pytest.mark.parametrize("count", [120, 300, 3000])
def test_a_long_sum_is_compiled_or_refused(count: int) -> None:
    """A sum of many terms is computed, or told as too long; it is no crash."""
    rules = checked(workflow("Number " + "+ 1 " * count + "> 5"))
    if not rules.errors:
        assert rules.workflows["w"].matches({"Number": 0})


@pytest.mark.parametrize(
    "criterion",
    [
        "Date before 9999 years ago",
        "Date after 99999 months from now",
        "Datetime in the last 99999999999 days",
        "Date in the next 9_999_999 weeks",
    ],
)
def test_a_moment_out_of_the_calendar_is_told(criterion: str) -> None:
    """E111: a relative time beyond the calendar is a fault of the rule, not of each record."""
    assert codes(workflow(criterion)) == ["E111"]


def test_a_multi_picklist_of_white_space_is_blank() -> None:
    """Blank: white space alone in a field of several choices contains nothing, and never raises."""
    if not codes(workflow("Choices contains Text")):
        assert not truth("Choices contains Text", {"Choices": "  ", "Text": None})
    assert not truth('Choices contains "Red"', {"Choices": "Reddish"})


# B. silently wrong


def test_else_skip_and_else_hold_follow_a_table() -> None:
    """A table may end in `else skip` or `else hold`, as E305's own note proposes."""
    for word in ("skip", "hold"):
        (row,) = next(
            m
            for m in parse(rows(f'Text <-> text as {{ "a" = "b" }} else {word}')).tree.statements
            if isinstance(m, s.ObjectMap)
        ).rows
        assert row.otherwise == word


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_text_is_a_blank_number(blank: str) -> None:
    """Blank: a blank text that goes to a number is blank, as a missing one is."""
    assert mapped(" Text -> number").to_cadence({"Text": blank}) == {"number": None}


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e999", "1_0"])
def test_what_is_no_number_for_a_person_is_none(text: str) -> None:
    """B12: `nan` and `inf` are words; a NaN is not even equal to itself and would never settle."""
    assert mapped(" Text -> number").to_cadence({"Text": text}) == {}


def test_a_long_number_keeps_its_digits() -> None:
    """A whole number that goes through a text keeps every digit."""
    rule = mapped(" Number <-> text")
    assert rule.to_crm({"text": "9007199254740993"}) == {"Number": 9007199254740993}


@pytest.mark.parametrize("operator", ["before", "<", "<="])
def test_long_white_space_is_no_date(operator: str) -> None:
    """Blank: white space alone is before no day, nor is a text that is no day."""
    for seen in (" " * 12, "(not known yet)"):
        assert not truth(f"Date {operator} 2026-01-01", {"Date": seen})


@pytest.mark.parametrize(
    ("criterion", "seen", "expected"),
    [
        ('Choices = "Red"', ("Red",), True),
        ('Choices in "Red", "Blue"', ("Blue",), True),
        ('Choices != "Red"', ("Red",), False),
    ],
)
def test_several_choices_compare_or_are_refused(
    criterion: str, seen: Value, expected: bool
) -> None:
    """K10: `=` on several choices means something, or is refused; it is not silently never true."""
    if codes(workflow(criterion)) != ["E306"]:
        assert truth(criterion, {"Choices": seen}) is expected


@pytest.mark.parametrize("operator", ["starts with", "ends with", "matches"])
def test_a_text_question_of_several_choices_is_refused(operator: str) -> None:
    """B2: several choices do not begin or end with a text (`starts with` acts like `contains`)."""
    assert codes(workflow(f'Choices {operator} "Red"')) == ["E306"]


def test_a_choice_that_does_not_exist_is_told_in_contains() -> None:
    """B2: `contains` on several choices asks for one of the list."""
    assert codes(workflow('Choices contains "Mauve"')) == ["E301"]


@pytest.mark.parametrize(
    "criterion",
    [
        "Number > Text",
        "Text = Number",
        "Date = Number",
        "Boolean = Text",
        "Date before Text",
        'Number + "x" > 5',
        "phone(Phone) > 5",
        "Number between Text and 5",
    ],
)
def test_two_types_that_never_compare_are_told(criterion: str) -> None:
    """B2: a number against a text is an error between two fields and inside a sum too."""
    assert codes(workflow(criterion)) == ["E306"]


def test_a_relative_time_on_the_left_is_compared_or_refused() -> None:
    """`30 days ago before Datetime` means what it says, or is told."""
    criterion = "30 days ago before Datetime"
    if not codes(workflow(criterion)):
        assert truth(criterion, {"Datetime": "2026-11-21T00:00:00Z"})


def test_a_day_of_a_moment_is_the_whole_day() -> None:
    """`= today` and `= 2026-11-22` hold all day; `<=` and `between` take its last hour in."""
    seen: dict[str, Value] = {"Datetime": "2026-11-22T09:00:00Z"}
    for criterion in (
        "= today", "= 2026-11-22", "<= 2026-11-22", "between 2026-11-20 and 2026-11-22", "in today",
    ):  # fmt: skip
        assert truth(f"Datetime {criterion}", seen)
    assert not truth("Datetime after today", seen)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sync crm to crm", "E309"),
        ("sync crm to cadence\nsync crm to cadence where Text is blank", "E208"),
        ('admin "a@b.example"\nadmin "c@d.example"', "E208"),
        ("sync every 15 minutes\nsync every 20 minutes", "E208"),
        ("sync every 15 minutes, at most 5000 calls per 1 hour", "E111"),
        ('admin "not an address"', "E111"),
        ("allow pigeon on Mon", "E209"),
        ('allow email on Mon in "Mars/Base"', "E111"),
        ("allow email on Mon at most 0 a day", "E111"),
        ("allow email on Mon at most 5 a day at most 9 a day", "E310"),
        ('test "t" { given last sync Number = "a" given Thing Number = 1 }', "E306"),
        ('form "f" for item { picklist one of "Mauve" }', "E301"),
        ('form "f" for item { text required text read only }', "E208"),
        ('form "f" for item { fixed required }', "E302"),
        ("activity call -> Thing { Fixed = text }", "E302"),
        ("activity call -> Thing { Text = text Text = text2 }", "E303"),
        ('activity call -> Thing { Number = "x" }', "E306"),
        ('activity call -> Thing { Picklist = "Mauve" }', "E301"),
        (workflow("Date before 1.5 days ago"), "E111"),
        (workflow("Date in the last 1.5 days"), "E111"),
        (rows(f'Text <-> text default "{"x" * 21}"'), "E313"),
        (rows('Text -> text as { "a" = "' + "x" * 21 + '" }'), "E313"),
        (rows("Boolean <-> number"), "E306"),
        (rows("Boolean <-> text"), "E306"),
        (rows("Date <-> number"), "E306"),
        (rows("Choices <-> text"), "E306"),
        (rows('Picklist -> text as { "Red" = "a", "Red" = "b" }'), "E310"),
        (rows("Text -> text never"), "E310"),
        (workflow('all { Text = "a" Text = "a" }'), "W902"),
    ],
)
def test_what_would_be_silently_wrong_is_told(text: str, code: str) -> None:
    """B2: a value out of bounds, a target that cannot be written and a contradiction are told."""
    assert codes(text) == [code]


def test_a_long_value_of_an_activity_is_cut() -> None:
    """B2: a field put in alone, and a fixed text, are cut as a template is."""
    for row in ("Text = text", f'Text = "{"y" * 50}"', "Text = lower(text)"):
        assert recorded(f" {row}").record({"text": "y" * 50}) == {"Text": "y" * 20}


def test_a_template_writes_values_as_a_map_does() -> None:
    """K3: a truth and several choices are written as a person would read them."""
    rule = recorded(' Text2 = "{boolean} {choices}"')
    assert rule.record({"boolean": True, "choices": ("a", "b")}) == {"Text2": "true a; b"}


# C. diagnostics and recovery


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("Text <-> text crm wins, cadence wins", "cadence wins"),
        ('Text <-> text as { "a" = "b" }, as { "a" = "c" }', "as"),
        ("Text <-> text to crm never, to crm never", "never"),
    ],
)
def test_a_contradiction_is_told_at_its_word(row: str, place: str) -> None:
    """E310: the place is the word, not the file's first letter."""
    text = rows(row)
    (fault,) = checked(text).diagnostics
    assert text.count("\n", 0, fault.span.start) == 6
    assert text[fault.span.start :].startswith(place)


def test_a_direction_has_a_place() -> None:
    """A direction without criteria knows its line."""
    (flow,) = parse("\n\nsync crm to cadence").tree.statements
    assert flow.span.line == 3


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("map Lead <-> prospect {\n  match Email = email\n  a <-> b\n", "ObjectMap"),
        ('form "f" for prospect {\n  a required\n', "Form"),
        ("activity call -> Task {\n  Subject = x\n", "Activity"),
        ('workflow "w" on Lead {\n  when a = 1\n  then exit cadence\n', "Workflow"),
        ('workflow "w" on Lead {\n  when all {\n    a = 1\n    then exit cadence\n}\n', "Workflow"),
        ('test "t" {\n  expect Lead unchanged\n', "Test"),
    ],
)
@pytest.mark.parametrize(
    "after", ["sync every 15 minutes", 'admin "a"', 'form "g" for prospect { a }']
)
def test_an_open_brace_is_told_as_that(head: str, name: str, after: str) -> None:
    """E106: in every kind of block, before every statement, a missing brace is told as that."""
    parsed = parse(f"{head}\n{after}\n")
    assert [d.code for d in parsed.diagnostics] == ["E106"]
    assert [name, type(parse(after).tree.statements[0]).__name__] == [
        type(x).__name__ for x in parsed.tree.statements
    ]


def test_two_open_braces_at_the_end_keep_what_stands_before() -> None:
    """B14: a file that ends inside two blocks, with no line end, keeps its other statements."""
    parsed = parse('admin "a"\nworkflow "w" on Lead {\n when any {\n a = 1')
    assert {d.code for d in parsed.diagnostics} <= {"E104", "E106"}
    assert isinstance(parsed.tree.statements[0], s.Admin)


@pytest.mark.parametrize(
    "text",
    [
        'admin "a"\nsync crm to\n',
        'admin "a"\nsync crm to cadence where',
        'admin "a"\nadmin “',
        'admin "a"\nworkflow "w" on Lead {\n when a = "b" and c = ‘',
    ],
)
def test_every_place_lies_in_the_text(text: str) -> None:
    """No place, label or fix points beyond the end of the file."""
    for fault in parse(text).diagnostics:
        fix = [] if fault.fix is None else [fault.fix.span]
        for span in (fault.span, *(label.span for label in fault.labels), *fix):
            assert 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize(
    ("written", "mended"),
    [("'Paris'", '"Paris"'), ("‘Paris’", '"Paris"')],
)
def test_single_quotes_are_one_slip(written: str, mended: str) -> None:
    """E110: both quotes are mended by one fix."""
    text = workflow(f"Text = {written}")
    (fault,) = parse(text).diagnostics
    assert fault.fix is not None
    assert (text[fault.fix.span.start : fault.fix.span.end], fault.fix.text) == (written, mended)


@pytest.mark.parametrize(
    "criterion",
    [
        'Text = "a" && Text2 = "b"',
        'Text="a"&&Text2="b"',
        'Text = "a" || Text2 = "b"',
        "Number => 5",
    ],
)
def test_a_known_slip_drags_no_other_behind(criterion: str) -> None:
    """E110: one slip is one fault."""
    assert codes(workflow(criterion)) == ["E110"]


def test_a_row_that_a_slip_took_away_leaves_no_second_fault() -> None:
    """One slip is one fault: no E403, W901 or E311 for what could not be read."""
    text = (
        "connect crm to @local\nconnect cadence to local\nsync crm to cadence\n"
        "map Lead -> prospect { match Email = email\n FirstName -> first_name\n"
        " LastName -> last_name @\n}\n"
    )
    assert codes(text, LOCAL) == ["E107", "E107"]
    assert codes(rows("Text -> text").replace("sync cadence to crm", "sync cadence to crm @")) == [
        "E107"
    ]


def test_the_fix_of_a_cadences_name_is_a_text() -> None:
    """E205: what replaces a text in quotes is a text in quotes."""
    text = 'workflow "w" on Lead { when is new then move to cadence "Nuture Q3" }'
    (fault,) = load_rules(text, LOCAL).diagnostics
    assert fault.fix is not None
    assert fault.fix.text == '"Nurture Q3"'


def test_a_word_is_told_once() -> None:
    """E310: `never` after `when blank` contradicts it once."""
    assert codes(rows("Text <-> text when blank, never")) == ["E310"]


def test_a_fix_for_an_empty_text() -> None:
    """E304: the message says what to write, so the fix writes it."""
    for written, mended in (('Text = ""', "Text is blank"), ('Text != ""', "Text is not blank")):
        text = workflow(written)
        (fault,) = checked(text).diagnostics
        assert fault.fix is not None
        at = fault.fix.span
        assert text[: at.start] + fault.fix.text + text[at.end :] == workflow(mended)


def test_a_hard_space_is_a_space() -> None:
    """Text pasted from a web page holds spaces that look like any other."""
    assert compiled(workflow('Text\u00a0= "a"')).diagnostics == ()


@pytest.mark.parametrize("number", ["1.000", "12.500", "999.999", "1.234"])
def test_a_number_that_some_read_as_thousands(number: str) -> None:
    """E110: three digits after the point may be thousands; what is meant is asked, not guessed."""
    (fault,) = checked(workflow(f"Number > {number}")).diagnostics
    assert (fault.code, fault.fix) == ("E110", None)
    assert number.replace(".", "_") in fault.notes[0]
    assert codes(workflow(f"Number + {number} > 0")) == ["E110"]
    assert codes(rows(f"Number <-> number default {number}")) == ["E110"]
    assert codes(f'test "t" {{ given Thing Number = {number} }}') == ["E110"]


@pytest.mark.parametrize("number", ["1.0", "12.50", "0.125", "1000.125", "1_000.125", "1.0000"])
def test_a_number_that_is_read_in_one_way(number: str) -> None:
    """A fraction that cannot be thousands is a number as any other."""
    assert codes(workflow(f"Number > {number}")) == []


def test_an_open_picklist_may_be_given_what_it_does_not_list() -> None:
    """E3: only a picklist that refuses other values makes them an error in a test (E301)."""
    text = 'test "t" {{ given {} expect no action }}'
    assert codes(text.format('Thing Picklist = "Mauve"')) == []
    assert codes(text.format('Thing Choices = "Red; Mauve"')) == []
    assert codes(text.format('Contact Status = "Mauve"'), LOCAL) == ["E301"]
    assert codes(text.format('Lead Status = "Mauve"'), LOCAL) == []


def test_where_names_the_objects_that_lack_the_field() -> None:
    """K8: `where` is asked of every mapped object, and a field that one lacks is told once."""
    maps = "".join(
        f"map {kind} -> item {{ match Email = email }}\n" for kind in ("Thing", "Keyless")
    )
    head = "connect crm to desk\nconnect cadence to mill\nsync crm to cadence where {}\n"

    found = checked(head.format("Text2 is blank") + maps).diagnostics
    assert [d.message for d in found if d.code == "E202"] == [
        "`Text2` is no field of Keyless, and `where` is asked of Thing and Keyless"
    ]
    found = checked(head.format("Texx is blank") + maps).diagnostics
    assert [d.code for d in found].count("E202") == 1
    assert "did you mean `Text`" in next(d.message for d in found if d.code == "E202")
    found = checked(head.format('Number = "a"') + maps).diagnostics
    assert [d.code for d in found].count("E306") == 1


def test_a_field_of_the_crm_alone_is_not_told_as_swapped() -> None:
    """E202: where the left side is right, the right side is a field that the prospect lacks."""
    message = checked(rows("Fixed -> Text2"), TYPES).diagnostics[0].message
    assert "is not known in item" in message
    swapped = [d.message for d in checked(rows("text2 -> Text2")).diagnostics]
    assert swapped[-1] == "`Text2` is a field of Thing, not of item"
