"""What criteria mean: each operator, on each type, with blanks, times, and the record before."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given, strategies as st

from support_language import LOCAL, NOON, codes, compiled, truth
from syncline import Value, is_blank
from syncline.rules.ruleset import load_rules
from syncline.rules.values import Clock

BLANKS: list[Value] = [None, "", " ", "\t\n"]

#: Field, a value of it, another, and both as they are written in a rule.
VALUES: list[tuple[str, Value, Value, str, str]] = [
    ("Text", "Paris", "Rome", '"Paris"', '"Rome"'),
    ("Email", "jo@acme.example", "al@acme.example", '"jo@acme.example"', '"al@acme.example"'),
    ("Url", "https://acme.example", "https://b.example", '"https://acme.example"', '"x"'),
    ("Phone", "+14155550132", "+442071838750", '"+14155550132"', '"+442071838750"'),
    ("Picklist", "Red", "Blue", '"Red"', '"Blue"'),
    ("Reference", "001A", "001B", '"001A"', '"001B"'),
    ("Id", "00QA", "00QB", '"00QA"', '"00QB"'),
    ("Number", 5, 7, "5", "7"),
    ("Boolean", True, False, "true", "false"),
    ("Date", "2026-11-20", "2026-11-21", "2026-11-20", "2026-11-21"),
    ("Datetime", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-20", "2026-11-21"),
]
ORDERED = [case for case in VALUES if case[0] in {"Number", "Date", "Datetime"}]
TEXTS = ["Text", "Email", "Url", "Phone", "Picklist", "Reference", "Id"]


# -- equality, lists, blank ------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "value", "other", "written", "another"), VALUES)
def test_equal_and_in(field: str, value: Value, other: Value, written: str, another: str) -> None:
    """K10: `=` and `in` hold for the value, and for no other."""
    for criterion in (
        f"{field} = {written}",
        f"{field} in {written}",
        f"{field} in {another}, {written}",
        f"{field} exactly = {written}",
    ):
        if "exactly" in criterion and field == "Datetime":
            continue
        assert truth(criterion, {field: value})
        if "," not in criterion:
            assert not truth(criterion, {field: other})


@pytest.mark.parametrize(("field", "value", "other", "written", "another"), VALUES)
@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_equals_nothing(
    blank: Value, field: str, value: Value, other: Value, written: str, another: str
) -> None:
    """Blank: missing, null, empty and white space alone are one thing, and equal to no value."""
    records: list[dict[str, Value]] = [{field: blank}, {}]
    for record in records:
        assert not truth(f"{field} = {written}", record)
        assert not truth(f"{field} in {written}, {another}", record)
        assert not truth(f"{field} exactly = {written}", record)
        assert truth(f"{field} != {written}", record)
        assert truth(f"{field} not in {written}, {another}", record)
        assert truth(f"{field} is blank", record)
        assert not truth(f"{field} is not blank", record)


@pytest.mark.parametrize(("field", "value", "other", "written", "another"), VALUES)
def test_a_negative_is_the_negation_of_its_positive(
    field: str, value: Value, other: Value, written: str, another: str
) -> None:
    """`!=`, `not in` and `is not blank` are true exactly when their positive is false."""
    pairs = [
        (f"{field} = {written}", f"{field} != {written}"),
        (f"{field} in {written}, {another}", f"{field} not in {written}, {another}"),
        (f"{field} is blank", f"{field} is not blank"),
        (f"all {{ {field} = {written} }}", f"not all {{ {field} = {written} }}"),
        (f"any {{ {field} = {written} }}", f"none {{ {field} = {written} }}"),
    ]
    for (positive, negative), seen in product(pairs, [value, other, *BLANKS]):
        assert truth(positive, {field: seen}) is not truth(negative, {field: seen})


def test_not_equal_is_true_for_a_lead_without_a_country() -> None:
    """As in the CRM's own filters: a lead without a country is not in the US."""
    assert truth('Text != "US"', {})
    assert truth('not (Text = "US")', {})


