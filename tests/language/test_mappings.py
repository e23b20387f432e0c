"""What maps and activities make of a record: both ways, by tables, functions and templates."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from support_language import LOCAL, NOON, TYPES, compiled, mapped, recorded
from syncline import FieldType, Side, Value, is_blank
from syncline.functions import BUILT_IN
from syncline.rules.compiled import match_key
from syncline_grammar.syntax import ConflictWord, WriteRule

PHONE = next(function for function in BUILT_IN if function.name == "phone")
BLANKS: list[Value] = [None, "", "   "]


# -- rows ------------------------------------------------------------------------------------------


def test_each_row_carries_its_field_both_ways() -> None:
    """K1, E1: only mapped fields go over, each to its partner, and missing ones are blank."""
    rule = mapped(" Text <-> text\n Number <-> number2")

    assert rule.to_cadence({"Text": "a", "Number": 5, "Url": "x"}) == {"text": "a", "number2": 5}
    assert rule.to_crm({"text": "a", "number2": 5, "url": "x"}) == {"Text": "a", "Number": 5}
    assert rule.to_cadence({}) == {"text": None, "number2": None}


def test_a_row_names_the_sides_it_may_write() -> None:
    """E2: the arrow decides which side a row may write; a creation carries every row (E7)."""
    rule = mapped(" Text -> text\n Url <- url\n Phone <-> phone")

    crm, cadence = frozenset({Side.CRM}), frozenset({Side.CADENCE})
    assert [cadence, crm, crm | cadence] == [row.targets for row in rule.rows]
    assert list(rule.to_cadence({})) == ["text", "url", "phone"]
    assert list(rule.to_crm({})) == ["Text", "Url", "Phone"]


def test_a_row_carries_its_words() -> None:
    """K2, E3, E4: write rules, who wins and the default reach the engine as written."""
    rule = mapped(
        ' Text <-> text to crm when blank, to cadence never, crm wins, default "x"\n'
        " Url <-> url required, locked, erase, on create"
    )
    first, second = rule.rows

    assert dict(first.write) == {Side.CRM: WriteRule.WHEN_BLANK, Side.CADENCE: WriteRule.NEVER}
    assert (first.conflict, first.default) == (ConflictWord.CRM, "x")
    assert (first.required, first.locked, first.erase) == (False, False, False)
    assert dict(second.write) == {Side.CRM: WriteRule.ON_CREATE, Side.CADENCE: WriteRule.ON_CREATE}
    assert (second.conflict, second.default) == (ConflictWord.NEWEST, None)
    assert (second.required, second.locked, second.erase) == (True, True, True)


def test_a_row_knows_where_it_was_written() -> None:
    """B5: a row's place is kept, so that a write can name the rule behind it."""
    rule = mapped(" Text <-> text   required  # the name\n   Url -> url")

    assert [row.at for row in rule.rows] == ["rules:7", "rules:8"]


def test_the_default_is_no_part_of_turning() -> None:
    """E4: a default is for a record created in the CRM; a blank that goes over stays blank."""
    rule = mapped(' Text <-> text default "Unknown"')

    assert rule.to_crm({"text": None}) == {"Text": None}
    assert rule.to_cadence({"Text": None}) == {"text": None}
    assert rule.rows[0].default == "Unknown"


@pytest.mark.parametrize(
    ("literal", "fields", "value"),
    [
        ("5", "Number <-> number", 5),
        ("true", "Boolean <-> boolean", True),
        ('"a"', "Url <-> url", "a"),
    ],
)
def test_a_default_has_the_type_it_was_written_in(literal: str, fields: str, value: Value) -> None:
    """E4: numbers and truths stay what they are."""
    found = mapped(f" {fields} default {literal}").rows[0].default

    assert (type(value), value) == (type(found), found)


def test_two_rows_over_one_field_keep_two_baselines() -> None:
    """B4: one CRM field that feeds two fields of the cadence is agreed on with each alone."""
    rule = mapped(" Text -> text\n Text -> text2\n Url -> url")

    assert [row.key for row in rule.rows] == ["Text>text", "Text>text2", "Url>url"]


