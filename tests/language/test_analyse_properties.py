"""Whatever the criteria: what is claimed of them holds for every record of a grid."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given, strategies as st

from support_analyse import CATALOG, GRID, criterion, file, found, grid, ruled, scope
from support_language import NOON
from support_properties import examples
from syncline.analysis import Kind, Verdict, constant, judge
from syncline.rules.compiled import WorkflowRule
from syncline.rules.ruleset import load_rules
from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.parse import Parsed
from syncline_grammar.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from syncline import Value

    Case = tuple[dict[str, Value], dict[str, Value] | None]

#: Questions by field; of the fields that begin the list, the grid has a value in every cell.
CLEAR = {
    "Number": [
        "Number < 5", "Number <= 5", "Number > 5", "Number >= 7", "Number between 5 and 7",
        "Number = 5", "Number != 7", "Number in 5, 7", "Number is blank", "Number between 7 and 5",
    ],
    "Picklist": [
        'Picklist = "Red"', 'Picklist != "Red"', 'Picklist in "Red", "Green"',
        'Picklist not in "Blue"', "Picklist is blank", "Picklist is not blank",
    ],
    "Grade": ['Grade = "A"', 'Grade != "A"', 'Grade in "A", "B"', "Grade is blank"],
    "Boolean": ["Boolean = true", "Boolean != false", "Boolean is not blank"],
}  # fmt: skip
HARD = CLEAR | {
    "Text": [
        'Text = "Paris"', 'Text exactly = "Paris"', 'Text starts with "pa"', 'Text contains "ri"',
        'Text ends with "is"', 'Text != "Rome"', "Text is blank", 'Text matches "^p"',
        'lower(Text) = "paris"',
    ],
    "Text2": ["Text = Text2", "Text != Text2", "Text2 is blank"],
    "Date": [
        "Date < today", "Date = 30 days ago", "Date after 2026-11-20", "Date in the last 7 days",
        "Date before 1 month ago", "Date <= 2026-11-21", "Date is not blank",
    ],
    "Datetime": [
        "Datetime < today", "Datetime after now", "Datetime in the last 2 hours",
        "Datetime before 2026-11-22", "Datetime >= 1 hour ago", "Datetime = 2026-11-22",
    ],
    "Choices": ['Choices contains "Red"', 'Choices contains "Green"', "Choices is blank"],
    "Picklist": [
        *CLEAR["Picklist"], 'Picklist contains "e"', "Picklist changed",
        'Picklist changed to "Red"', 'Picklist changed from "Red" to "Green"',
        'Picklist was "Green"', "is new", "is deleted", "is converted",
    ],
    "Number": [*CLEAR["Number"], "Number + 1 > 6"],
}  # fmt: skip
WHEREABLE = re.compile(r"changed|was|is (new|deleted|converted)")


def _criteria(rows: list[str]) -> st.SearchStrategy[str]:
    def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        words = st.sampled_from(["all", "any", "none"])
        groups = st.tuples(words, st.lists(inner, min_size=1, max_size=4)).map(
            lambda pair: f"{pair[0]} {{\n" + "\n".join(f"({row})" for row in pair[1]) + "\n}"
        )
        return groups | inner.map(lambda row: f"not ({row})")

    return st.recursive(st.sampled_from(rows), joined, max_leaves=7)


@st.composite
def criteria(draw: st.DrawFn, asked: dict[str, list[str]], count: int) -> list[str]:
    """Draw *count* criteria over two fields."""
    fields = draw(st.lists(st.sampled_from(sorted(asked)), min_size=2, max_size=2, unique=True))
    rows = [row for field in fields for row in asked[field]]
    return [draw(_criteria(rows)) for _ in range(count)]


def compiled_of(rows: Iterable[s.Criterion]) -> list[Callable[[Case], bool]]:
    """Return each of *rows* as compiled."""
    here = Span(0, 0, 1, 1)
    flows = tuple(
        s.Workflow(str(n), s.Name("Thing", here), row, False, (), here)
        for n, row in enumerate(rows)
    )
    rules = load_rules(Parsed(s.RuleFile(flows), Source("rows", ""), ()), CATALOG)
    return [partial(fits, rule) for rule in rules.workflows.values()]


def fits(rule: WorkflowRule, case: Case) -> bool:
    """Tell whether the compiled *rule* holds for one record."""
    return rule.matches(*case, NOON)


def claim_of(verdict: Verdict) -> Callable[[Case], bool]:
    """Return what *verdict* claims, as a question about one record."""
    rows, because = compiled_of(verdict.rows), compiled_of(verdict.because)
    together = verdict.quantifier is s.Quantifier.ALL

    def claim(case: Case) -> bool:
        here, others = [test(case) for test in rows], [test(case) for test in because]
        match verdict.kind:
            case Kind.ALWAYS_FALSE if verdict.quantifier is not s.Quantifier.NONE:
                return not all(here)
            case Kind.ALWAYS_FALSE | Kind.ALWAYS_TRUE:
                return any(here)
            case _:
                return here[0] or not all(others) if together else any(others) or not here[0]

    return claim


def without(row: s.Criterion, idle: set[int]) -> s.Criterion:
    """Return *row* without the rows named by their identity."""
    if isinstance(row, s.Not):
        return s.Not(without(row.row, idle), row.span)
    if isinstance(row, s.Group):
        rows = tuple(without(inner, idle) for inner in row.rows if id(inner) not in idle)
        return s.Group(row.quantifier, rows, row.span, row.inline)
    return row


@examples(100)
@given(criteria(HARD, 1))
def test_what_is_said_of_rows_is_so(texts: list[str]) -> None:
    """B2: always true, always false and without effect hold for every record of the grid."""
    (text,) = texts
    when = criterion(text)
    verdicts = judge(when, scope)
    (whole,) = compiled_of([when])
    assert constant(when, scope) == tuple(v for v in verdicts if v.whole)
    idle = {id(row) for v in verdicts if v.kind is Kind.NO_DIFFERENCE for row in v.rows}
    (shorter,) = compiled_of([without(when, idle)])

    claims = [(verdict, claim_of(verdict)) for verdict in verdicts]
    for case in grid(text):
        assert whole(case) is shorter(case)
        for verdict, holds in claims:
            assert holds(case)
            if verdict.whole and verdict.kind is not Kind.TOO_LARGE:
                assert whole(case) is (verdict.kind is Kind.ALWAYS_TRUE)


@examples(100)
@given(criteria(CLEAR, 1))
def test_what_never_or_always_holds_is_told(texts: list[str]) -> None:
    """B2: over numbers, picklists and truths, nothing that is always so goes unseen."""
    (text,) = texts
    when = criterion(text)
    (test,) = compiled_of([when])
    seen = {test(case) for case in grid(text)}
    whole = {verdict.kind for verdict in judge(when, scope) if verdict.whole}

    assert (whole == {Kind.ALWAYS_TRUE}) is (seen == {True})
    assert (whole == {Kind.ALWAYS_FALSE}) is (seen == {False})


@examples(80)
@given(criteria(HARD, 3), st.booleans())
def test_what_is_said_of_workflows_is_so(texts: list[str], every_time: bool) -> None:
    """B2: a witness fits all it is a witness of; repetition and `where` hold for the grid."""
    often = "every time " if every_time else ""
    flow = "" if WHEREABLE.search(texts[2]) else f"where {texts[2]}"
    text = file(
        f'{texts[0]} {often}then move to cadence "North"',
        f'{texts[1]} then move to cadence "South"',
        f'{texts[2]} then move to cadence "South"',
        flow=flow,
    )
    rules = ruled(text)
    by_line = {w.span.line: w.name for w in rules.tree.statements if isinstance(w, s.Workflow)}
    cases = list(grid(" ".join(texts)))

    for finding in found(text):
        named = [by_line[p.span.line] for p in finding.places if p.span.line in by_line]
        if finding.witness is not None:
            before = None if finding.witness.before is None else dict(finding.witness.before)
            for name in named:
                record = dict(finding.witness.record)
                assert rules.workflows[name].matches(record, before, NOON)
        if finding.kind is Kind.REPEATED:
            one, other = (rules.workflows[name] for name in named)
            assert all(other.matches(*c, NOON) for c in cases if one.matches(*c, NOON))
        if finding.kind is Kind.OUTSIDE_WHERE:
            (rule,), where = (rules.workflows[n] for n in named), rules.workflows["w2"]
            assert not any(rule.matches(*c, NOON) and where.matches(*c, NOON) for c in cases)


@examples(80)
@given(criteria(CLEAR, 2))
def test_an_overlap_is_told_where_there_is_one(texts: list[str]) -> None:
    """B2: over numbers, picklists and truths, two contradicting workflows that meet are told."""
    text = file(f"{texts[0]} then exit cadence", f'{texts[1]} then move to cadence "South"')
    one, other = ruled(text).workflows.values()
    both = any(one.matches(*c, NOON) and other.matches(*c, NOON) for c in grid(" ".join(texts)))

    assert (Kind.OVERLAP in {finding.kind for finding in found(text)}) is both


def test_the_grid_has_every_field_that_is_asked_about() -> None:
    """A field without values in the grid would be tested against nothing."""
    assert set(HARD) <= set(GRID)