@pytest.mark.parametrize("blank", BLANKS)
def test_an_order_is_false_for_a_blank(blank: Value) -> None:
    """`> 5` and `<= 5` are both false for a blank, and `not (x > 5)` is true."""
    for sign in ("<", "<=", ">", ">="):
        assert not truth(f"Number {sign} 5", {"Number": blank})
        assert not truth(f"Date {sign} today", {"Date": blank})
        assert not truth(f"Datetime {sign} now", {"Datetime": blank})
        assert truth(f"not (Number {sign} 5)", {"Number": blank})
        assert not truth(f"Number {sign} Number2", {"Number": 1, "Number2": blank})
    assert not truth("Number between 1 and 9", {"Number": blank})
    assert not truth("Date before today", {"Date": blank})
    assert not truth("Datetime after 2026-01-01", {"Datetime": blank})
    assert not truth("Date in the last 7 days", {"Date": blank})
    assert not truth("Datetime in the next 7 days", {"Datetime": blank})


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("blank", BLANKS)
def test_a_text_question_is_false_for_a_blank(field: str, blank: Value) -> None:
    """A blank contains nothing, begins and ends with nothing, and matches no pattern."""
    for operator in ("contains", "starts with", "ends with", "matches"):
        assert not truth(f'{field} {operator} "a"', {field: blank})
    for operator in ("contains", "starts with", "ends with", "="):
        assert not truth(f"{field} {operator} Text2", {field: "a", "Text2": blank})
        assert not truth(f"{field} {operator} Text2", {field: blank, "Text2": blank})
    assert not truth(f'{field} matches ".*"', {field: blank})


@given(st.text(alphabet=" \t\n\r\u00a0\u2003", max_size=9))
def test_white_space_of_any_kind_is_blank(text: str) -> None:
    """Blank: white space alone is blank, whichever it is made of."""
    assert truth("Text is blank", {"Text": text})
    assert not truth('Text = "a"', {"Text": text})


# -- text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["Text", "Email", "Url", "Phone"])
def test_text_ignores_case(field: str) -> None:
    """Free text, e-mail and URL compare without case and outer space, as CRM filters do."""
    for seen in ("Straße", "STRASSE", "  strasse "):
        assert truth(f'{field} = "strasse"', {field: seen})
        assert truth(f'{field} in "x", "STRASSE"', {field: seen})
        assert truth(f'{field} contains "RASS"', {field: seen})
        assert truth(f'{field} starts with "STR"', {field: seen})
        assert truth(f'{field} ends with "SSE"', {field: seen})
        assert truth(f"{field} = Text2", {field: seen, "Text2": "STRASSE"})
    assert not truth(f'{field} = "strasse"', {field: "strasse 1"})
    assert not truth(f'{field} starts with "asse"', {field: "strasse"})
    assert not truth(f'{field} ends with "str"', {field: "strasse"})


@pytest.mark.parametrize("field", ["Picklist", "Reference", "Id"])
def test_listed_values_and_ids_are_exact(field: str) -> None:
    """A picklist's value and an id compare exactly, letter by letter."""
    assert truth(f'{field} = "Red"', {field: "Red"})
    for seen in ("red", "RED", "Red "):
        assert not truth(f'{field} = "Red"', {field: seen})
        assert not truth(f'{field} in "Red"', {field: seen})
        assert truth(f'{field} != "Red"', {field: seen})


def test_exactly_forces_the_case() -> None:
    """`exactly =` compares free text letter by letter."""
    assert truth('Text exactly = "Paris"', {"Text": "Paris"})
    assert not truth('Text exactly = "Paris"', {"Text": "paris"})
    assert truth("Text exactly = Text2", {"Text": "a", "Text2": "a"})
    assert not truth("Text exactly = Text2", {"Text": "a", "Text2": "A"})
    assert not truth("Text exactly = Text2", {"Text": None, "Text2": None})


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^a.c$", "ABC", True),
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\\d{3}$", "123", True),
        (r"@acme\\.", "jo@acme.example", True),
        (r"@acme\\.", "jo@acmexexample", False),
        ("東京|大阪", "株式会社東京", True),
    ],
)
def test_a_pattern(pattern: str, text: str, found: bool) -> None:
    """`matches` finds a pattern anywhere in the text, ignoring case."""
    assert found is truth(f'Text matches "{pattern}"', {"Text": text})


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*$", "(a?){50}a{50}"])
def test_no_pattern_is_slow(pattern: str) -> None:
    """A pattern that would take another engine for ever is answered at once, on a long text."""
    assert truth(f'Text matches "{pattern}"', {"Text": "a" * 20_000 + "!"}) is (
        pattern in {"(.*)*$", "(a?){50}a{50}"}
    )