def test_a_map_reads_every_field_its_rules_ask_for() -> None:
    """K6: the fields that rows, matches, arguments and criteria read are asked for, each once."""
    rules = compiled(
        "connect crm to desk\nconnect cadence to mill\n"
        "sync crm to cadence where Boolean = true\nsync cadence to crm where number > 1\n"
        "map Thing <-> item {\n match Email = email\n Text <-> text\n"
        " Phone <-> phone using phone(Text2)\n}\n"
        'workflow "w" on Thing { when Date before today or Text = "a" then exit cadence }\n'
    )
    rule = rules.maps["Thing", "item"]

    assert rule.reads[Side.CRM] == ("Email", "Text", "Phone", "Text2", "Boolean", "Date", "Id")
    assert rule.reads[Side.CADENCE] == ("email", "text", "phone", "number", "id")


def test_the_criteria_of_a_direction_are_ready_to_ask() -> None:
    """K8, K9: each direction has its own criteria, and none where none were written."""
    text = (
        "connect crm to desk\nconnect cadence to mill\n"
        "sync crm to cadence where Text is not blank\n"
        "{}map Thing <-> item {{ match Email = email Text <-> text }}"
    )
    rule = compiled(text.format("sync cadence to crm\n")).maps["Thing", "item"]

    assert list(rule.where) == [Side.CRM]
    assert rule.where[Side.CRM]({"Text": "a"}, None, NOON)
    assert not rule.where[Side.CRM]({"Text": " "}, None, NOON)
    assert frozenset(Side) == rule.targets
    assert frozenset({Side.CADENCE}) == compiled(text.format("")).maps["Thing", "item"].targets


@pytest.mark.parametrize(
    ("value", "key"),
    [("Jo@Acme.example ", "jo@acme.example"), (None, ""), ("  ", ""), (5, "5"), (("a",), "")],
)
def test_match_keys_compare_without_case(value: Value, key: str) -> None:
    """E8: records are matched by e-mail whatever its case; a blank matches nothing."""
    assert key == match_key(value)
    assert [key] == mapped(" Text <-> text").keys(Side.CRM, {"Email": value})
    assert [key] == mapped(" Text <-> text").keys(Side.CADENCE, {"email": value})


# -- tables ----------------------------------------------------------------------------------------


def test_a_table_turns_both_ways() -> None:
    """K1: a table turns the CRM's value into the cadence's, and back."""
    rule = mapped(' Picklist <-> number as { "Red" = 3, "Blue" = 1 }')

    assert [rule.to_cadence({"Picklist": value}) for value in ("Red", "Blue")] == [
        {"number": 3},
        {"number": 1},
    ]
    assert [rule.to_crm({"number": value}) for value in (3, 1.0)] == [
        {"Picklist": "Red"},
        {"Picklist": "Blue"},
    ]


@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_stays_blank_through_a_table(blank: Value) -> None:
    """Blank: a table has no say in a blank, not even its `else`."""
    one_way = mapped(' Picklist -> number as { "Red" = 3 } else 0')
    both = mapped(' Picklist <-> number as { "Red" = 3 }')

    assert one_way.to_cadence({"Picklist": blank}) == {"number": None}
    assert both.to_crm({"number": blank}) == {"Picklist": None}


def test_a_value_that_the_table_lacks_is_left_out() -> None:
    """B8: an unlisted value is not sent, and the reason names it."""
    for words in ("", ", else skip", ", else hold"):
        rule = mapped(f' Picklist <-> number as {{ "Red" = 3 }}{words}\n Text <-> text')
        assert rule.to_cadence({"Picklist": "Blue", "Text": "a"}) == {"text": "a"}
        assert rule.to_crm({"number": 9, "text": "a"}) == {"Text": "a"}
        (found, _text) = rule.turn_to_cadence({"Picklist": "Blue"})
        assert ("hold" if "hold" in words else "skip") == found.fallback
        assert "Blue" in found.reason


