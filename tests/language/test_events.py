"""What becomes of whole records: events as criteria, deletions that go on, and their guard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import syncline_schemas
from support_analyse import file, found
from support_language import LOCAL, NOON, checked, codes, compiled, truth
from support_trials import played
from syncline import Side
from syncline.analysis import Kind
from syncline.rules.reading import Head
from syncline.rules.ruleset import from_json
from syncline.rules.values import EVENT
from syncline_grammar import syntax as s
from syncline_grammar.jsonform.document import to_json
from syncline_grammar.parse import parse
from syncline_grammar.writing.formatter import format_text

if TYPE_CHECKING:
    from syncline.rules.compiled import MapRule

BOTH = frozenset(Side)
CRM, CADENCE = frozenset({Side.CRM}), frozenset({Side.CADENCE})
_CONNECT = "connect crm to local\nconnect cadence to local\n"
_ROWS = (
    "match Email = email FirstName <-> first_name LastName <-> last_name Company <-> company_name"
)


def head_of(text: str) -> Head:
    """Return what *text* says of the whole."""
    parsed = parse(text)
    assert parsed.diagnostics == ()
    return Head.of(parsed.tree)


def map_of(text: str) -> s.ObjectMap:
    """Return the map whose rows are *text*."""
    parsed = parse(f"map a <-> b {{ {text} }}")
    assert [fault.message for fault in parsed.diagnostics] == []
    (block,) = parsed.tree.statements
    assert isinstance(block, s.ObjectMap)
    return block


def rule_of(row: str, flows: str = "sync crm to cadence sync cadence to crm") -> MapRule:
    """Return a map of leads with *row*."""
    text = f"{_CONNECT}{flows} map Lead <-> prospect {{ {_ROWS} {row} }}"
    return compiled(text, LOCAL).maps["Lead", "prospect"]


# -- events ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", list(s.Event))
def test_an_event_is_true_of_its_own_record_alone(event: s.Event) -> None:
    """B9: of four events, a record answers to the one that happened to it."""
    for asked in s.Event:
        assert truth(f"is {asked}", {EVENT: str(event)}, {}) is (asked is event)
        assert truth(f"is {asked}", {}, {}) is False


@pytest.mark.parametrize("event", list(s.Event))
def test_why_an_event_is_not_true(event: s.Event) -> None:
    """B5: the explanation says that nothing of the kind happened."""
    rules = compiled(f'workflow "w" on Thing {{ when is {event} then exit cadence }}')

    told = rules.workflows["w"].explain({}, {}, NOON)

    assert (told.truth, told.faults) == (False, (f"the record was not {event}",))
    assert rules.workflows["w"].explain({EVENT: str(event)}, {}, NOON).truth


def test_an_event_is_no_question_of_a_direction() -> None:
    """B9: a direction sees only records that are there."""
    flow = "sync crm to cadence where is new or is merged"
    text = f"{_CONNECT}{flow} map Lead -> prospect {{ {_ROWS.replace('<->', '->')} }}"

    assert codes(text, LOCAL) == ["E312", "E319"]


def test_two_events_never_meet() -> None:
    """B2: one thing at a time happens to a record, so their workflows do not contradict."""
    text = file("is deleted then exit cadence", 'is merged then move to cadence "North"')

    assert [finding for finding in found(text) if finding.kind is Kind.OVERLAP] == []


def test_an_example_says_what_happened() -> None:
    """B2: where two workflows meet in an event, the example is a record to which it happened."""
    text = file(
        "is deleted then exit cadence",
        'all { is deleted  Picklist was "Red" } then move to cadence "North"',
    )

    (overlap,) = [finding for finding in found(text) if finding.kind is Kind.OVERLAP]

    assert overlap.witness is not None
    assert overlap.witness.looks_back
    assert dict(overlap.witness.record)[EVENT] == "deleted"


def test_an_event_that_a_test_gives_is_covered() -> None:
    """B1: a test in which the event happens shows that the row matters."""
    workflow = 'workflow "w" on Lead { when any { is deleted  is merged } then exit cadence }'

    report = played('test "t" { given Lead is deleted expect exit cadence }', "", workflow)

    shown = {condition.text: condition.shown_by for condition in report.conditions}
    assert shown == {"is deleted": "t", "is merged": ""}


def test_a_deletion_that_goes_on_is_seen() -> None:
    """B9: a test that expects the partner unchanged fails when the map deletes it."""
    report = played("given Lead is deleted expect prospect unchanged", "deletes ->")

    (fault,) = report.results[0].faults
    assert (fault.found, fault.reason) == ("it is deleted", "deleted in the CRM")


# -- deletions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "sides"),
    [
        ("", frozenset[Side]()), ("deletes ->", CADENCE), ("deletes <-", CRM),
        ("deletes <->", BOTH),
    ],
)  # fmt: skip
def test_where_partners_may_be_deleted(row: str, sides: frozenset[Side]) -> None:
    """B9: the row's arrow points to the side on which a deletion is repeated; without it, none."""
    assert rule_of(row).deletes == sides