def test_a_choice_of_several() -> None:
    """`contains` asks whether a choice is among those ticked, whole and exactly."""
    ticked: dict[str, Value] = {"Choices": ("Red", "Blue")}

    assert truth('Choices contains "Red"', ticked)
    assert not truth('Choices contains "Green"', ticked)
    for none in (None, "", ()):
        assert not truth('Choices contains "Red"', {"Choices": none})
        assert truth("Choices is blank", {"Choices": none})
    assert truth("Choices is not blank", ticked)
    assert truth("Choices changed", ticked, {"Choices": ("Red",)})
    assert not truth("Choices changed", ticked, {"Choices": ("Blue", "Red")})


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "value", "other", "written", "another"), ORDERED)
def test_orders(field: str, value: Value, other: Value, written: str, another: str) -> None:
    """`<`, `<=`, `>`, `>=` and `between` order numbers, dates and times; both ends are in."""
    low, high = {field: value}, {field: other}

    assert [truth(f"{field} < {another}", r) for r in (low, high)] == [True, False]
    assert [truth(f"{field} <= {another}", r) for r in (low, high)] == [True, True]
    assert [truth(f"{field} > {written}", r) for r in (low, high)] == [False, True]
    assert [truth(f"{field} >= {written}", r) for r in (low, high)] == [True, True]
    assert [truth(f"{field} between {written} and {another}", r) for r in (low, high)] == [
        True,
        True,
    ]
    assert [truth(f"{field} between {written} and {written}", r) for r in (low, high)] == [
        True,
        False,
    ]
    assert [truth(f"{field} between {another} and {written}", r) for r in (low, high)] == [
        False,
        False,
    ]
    twin = f"{field}2"
    assert [
        truth(f"{field} {sign} {twin}", {field: value, twin: other}) for sign in ("<", "=", ">")
    ] == [True, False, False]
    assert truth(f"{field} = {twin}", {field: value, twin: value})


def test_numbers_are_numbers_however_written() -> None:
    """5, 5.0 and 5_0 / 10 are one number."""
    assert truth("Number = 5", {"Number": 5.0})
    assert truth("Number = 5.0", {"Number": 5})
    assert truth("Number = 1_000", {"Number": 1000})
    assert truth("Number = -1.5", {"Number": -1.5})
    assert truth("Number in 1, 5.0", {"Number": 5})


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("Number + 2", 12),
        ("Number - 2", 8),
        ("Number * 2", 20),
        ("Number / 4", 2.5),
        ("Number + 2 * 3", 16),
        ("(Number + 2) * 3", 36),
        ("Number - 2 - 3", 5),
        ("Number / 2 / 5", 1),
        ("Number - (2 - 3)", 11),
        ("Number + Number2", 14),
        ("Number * Number2 - 1", 39),
    ],
)
def test_arithmetic(expression: str, result: float) -> None:
    """Sums go from left to right, products first, brackets before all."""
    assert truth(f"{expression} = {result}", {"Number": 10, "Number2": 4})
    assert not truth(f"{expression} > {result}", {"Number": 10, "Number2": 4})


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_a_blank_makes_a_blank_result(sign: str, blank: Value) -> None:
    """A blank operand makes a blank result: no comparison of it holds, and it `is blank`."""
    for record in ({"Number": blank, "Number2": 1}, {"Number": 1, "Number2": blank}):
        for test in ("= 1", "< 1", "> 1", "between -9 and 9", "is not blank"):
            assert not truth(f"Number {sign} Number2 {test}", record)
        assert truth(f"Number {sign} Number2 is blank", record)
        assert truth(f"Number {sign} Number2 != 1", record)