def test_a_table_may_name_what_else_becomes() -> None:
    """K1: a one-way table may give every other value one value."""
    rule = mapped(' Picklist -> number as { "Red" = 3 } else 0')

    assert rule.to_cadence({"Picklist": "Blue"}) == {"number": 0}
    assert rule.to_cadence({"Picklist": "Red"}) == {"number": 3}


def test_the_first_of_two_entries_comes_back() -> None:
    """K1: where two CRM values share one of the cadence, the first listed returns."""
    rule = mapped(' Picklist <-> number as { "Green" = 1, "Red" = 1, "Blue" = 2 }')

    assert [rule.to_cadence({"Picklist": v})["number"] for v in ("Green", "Red", "Blue")] == [
        1,
        1,
        2,
    ]
    assert rule.to_crm({"number": 1}) == {"Picklist": "Green"}


# -- functions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "country", "written"),
    [
        ("(415) 555-0132", "US", "+14155550132"),
        ("(415) 555-0132", "united states", "+14155550132"),
        ("020 7183 8750", "United Kingdom", "+442071838750"),
        ("01 42 68 53 00", " france ", "+33142685300"),
        ("+49 30 901820", "US", "+4930901820"),
        ("415-555-0132 ext. 5", "US", "+14155550132;ext=5"),
        ("(415) 555-0132", None, "(415) 555-0132"),
        ("(415) 555-0132", "Atlantis", "(415) 555-0132"),
        ("call me", "US", "call me"),
        ("12", "US", "12"),
        (" +1 415 555 0132 ", None, "+14155550132"),
    ],
)
def test_phone_reads_a_number_for_its_country(number: str, country: Value, written: str) -> None:
    """RS6, RP5: a number is brought to one form; what cannot be read stays as it is."""
    assert written == PHONE.call(number, country)


def test_phone_takes_the_country_from_the_crms_record() -> None:
    """E2: both ways the country is the CRM's, in whichever field the CRM keeps it."""
    rule = mapped(" Phone <-> phone using phone(Text)\n Text <-> text2")

    assert rule.to_cadence({"Phone": "020 7183 8750", "Text": "UK"}) == {
        "phone": "+442071838750",
        "text2": "UK",
    }
    assert rule.to_crm({"phone": "020 7183 8750", "text2": "UK"}) == {
        "Phone": "+442071838750",
        "Text": "UK",
    }
    turned = rule.turn_to_crm({"phone": "020 7183 8750"}, {"Text": "UK"})
    assert turned[0] == "+442071838750"


@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_stays_blank_through_a_function(blank: Value) -> None:
    """Blank: a function is not asked about a blank."""
    rule = mapped(" Text <-> text using phone()")

    assert rule.to_cadence({"Text": blank}) == {"text": None}
    assert rule.to_crm({"text": blank}) == {"Text": None}


@given(
    st.one_of(
        st.text("0123456789+()-. x,;#ext"),
        st.from_regex(r"\+?[0-9 ()-]{3,16}( ?(x|ext\.?|;ext=) ?[0-9]{1,6})?", fullmatch=True),
    ),
    st.sampled_from(
        [None, "", "US", "us", "france", "GB", "Atlantis", "ZZ", "United Kingdom", "IT"]
    ),
)
def test_phone_settles_for_any_country(number: str, country: Value) -> None:
    """B12: a telephone number in its final form stays as it is, read for any country."""
    once = PHONE.call(number, country)

    assert once == PHONE.call(once, country)


