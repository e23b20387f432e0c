"""The rules as a host holds them: loaded with plain JSON, asked, explained, turned, written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import syncline
import syncline_schemas
from support_language import LOCAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Value

ACME = Path(__file__).parents[2] / "examples" / "acme.rules"
NOON = syncline.Clock(datetime(2026, 11, 22, 12, tzinfo=UTC))
#: What a host that has no connector knows of its own two systems.
CATALOG: dict[str, Any] = {
    "crm": {
        "name": "ours",
        "description": {
            "objects": [
                {
                    "name": "Lead",
                    "key_field": "key",
                    "fields": [
                        {"name": "Name", "type": "text"},
                        {"name": "Status", "type": "picklist", "values": ["Open", "Closed"]},
                        {"name": "Tags", "type": "multi-picklist", "values": ["A", "B"]},
                        {"name": "Size", "type": "number"},
                        {"name": "Due", "type": "date"},
                    ],
                }
            ]
        },
    },
    "cadence": {
        "name": "theirs",
        "description": {
            "objects": [
                {
                    "name": "prospect",
                    "key_field": "key",
                    "fields": [
                        {"name": "name", "type": "text"},
                        {"name": "size", "type": "text"},
                    ],
                }
            ],
            "actions": [{"name": "exit", "summary": "Take the prospect out."}],
        },
    },
}
RULES = """
connect crm to ours
connect cadence to theirs
sync crm to cadence

map Lead -> prospect {
    match Name = name
    Name -> name
    Size -> size
}

workflow "Large and open" on Lead {
    when Status = "Open" and Size > 100
    then exit cadence
}

workflow "Tagged" on Lead {
    when any { Tags contains "A"   Due before today }
    then exit cadence
}

workflow "Opened" on Lead {
    when Status changed to "Open"
    then exit cadence
}
"""


@pytest.fixture(name="rules")
def loaded() -> syncline.RuleSet:
    """Return the rules, checked against the plain catalog."""
    rules = syncline.load_rules(RULES, CATALOG)
    assert rules.diagnostics == ()
    return rules


def test_a_catalog_is_plain_json() -> None:
    """A host uses the language without a connector: names, types and values in a document."""
    assert syncline_schemas.check("catalog", CATALOG) == []
    faulty = RULES.replace('"Open"', '"Oppen"').replace("Size ->", "Sise ->")

    found = syncline.load_rules(faulty, CATALOG).diagnostics

    assert [(d.code, d.fix and d.fix.text) for d in found] == [
        ("E202", "Size"),
        ("E301", '"Open"'),
        ("E301", '"Open"'),
    ]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "is not of type 'object'"),
        ({"crm": {"name": "x"}}, "crm: description is missing"),
        ({"crm": {"name": "x", "description": {}}}, "crm.description: objects is missing"),
        ({"crmm": {}}, "crmm is not known; did you mean crm?"),
        ({"templates": [{"kind": "visit"}]}, "templates.0"),
    ],
)
def test_a_catalog_that_is_none(document: Any, words: str) -> None:
    """What is wrong with a catalog is told with its place."""
    with pytest.raises(syncline.SynclineError, match="the catalog is not valid") as raised:
        syncline.load_rules(RULES, document)

    assert words in raised.value.message


def test_a_catalog_goes_to_json_and_back() -> None:
    """What a workspace knows of its systems can be handed on as a document."""
    document = json.loads(json.dumps(LOCAL.to_json()))

    assert syncline_schemas.check("catalog", document) == []
    again = syncline.Catalog.from_json(document, LOCAL.functions)
    assert (again.systems, again.descriptions, again.templates) == (
        LOCAL.systems,
        LOCAL.descriptions,
        LOCAL.templates,
    )


def test_a_workflow_is_asked(rules: syncline.RuleSet) -> None:
    """K10: one record, with or without the record before."""
    large, opened = rules.workflows["Large and open"], rules.workflows["Opened"]

    assert large.matches({"Status": "Open", "Size": 101})
    assert not large.matches({"Status": "Open", "Size": 100})
    assert opened.matches({"Status": "Open"}, {"Status": "Closed"})
    assert not opened.matches({"Status": "Open"}, {"Status": "Open"})
    assert not opened.matches({"Status": "Open"})


def test_a_workflow_is_asked_of_many(rules: syncline.RuleSet) -> None:
    """K10: the records that fit come back, themselves and in their order."""
    records: list[Mapping[str, Value]] = [
        {"Due": "2026-11-21"},
        {"Due": "2026-11-22"},
        {"Tags": ("A", "B")},
        {},
    ]

    found = rules.workflows["Tagged"].matching(iter(records), NOON)

    assert [records.index(record) for record in found] == [0, 2]
    assert found[0] is records[0]


def test_the_clock_is_now_unless_one_is_given(rules: syncline.RuleSet) -> None:
    """`today` is the day on which a host asks."""
    assert rules.workflows["Tagged"].matches({"Due": "1999-12-31"})
    assert not rules.workflows["Tagged"].matches({"Due": "2999-12-31"})


ODD: list[Any] = [["A"], {"a": 1}, object(), b"A", {"A"}, float("nan"), 10**400, [], [[1]], True]


@pytest.mark.parametrize("value", ODD, ids=lambda v: type(v).__name__)
def test_a_value_that_is_no_scalar(rules: syncline.RuleSet, value: Any) -> None:
    """A host's record may hold anything at all: a rule answers, and does not raise."""
    record: dict[str, Any] = dict.fromkeys(["Name", "Status", "Tags", "Size", "Due"], value)

    for workflow in rules.workflows.values():
        alone = workflow.matches(record, None, NOON)
        assert alone == workflow.explain(record, None, NOON).truth
        assert workflow.matching([record], NOON) == ([record] if alone else [])
        assert workflow.matches(record, record, NOON) in {True, False}
    assert set(rules.maps["Lead", "prospect"].to_cadence(record)) <= {"name", "size"}