def test_a_division_by_zero_is_blank() -> None:
    """Dividing by nothing gives nothing, and no rule stops for it."""
    for zero in (0, 0.0, -0.0):
        assert truth("Number / Number2 is blank", {"Number": 1, "Number2": zero})
        assert not truth("Number / Number2 > 0", {"Number": 1, "Number2": zero})
    assert not truth("Number / 0 > 0", {"Number": 1})


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-999, 999))
def test_the_signs_agree_with_arithmetic(seen: float, bound: int) -> None:
    """The six signs say of any number what they say in mathematics."""
    record: dict[str, Value] = {"Number": seen}

    expected = {
        "=": seen == bound,
        "!=": seen != bound,
        "<": seen < bound,
        "<=": seen <= bound,
        ">": seen > bound,
        ">=": seen >= bound,
    }
    assert expected == {sign: truth(f"Number {sign} {bound}", record) for sign in expected}


MOMENTS = st.integers(631_152_000, 3_786_912_000).map(lambda s: datetime.fromtimestamp(s, UTC))


# -- dates and times -------------------------------------------------------------------------------


def at(text: str) -> Clock:
    """Return a clock that stands still at *text*, in UTC."""
    return Clock(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "criterion", "day", "expected"),
    [
        ("2026-11-22T12:00", "Date = today", "2026-11-22", True),
        ("2026-11-22T12:00", "Date = now", "2026-11-22", True),
        ("2026-11-22T12:00", "Date = yesterday", "2026-11-21", True),
        ("2026-11-22T12:00", "Date = tomorrow", "2026-11-23", True),
        ("2026-11-22T12:00", "Date before today", "2026-11-21", True),
        ("2026-11-22T12:00", "Date before today", "2026-11-22", False),
        ("2026-11-22T12:00", "Date after today", "2026-11-23", True),
        ("2026-11-22T12:00", "Date after today", "2026-11-22", False),
        ("2026-12-31T12:00", "Date = tomorrow", "2027-01-01", True),
        ("2026-03-01T12:00", "Date = yesterday", "2026-02-28", True),
        ("2028-03-01T12:00", "Date = yesterday", "2028-02-29", True),
        ("2026-11-22T12:00", "Date before 30 days ago", "2026-10-22", True),
        ("2026-11-22T12:00", "Date before 30 days ago", "2026-10-23", False),
        ("2026-11-22T12:00", "Date = 2 weeks from now", "2026-12-06", True),
        ("2026-03-31T12:00", "Date = 1 month ago", "2026-02-28", True),
        ("2028-03-31T12:00", "Date = 1 month ago", "2028-02-29", True),
        ("2026-01-31T12:00", "Date = 1 month from now", "2026-02-28", True),
        ("2026-01-15T12:00", "Date = 1 month ago", "2025-12-15", True),
        ("2026-12-15T12:00", "Date = 1 month from now", "2027-01-15", True),
        ("2028-02-29T12:00", "Date = 1 year ago", "2027-02-28", True),
        ("2028-02-29T12:00", "Date = 4 years from now", "2032-02-29", True),
        ("2026-11-22T12:00", "Date = 18 months ago", "2025-05-22", True),
        ("2026-11-22T12:00", "Date in the last 7 days", "2026-11-22", True),
        ("2026-11-22T12:00", "Date in the last 7 days", "2026-11-15", True),
        ("2026-11-22T12:00", "Date in the last 7 days", "2026-11-14", False),
        ("2026-11-22T12:00", "Date in the last 7 days", "2026-11-23", False),
        ("2026-11-22T12:00", "Date in the next 7 days", "2026-11-22", True),
        ("2026-11-22T12:00", "Date in the next 7 days", "2026-11-29", True),
        ("2026-11-22T12:00", "Date in the next 7 days", "2026-11-30", False),
        ("2026-11-22T12:00", "Date in the next 7 days", "2026-11-21", False),
        ("2026-11-22T12:00", "Date in the last 2 months", "2026-09-22", True),
        ("2026-11-22T12:00", "Date in the last 2 months", "2026-09-21", False),
        ("2026-11-22T12:00", "Date between 2026-11-01 and today", "2026-11-22", True),
        ("2026-11-22T12:00", "Date = today", "2026-11-22T09:30:00Z", True),
    ],
)
def test_days_read_the_clock(now: str, criterion: str, day: str, expected: bool) -> None:
    """Days are counted by the calendar from the clock handed in, over month ends and leap days."""
    assert expected is truth(criterion, {"Date": day}, clock=at(now))


