"""Quick fixes, new names, the outline, and what can be folded."""

from __future__ import annotations

from pathlib import Path

import pytest

from support_editor import marked
from support_language import LOCAL
from syncline.editor.actions import actions, diagnostics
from syncline.editor.outline import Symbol, folds, symbols
from syncline.editor.rename import RefusedError, rename, title_at
from syncline_grammar.diagnostics import Edit

EXAMPLE = (Path(__file__).resolve().parents[2] / "examples" / "acme.rules").read_text("utf-8")
HEAD = "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
TWO = 'workflow "One" on Lead { when is new then exit cadence }\nworkflow "Two" on Lead {\n'


def mended(text: str, edits: tuple[Edit, ...] | list[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def test_a_fix_mends_its_fault_and_one_more_mends_all() -> None:
    """B14: each fault with a fix offers it at its place; together they are one action."""
    text = (
        f"{HEAD}map Lead <-> prospect {{\n match Email = email\n FirstName <-> first_nam\n"
        " LastNam <-> last_name\n Company <-> company_name\n}\n"
    )
    found = diagnostics(text, LOCAL)
    assert [fault.code for fault in found] == ["E202", "E202"]
    at = text.index("LastNam")
    one, every = actions(found, at, at)
    assert (one.mends, every.mends) == (found[1], None)
    assert "LastName <-> last_name" in mended(text, one.edits)
    assert diagnostics(mended(text, every.edits), LOCAL) == ()


def test_nothing_is_offered_where_nothing_is_wrong() -> None:
    """B14: a fix is offered at its fault alone."""
    text = f"{HEAD}map Leed <-> prospect {{\n}}\n"
    assert actions(diagnostics(text, LOCAL), 0, 5) == []


def test_the_faults_are_those_of_the_check() -> None:
    """B14: an editor and `syncline check` never disagree; a text without a fault has none."""
    assert diagnostics(EXAMPLE.replace("to salesforce", "to local"), LOCAL) == ()
    assert [d.code for d in diagnostics("map Lead <-> prospect", LOCAL)] == ["E104"]


@pytest.mark.parametrize(
    ("text", "name", "result"),
    [
        ('workflow "O‸ld" on Lead { ', "New", 'workflow "New" on Lead { '),
        ('workflow ‸"Old" on Lead { ', 'a "b" \\', 'workflow "a \\"b\\" \\\\" on Lead { '),
        ('form "Old‸" for prospect { }', "New", 'form "New" for prospect { }'),
        ('test # "no"\n "Ol‸d" { }', "New", 'test # "no"\n "New" { }'),
        (f'{TWO} when is new then exit cadence }}\ntest "O‸" {{ }}', "One",
         f'{TWO} when is new then exit cadence }}\ntest "One" {{ }}'),
    ],
)  # fmt: skip
def test_a_title_gets_a_new_name(text: str, name: str, result: str) -> None:
    """B14: workflows, forms and tests are renamed, whatever the name holds."""
    plain, at = marked(text)
    assert mended(plain, rename(plain, at, name)) == result


@pytest.mark.parametrize(
    ("text", "name", "refusal"),
    [
        (TWO.replace("Two", "Tw‸o") + " when is new then exit cadence }", "One",
         "Line 1 has a workflow of this name"),
        ('workflow "O‸ld" on Lead {', "  ", "A workflow needs a name"),
        ("map Le‸ad <-> prospect {", "Contact", "Only the name of a workflow"),
        ('workflow "O‸ld', "New", "Only the name of a workflow"),
        ('admin "a‸@b.c"', "x@y.z", "Only the name of a workflow"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_in_words(text: str, name: str, refusal: str) -> None:
    """B14: what is taken, empty, or no title stays as it is, and one hears why."""
    with pytest.raises(RefusedError, match=refusal):
        rename(*marked(text), name)


def test_a_title_is_found_between_its_quotes() -> None:
    """B14: what is offered for changing is the name without its quotes."""
    text, at = marked('workflow "O‸ld" on Lead {')
    title = title_at(text, at)
    assert title is not None
    assert (title.what, text[title.start : title.end]) == ("workflow", "Old")


def test_the_outline() -> None:
    """B14: every statement has a line, the rows of a map and the fields of a form below it."""
    text = (
        f'{HEAD}sync every 15 minutes\nadmin "ops@acme.example"\n'
        "map Lead <-> prospect {\n match Email = email\n FirstName <-> first_name\n}\n"
        'workflow "Leave" on Lead {\n when is new\n then exit cadence\n}\n'
        "activity call -> Task { Subject = outcome }\nallow email on Mon\n"
        'form "New" for prospect { email required }\ntest "t" { expect no action }\n'
    )
    found = symbols(text)
    assert [f"{symbol.kind}: {symbol.name}" for symbol in found] == [
        "setting: crm: local",
        "setting: cadence: local",
        "setting: sync crm to cadence",
        "setting: every 15 minutes",
        "setting: admin ops@acme.example",
        "map: Lead <-> prospect",
        "workflow: Leave",
        "activity: call -> Task",
        "allow: allow email",
        "form: New",
        "test: t",
    ]
    rows = {symbol.name: [child.name for child in symbol.children] for symbol in found}
    assert rows["Lead <-> prospect"] == ["match Email = email", "FirstName <-> first_name"]
    assert (rows["call -> Task"], rows["New"]) == (["Subject"], ["email"])
    places = [text[symbol.span.start : symbol.span.end] for symbol in found]
    assert places[5].startswith("map Lead")
    assert places[5].endswith("first_name\n}")
    assert places[-2:] == text.splitlines()[-2:]
    assert places[:5] == text.splitlines()[:5]


def test_a_line_of_the_outline_holds_those_below_it() -> None:
    """B14: an editor refuses an outline whose parts lie outside of the whole."""

    def held(symbol: Symbol) -> None:
        for child in symbol.children:
            assert symbol.span.start <= child.span.start <= child.span.end <= symbol.span.end
            held(child)

    for symbol in symbols(EXAMPLE):
        held(symbol)


def test_a_title_without_a_word_still_has_a_line() -> None:
    """B14: an editor takes a line without a name for a fault of the server."""
    (symbol,) = symbols('workflow "" on Lead { when is new then exit cadence }')
    assert symbol.name == "(workflow)"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("map a <-> b {\n c <-> d\n}\n", [(0, 1)]),
        ("map a <-> b {\n c <-> d\n", []),
        ("map a <-> b { }\n", []),
        ('workflow "}" on a {\n when all {\n  b = 1 # }\n }\n}\n', [(1, 2), (0, 3)]),
        ("# one\n# two\n# three\nsync", [(0, 2)]),
        ("# one\nsync", []),
    ],
)
def test_what_can_be_folded(text: str, lines: list[tuple[int, int]]) -> None:
    """B14: blocks of several lines without their last brace, and comments of several lines."""
    found = [(text.count("\n", 0, f.start), text.count("\n", 0, f.end)) for f in folds(text)]
    assert found == lines