def test_a_list_is_several_choices(rules: syncline.RuleSet) -> None:
    """JSON knows no tuples: a list of choices is read as what it is."""
    several: dict[str, Any] = {"Tags": ["B", "A"]}
    none: dict[str, Any] = {"Tags": []}

    assert rules.workflows["Tagged"].matches(several, None, NOON)
    assert not rules.workflows["Tagged"].matches(none, None, NOON)


def test_a_map_turns_records(rules: syncline.RuleSet) -> None:
    """K1: values in the other side's terms; one record, or many."""
    rule = rules.maps["Lead", "prospect"]

    assert rule.to_cadence({"Name": "Acme", "Size": 5.0}) == {"name": "Acme", "size": "5"}
    assert rule.to_cadence_all([{"Name": "A"}, {"Size": 1}]) == [
        {"name": "A", "size": None},
        {"name": None, "size": "1"},
    ]
    assert rule.to_crm({"name": "Acme", "size": "1,000"}) == {"Name": "Acme", "Size": 1000}
    assert rule.to_crm_all([{"name": "A", "size": "many"}]) == [{"Name": "A"}]


def test_an_explanation(rules: syncline.RuleSet) -> None:
    """B5: which row holds, and what it saw."""
    told = rules.workflows["Large and open"].explain({"Status": "Open", "Size": 7})

    assert not told.truth
    assert [(row.text, row.truth, row.seen[0].now) for row in told.rows()] == [
        ('Status = "Open"', True, "Open"),
        ("Size > 100", False, 7),
    ]


def test_the_json_form_loses_nothing() -> None:
    """B1: to JSON and back is the same text, comments and all, and the same rules."""
    rules = syncline.load_rules(ACME, LOCAL)
    document = json.loads(json.dumps(rules.to_json()))

    again = syncline.from_json(document, LOCAL)

    assert syncline_schemas.check("rules", document) == []
    assert again.source.text == ACME.read_text("utf-8")
    assert again.tree == rules.tree
    assert again.diagnostics == rules.diagnostics == ()
    assert again.to_json() == document


def test_a_document_that_is_no_rules() -> None:
    """B1: what a visual builder got wrong is told with its place."""
    document = syncline.load_rules(RULES, CATALOG).to_json()
    document["statements"][0]["side"] = "middle"

    with pytest.raises(syncline.RulesError, match="the document holds no rules"):
        syncline.from_json(document, CATALOG)


def test_rules_that_cannot_be_read_have_no_json_form() -> None:
    """B1: a file with a slip in its words is not written over."""
    with pytest.raises(syncline.RulesError):
        syncline.load_rules("map Lead {", CATALOG).to_json()


def test_costs_are_known_before_anything_runs(rules: syncline.RuleSet) -> None:
    """Every rule's cost is bounded and known: in comparisons of two texts, for one record."""
    found = [(c.kind, c.name, c.cost, c.span.line) for c in rules.costs]

    assert found == [
        ("map", "Lead/prospect", 2, 6),
        ("workflow", "Large and open", 2, 12),
        ("workflow", "Tagged", 2, 17),
        ("workflow", "Opened", 1, 22),
    ]


def test_a_deep_and_long_sum_is_compiled() -> None:
    """A rule that passes the checker can be compiled, explained and asked."""
    total = "Size"
    for _ in range(8):
        total = "(" + " + ".join([total, *["Size"] * 49]) + ")"
    rules = syncline.load_rules(
        f'workflow "w" on Lead {{ when {total} > 1 then exit cadence }}', CATALOG
    )

    assert rules.errors == ()
    assert rules.workflows["w"].matches({"Size": 1})
    assert rules.workflows["w"].explain({"Size": 1}).truth


def test_numbers_of_any_class_are_numbers(rules: syncline.RuleSet) -> None:
    """A host's number may be of a class of its own, as those of tables are; a truth is none."""

    class Own(float):
        pass

    large = rules.workflows["Large and open"]
    assert large.matches({"Status": "Open", "Size": Own(101)})
    assert not large.matches({"Status": "Open", "Size": True})


@pytest.mark.parametrize("year", [1, 9999])
def test_a_clock_at_the_end_of_the_calendar(year: int) -> None:
    """A time that the calendar does not have is its end, and no traceback."""
    clock = syncline.Clock(datetime(year, 1, 1))  # noqa: DTZ001 - a clock without a zone is UTC
    rules = syncline.load_rules(
        'workflow "w" on Lead { when Due in the last 90 years then exit cadence }', CATALOG
    )

    assert rules.workflows["w"].matches({"Due": "1950-01-01"}, None, clock) is False


def test_half_a_sign_is_matched_by_nothing() -> None:
    """A text that was cut in the middle of a sign is looked at all the same."""
    rules = syncline.load_rules(
        'workflow "w" on Lead { when Name matches "caf" then exit cadence }', CATALOG
    )

    assert rules.workflows["w"].matches({"Name": "caf\ud83d"})


def test_spaces_within_quotes_are_part_of_the_meaning() -> None:
    """E5: a space inside a text is part of the rules; spaces and comments outside are not."""
    text = 'workflow "w" on Lead {{ when Name = "a{}b" then exit cadence }}{}'
    one, two, three = (
        syncline.load_rules(text.format(*parts), CATALOG).meaning
        for parts in ((" ", ""), ("  ", ""), (" ", "   # a note\n"))
    )

    assert one != two
    assert one == three
