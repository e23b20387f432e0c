"""The extension for VS Code: its colours know every word of the language (``--update`` writes)."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syncline_grammar import text as grammar_text
from syncline_grammar.words import keywords

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "editors" / "vscode"
COLOURS = FOLDER / "syntaxes" / "syncline.tmLanguage.json"
#: The words that begin a statement, from the rule of the grammar that lists the statements.
STATEMENTS = {"connect", "sync", "admin", "map", "workflow", "activity", "allow", "form", "test"}
CONSTANTS = {"true", "false", "today", "yesterday", "tomorrow", "now", "Mon", "Tue", "Wed", "Thu",
             "Fri", "Sat", "Sun"}  # fmt: skip
LOGIC = {"and", "or", "not", "all", "any", "none"}


def document(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def words(found: set[str]) -> str:
    """Return what matches one of *found*, the longest first, and no part of a name."""
    ordered = sorted(found, key=lambda word: (-len(word), word))
    return (
        r"(?<![\w.])(?:" + "|".join(word.replace(" ", r"\s+") for word in ordered) + r")(?![\w.])"
    )


def colours() -> dict[str, Any]:
    """Return the TextMate grammar, made of the words of the language."""
    rest = set(keywords()) - STATEMENTS - CONSTANTS - LOGIC

    def match(scope: str, pattern: str) -> dict[str, str]:
        return {"name": f"{scope}.syncline", "match": pattern}

    inside = [
        match("constant.character.escape", r"\\."),
        match("variable.other", r"\{[^{}\"\n]+\}"),
    ]
    text = {
        "name": "string.quoted.double.syncline",
        "begin": '"',
        "end": '"|$',
        "patterns": inside,
    }
    return {
        "name": "Syncline rules",
        "scopeName": "source.syncline",
        "fileTypes": ["rules"],
        "patterns": [
            match("comment.line.number-sign", "#.*$"),
            text,
            match("variable.other.quoted", "`[^`\n]+`"),
            match("keyword.control", rf"^\s*{words(STATEMENTS)}"),
            match("entity.name.function", r"(?<![\w.])[^\W\d]\w*(?=\()"),
            match("keyword.operator.arrow", r"<->|->|<-"),
            match("keyword.operator.comparison", r"!=|<=|>=|[<>=]"),
            match("keyword.operator.logical", words(LOGIC)),
            match("constant.language", words(CONSTANTS)),
            match("constant.numeric", r"(?<![\w.])\d[\w.:-]*"),
            match("keyword.other", words(rest)),
        ],
    }


def test_the_colours_are_made_of_the_words_of_the_language(update: bool) -> None:
    """B14: a word added to the grammar has its colour; `pytest --update` writes the file anew."""
    made = json.dumps(colours(), indent=2) + "\n"
    if update:
        COLOURS.write_text(made, "utf-8")
    assert COLOURS.read_text("utf-8") == made


def test_the_words_of_the_colours_exist() -> None:
    """B14: no word is coloured that the language does not have."""
    assert keywords() >= STATEMENTS | CONSTANTS | LOGIC
    listed = re.search(r"^\?statement: (.+)$", grammar_text(), re.MULTILINE)
    assert listed is not None
    rules = re.split(r"\W+", listed[1])
    begun = {re.findall(rf'^{rule}:\s*"(\w+)"', grammar_text(), re.MULTILINE)[0] for rule in rules}
    assert begun == STATEMENTS


@pytest.mark.parametrize(
    ("line", "scopes"),
    [
        ('map Lead -> p { # ""', ["keyword.control", "keyword.operator.arrow", "comment"]),
        (' when Status = "a {b}"', ["keyword.other", "keyword.operator.comparison", "string"]),
        (" `map` -> phone(", ["variable.other.quoted", "keyword.operator.arrow", "entity"]),
        (" when_blank <- x.when", ["keyword.operator.arrow"]),
        (" 30 days ago, 2026-11-22", ["constant.numeric", "keyword.other", "keyword.other",
                                      "constant.numeric"]),
    ],
)  # fmt: skip
def test_how_a_line_is_coloured(line: str, scopes: list[str]) -> None:
    """B14: words within names, texts and comments have no colour of their own."""
    at = 0
    found: list[str] = []
    while at < len(line):
        for pattern in colours()["patterns"]:
            matched = re.compile(pattern.get("match") or '"[^"]*(?:"|$)').match(line, at)
            if (
                matched
                and matched.end() > at
                and not (at and pattern.get("match", "").startswith("^"))
            ):
                found.append(pattern["name"].removesuffix(".syncline"))
                at = matched.end()
                break
        else:
            at += 1
    assert len(found) == len(scopes)
    assert all(name.startswith(scope) for name, scope in zip(found, scopes, strict=True))


def test_what_the_extension_names_is_there() -> None:
    """B14: files, the language and its scope agree with one another."""
    package = document("package.json")
    (language,) = package["contributes"]["languages"]
    (grammar,) = package["contributes"]["grammars"]
    assert (FOLDER / language["configuration"]).is_file()
    assert (FOLDER / package["main"]).is_file()
    assert (FOLDER / grammar["path"]).resolve() == COLOURS
    assert grammar["language"] == language["id"]
    assert grammar["scopeName"] == colours()["scopeName"]
    assert language["extensions"] == [".rules"]
    assert document("language-configuration.json")["comments"] == {"lineComment": "#"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert package["version"] == project["version"]
    assert any(each.startswith("pygls") for each in project["optional-dependencies"]["editor"])