# -- types -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "record", "turned"),
    [
        ("Number -> text", {"Number": 5}, {"text": "5"}),
        ("Number -> text", {"Number": 5.0}, {"text": "5"}),
        ("Number -> text", {"Number": 2.5}, {"text": "2.5"}),
        ("Number -> text", {"Number": None}, {"text": None}),
        ("Boolean -> text", {"Boolean": True}, {"text": "true"}),
        ("Boolean -> text", {"Boolean": False}, {"text": "false"}),
        ("Choices -> text", {"Choices": ("Red", "Blue")}, {"text": "Red; Blue"}),
        ("Text -> number", {"Text": "5"}, {"number": 5}),
        ("Text -> number", {"Text": " 2.5 "}, {"number": 2.5}),
        ("Text -> number", {"Text": "1,000,000"}, {"number": 1_000_000}),
        ("Text -> number", {"Text": None}, {"number": None}),
        ("Text -> number", {"Text": "lots"}, {}),
        ("Datetime -> date", {"Datetime": "2026-11-22T09:30:00Z"}, {"date": "2026-11-22"}),
        ("Datetime -> date", {"Datetime": None}, {"date": None}),
        ("Text -> url", {"Text": "a"}, {"url": "a"}),
        ("Picklist -> text", {"Picklist": "Red"}, {"text": "Red"}),
    ],
)
def test_values_take_the_type_of_their_target(
    row: str, record: dict[str, Value], turned: dict[str, Value]
) -> None:
    """K1: a number that goes to a text is written out, a text that goes to a number is read."""
    assert turned == mapped(f" {row}").to_cadence(record)


@given(st.integers(-(10**15), 10**15))
def test_a_number_comes_back_through_a_text(number: int) -> None:
    """E2: a two-way row of number and text settles."""
    rule = mapped(" Number <-> text")

    assert {"Number": number} == rule.to_crm(rule.to_cadence({"Number": number}))


@pytest.mark.parametrize(
    ("field", "one", "same", "other"),
    [
        (FieldType.TEXT, "a", " a ", "A"),
        (FieldType.EMAIL, "A@b.example", "a@B.example", "c@b.example"),
        (FieldType.NUMBER, 5, 5.0, 6),
        (FieldType.DATETIME, "2026-11-22T12:00:00Z", "2026-11-22T13:00:00+01:00", None),
        (FieldType.MULTI_PICKLIST, ("a", "b"), ("b", "a"), ("a",)),
        (FieldType.TEXT, "", None, "x"),
        (FieldType.MULTI_PICKLIST, (), None, ("x",)),
    ],
)
def test_the_same_value_in_another_form(
    field: FieldType, one: Value, same: Value, other: Value
) -> None:
    """B12: what a system only writes otherwise is the same value."""
    rows = {
        row.crm.type: row
        for row in mapped(
            " Text -> text\n Email -> email\n Number -> number\n Datetime -> datetime\n"
            " Choices -> choices"
        ).rows
    }
    told = rows[field].same(Side.CRM)

    assert told(one) == told(same)
    assert told(one) != told(other)


# -- activities ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{text}", "Won"),
        ("{text}!", "Won!"),
        ("Call: {text}", "Call: Won"),
        ("Call: {text} ({text2})", "Call: Won (List)"),
        ("{text}{text2}", "WonList"),
        ("{ text }", "Won"),
        ("{text} {text} {text}", "Won Won Won"),
        ("{number}", "5"),
        ("{number2}", "2.5"),
        ("<{phone}>", "<>"),
        ("{The text}", "Won"),
        ("{}", "{}"),
        ("a } b { c", "a } b { c"),
        ("plain", "plain"),
        (r"\"{text}\"\\", '"Won"\\'),
        ("%s {text} $x", "%s Won $x"),
    ],
)
def test_a_variable_at_any_position(template: str, text: str) -> None:
    """K3: a template's variables may stand anywhere, more than once; a blank one is nothing."""
    rule = recorded(f' Text2 = "{template}"')
    activity: dict[str, Value] = {
        "text": "Won",
        "text2": "List",
        "number": 5.0,
        "number2": 2.5,
        "phone": None,
    }

    assert {"Text2": text} == rule.record(activity)


@given(st.text(), st.text())
def test_the_text_of_an_activity_is_never_read_as_a_template(one: str, two: str) -> None:
    """K3: what a caller wrote is put in as it is, braces and all."""
    rule = recorded(' Text2 = "{text}-{text2}"')

    assert {"Text2": f"{one}-{two}"} == rule.record({"text": one, "text2": two})


