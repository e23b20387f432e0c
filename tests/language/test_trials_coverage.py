"""`syncline test`: which conditions the tests show to matter, and what is left open."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, strategies as st

from support_language import LOCAL, compiled
from support_properties import examples
from support_trials import played, rules_with
from syncline.model import Side
from syncline.rules.catalog import Scope
from syncline.rules.explaining.excerpt import excerpt
from syncline.rules.values import Clock
from syncline.trials import run_tests
from syncline.trials.advice import needs_of
from syncline.trials.answers import answer, asker, pivotal, rows_of
from syncline.trials.run import NOW
from syncline_grammar import syntax as s

#: Four rows that a test can make true or false one by one.
A, B, C, D = 'Title = "a"', 'City = "b"', 'State = "c"', 'Street = "d"'
_FIELDS = {"A": ("Title", "a"), "B": ("City", "b"), "C": ("State", "c"), "D": ("Street", "d")}


def case(number: int, true: str, expect: str) -> str:
    """Return a test in which the rows named by the letters of *true* are true, the others not."""
    values = ", ".join(f'{f} = "{v if k in true else ""}"' for k, (f, v) in _FIELDS.items())
    given = f'given prospect notes = "x" given Lead {values}'
    return f'test "{number}" {{ {given} expect {expect} }}\n'


def with_rows(criteria: str) -> str:
    """Return *criteria* with its letters replaced by their rows."""
    rows = dict(zip("ABCD", (A, B, C, D), strict=True))
    return re.sub(r"\b[ABCD]\b", lambda found: rows[found[0]], criteria)


def shown(criteria: str, *cases: tuple[str, str]) -> list[str]:
    """Return the rows that the cases show to matter, each a letter."""
    text = with_rows(criteria)
    tests = "".join(case(number, *one) for number, one in enumerate(cases))
    report = played(tests, "", f'workflow "w" on Lead {{ when {text} then exit cadence }}')
    assert report.passed
    letters = {row: letter for letter, row in zip("ABCD", (A, B, C, D), strict=True)}
    return [letters[c.text] for c in report.conditions if c.shown_by]


YES, NO = "exit cadence", "no action"


@pytest.mark.parametrize(
    ("criteria", "cases", "expected"),
    [
        ("all { A B }", [("AB", YES)], "AB"),
        ("all { A B }", [("A", NO)], "B"),
        ("all { A B }", [("", NO)], ""),
        ("all { A B }", [("A", NO), ("B", NO)], "AB"),
        ("any { A B }", [("AB", YES)], ""),
        ("any { A B }", [("A", YES)], "A"),
        ("any { A B }", [("", NO)], "AB"),
        ("none { A B }", [("", YES)], "AB"),
        ("none { A B }", [("A", NO)], "A"),
        ("none { A B }", [("AB", NO)], ""),
        ("not (A)", [("A", NO)], "A"),
        ("not (A)", [("", YES)], "A"),
        ("all { A any { B C } }", [("AB", YES)], "AB"),
        ("all { A any { B C } }", [("ABC", YES)], "A"),
        ("all { A any { B C } }", [("A", NO)], "BC"),
        ("all { A any { B C } }", [("", NO)], ""),
        ("any { all { A B } none { C D } }", [("C", NO)], "C"),
        ("any { all { A B } none { C D } }", [("AC", NO)], "BC"),
        ("any { all { A B } none { C D } }", [("ABC", YES)], "AB"),
        ("all { A not (any { B C }) }", [("A", YES)], "ABC"),
        ("A and not B or C", [("A", YES), ("AB", NO)], "ABC"),
    ],
)
def test_a_row_matters_where_turning_it_round_fails_the_test(
    criteria: str, cases: list[tuple[str, str]], expected: str
) -> None:
    """B1: in nested groups a row is shown exactly where its answer decides the whole."""
    assert "".join(shown(criteria, *cases)) == expected


def test_a_decision_that_no_test_expects_shows_nothing() -> None:
    """B1: a test that says nothing of actions shows no row of a workflow, but could."""
    report = played(
        'given last sync FirstName = "x" given Lead Title = "a" expect Lead FirstName = "x"',
        more=f'workflow "w" on Lead {{ when {A} then exit cadence }}',
    )
    (condition,) = report.conditions
    assert (condition.shown_by, condition.advice) == (
        "", 'The test "t" would show it, with `expect exit cadence`.',
    )  # fmt: skip
    assert report.unfired == ()


def test_a_failing_test_shows_nothing() -> None:
    """B1: what is wrong proves nothing of the rows."""
    report = played(
        'given last sync FirstName = "x" given Lead Title = "a" expect no action',
        more=f'workflow "w" on Lead {{ when {A} then exit cadence }}',
    )
    assert [condition.shown_by for condition in report.conditions] == [""]


def test_a_row_that_held_before_is_not_shown() -> None:
    """B1, K10: criteria that held at the last sync decide nothing now."""
    report = played(
        'given last sync Title = "a" given Lead Title = "a" expect no action',
        more=f'workflow "w" on Lead {{ when {A} then exit cadence }}',
    )
    assert [condition.shown_by for condition in report.conditions] == [""]


WHERE = 'sync crm to cadence where Email is not blank and Title != "x"\nsync cadence to crm\n'
NEW = 'given Lead FirstName = "A", LastName = "B", Company = "C"'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'{NEW}, Email = "" expect prospect unchanged', [True, False]),
        (f'{NEW}, Title = "x" expect prospect unchanged', [False, True]),
        (f'{NEW}, Email = "a@b.example", Title = "y" expect prospect first_name = "A"',
         [True, True]),
        (f'{NEW}, Email = "a@b.example" expect prospect first_name = "A"', [True, False]),
        (f'{NEW}, Email = "", Title = "x" expect prospect unchanged', [False, False]),
        (f'{NEW} expect prospect first_name = "A"', [False, False]),
        (f'{NEW}, Email = "" expect no action', [False, False]),
        (('given last sync Email = "a@b.example", email = "a@b.example", FirstName = "A" '
         'given Lead Email = "" expect prospect unchanged'), [False, False]),
        (('given last sync Email = "a@b.example", email = "a@b.example", FirstName = "A" '
         'given Lead FirstName = "B" expect prospect first_name = "B"'), [True, False]),
    ],
)  # fmt: skip
def test_the_rows_of_where(body: str, expected: list[bool]) -> None:
    """B1, K8: a row of `where` is shown by a record that it lets in or keeps out."""
    report = played(body, flows=WHERE)
    assert report.passed
    assert [bool(condition.shown_by) for condition in report.conditions] == expected
    assert {c.owner for c in report.conditions} == {"sync crm to cadence"}


@pytest.mark.parametrize(
    ("criteria", "advice"),
    [
        (A, "Add a test in which this row is true, with `expect exit cadence`."),
        (f"not ({A})", "Add a test in which this row is false, with `expect exit cadence`."),
        (f"all {{ {A} {B} }}",
         f"Add a test in which this row and `{B}` are true, with `expect exit cadence`."),
        (f"any {{ {A} {B} }}",
         f"Add a test in which this row is true and `{B}` false, with `expect exit cadence`."),
        (f"none {{ {A} {B} }}",
         f"Add a test in which this row and `{B}` are false, with `expect exit cadence`."),
        (f"all {{ {A} any {{ {B} {C} }} }}",
         ("Add a test in which this row and the `any` in line 10 are true, "
         "with `expect exit cadence`.")),
        (f"any {{ {A} {B} {C} {D} City = \"z\" }}",
         (f"Add a test in which this row is true and `{B}`, `{C}` and 2 more false, "
         "with `expect exit cadence`.")),
    ],
)  # fmt: skip
def test_what_case_would_show_it(criteria: str, advice: str) -> None:
    """B1: the advice says which rows are true and which are false."""
    rules = rules_with(more=f'workflow "w" on Lead {{ when {criteria} then exit cadence }}')
    line = next(w.span.line for w in rules.tree.statements if isinstance(w, s.Workflow))
    report = run_tests(rules)
    assert report.conditions[0].advice == advice.replace("line 10", f"line {line}")


def test_workflows_without_a_map_cannot_be_tested() -> None:
    """B1, B2: a workflow on an object that no map has is told as that."""
    report = played(
        'given Lead FirstName = "x" expect no action',
        more='workflow "w" on Contact { when is new then exit cadence }',
    )
    reason = "No map brings Contact to the cadence, so nothing is ever asked of one."
    assert [gap.reason for gap in report.unfired] == [reason]
    assert [condition.advice for condition in report.conditions] == [reason]


def test_rows_that_no_test_writes() -> None:
    """B1: a row counts as written when it wrote either side in some test."""
    report = played(
        'test "a" { given last sync FirstName = "x" given Lead Title = "b" '
        'expect prospect job_title = "b" } test "b" { given last sync FirstName = "x" '
        'given prospect email = "a@b.example" expect Lead Email = "a@b.example" }',
        "Title -> job_title",
    )
    assert [gap.what for gap in report.unwritten] == [
        "FirstName and first_name", "LastName and last_name", "Company and company_name",
    ]  # fmt: skip
    assert report.rows == 5


# -- against brute force


def criteria(rows: int) -> st.SearchStrategy[str]:
    """Return criteria over rows A to D, each row once at most."""
    leaves = st.permutations("ABCD").map(lambda letters: letters[:rows])

    def build(letters: list[str], draw: st.DrawFn) -> str:
        if len(letters) == 1:
            return f"not ({letters[0]})" if draw(st.booleans()) else letters[0]
        at = draw(st.integers(1, len(letters) - 1))
        word = draw(st.sampled_from(["all", "any", "none"]))
        return f"{word} {{ {build(letters[:at], draw)} {build(letters[at:], draw)} }}"

    @st.composite
    def whole(draw: st.DrawFn) -> str:
        return build(list(draw(leaves)), draw)

    return whole()


@examples(60)
@given(text=st.integers(1, 4).flatmap(criteria))
def test_pivots_and_needs_agree_with_trying_every_record(text: str) -> None:
    """B1: a row is pivotal exactly where turning it alone turns the whole; its needs make it so."""
    text = with_rows(text)
    rules = compiled(f'workflow "w" on Lead {{ when {text} then exit cadence }}', LOCAL)
    (workflow,) = (w for w in rules.tree.statements if isinstance(w, s.Workflow))
    lead = LOCAL.descriptions[Side.CRM].get("Lead")
    assert lead is not None
    ask = asker(workflow.when, Scope(Side.CRM, "local", lead), LOCAL)
    names = [excerpt(row, rules.source.text).split()[0] for row in rows_of(workflow.when)]
    values = dict(_FIELDS.values())

    def whole(answers: dict[str, bool]) -> bool:
        record = {name: values[name] if true else "-" for name, true in answers.items()}
        said = ask(record, None, Clock(NOW))
        assert list(said) == list(answers.values())
        matches = rules.workflows["w"].matches(record, None, Clock(NOW))
        assert answer(workflow.when, said) is matches
        return matches

    for truths in product((False, True), repeat=len(names)):
        answers = dict(zip(names, truths, strict=True))
        said = whole(answers)
        found = pivotal(workflow.when, truths)
        assert found == [said is not whole({**answers, n: not answers[n]}) for n in names]
        for name, needs, decides in zip(names, needs_of(workflow.when), found, strict=True):
            if decides:
                assert whole({**answers, name: needs.own})