@pytest.mark.parametrize(
    ("rows", "arrows", "fields"),
    [
        ("deletes ->", ["->"], []),
        ("deletes -> a <-> b", ["->"], ["a"]),
        ("deletes\n# why\n<-> # and\n a # so\n <-> b", ["<->"], ["a"]),
        ("deletes -> match c = d", ["->"], []),
        ("deletes -> deletes -> b", ["->"], ["deletes"]),
        ("deletes -> `a b` <-> c", ["->"], ["a b"]),
        ("deletes -> b", [], ["deletes"]),
        ("deletes -> b required a <-> b", [], ["deletes", "a"]),
        ("deletes <-> deletes a <-> b", [], ["deletes", "a"]),
        ("a <- deletes deletes ->", ["->"], ["a"]),
        ("`deletes` -> b", [], ["deletes"]),
        ("deletes -> match", [], ["deletes"]),
        ("deletesx -> b", [], ["deletesx"]),
    ],
)
def test_a_field_may_be_called_deletes(rows: str, arrows: list[str], fields: list[str]) -> None:
    """Where a name stands right of the arrow, and no arrow right of the name, it is a field."""
    block = map_of(rows)

    assert [str(row.arrow) for row in block.deletes] == arrows
    assert [row.crm.text for row in block.rows] == fields


# -- the schedule ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "calls", "counted", "share"),
    [
        ("sync every 15 minutes", 5000, "calls", 0.1),
        ("sync every 15 minutes, max deletes 25 %", 5000, "calls", 0.25),
        ("sync every 15 minutes max deletes 0%", 5000, "calls", 0.0),
        ("sync every 15 minutes, at most 9 actions per 24 hours", 9, "actions", 0.1),
        ("sync every 5 minutes, at most 9 calls per 1 day, max deletes 2.5 %", 9, "calls", 0.025),
        ("sync every 1 hour, at most 9 actions per 24 hours, max deletes 100 %", 9, "actions", 1.0),
    ],
)
def test_what_the_schedule_says(text: str, calls: int, counted: str, share: float) -> None:
    """K6: how much is counted, of what, and which share of an object may be gone at once."""
    head = head_of(text)

    assert (head.calls, head.counted, head.max_deletes) == (calls, counted, share)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("at most 0 actions per 24 hours", "E111"), ("at most 5 actions per 2 days", "E111"),
        ("max deletes 101 %", "E111"), ("max deletes 100 %", None), ("max deletes 0.5 %", None),
    ],
)  # fmt: skip
def test_the_bounds_of_the_schedule(words: str, code: str | None) -> None:
    """K6: what leaves every record waiting, and more than all, is refused."""
    assert codes(f"sync every 15 minutes, {words}") == ([] if code is None else [code])


# -- written and read ------------------------------------------------------------------------------

WHOLE = """connect crm     to local
connect cadence to local

sync every 15 minutes, at most 4000 actions per 24 hours, max deletes 12.5 %  # careful
sync crm to cadence
sync cadence to crm

map Lead <-> prospect {
    match Email = email
    # what goes here goes there
    deletes <->  # both ways

    FirstName  <-> first_name
    LastName   <-> last_name
    Company    <-> company_name
}

workflow "They leave" on Lead {
    when any {
        is deleted
        is merged
    }
    then exit cadence
}

test "one that is back" {
    given last sync  Status = "Open - Not Contacted"
    given Lead       is undeleted at 15:40
    expect no action
}
"""


def test_all_of_it_is_written_in_one_form() -> None:
    """The formatter keeps the words, their comments and their order."""
    loose = WHOLE.replace("12.5 %", "12.5%").replace(", max", " max").replace("    ", " ")

    assert format_text(loose).text == WHOLE
    assert checked(WHOLE, LOCAL).diagnostics == ()


def test_all_of_it_goes_through_json() -> None:
    """B1: a visual builder gets each of these words, and nothing is lost on the way back."""
    document = json.loads(json.dumps(to_json(WHOLE)))

    assert syncline_schemas.check("rules", document) == []
    schedule, block = document["statements"][2], document["statements"][5]
    assert (schedule["counted"], schedule["max_deletes"]) == ("actions", 12.5)
    assert [row["direction"] for row in block["deletes"]] == ["both"]
    assert document["statements"][7]["given"][1]["event"] == "undeleted"
    assert from_json(document, LOCAL).source.text == WHOLE
