"""Every operator over values and blank: one table, which is the test and the page of the manual."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from support_language import NOON, truth
from syncline import Value
from syncline.rules.values import EVENT

PAGE = Path(__file__).parents[2] / "docs" / "truth-table.md"
BLANKS: list[Value] = [None, "", " ", "\t\n", ()]


@dataclass(frozen=True)
class Case:
    """One column: what it is called, the values now, and the values before."""

    title: str
    now: dict[str, Value]
    before: dict[str, Value] | None = None


@dataclass(frozen=True)
class Section:
    """Some columns, and rows of a criterion with its answers: T or F, a column each."""

    title: str
    words: str
    cases: list[Case]
    rows: list[tuple[str, str]]


def of(field: str, values: dict[str, Value]) -> list[Case]:
    """Return a column a value of *field*; the first is blank."""
    return [Case("blank", {field: None}), *(Case(t, {field: v}) for t, v in values.items())]


SECTIONS = [
    Section(
        "Text",
        "Free text, e-mail addresses, telephone numbers and URLs compare without case and without "
        "the space around them; `exactly =` compares letter by letter.",
        [
            Case("blank", {"Text": None}),
            Case("`Paris`", {"Text": "Paris"}),
            Case("` PARIS `", {"Text": " PARIS "}),
            Case("`Rome`", {"Text": "Rome"}),
        ],
        [
            ('Text = "Paris"', "FTTF"),
            ('Text != "Paris"', "TFFT"),
            ('Text exactly = "Paris"', "FTFF"),
            ('Text in "Paris", "Oslo"', "FTTF"),
            ('Text not in "Paris", "Oslo"', "TFFT"),
            ('Text contains "ari"', "FTTF"),
            ('Text starts with "p"', "FTTF"),
            ('Text ends with "s"', "FTTF"),
            ('Text matches "^p"', "FTFF"),
            ("Text is blank", "TFFF"),
            ("Text is not blank", "FTTT"),
        ],
    ),
    Section(
        "Two fields, the second blank",
        "Nothing equals a blank, not even another blank.",
        [
            Case("blank", {"Text": None, "Text2": None}),
            Case("`Paris`", {"Text": "Paris", "Text2": " "}),
        ],
        [
            ("Text = Text2", "FF"),
            ("Text != Text2", "TT"),
            ("Text exactly = Text2", "FF"),
            ("Text contains Text2", "FF"),
            ("Text starts with Text2", "FF"),
            ("Text in Text2", "FF"),
            ("Text not in Text2", "TT"),
        ],
    ),
    Section(
        "Picklists",
        "A value of a list compares exactly, and so do ids and references.",
        of("Picklist", {"`Red`": "Red", "`red`": "red", "`Blue`": "Blue"}),
        [
            ('Picklist = "Red"', "FTFF"),
            ('Picklist != "Red"', "TFTT"),
            ('Picklist in "Red", "Blue"', "FTFT"),
            ('Picklist not in "Red", "Blue"', "TFTF"),
            ("Picklist is blank", "TFFF"),
            ("Picklist is not blank", "FTTT"),
        ],
    ),
    Section(
        "Several choices",
        "`contains` asks whether one choice is ticked, whole and exactly.",
        of("Choices", {"`Red`": ("Red",), "`Red`, `Blue`": ("Red", "Blue"), "`Blue`": ("Blue",)}),
        [
            ('Choices contains "Red"', "FTTF"),
            ('not Choices contains "Red"', "TFFT"),
            ("Choices is blank", "TFFF"),
            ("Choices is not blank", "FTTT"),
        ],
    ),
    Section(
        "Numbers",
        "A text is no number, though it looks like one. A blank, or a division by zero, makes a "
        "blank result.",
        of("Number", {"4": 4, "5": 5, "6.0": 6.0, 'the text "5"': "5"}),
        [
            ("Number = 5", "FFTFF"),
            ("Number != 5", "TTFTT"),
            ("Number < 5", "FTFFF"),
            ("Number <= 5", "FTTFF"),
            ("Number > 5", "FFFTF"),
            ("Number >= 5", "FFTTF"),
            ("Number between 5 and 6", "FFTTF"),
            ("Number in 4, 6", "FTFTF"),
            ("Number not in 4, 6", "TFTFT"),
            ("not (Number > 5)", "TTTFT"),
            ("Number is blank", "TFFFF"),
            ("Number is not blank", "FTTTT"),
            ("Number + 1 > 5", "FFTTF"),
            ("Number + 1 is blank", "TFFFT"),
            ("Number / 0 is blank", "TTTTT"),
            ("Number < Number2", "FFFFF"),
        ],
    ),
    Section(
        "True and false",
        "A blank is neither.",
        of("Boolean", {"true": True, "false": False}),
        [
            ("Boolean = true", "FTF"),
            ("Boolean != true", "TFT"),
            ("Boolean = false", "FFT"),
            ("Boolean != false", "TTF"),
            ("Boolean is blank", "TFF"),
            ("Boolean is not blank", "FTT"),
        ],
    ),
    Section(
        "Dates",
        "The clock stands at noon of 2026-11-22, UTC. What is no date compares with nothing.",
        of(
            "Date",
            {
                "2026-11-21": "2026-11-21",
                "2026-11-22": "2026-11-22",
                "2026-11-23": "2026-11-23",
                "`soon`": "soon",
            },
        ),
        [
            ("Date = today", "FFTFF"),
            ("Date != today", "TTFTT"),
            ("Date before today", "FTFFF"),
            ("Date after today", "FFFTF"),
            ("Date <= today", "FTTFF"),
            ("Date >= 2026-11-22", "FFTTF"),
            ("Date between yesterday and today", "FTTFF"),
            ("Date in yesterday, tomorrow", "FTFTF"),
            ("Date in the last 7 days", "FTTFF"),
            ("Date in the next 7 days", "FFTTF"),
            ("Date after 1 day ago", "FFTTF"),
            ("Date is blank", "TFFFF"),
        ],
    ),
    Section(
        "Dates with a time",
        "They compare as instants, whatever their zone; against a day they are the day on which "
        "they lie. The clock stands at noon of 2026-11-22, UTC.",
        of(
            "Datetime",
            {
                "11:59 UTC": "2026-11-22T11:59:00Z",
                "14:00 +02:00": "2026-11-22T14:00:00+02:00",
                "12:01 UTC": "2026-11-22T12:01:00Z",
            },
        ),
        [
            ("Datetime = now", "FFTF"),
            ("Datetime != now", "TTFT"),
            ("Datetime before now", "FTFF"),
            ("Datetime after now", "FFFT"),
            ("Datetime = today", "FTTT"),
            ("Datetime before today", "FFFF"),
            ("Datetime in the last 1 hour", "FTTF"),
            ("Datetime in the next 1 hour", "FFTT"),
            ("Datetime is blank", "TFFF"),
        ],
    ),
    Section(
        "The record before",
        "Without a record before, nothing changed and nothing was: the record is new.",
        [
            Case("new: `a`", {"Text": "a"}),
            Case("`a` to `a`", {"Text": "a"}, {"Text": "a"}),
            Case("`a` to `b`", {"Text": "b"}, {"Text": "a"}),
            Case("blank to `b`", {"Text": "b"}, {"Text": None}),
            Case("`a` to blank", {"Text": ""}, {"Text": "a"}),
            Case("blank to blank", {"Text": " "}, {}),
        ],
        [
            ("is new", "TFFFFF"),
            ("not is new", "FTTTTT"),
            ("Text changed", "FFTTTF"),
            ('Text changed to "b"', "FFTTFF"),
            ('Text changed from "a" to "b"', "FFTFFF"),
            ('Text was "a"', "FTTFTF"),
            ('not Text was "a"', "TFFTFT"),
        ],
    ),
    Section(
        "What happened to the record",
        "One thing at a time happens to a record, and what went was there before.",
        [
            Case("new", {}),
            Case("nothing", {}, {}),
            Case("deleted", {EVENT: "deleted"}, {}),
            Case("merged", {EVENT: "merged"}, {}),
            Case("converted", {EVENT: "converted"}, {}),
            Case("undeleted", {EVENT: "undeleted"}, {}),
        ],
        [
            ("is new", "TFFFFF"),
            ("is deleted", "FFTFFF"),
            ("is merged", "FFFTFF"),
            ("is converted", "FFFFTF"),
            ("is undeleted", "FFFFFT"),
            ("not is deleted", "TTFTTT"),
            ("Text changed", "FFFFFF"),
        ],
    ),
    Section(
        "Groups",
        "The columns are the answers of two rows.",
        [
            Case("both", {"Text": "a", "Number": 1}),
            Case("first alone", {"Text": "a", "Number": 2}),
            Case("second alone", {"Text": "x", "Number": 1}),
            Case("neither", {"Text": "x", "Number": None}),
        ],
        [
            ('all { Text = "a"  Number = 1 }', "TFFF"),
            ('any { Text = "a"  Number = 1 }', "TTTF"),
            ('none { Text = "a"  Number = 1 }', "FFFT"),
            ('Text = "a" and Number = 1', "TFFF"),
            ('Text = "a" or Number = 1', "TTTF"),
            ('not Text = "a" and Number = 1', "FFTF"),
            ('not (Text = "a" and Number = 1)', "FTTT"),
        ],
    ),
]
_ROWS = [
    pytest.param(section.cases, criterion, answers, id=criterion)
    for section in SECTIONS
    for criterion, answers in section.rows
]


@pytest.mark.parametrize(("cases", "criterion", "answers"), _ROWS)
def test_the_table_holds(cases: list[Case], criterion: str, answers: str) -> None:
    """K10: every operator says of every kind of value, and of every blank, what the table says."""
    assert len(answers) == len(cases)
    for case, answer in zip(cases, answers, strict=True):
        fields = [name for name, value in case.now.items() if value is None]
        for blank in BLANKS if fields else [None]:
            now = {**case.now, **dict.fromkeys(fields, blank)}
            assert truth(criterion, now, case.before, NOON) is (answer == "T"), (case.title, now)
        if fields:
            missing = {name: value for name, value in case.now.items() if value is not None}
            assert truth(criterion, missing, case.before, NOON) is (answer == "T")


_INTRODUCTION = (
    "What each operator says of each kind of value; a dash is false. Missing, null, empty and "
    "white space alone are one thing, *blank*: a positive operator is false of it, and each "
    "negative operator is exactly the negation of its positive one."
)


def page() -> str:
    """Return the table as a page of the manual."""
    lines = [
        "# Truth table",
        "",
        _INTRODUCTION,
    ]
    for section in SECTIONS:
        heads = [case.title for case in section.cases]
        lines += ["", f"## {section.title}", "", section.words, ""]
        lines += [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
        for criterion, answers in section.rows:
            words = ["true" if answer == "T" else "–" for answer in answers]
            lines.append(f"| `{criterion}` | {' | '.join(words)} |")
    return "\n".join([*lines, ""])


def test_the_page_is_the_table(update: bool) -> None:
    """B1: the manual's truth table is the table that the tests run."""
    if update:
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()
