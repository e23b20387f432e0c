"""Workflows beside one another: contradiction, repetition, circles, and what `where` shuts out."""

from __future__ import annotations

import pytest

from support_analyse import file, found, kinds
from support_language import NOON
from syncline import Value
from syncline.analysis import Finding, Kind, Level

EXIT = "then exit cadence"
NORTH = 'then move to cadence "North"'
SOUTH = 'then move to cadence "South"'
NEXT = "then move to next touch"


def only(text: str, kind: Kind) -> Finding:
    """Return the one finding of *kind*."""
    (finding,) = [finding for finding in found(text) if finding.kind is kind]
    return finding


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (EXIT, NORTH, True), (EXIT, NEXT, True), (NORTH, SOUTH, True), (NORTH, NORTH, False),
        (EXIT, EXIT, False), (NORTH, NEXT, False), (NEXT, NEXT, False),
    ],
)  # fmt: skip
def test_which_actions_contradict(one: str, other: str, clash: bool) -> None:
    """K11: nobody can leave and go on, or be in two cadences."""
    text = file(f"Number > 5 {one}", f"Boolean = true {other}")

    assert ("overlap" in kinds(text)) is clash


@pytest.mark.parametrize(
    ("one", "other", "record"),
    [
        ("Number > 5", "Number < 7", {"Number": 6}),
        ("Number >= 5", "Number <= 5", {"Number": 5}),
        ('Text = "Paris"', 'Text starts with "pa"', {"Text": "Paris"}),
        ('Text starts with "pa"', 'Text ends with "is"', {"Text": "pais"}),
        ('Picklist != "Red"', 'Picklist != "Green"', {"Picklist": "Blue"}),
        ("Number is blank", "Number != 5", {"Number": None}),
        ("Date before 7 days ago", "Date after 2026-11-01", {"Date": "2026-11-08"}),
        ('Choices contains "Red"', 'Choices contains "Blue"', {"Choices": ("Red", "Blue")}),
        ("Number > 5", 'Grade = "A"', {"Number": 6, "Grade": "A"}),
        (
            "Datetime before 2026-11-22",
            "Datetime after 1 day ago",
            {"Datetime": "2026-11-21T18:00:00Z"},
        ),
    ],
)
def test_an_overlap_comes_with_a_record_that_fits_both(
    one: str, other: str, record: dict[str, Value]
) -> None:
    """B2: the example is one that a person would have thought of."""
    finding = only(file(f"{one} {EXIT}", f"{other} {NORTH}"), Kind.OVERLAP)

    assert finding.witness is not None
    assert dict(finding.witness.record) == record
    assert not finding.witness.looks_back


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Number > 5", "Number <= 5"),
        ('Picklist = "Red"', 'Picklist = "Green"'),
        ("Number > 5 and Boolean = true", "Number > 6 and Boolean != true"),
        ('Picklist changed to "Red"', 'Picklist = "Green"'),
        ("is new", "Picklist changed"),
        ("Number > Number2", "Number = 5 and Number2 = 7"),
        ('lower(Text) = "a"', 'Text = "b"'),
    ],
)
def test_no_overlap_is_told_without_a_record(one: str, other: str) -> None:
    """What cannot meet, and what nobody knows to meet, is not told."""
    assert kinds(file(f"{one} {EXIT}", f"{other} {NORTH}")) == []


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("Picklist changed", 'Picklist = "Red"', {"Picklist": "Green"}),
        ('Picklist changed from "Red" to "Blue"', "Number > 5", {"Picklist": "Red", "Number": 6}),
        ('Picklist was "Red"', 'Picklist = "Red"', {"Picklist": "Red"}),
        ("is new", "Number > 5", None),
    ],
)
def test_a_record_with_its_past(one: str, other: str, before: dict[str, Value] | None) -> None:
    """`changed`, `was` and `is new` are shown by the record as it was last seen."""
    witness = only(file(f"{one} {EXIT}", f"{other} {NORTH}"), Kind.OVERLAP).witness

    assert witness is not None
    assert witness.looks_back
    assert (None if witness.before is None else dict(witness.before)) == before


