"""Rules as JSON and back: nothing is lost, and what is no rules is told with its place (B1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import syncline_schemas
from support import command
from support_properties import examples
from support_trees import commented, rule_files
from syncline_grammar.jsonform.document import from_json, to_json
from syncline_grammar.parse import parse
from syncline_grammar.writing.formatter import format_text, tree_to_text
from syncline_grammar.writing.layout import comments_in
from syncline_grammar.writing.spelling import UnwritableError

HERE = Path(__file__).parent / "fmt"
ACME = (Path(__file__).parents[2] / "examples" / "acme.rules").read_text("utf-8")
TEXTS = [ACME, *(path.read_bytes().decode() for path in sorted(HERE.glob("*.rules")))]
SMALL = (
    'map Lead <-> prospect { match Email = email\n A <-> b as { "x" = 1 } }\n'
    'workflow "w" on Lead { when all { A = 1 } then exit cadence }\n'
)
ROW = ("statements", 0, "rows", 0)
LEFT = ("statements", 1, "when", "rows", 0, "left")


def at(document: Any, place: tuple[str | int, ...]) -> Any:
    """Return what stands at *place*."""
    for step in place:
        document = document[step]
    return document


def changed(place: tuple[str | int, ...], value: Any) -> Any:
    """Return the small document with *value* at *place*."""
    document = to_json(SMALL)
    at(document, place[:-1])[place[-1]] = value
    return document


# -- nothing is lost


@pytest.mark.parametrize("text", TEXTS)
def test_from_rules_to_json_and_back_is_the_formatted_text(text: str) -> None:
    """B1: meaning, comments and blank lines survive, and the document is valid."""
    document = json.loads(json.dumps(to_json(text)))

    assert syncline_schemas.check("rules", document) == []
    rules = from_json(document, "x.rules")
    assert rules.source.text == format_text(text).text
    assert rules.source.name == "x.rules"
    assert rules.diagnostics == ()
    assert rules.tree == parse(text).tree
    assert to_json(rules) == document


@examples(50)
@given(commented(rule_files().map(tree_to_text)))
def test_no_rules_are_lost_in_json(text: str) -> None:
    """B1: any rules with comments anywhere go to JSON and come back as they are formatted."""
    document = json.loads(json.dumps(to_json(text)))

    rules = from_json(document)
    assert rules.source.text == format_text(text).text
    assert comments_in(rules.source.text) == comments_in(text)
    assert to_json(rules) == document


def test_a_document_says_it_in_the_words_of_the_field() -> None:
    """B1: a builder's author finds rows, names and literals, and nothing that was not said."""
    text = (
        "# who\n\nconnect crm to `local`  # here\n\n"
        "map Lead -> prospect {\n    A   -> `b c`  default -1\n\n    # no more\n}  # done\n"
    )

    assert to_json(text) == {
        "kind": "rules",
        "version": 1,
        "statements": [
            {
                "kind": "connect",
                "above": ["# who", ""],
                "beside": "# here",
                "side": "crm",
                "system": "local",
                "back_ticks": ["system"],
            },
            {
                "kind": "map",
                "crm": "Lead",
                "direction": "to cadence",
                "cadence": "prospect",
                "matches": [],
                "rows": [
                    {
                        "kind": "field mapping",
                        "crm": "A",
                        "direction": "to cadence",
                        "cadence": "b c",
                        "default": -1,
                    }
                ],
                "foot": {"above": ["", "# no more"], "beside": "# done"},
            },
        ],
    }
    assert from_json(to_json(text)).source.text == text


def test_a_document_without_any_layout_is_laid_out() -> None:
    """B1: a builder that knows of no comments and no back-ticks writes what `fmt` writes."""
    document = {
        "kind": "rules",
        "version": 1,
        "statements": [
            {"kind": "admin", "email": 'a"b'},
            {
                "kind": "workflow",
                "name": "w",
                "object": "My object",
                "when": {"kind": "not", "row": {"kind": "comparison", "operator": "is new"}},
                "then": [{"kind": "move to cadence", "cadence": "Q3"}],
            },
        ],
    }

    assert from_json(document).source.text == (
        'admin "a\\"b"\n\nworkflow "w" on `My object` {\n    when not is new\n'
        '    then move to cadence "Q3"\n}\n'
    )


@pytest.mark.parametrize(
    "criterion",
    ["all { " * 38 + "A = 1" + " }" * 38, "not (" * 38 + "A = 1" + ")" * 38,
     "(A = 1 or " * 38 + "A = 1" + ")" * 38, "lower(" * 38 + "A" + ")" * 38 + " = 1"],
    ids=["blocks", "not", "or", "calls"],
)  # fmt: skip
def test_rules_as_deep_as_can_be(criterion: str) -> None:
    """B1: whatever the language lets nest goes to JSON and comes back."""
    text = f'workflow "w" on Lead {{ when {criterion} then exit cadence }}'

    assert from_json(to_json(text)).source.text == format_text(text).text


