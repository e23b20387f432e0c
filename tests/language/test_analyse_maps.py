"""Maps and activities: gaps, values that come back as another, writers, what is unreached."""

from __future__ import annotations

import pytest

from support_analyse import CATALOG, file, found, kinds
from support_language import checked
from syncline.analysis import Kind, analyse


def told(rows: str = "", more: str = "") -> list[tuple[str, str]]:
    """Return the kind and the message of each finding about a map with *rows*."""
    return [(str(f.kind), f.message) for f in found(file(rows=rows, more=more))]


# -- tables


@pytest.mark.parametrize(
    ("row", "gap"),
    [
        ('Grade -> text as { "A" = "one" }', '"B" of Grade has no entry'),
        ('Picklist -> text as { "Red" = "one" }', '"Green" and "Blue" of Picklist have no entry'),
        ('Boolean -> text as { true = "yes" }', "false of Boolean has no entry"),
        ('Text <- grade as { "one" = "A" }', '"B" of grade has no entry'),
        ('Grade -> text as { "A" = "one", "B" = "two" }', None),
        ('Grade -> text as { "A" = "one" } else "none"', None),
        ('Grade -> text as { "A" = "one" } else skip', None),
        ('Grade -> text as { "A" = "one" } else hold', None),
        ('Text -> text as { "A" = "one" }', None),
        ('Grade <- text as { "A" = "one" }', None),
    ],
)
def test_a_gap_in_a_table(row: str, gap: str | None) -> None:
    """B2: a value of the picklist without an entry is told, unless the row says what is then."""
    gaps = [message for kind, message in told(row) if kind == "table-gap"]

    assert len(gaps) == (gap is not None)
    if gap is not None:
        assert gap in gaps[0]


def test_a_gap_both_ways() -> None:
    """B2: a two-way table can lack values of either side."""
    (one, other) = told('Grade <-> grade as { "A" = "A" }')

    assert one[1].startswith('"B" of Grade has no entry')
    assert other[1].startswith('"B" of grade has no entry')


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        (
            'Grade <-> number as { "A" = 1, "B" = 1 }',
            "table-merges",
            '"A" and "B" of Grade both become 1; what comes back from 1 is "A"',
        ),
        (
            'Grade <- number as { "A" = 1, "B" = 1 }',
            "table-entry-unused",
            "the entry for 1 in line",
        ),
        (
            'Text -> number as { "A" = 1, " A" = 2 }',
            "table-entry-unused",
            'the entry for " A" in line',
        ),
        ('Grade -> number as { "A" = 1, "B" = 1 }', "", ""),
        ('Grade <-> number as { "A" = 1, "B" = 1 } to crm never', "", ""),
    ],
)
def test_entries_that_stand_in_front_of_one_another(row: str, kind: str, words: str) -> None:
    """B2: what comes back as another value, and what is never found, is told."""
    findings = told(row)

    assert [found_kind for found_kind, _message in findings] == ([kind] if kind else [])
    assert all(words in message for _kind, message in findings)


# -- writers


def test_a_row_that_writes_our_key() -> None:
    """B2: the field that keeps a creation from happening twice belongs to Syncline."""
    ((kind, message),) = told("Id <- reference")

    assert kind == "two-writers"
    assert "Syncline keeps its own key of Thing" in message


def test_a_field_that_an_activity_and_a_map_write() -> None:
    """B2: an activity's record is a record of the map, too."""
    more = "activity call -> Thing {\n Text = user\n}\n".replace("user", "text")
    ((kind, message), *others) = told("Text <-> text", more)

    assert kind == "two-writers"
    assert "Text of Thing is written by the activity in line" in message
    assert {other for other, _message in others} <= {"unreachable"}


@pytest.mark.parametrize(
    ("rows", "circle"),
    [
        ("Text -> text\nText <- text2\nText2 -> text2\nText2 <- text", True),
        ("Text -> text\nText <- text using lower()", True),
        ("Text -> text\nText2 <- text", False),
        ("Text <-> text\nText2 -> text2", False),
        ("Text -> text\nText <- text2\nText2 -> text2 on create\nText2 <- text", False),
        ("Text -> text\nText <- text2\nText2 -> text2 never\nText2 <- text", None),
    ],
)
def test_values_that_go_round(rows: str, circle: bool | None) -> None:
    """B2: rows that hand a value from field to field and back are told, with each row."""
    if circle is None:
        assert checked(file(rows=rows), CATALOG).errors
    else:
        assert ("field-circle" in kinds(file(rows=rows))) is circle


# -- what is unreached


def test_a_workflow_on_an_object_without_a_map() -> None:
    """B2: a workflow whose records are never read never fires."""
    more = 'workflow "w" on Keyless { when Number > 5 then exit cadence }\n'
    ((kind, message),) = told(more=more)

    assert kind == "unreachable"
    assert message == 'workflow "w" never fires: no map brings Keyless over'


_CALL = "activity call {} -> Thing {{\n Text = text\n}}\n"


@pytest.mark.parametrize(
    ("outcomes", "never"),
    [
        (["", 'on outcome "Busy"'], [1]),
        (['on outcome "Busy"', ""], []),
        (['on outcome "Busy"', 'on outcome "busy "'], [1]),
        (['on outcome "Busy"', 'on outcome "Busy", "Gone"'], []),
        (['on outcome "Busy"', 'on outcome "Gone"', 'on outcome "Gone", "Busy"'], [2]),
    ],
)
def test_an_activity_rule_that_others_take_everything_from(
    outcomes: list[str], never: list[int]
) -> None:
    """K5: the first rule that fits is used, so one behind it can be left with nothing."""
    text = file(more="".join(_CALL.format(outcome) for outcome in outcomes))
    rules = checked(text, CATALOG)
    lines = [rule.span.line for rule in rules.tree.statements[-len(outcomes) :]]

    findings = [f for f in analyse(rules) if "is never asked" in f.message]

    assert [f.places[0].span.line for f in findings] == [lines[number] for number in never]
    assert all(f.kind is Kind.UNREACHABLE for f in findings)


def test_activities_need_somebody_they_happened_with() -> None:
    """K3: without a map of a prospect, nobody knows whom an activity belongs to."""
    findings = told(more=_CALL.format(""))

    told_of = "no activity gets across: no map says whom a prospect is in the CRM"
    assert ("unreachable", told_of) in findings