def test_a_template_is_cut_to_its_target() -> None:
    """B2: a text made by a template is no longer than the field takes."""
    rule = recorded(' Text = "{text}: {text}"')

    assert rule.record({"text": "abcdefghijklmnop"}) == {"Text": "abcdefghijklmnop: ab"}


@pytest.mark.parametrize(
    ("row", "record"),
    [
        ("Number = number", {"Number": 90}),
        ("Text = number", {"Text": "90"}),
        ("Number = text", {"Number": 7}),
        ("Number = number / 60", {"Number": 1.5}),
        ("Number = number + number2", {"Number": None}),
        ("Number = 3", {"Number": 3}),
        ("Boolean = true", {"Boolean": True}),
        ("Text = lower(text2)", {"Text": "list"}),
        ("Date = datetime", {"Date": "2026-11-22"}),
    ],
)
def test_an_activity_field_takes_a_value(row: str, record: dict[str, Value]) -> None:
    """K3: a field takes a variable with its type, a sum, a function's result or a fixed value."""
    activity: dict[str, Value] = {
        "number": 90,
        "text": "7",
        "text2": "LIST",
        "datetime": "2026-11-22T09:30:00Z",
    }

    assert record == recorded(f" {row}").record(activity)


def test_the_outcomes_ticked_choose_the_activities() -> None:
    """K5: an activity is recorded for the outcomes named, in any case; none named is all."""
    some = compiled(
        'activity call on outcome "Connected", "Left Voicemail" -> Task { Subject = "x" }', LOCAL
    ).activities[0]
    every = compiled('activity call -> Task { Subject = "x" }', LOCAL).activities[0]

    assert some.fits({"kind": "call", "outcome": " connected "}, NOON)
    assert some.fits({"kind": "call", "outcome": "Left voicemail"}, NOON)
    assert not some.fits({"kind": "call", "outcome": "No answer"}, NOON)
    assert not some.fits({"kind": "call", "outcome": None}, NOON)
    assert not some.fits({"kind": "email", "outcome": "Connected"}, NOON)
    assert every.fits({"kind": "call"}, NOON)
    assert not every.fits({"kind": "sms"}, NOON)


def test_a_call_lands_in_the_activity_history() -> None:
    """K3, K4: the record holds the template's values, the day, and the rule's fields."""
    (rule,) = compiled(
        'activity call on outcome "Connected" -> Task {\n'
        '  Subject = "Call: {outcome} ({list_name})"\n  Description = "{comments}"\n'
        '  CallDurationInSeconds = duration\n  Status = "In Progress"\n}',
        LOCAL,
    ).activities

    assert rule.record(
        {
            "kind": "call",
            "outcome": "Connected",
            "list_name": "Q3",
            "at": "2026-11-22T15:40:00Z",
            "duration": 61,
        }
    ) == {
        "Status": "In Progress",
        "Priority": "Normal",
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "ActivityDate": "2026-11-22",
        "Subject": "Call: Connected (Q3)",
        "Description": "",
        "CallDurationInSeconds": 61,
    }
    assert rule.template.person_field == "WhoId"


def test_activity_templates_belong_to_the_system_connected() -> None:
    """K4: how an activity lands is known for a system, a kind and an object together."""
    assert LOCAL.template("call", "Task") is not None
    assert LOCAL.template("call", "Event") is None
    assert TYPES.template("email", "Thing") is None


# -- blanks everywhere -----------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(["Text", "Number", "Phone"]), st.sampled_from(BLANKS)))
def test_blanks_go_over_as_blanks(record: dict[str, Value]) -> None:
    """Blank: whichever form it has on one side, a blank is a blank on the other."""
    rule = mapped(" Text <-> text\n Number <-> number\n Phone <-> phone using phone()")

    assert all(is_blank(value) for value in rule.to_cadence(record).values())