# -- what is refused


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "[] is not of type 'object'"),
        ({}, "kind and version and statements are missing"),
        (changed((*ROW, "crm"), "a`b"), "statements.0.rows.0.crm: 'a`b' "),
        (changed((*ROW, "crm"), "a\n"), "statements.0.rows.0.crm: 'a\\n' "),
        (changed((*ROW, "crm"), ""), "statements.0.rows.0.crm: '' "),
        (changed((*ROW, "direction"), "left"), "statements.0.rows.0.direction: 'left' is not one"),
        (changed((*ROW, "lockd"), True), "statements.0.rows.0: lockd is not known; did you mean"),
        (changed((*ROW, "table", "entries"), []), "statements.0.rows.0.table.entries: [] should"),
        (changed(("statements", 0, "kind"), "mapp"), "statements.0.kind: 'mapp' is not one of"),
        (changed(("statements", 1, "then"), []), "statements.1.then: [] should be non-empty"),
        (changed(("statements", 1, "beside"), "x"), "statements.1.beside: 'x' "),
        (changed(("statements", 1, "when"), 3), "statements.1.when: 3 is not of type 'object'"),
        (changed((*LEFT[:-1], "operator"), "is new"), "statements.1.when.rows.0: left, right is"),
        (changed((*LEFT[:-1], "right"), []), "statements.1.when.rows.0.right: [] should be"),
        (changed(LEFT, -4), "statements.1: the language has no words for this"),
        (changed(LEFT, 1e-12), "statements.1: the number 1e-12 cannot be written"),
        (changed(LEFT, float("nan")), "statements.1: the number nan cannot be written"),
        (changed(LEFT, "\ud800"), "'\\ud800' is half a sign, and no text"),
        (changed(LEFT, {"kind": "call", "function": "not", "arguments": []}), "statements.1: the"),
        (
            changed((*ROW, "above"), ["x"]),
            "statements.0.rows.0.above.0: 'x' ",
        ),
        (
            changed(("statements", 1, "then"), [{"kind": "exit cadence"}] * 2)
            | {"foot": {"above": ["# a\nconnect crm to x"]}},
            "foot.above.0: ",
        ),
    ],
)
def test_what_describes_no_rules_is_told_with_its_place(document: Any, told: str) -> None:
    """B1: a document that is not valid, or says what the rules cannot, is refused."""
    with pytest.raises(UnwritableError) as error:
        from_json(document)
    assert str(error.value).startswith(told)


def test_a_comment_where_no_line_begins_is_not_lost_in_silence() -> None:
    """B1: the second action stands in the line of the first, so it can have no comment."""
    then = [{"kind": "exit cadence"}, {"kind": "move to next touch", "beside": "# lost?"}]
    with pytest.raises(UnwritableError, match="a comment stands where no line begins"):
        from_json(changed(("statements", 1, "then"), then))


def test_a_document_without_a_bottom() -> None:
    """B1: one that is nested thousands deep is refused like any other."""
    document: Any = 1
    for _ in range(5000):
        document = [{"kind": document}]
    with pytest.raises(UnwritableError, match="nested too deep"):
        from_json(document)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("connect", "the rules cannot be read: "),
        ("map a <-> b {\n c <-> d locked, locked\n}", "line 2: `locked` is said twice"),
    ],
)
def test_rules_that_have_no_form(text: str, told: str) -> None:
    """B1: rules that cannot be read or formatted have no document, and the reason is said."""
    for rules in (text, parse(text)):
        with pytest.raises(UnwritableError) as error:
            to_json(rules)
        assert str(error.value).startswith(told)


# -- the command


def test_the_command_goes_both_ways(tmp_path: Path) -> None:
    """B1: rules to a document that a person can read, and the document to rules."""
    (tmp_path / "a.rules").write_text(SMALL, "utf-8")

    done = command("json", "a.rules", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == to_json(SMALL)
    assert '\n  "statements": [' in done.stdout

    (tmp_path / "a.json").write_text(done.stdout, "utf-8")
    done = command("json", "--to-rules", "a.json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, format_text(SMALL).text)


@pytest.mark.parametrize(
    ("content", "line", "code", "told"),
    [
        ("connect", "json x", 1, "Error: x cannot be read"),
        ("map a <-> b { c <-> d locked, locked }", "json x", 1, "Error: x cannot be written as"),
        ("{", "json --to-rules x", 1, "Error: x is no JSON document: Expecting"),
        ("[" * 100_000, "json --to-rules x", 1, "Error: x is no JSON document"),
        ("{}", "json --to-rules x", 1, "Error: x cannot be written as rules: kind and version"),
        ("", "json --to-rules", 64, "name the JSON document"),
        ("", "json --to-rules y", 3, "Error: y cannot be read: No such file"),
        ("", "json", 64, "name a rule file: there is no workspace here."),
    ],
)
def test_what_the_command_cannot_do_is_said(
    content: str, line: str, code: int, told: str, tmp_path: Path
) -> None:
    """B1: a wrong file is told in a sentence, with an exit code that says who is to act."""
    (tmp_path / "x").write_text(content, "utf-8")

    done = command(*line.split(), folder=tmp_path)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