@pytest.mark.parametrize(
    ("criterion", "moment", "expected"),
    [
        ("Datetime before now", "2026-11-22T11:59:59Z", True),
        ("Datetime before now", "2026-11-22T12:00:00Z", False),
        ("Datetime after now", "2026-11-22T12:00:01Z", True),
        ("Datetime before now", "2026-11-22T12:30:00+02:00", True),
        ("Datetime after now", "2026-11-22T08:00:00-05:00", True),
        ("Datetime after today", "2026-11-22T00:00:01Z", False),
        ("Datetime before today", "2026-11-21T23:59:59Z", True),
        ("Datetime before today", "2026-11-22T01:00:00+02:00", True),
        ("Datetime before yesterday", "2026-11-20T23:59:59Z", True),
        ("Datetime after tomorrow", "2026-11-24T00:00:01Z", True),
        ("Datetime before 2 hours ago", "2026-11-22T09:59:59Z", True),
        ("Datetime before 2 hours ago", "2026-11-22T10:00:01Z", False),
        ("Datetime after 90 minutes ago", "2026-11-22T10:30:01Z", True),
        ("Datetime in the last 1 hour", "2026-11-22T11:00:00Z", True),
        ("Datetime in the last 1 hour", "2026-11-22T10:59:59Z", False),
        ("Datetime in the last 1 hour", "2026-11-22T12:00:01Z", False),
        ("Datetime in the next 1 week", "2026-11-29T12:00:00Z", True),
        ("Datetime in the next 1 week", "2026-11-29T12:00:01Z", False),
        ("Datetime = 2026-11-22", "2026-11-22T00:00:00Z", True),
        ("Datetime = 2026-11-22", "2026-11-22T02:00:00+02:00", True),
        ("Datetime > 2026-11-22", "2026-11-23T00:00:01Z", True),
        ("Datetime before now", "2026-11-22T11:00:00", True),
        ("Datetime before now", "not a time", False),
        ("Datetime after now", "not a time", False),
        ("Datetime is blank", "not a time", False),
    ],
)
def test_moments_carry_their_zone(criterion: str, moment: str, expected: bool) -> None:
    """Moments compare as instants whatever their zone; one without a zone is UTC."""
    assert expected is truth(criterion, {"Datetime": moment})


def test_the_same_moment_gives_the_same_answer() -> None:
    """The clock is handed in: the same record at another time may answer otherwise."""
    record: dict[str, Value] = {"Date": "2026-11-15"}

    assert truth("Date in the last 7 days", record, clock=NOON)
    assert not truth("Date in the last 7 days", record, clock=at("2026-11-23T00:00"))


def test_the_day_is_that_of_the_clock() -> None:
    """`today` is the day it is where the clock stands."""
    east = Clock(datetime(2026, 11, 23, 1, 0, tzinfo=timezone(timedelta(hours=9))))

    assert truth("Date = today", {"Date": "2026-11-23"}, clock=east)


@given(
    MOMENTS,
    st.integers(0, 900),
)
def test_so_many_days_ago_is_as_many_days(now: datetime, days: int) -> None:
    """Counting days back and forth lands on the calendar's day."""
    clock, step = Clock(now), timedelta(days=days)

    assert truth(f"Date = {days} days ago", {"Date": (now - step).date().isoformat()}, clock=clock)
    assert truth(
        f"Date = {days} days from now", {"Date": (now + step).date().isoformat()}, clock=clock
    )


@given(
    MOMENTS,
    st.integers(0, 400),
)
def test_months_ago_never_leave_their_month(now: datetime, months: int) -> None:
    """A month's end has no overflow: `1 month ago` on 31 March is the last day of February."""
    moment = Clock(now).moment(-months, "month")

    assert (now.year * 12 + now.month) - (moment.year * 12 + moment.month) == months
    assert moment.day == now.day or (moment.day < now.day and (moment + timedelta(1)).day == 1)


