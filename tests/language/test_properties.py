"""What holds for any text at all: parsing and checking never raise, and every place is a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from support_language import LOCAL
from support_properties import examples
from syncline import RulesError
from syncline.rules.ruleset import load_rules
from syncline_grammar.codes import CODES
from syncline_grammar.diagnostics import Diagnostic, Span
from syncline_grammar.parse import MAX_FAULTS, parse

ACME = (Path(__file__).parents[2] / "examples" / "acme.rules").read_text("utf-8")
_LINES = ACME.splitlines(keepends=True)
_PIECES = sorted({*ACME.split(), "{", "}", "(", ")", '"', "`", "#", ",", "\n", "==", "&&", "“"})
_WORDS = st.lists(st.sampled_from(_PIECES), max_size=60).map(" ".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw the example with a few stretches cut out, doubled, or replaced."""
    text = ACME
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        put = draw(st.one_of(st.just(""), st.sampled_from(_PIECES), st.text(max_size=5)))
        text = text[:start] + put + text[end:]
    return text


@st.composite
def shuffled(draw: st.DrawFn) -> str:
    """Draw some lines of the example, in any order."""
    return "".join(draw(st.lists(st.sampled_from(_LINES), max_size=40)))


def spans_of(found: Diagnostic) -> list[Span]:
    """Return every place that a diagnostic names."""
    fix = [] if found.fix is None else [found.fix.span]
    return [found.span, *(label.span for label in found.labels), *fix]


def check_all(text: str) -> None:
    """Parse, check and, where there is no error, compile *text*; look at all that is told."""
    parsed = parse(text)
    rules = load_rules(parsed, LOCAL)

    assert len(parsed.diagnostics) <= MAX_FAULTS
    assert set(parsed.diagnostics) <= set(rules.diagnostics)
    places = [found.span.start for found in rules.diagnostics]
    assert places == sorted(places)
    for found in rules.diagnostics:
        assert found.code in CODES
        assert found.message == found.message.strip() != ""
        for span in spans_of(found):
            assert 0 <= span.start <= span.end
            assert span.start <= len(text)
            assert 1 <= span.line <= text.count("\n") + 1
            assert span.column >= 1
    if rules.errors:
        with pytest.raises(RulesError):
            _ = rules.compiled
    else:
        _ = rules.compiled


@given(st.text())
def test_any_text(text: str) -> None:
    """B1: no text makes the parser or the checker raise."""
    check_all(text)


@given(st.binary())
def test_any_bytes(content: bytes) -> None:
    """B1: no file makes the parser raise, and one that is not text is told as such."""
    parsed = parse(content)

    assert parsed.tree.statements or parsed.diagnostics


@given(_WORDS)
def test_any_words_of_the_language(text: str) -> None:
    """B1: the words and signs of the language in any order are parsed and checked."""
    check_all(text)


@examples(150)
@given(mutated())
def test_any_damage_to_a_file(text: str) -> None:
    """B14: a file that someone is in the middle of changing is parsed and checked."""
    check_all(text)


@given(shuffled())
def test_any_lines_in_any_order(text: str) -> None:
    """B14: lines moved about are parsed and checked."""
    check_all(text)


@given(mutated())
def test_the_same_text_is_told_the_same(text: str) -> None:
    """B1: parsing reads nothing but the text: twice gives the same tree and the same faults."""
    first, second = parse(text), parse(text.encode())

    assert first.tree == second.tree
    assert first.diagnostics == second.diagnostics


@given(st.lists(st.sampled_from(["#", " ", "\n", "\r\n", "\t", "# Ünï", "\ufeff"])).map("".join))
def test_space_and_comments_hold_no_rules(text: str) -> None:
    """A file of white space and comments alone holds no rules, and that is its one fault."""
    assert [d.code for d in parse(text).diagnostics] == ["E108"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\\n\0')))
def test_any_text_between_quotes(text: str) -> None:
    """B1: what stands between quotes is read as it is, whatever it is."""
    (statement,) = parse(f'admin "{text}"').tree.statements

    assert text == getattr(statement, "email", None)
