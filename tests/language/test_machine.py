"""The parser's engine reads every text as Lark itself does, by tables made once and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from lark import Lark, UnexpectedInput, UnexpectedToken

from syncline_grammar import cachedir, text as grammar_text
from syncline_grammar.diagnostics import Span
from syncline_grammar.parse import parse
from syncline_grammar.parsing import tables
from syncline_grammar.parsing.build import Builder
from syncline_grammar.parsing.machine import Machine
from syncline_grammar.parsing.stop import StoppedError
from syncline_grammar.parsing.tables import Tables
from syncline_grammar.parsing.tokens import Token
from syncline_grammar.syntax import RuleFile

ACME = (Path(__file__).parents[2] / "examples" / "acme.rules").read_text("utf-8")


class LarkBuilder(Builder):
    """Takes Lark's words for ours."""

    def __getattr__(self, name: str) -> Callable[[Any], Token]:
        if not name.isupper():
            raise AttributeError(name)
        return self._word

    @staticmethod
    def _word(found: Any) -> Token:
        token = Token(found)
        token.span = Span(found.start_pos, found.end_pos, found.line, found.column)
        return token


@cache
def made() -> Tables:
    """Return the tables, made of the grammar."""
    return tables.make(grammar_text())


@cache
def machine() -> Machine:
    """Return the engine as Lark would have it: a word may be glued to the next."""
    glued = [t._replace(pattern=t.pattern.removesuffix(tables.BOUNDARY)) for t in made().terminals]
    return Machine(made()._replace(terminals=glued), Builder())


@cache
def lark() -> Any:
    return Lark(grammar_text(), parser="lalr", transformer=LarkBuilder())  # pyright: ignore[reportArgumentType] - any object with methods will do


def by_machine(text: str) -> object:
    """Return the tree with its places, or where and why the engine stopped."""
    try:
        return repr(machine().parse(text))
    except StoppedError as err:
        stop = err.stop
        return (stop.at, stop.found, stop.expected, stop.readable)


def by_lark(text: str) -> object:
    """Return the same of Lark itself."""
    try:
        return repr(lark().parse(text))
    except UnexpectedInput as found:
        stop: Any = found
        readable = isinstance(found, UnexpectedToken)
    expected: frozenset[str] = frozenset(stop.interactive_parser.accepts())
    if not readable:
        at = stop.pos_in_stream
        return (at, text[at], expected, False)
    token: Any = stop.token
    ended = token.type == "$END"
    at = len(text) if ended else token.start_pos
    return (at, "" if ended else str(token), expected, True)


def row(words: str) -> str:
    return f"map Lead <-> prospect {{\n  a <-> b {words}\n}}"


def when(words: str) -> str:
    return f'workflow "w" on Lead {{\n  when {words}\n  then exit cadence\n}}'


TEXTS = [
    "",
    " \n# nothing\n",
    "\ufeff\u00a0sync\u200b cadence to crm",
    "sync cadence to crm # the end",
    "sync crm to cadence where A = 1 or B = 2 and not C is blank",
    "sync every 15 minutes, at most 5000 calls per 24 hours",
    "sync every 15 minutes",
    'admin "a \\"quoted\\" \\n b"',
    'admin "open',
    "admin `open",
    row("required, locked erase"),
    row('as { "a" = 1, "b" = 2, } else skip'),
    row('as { "a" = 1 } else "c"'),
    row('using phone(Country, "x", 1 + 2 * (3 - -4)) when blank'),
    row("using phone()"),
    row("to crm when blank, to cadence always, newest wins"),
    when("all { A in 1, -2, x(y)  not (B was true) any { C changed to 2026-01-31 } }"),
    when("A in the last 7 days and B before 30 days ago and C = today"),
    when("all = any and today = 1 and map.a.b = 2.50 and not_x = 1_000"),
    when("A = 1 every time"),
    when("A == 1"),
    when("A = 1 then = 2"),
    when("phone (x) = 1"),
    when("§"),
    "activity call -> Task { }",
    'activity call on outcome "a", "b" -> Task { X = "{y}" Z = duration }',
    "allow email on Mon to Fri, Sun from 08:00 to 24:00 in the prospect's time zone",
    "allow email on Sat, at most 200 a day per\n user, at least 5 minutes apart",
    'allow sms on Mon in "Europe/Paris" at most 1 a day',
    'form "f" for prospect { a required, read only b one of "x", "y" c default 1 }',
    'test "t" { given last sync A = 1 given Lead B = "x", C = true at 15:40 expect no\n action }',
    'test "t" { given Lead B = 1 expect Lead unchanged expect move to cadence "q" }',
    "workflow",
    'workflow "w" on Lead { when A = 1 }',
    "}",
]


@pytest.mark.parametrize("text", [ACME, *TEXTS])
def test_the_engine_reads_as_lark_does(text: str) -> None:
    """The tree, its places, and where and why reading stops are those of Lark's own parser."""
    assert by_machine(text) == by_lark(text)


SIGNS = [*"{}()=,<>-+*/#§`", "->", "<->", "\n", '"', '"x"', " ", "all", "to", "when", "and", "7"]


@given(
    start=st.sampled_from([ACME, *TEXTS]),
    at=st.integers(min_value=0, max_value=len(ACME)),
    gone=st.integers(min_value=0, max_value=9),
    put=st.lists(st.sampled_from(SIGNS), max_size=3).map("".join),
)
def test_the_engine_stops_as_lark_does(start: str, at: int, gone: int, put: str) -> None:
    """What is made of a text with a slip in it is what Lark makes of it."""
    text = start[:at] + put + start[at + gone :]

    assert by_machine(text) == by_lark(text)


def test_the_tables_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables read from the cache are those that were made; without one they are made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = tables.load()

    def never(_grammar: str) -> Tables:
        raise AssertionError

    monkeypatch.setattr(tables, "make", never)
    kept = tables.load()

    assert json.dumps(kept) == json.dumps(first)
    tree = Machine(kept, Builder()).parse(ACME)
    assert isinstance(tree, RuleFile)
    assert repr(tree) == by_lark(ACME)

    monkeypatch.setattr(cachedir, "read", lambda _key: None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] - a stand-in
    with pytest.raises(AssertionError):
        tables.load()


@pytest.mark.parametrize(
    "text",
    [
        "connectcrm to local",
        "connect crmto local",
        "sync crm tocadence",
        "syncevery 15 minutes",
        when("A = 1").replace("when ", "when").replace("A", "all"),
        when("A = 1").replace("then exit", "thenexit"),
        when("A isblank"),
        when("A is notblank"),
    ],
)
def test_a_word_ends_where_it_ends(text: str) -> None:
    """B1: a word that is glued to the next is another word: told, and never guessed at."""
    assert parse(text).diagnostics != ()


@pytest.mark.parametrize("sign", ["#", "# ", "#\n"])
def test_a_ruled_off_comment_takes_no_time(sign: str) -> None:
    """A line of any number of # is a comment like any other, wherever a brace may be missing."""
    ruled = sign * 3000
    for text in (when(f"any {ruled}\n A = 1"), f"{ruled}\n{{"):
        assert parse(text).diagnostics != ()
    assert parse(when(f"all {ruled}\n = 1")).diagnostics == ()