# -- the record before -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "before", "now", "expected"),
    [
        ("is new", None, "a", True),
        ("is new", "a", "a", False),
        ("changed", None, "a", False),
        ("changed", "a", "a", False),
        ("changed", "a", "b", True),
        ("changed", "a", " a ", False),
        ("changed", "a", "A", True),
        ("changed", "a", "", True),
        ("changed", "", "a", True),
        ("changed", "", "  ", False),
        ('changed to "b"', None, "b", False),
        ('changed to "b"', "a", "b", True),
        ('changed to "b"', "a", "B", True),
        ('changed to "b"', "b", "b", False),
        ('changed to "b"', "a", "c", False),
        ('changed to "b"', "", "b", True),
        ('changed from "a" to "b"', None, "b", False),
        ('changed from "a" to "b"', "a", "b", True),
        ('changed from "a" to "b"', "c", "b", False),
        ('changed from "a" to "b"', "a", "c", False),
        ('changed from "a" to "b"', "b", "a", False),
        ('was "a"', None, "a", False),
        ('was "a"', "a", "b", True),
        ('was "a"', "a", "a", True),
        ('was "a"', "A", "b", True),
        ('was "a"', "b", "a", False),
        ('was "a"', "", "a", False),
    ],
)
def test_the_record_before(criterion: str, before: str | None, now: str, expected: bool) -> None:
    """A record seen for the first time has no before: nothing changed, it is new."""
    text = criterion if criterion == "is new" else f"Text {criterion}"
    earlier: dict[str, Value] | None = None if before is None else {"Text": before}

    assert expected is truth(text, {"Text": now}, earlier)


