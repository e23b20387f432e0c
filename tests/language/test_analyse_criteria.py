"""What is certain of one criterion, by the type of its field and by what stays unknown."""

from __future__ import annotations

import pytest

from support_analyse import criterion, file, found, scope
from syncline.analysis import Kind, Level, judge
from syncline_grammar import syntax as s

FALSE = [
    "Number < 5 and Number > 10",
    "Number < 5 and Number >= 5",
    "Number between 10 and 5",
    "Number = 5 and Number in 6, 7",
    "Number > 5 and Number is blank",
    'Picklist = "Red" and Picklist = "Blue"',
    'Picklist in "Red", "Blue" and Picklist not in "Blue", "Red"',
    'Picklist = "Red" and Picklist contains "z"',
    'Text = "Paris" and Text = "Rome"',
    'Text = "Paris" and Text != "PARIS"',
    'Text exactly = "Paris" and Text exactly = "paris"',
    'Text starts with "ab" and Text starts with "ac"',
    'Text starts with "abc" and not (Text contains "bc")',
    'Text ends with "ab" and Text ends with "c"',
    'Text matches "x" and Text is blank',
    "Boolean = true and Boolean = false",
    "Boolean != true and Boolean != false and Boolean is not blank",
    "Date before 2026-01-01 and Date after 2026-02-01",
    "Date after 2026-01-01 and Date before 2026-01-02",
    "Date before 30 days ago and Date after yesterday",
    "Date in the last 7 days and Date after today",
    "Date before 1 year ago and Date in the last 2 months",
    "Date before 3 months ago and Date in the last 30 days",
    "Datetime before 2 hours ago and Datetime in the last 30 minutes",
    'Choices contains "Red" and Choices is blank',
    'Picklist changed to "Red" and Picklist = "Blue"',
    'is new and Picklist was "Red"',
    "is new and Picklist changed",
    "is new and is deleted",
    "is deleted and is merged",
    "is converted and Picklist changed",
    'is undeleted and Picklist changed from "Red" to "Blue"',
    "Number > Number2 and not (Number > Number2)",
    "Number > Number2 and Number is blank",
    'lower(Text) = "a" and lower(Text) != "a"',
    'Grade != "A" and Grade != "B" and Grade is not blank',
    "none { Number > 5  Number <= 5  Number is blank }",
]
TRUE = [
    "Number = 1 or Number != 1",
    "Number < 5 or Number >= 5 or Number is blank",
    "not (Number < 5 and Number > 5)",
    'Grade in "A", "B" or Grade is blank',
    'Text contains "b" or not (Text starts with "abc")',
    "not (is new and Picklist changed)",
    "not (is deleted and is undeleted)",
    "Boolean in true, false or Boolean is blank",
]
OPEN = [
    "Number > 5 and Number < 6",
    "Number <= 5 or Number > 5",
    'Picklist != "Red" and Picklist != "Green" and Picklist != "Blue" and Picklist is not blank',
    'Text starts with "ab" and Text starts with "abc"',
    'Text starts with "ab" and Text ends with "ba" and Text contains "x"',
    'Text = "Paris" and Text exactly = "PARIS"',
    'Text matches "x" and not (Text matches "y")',
    "Date before 30 days ago and Date in the last 1 month",
    "Date after 2026-01-01 and Date before today",
    "Datetime after 2026-01-01 and Datetime before 2026-01-03",
    'Choices contains "Red" and Choices contains "Blue"',
    'Picklist changed to "Red" and Picklist was "Blue"',
    "Number > Number2 and Number < 5",
    "Number + 1 > 5 and Number < 3",
    "is new",
    "is deleted",
    'is merged and Picklist was "Red"',
    "not is deleted and not is merged",
]


def whole(text: str) -> list[Kind]:
    """Return what is certain of *text* as a whole."""
    return [verdict.kind for verdict in judge(criterion(text), scope) if verdict.whole]


@pytest.mark.parametrize("text", FALSE)
def test_what_is_never_true(text: str) -> None:
    """B2: contradictory rows are told, whatever the field's type."""
    assert whole(text) == [Kind.ALWAYS_FALSE]


@pytest.mark.parametrize("text", TRUE)
def test_what_is_always_true(text: str) -> None:
    """B2: rows that cover every value, and blank, are told."""
    assert whole(text) == [Kind.ALWAYS_TRUE]