def test_the_moment_is_told_where_it_matters() -> None:
    """An example with "30 days ago" says when now is; one without does not."""
    timed = only(file(f"Date before today {EXIT}", f"Number > 5 {NORTH}"), Kind.OVERLAP)
    timeless = only(file(f"Boolean = true {EXIT}", f"Number > 5 {NORTH}"), Kind.OVERLAP)

    assert timed.witness is not None
    assert timed.witness.now == NOON.now
    assert timeless.witness is not None
    assert timeless.witness.now is None


@pytest.mark.parametrize(
    ("one", "other", "repeats"),
    [
        (f"Number > 5 {EXIT}", f"Number > 6 {EXIT}", [1, 0]),
        (f"Number > 6 {EXIT}", f"Number > 5 {EXIT}", [0, 1]),
        (f"Number > 5 {EXIT}", f"not (Number <= 5 or Number is blank) {EXIT}", [1, 0]),
        (f'Picklist in "Red", "Blue" {NORTH}', f'Picklist = "Red" and Number > 5 {NORTH}', [1, 0]),
        (f"Number > 5 every time {EXIT}", f"Number > 6 {EXIT}", [1, 0]),
        (f"Number > 5 {EXIT}", f"Number > 6 every time {EXIT}", []),
        (f"Number > 5 {EXIT}", f"Number > 6 {NEXT}", []),
        (f'Text contains "a" {EXIT}', f'Text matches "a" {EXIT}', []),
        (f"Number > 5 {EXIT}", f"Number > 5 and Number < 5 {EXIT}", []),
    ],
)
def test_a_workflow_that_repeats_another(one: str, other: str, repeats: list[int]) -> None:
    """B2: the same actions for fewer records, or for the same, are told; the later repeats."""
    told = [finding for finding in found(file(one, other)) if finding.kind is Kind.REPEATED]

    names = [finding.message for finding in told]
    assert len(names) == len(repeats) // 2
    for message in names:
        assert message.startswith(f'workflow "w{repeats[0]}" in line')
        assert f'repeats workflow "w{repeats[1]}" in line' in message


@pytest.mark.parametrize(
    ("one", "other", "circle"),
    [
        ("Number > 5 every time", "Boolean = true every time", True),
        ("Number > 5 every time", "Boolean = true", True),
        ("Number > 5", "Boolean = true", False),
        ("Number > 5 every time", "Number < 5 every time", False),
        ("Number > 5 and Picklist changed every time", "Boolean = true every time", False),
        ("Number > 5 and is new every time", "Boolean = true", False),
    ],
)
def test_cadences_that_lead_in_a_circle(one: str, other: str, circle: bool) -> None:
    """B2: with `every time`, a person whom two moves fit goes round; only then is it told."""
    told = [
        finding
        for finding in found(file(f"{one} {NORTH}", f"{other} {SOUTH}"))
        if finding.kind is Kind.CADENCE_CIRCLE and finding.level is Level.FAULT
    ]

    assert bool(told) is circle
    if circle:
        (finding,) = told
        assert finding.witness is not None
        assert dict(finding.witness.record) == {"Number": 6, "Boolean": True}


@pytest.mark.parametrize(
    ("criteria", "again"),
    [
        ("Number > 5 every time", True),
        ('Picklist was "Red" every time', True),
        ("Number > 5", False),
        ("Number > 5 and Picklist changed every time", False),
        ('Picklist changed to "Red" every time', False),
        ("is new every time", False),
    ],
)
def test_a_move_that_does_not_end_by_itself(criteria: str, again: bool) -> None:
    """B2: `every time` with criteria that stay true brings a person back at each change."""
    assert ("cadence-circle" in kinds(file(f"{criteria} {NORTH}"))) is again


@pytest.mark.parametrize(
    ("where", "criteria", "actions", "shut"),
    [
        ('Picklist != "Red"', 'Picklist = "Red"', NORTH, True),
        ("Number > 5", "Number in 3, 4", NEXT, True),
        ('Picklist != "Red"', 'Picklist = "Red"', EXIT, False),
        ('Picklist != "Red"', 'Picklist = "Red" or Number > 5', NORTH, False),
        ("Number > 5", "Boolean = true", NORTH, False),
    ],
)
def test_a_workflow_outside_of_where(where: str, criteria: str, actions: str, shut: bool) -> None:
    """K8: what is never brought over while it fits is told, but for those who leave anyway."""
    text = file(f"{criteria} {actions}", flow=f"where {where}")

    assert ("outside-where" in kinds(text)) is shut
