"""The grammar as tables: what the parser does in which state, and what each word looks like.

Lark makes them of ``rules.lark``, which takes longer than any rule file; they are made once and
kept in the cache as JSON, under the text of the grammar.
"""

from __future__ import annotations

__all__ = ["BOUNDARY", "Rule", "Tables", "Terminal", "load", "make"]

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import cachedir, text as grammar_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Part of the cache's key: to be raised when these tables come to look different.
_LAYOUT = 2
#: What stands behind a word of the language in its pattern.
BOUNDARY = r"\b"


class Terminal(NamedTuple):
    """A kind of word: its name, its pattern, and the words that look like it but stand apart."""

    name: str
    pattern: str
    #: Word -> the name of its own terminal, which it has where that one can stand.
    words: Mapping[str, str]


class Rule(NamedTuple):
    """A rule of the grammar, as it is applied to the values of its parts."""

    #: What it makes.
    origin: str
    #: How many parts it has.
    size: int
    #: The builder's method; None for a rule that only hands on its one part, or a list of parts.
    method: str | None
    #: The parts that matter, each with whether it is a list whose own parts are taken; -1 is None.
    parts: Sequence[tuple[int, bool]]
    #: The part is handed on as it is.
    alone: bool


class Tables(NamedTuple):
    """All that is needed to read a rule file."""

    start: int
    end: int
    #: For each state what follows a terminal or a rule's origin: the next state, or ~(a rule).
    states: Sequence[Mapping[str, int]]
    rules: Sequence[Rule]
    #: In the order in which they are tried.
    terminals: Sequence[Terminal]
    #: Terminals that may stand anywhere and mean nothing.
    ignored: Sequence[str]
    #: Terminals that no rule keeps.
    dropped: Sequence[str]


def load() -> Tables:
    """Return the grammar's tables, from the cache if they are there."""
    grammar = grammar_text()
    key = f"grammar {_LAYOUT} {hashlib.sha256(grammar.encode()).hexdigest()}"
    if (kept := cachedir.read(key)) is not None:
        start, end, states, rules, terminals, *rest = json.loads(kept)
        return Tables(
            start, end, states, [Rule(*r) for r in rules], [Terminal(*t) for t in terminals], *rest
        )
    tables = make(grammar)
    cachedir.write(key, json.dumps(tables, separators=(",", ":")).encode())
    return tables


def make(grammar: str) -> Tables:
    """Return the tables that Lark makes of *grammar*."""
    from lark import Lark

    # Any: Lark says what its tables are in comments alone.
    lark: Any = Lark(grammar, parser="lalr")
    table: Any = lark.parser.parser._parse_table
    numbers: dict[Any, int] = {rule: number for number, rule in enumerate(lark.rules)}
    states: list[dict[str, int]] = [{} for _ in table.states]
    for state, actions in table.states.items():
        for name, (action, argument) in actions.items():
            reduces = action.name == "Reduce"
            states[state][name] = ~numbers[argument] if reduces else argument
    kept = {
        symbol.name
        for rule in lark.rules
        for symbol in rule.expansion
        if symbol.is_term and (rule.options.keep_all_tokens or not symbol.filter_out)
    }
    terminals = _terminals(lark)
    return Tables(
        table.start_states["start"],
        table.end_states["start"],
        states,
        [_rule(rule) for rule in lark.rules],
        terminals,
        lark.ignore_tokens,
        sorted({t.name for t in terminals} - kept),
    )


def _rule(rule: Any) -> Rule:
    """Say what becomes of a rule's parts, by Lark's rules for ``?``, ``_``, ``!`` and ``[ ]``."""
    options = rule.options
    expansion: list[Any] = rule.expansion
    empty = options.empty_indices or (False,) * len(expansion)
    symbols = enumerate(expansion)
    parts: list[tuple[int, bool]] = []
    for absent in empty:
        if absent:
            parts.append((-1, False))
            continue
        at, symbol = next(symbols)
        if options.keep_all_tokens or not (symbol.is_term and symbol.filter_out):
            parts.append((at, not symbol.is_term and symbol.name.startswith("_")))
    name = str(rule.origin.name)
    alone = options.expand1 and not rule.alias and len(parts) == 1
    method = None if alone or name.startswith("_") else str(rule.alias or name)
    return Rule(name, len(expansion), method, parts, alone)


def _terminals(lark: Any) -> list[Terminal]:
    """Return the terminals in Lark's order, those that are words under those they look like."""
    ordered: list[Any] = sorted(
        lark.terminals,
        key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name),
    )
    found: list[Terminal] = []
    for terminal in ordered:
        pattern = terminal.pattern.to_regexp()
        if terminal.pattern.type == "str" and pattern.isalpha():
            # A word ends where it ends: `connectcrm` is not `connect crm`.
            pattern += BOUNDARY
        words = {
            word.pattern.value: word.name
            for word in ordered
            if terminal.pattern.type == "re"
            and word.pattern.type == "str"
            and word.priority == terminal.priority
            and re.fullmatch(pattern, word.pattern.value)
        }
        found.append(Terminal(terminal.name, pattern, words))
    return found