@pytest.mark.parametrize("text", OPEN)
def test_what_may_be_true_or_false(text: str) -> None:
    """Nothing is claimed of rows that can be true, or of which too little is known."""
    assert whole(text) == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("all { Number < 5  Boolean = true  Number > 10 }", [1, 3]),
        ("all { Boolean = true  Number between 9 and 1 }", [2]),
        ("any { Number < 5  Boolean = true  Number >= 5  Number is blank }", [1, 3, 4]),
    ],
)
def test_only_the_rows_that_make_it_so_are_named(text: str, rows: list[int]) -> None:
    """B2: of a contradiction, the rows are told without which there would be none."""
    when = criterion(text)
    assert isinstance(when, s.Group)

    (verdict,) = judge(when, scope)

    assert verdict.rows == tuple(when.rows[row - 1] for row in rows)


@pytest.mark.parametrize(
    ("text", "row", "because"),
    [
        ("all { Number > 5  Number > 10 }", 1, [2]),
        ("all { Number > 10  Number > 5 }", 2, [1]),
        ("any { Number > 10  Number > 5 }", 1, [2]),
        ("none { Number > 10  Number > 5 }", 1, [2]),
        ('any { Picklist = "Red"  Picklist in "Red", "Blue" }', 1, [2]),
        ("all { Number is not blank  Number < 5 }", 1, [2]),
        ("all { Date before today  Date before 7 days ago }", 1, [2]),
        ("all { Date before 1 month ago  Date before 2 months ago }", 1, [2]),
        ('any { Text = "Paris"  Text contains "ari" }', 1, [2]),
        ("all { Number >= 5  Number <= 5  Number = 5 }", 2, [3]),
        ("all { Number != 5  Number != 6  Number not in 5, 6 }", 2, [3]),
        ("any { Number < 5  Number > 3  Number is not blank }", 2, [3]),
        ("all { Number not in 5, 6  Number != 5 }", 2, [1]),
        ("all { Number < 9  Boolean = true  any { Number < 9  Boolean = true } }", 3, [1]),
        ("all { any { Number < 5  Boolean = true }  Number > 6  Boolean = true }", 1, [3]),
        (
            'all { any { Number < 5  Text = "a" }  Number > 6  Text starts with "a" Text = "a" }',
            3,
            [4],
        ),
    ],
)
def test_a_row_that_makes_no_difference(text: str, row: int, because: list[int]) -> None:
    """B2: a row implied by others in `all`, or one in `any` that never decides, is told."""
    when = criterion(text)
    assert isinstance(when, s.Group)

    idle = [v for v in judge(when, scope) if v.kind is Kind.NO_DIFFERENCE]

    assert (when.rows[row - 1],) in [verdict.rows for verdict in idle]
    (verdict,) = [v for v in idle if v.rows == (when.rows[row - 1],)]
    assert verdict.because == tuple(when.rows[other - 1] for other in because)


def test_a_row_that_several_others_imply_together() -> None:
    """B2: where no row alone makes another idle, all that do so together are named."""
    when = criterion("all { Number in 4, 5  Number in 5, 6  Number not in 4, 6 }")
    assert isinstance(when, s.Group)

    (verdict,) = judge(when, scope)

    assert verdict.rows == (when.rows[2],)
    assert verdict.because == when.rows[:2]


@pytest.mark.parametrize(
    "text",
    [
        "all { Number > 5  Number < 10 }",
        'any { Picklist = "Red"  Picklist = "Blue" }',
        'all { Text starts with "a"  Text ends with "a" }',
        'all { Text contains "a"  Text contains "b" }',
        "all { Number > 5  Number2 > 5  Number > Number2 }",
        "all { Picklist changed  Picklist is not blank }",
        "any { Date before 2026-01-01  Date before 30 days ago }",
    ],
)
def test_rows_of_which_each_can_decide(text: str) -> None:
    """Rows that ask for different things are left in peace."""
    assert judge(criterion(text), scope) == ()


def test_a_part_that_is_never_true_is_told_where_it_stands() -> None:
    """B2: a contradiction inside of `any` is a fault, though the whole can be true."""
    (finding,) = found(
        file("any {\nall { Number < 5\n Number > 10 }\nBoolean = true\n}\nthen exit cadence")
    )

    assert (finding.kind, finding.level) == (Kind.ALWAYS_FALSE, Level.FAULT)
    assert finding.message.startswith('in workflow "w0", `Number < 5` in line ')
    lines = [place.span.line for place in finding.places]
    assert lines[1] == lines[0] + 1


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("Number < 5 and Number > 5", "in line 3 lets no Thing through: "),
        ("Number < 5 or not (Number < 5)", "in line 3 lets every Thing through: "),
        ("Number < 5 and Number < 6", "makes no difference"),
    ],
)
def test_the_criteria_of_a_direction_are_judged(where: str, told: str) -> None:
    """K8: what `sync … where` asks for is looked at like a workflow's criteria."""
    (finding,) = found(file(flow=f"where {where}"))

    assert "`sync crm to cadence where`" in finding.message
    assert told in finding.message