@pytest.mark.parametrize(
    ("field", "before", "now", "expected"),
    [
        ("Number", 5, 5.0, False),
        ("Number", 5, 6, True),
        ("Number", 0, None, True),
        ("Boolean", False, None, True),
        ("Email", "a@b.example", "A@B.example", False),
        ("Datetime", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00+01:00", False),
        ("Datetime", "2026-11-22T12:00:00Z", "2026-11-22T12:00:01Z", True),
        ("Picklist", "Red", "Blue", True),
        ("Picklist", None, "", False),
    ],
)
def test_what_counts_as_a_change(field: str, before: Value, now: Value, expected: bool) -> None:
    """B12: the same value in another form is no change."""
    assert expected is truth(f"{field} changed", {field: now}, {field: before})


def test_a_field_that_the_record_before_lacked() -> None:
    """A field seen for the first time in a record that is not new was blank before."""
    assert truth("Text changed", {"Text": "a"}, {})
    assert not truth("Text changed", {}, {"Text": ""})


# -- combining -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b", "c"), list(product([True, False], repeat=3)))
def test_groups_combine_as_their_words_say(a: bool, b: bool, c: bool) -> None:
    """K10: all, any, none, and, or, not, alone and in one another."""
    record: dict[str, Value] = {
        "Text": "y" if a else "n",
        "Text2": "y" if b else "n",
        "Number": int(c),
    }
    x, y, z = 'Text = "y"', 'Text2 = "y"', "Number = 1"

    expected = {
        f"all {{ {x} {y} {z} }}": a and b and c,
        f"any {{ {x} {y} {z} }}": a or b or c,
        f"none {{ {x} {y} {z} }}": not (a or b or c),
        f"{x} and {y} and {z}": a and b and c,
        f"{x} or {y} or {z}": a or b or c,
        f"{x} or {y} and {z}": a or (b and c),
        f"({x} or {y}) and {z}": (a or b) and c,
        f"not {x} and {y}": (not a) and b,
        f"not ({x} and {y})": not (a and b),
        f"all {{ {x} any {{ {y} {z} }} }}": a and (b or c),
        f"any {{ {x} all {{ {y} {z} }} }}": a or (b and c),
        f"none {{ {x} none {{ {y} {z} }} }}": not (a or not (b or c)),
        f"not none {{ {x} {y} }} or {z}": a or b or c,
    }

    assert expected == {text: truth(text, record) for text in expected}


def test_a_truth_is_a_truth() -> None:
    """A workflow's answer is True or False, never a value that only counts as one."""
    for criterion in ('Text = "a"', "Text is blank", "Number > 1", "Text changed", "is new"):
        assert type(truth(criterion, {})) is bool
        assert type(truth(criterion, {"Text": "a", "Number": 2}, {"Text": "b"})) is bool


def test_a_function_in_a_criterion() -> None:
    """A function is asked about its value; of a blank it makes a blank."""
    assert truth('phone(Phone, Text) = "+14155550132"', {"Phone": "(415) 555-0132", "Text": "US"})
    assert truth('lower(Text) exactly = "paris"', {"Text": "PARIS"})
    assert truth("upper(trim(Text)) is blank", {"Text": "  "})
    assert not truth('lower(Text) = "a"', {})


# -- a name or value is never code -----------------------------------------------------------------

NASTY = [
    '"); raise SystemExit("',
    "'); raise SystemExit('",
    '"""',
    "'''",
    "\\",
    "\\\\",
    "\\'",
    '\\"',
    "{r}",
    "{",
    "}}",
    "${x}",
    "%s %(x)s",
    "a\nb",
    "a\n    raise SystemExit",
    "# x",
    "r.get",
    "__import__('os').abort()",
    "a\u2028b",
    "\ud7ff",
    "🙂",
]


@pytest.mark.parametrize("value", NASTY)
def test_a_value_cannot_become_code(value: str) -> None:
    """B1: quotes, braces, backslashes and line ends in a text stay what they are."""
    written = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    assert truth(f'Text = "{written}"', {"Text": value})
    assert truth(f'Text exactly = "{written}"', {"Text": value})
    assert truth(f'Text in "x", "{written}"', {"Text": value})
    assert truth(f'Text contains "{written}"', {"Text": f"<{value}>"})
    assert not truth(f'Text = "{written}"', {"Text": f"{value}."})


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_equal_to_itself(value: str) -> None:
    """B1: whatever stands between the quotes, it is compared as that text."""
    written = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    if is_blank(value):
        text = f'workflow "w" on Thing {{ when Text = "{written}" then exit cadence }}'
        assert codes(text) == ["E304"]
    else:
        assert truth(f'Text = "{written}"', {"Text": value})


def test_a_name_cannot_become_code() -> None:
    """B1: a field whose name holds quotes, braces and backslashes is read by that name."""
    name = "a\"b{c}\\d'e"

    assert truth(f'`{name}` = "x"', {name: "x"})
    assert not truth(f'`{name}` = "x"', {"a": "x"})


@pytest.mark.parametrize("name", ["r", "b", "t", "k0", "v1", "fold", "num", "None", "locals"])
def test_no_name_is_mistaken_for_one_of_the_program(name: str) -> None:
    """B1: a value that is spelt like a name of the generated program is only a value."""
    assert truth(f'Text = "{name}"', {"Text": name})


# -- the workflows of the example ------------------------------------------------------------------


def test_closed_leads_leave() -> None:
    """K10, K11: all rows of the first workflow of the settings page must fit."""
    rules = load_rules(
        'workflow "w" on Lead { when all { Status in "Closed - Converted", '
        '"Closed - Not Converted" '
        "AnnualRevenue < 1_000_000 } then exit cadence }",
        LOCAL,
    )
    workflow = rules.workflows["w"]

    def fits(status: str, revenue: Value) -> bool:
        return workflow.matches({"Status": status, "AnnualRevenue": revenue}, None, NOON)

    assert list(workflow.actions) == [("exit", None)]
    assert fits("Closed - Converted", 5)
    assert fits("Closed - Not Converted", 999_999.99)
    assert not fits("Open - Not Contacted", 5)
    assert not fits("Closed - Converted", 1_000_000)
    assert not fits("Closed - Converted", None)


@pytest.mark.parametrize(
    ("criterion", "timed"),
    [
        ("Date before 30 days ago", True),
        ("Date in the last 7 days", True),
        ('any { Text = "a" not (Date after today) }', True),
        ("Date before 2026-01-01", False),
        ('Text = "a"', False),
        ("is new", False),
    ],
)
def test_a_workflow_knows_whether_time_can_fire_it(criterion: str, timed: bool) -> None:
    """K10: a criterion that time alone can make true is asked again without a change."""
    text = f'workflow "w" on Thing {{ when {criterion} then exit cadence }}'

    assert timed is compiled(text).workflows["w"].timed


def test_large_numbers_keep_their_order() -> None:
    """Whole numbers are compared whole, beyond what a floating number can tell apart."""
    assert truth("Number > 9007199254740992", {"Number": 9007199254740993})
    assert not truth("Number > 5", {"Number": math.nan})
