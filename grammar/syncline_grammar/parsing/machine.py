"""The parser's engine: reads a text by the grammar's tables and hands its parts to a builder.

Lark's loop makes an object of every word and a tree of every list, and counts every line and
column. Here a word that no rule keeps is never made, and the tree is the builder's alone.
"""

from __future__ import annotations

__all__ = ["Machine"]

import re
from functools import cached_property
from typing import Any, NamedTuple, cast

from ..diagnostics import Span
from .stop import Stop, StoppedError
from .tables import Rule, Tables
from .tokens import Token

#: What stands behind all that a text holds.
_END = "$END"


class _Scanner(NamedTuple):
    """What may stand at one place: passes over what means nothing, and reads one word."""

    match: Any
    #: By the number of a group of the pattern: a terminal, and the words that look like it but
    #: are terminals of their own here.
    kinds: dict[int, tuple[str, dict[str, str]]]


class _Step(NamedTuple):
    """How a rule is applied to the values of its parts."""

    origin: str
    size: int
    #: The part that is handed on as it is.
    alone: int | None
    #: Every part matters and none is a list.
    plain: bool
    #: The part that is a list which the other parts join.
    head: int | None
    #: A part, and whether it is a list whose own parts are taken; -1 stands for what is absent.
    parts: list[tuple[int, bool]]
    #: The builder's method; None when the parts become a list.
    make: Any


class Machine:
    """Reads texts by *tables*; *builder* has a method for each rule, named like it."""

    def __init__(self, tables: Tables, builder: object) -> None:
        self._tables = tables
        self._steps = [_step(rule, builder) for rule in tables.rules]
        self._dropped = frozenset(tables.dropped)
        ignored = "|".join(t.pattern for t in tables.terminals if t.name in tables.ignored)
        self._ignored = f"(?:{ignored})*+"
        self._skip = re.compile(self._ignored).match
        #: By state; made when one is first entered.
        self._scanners: list[_Scanner | None] = [None] * len(tables.states)
        self._alike: dict[frozenset[str], _Scanner] = {}
        #: By the state below, what was made above it, and what follows: where that leads.
        self._turns: dict[tuple[int, str, str], tuple[int, int | None]] = {}

    def parse(self, text: str) -> Any:
        """Return what the builder makes of *text*; raises ``StoppedError`` where it cannot be."""
        tables, steps, scanners = self._tables.states, self._steps, self._scanners
        turns, dropped = self._turns, self._dropped
        make_text, make_tuple = str.__new__, cast("Any", tuple).__new__
        state, final = self._tables.start, self._tables.end
        # A value stands at the place of the state that it led to; the first state has none.
        states: list[int] = [state]
        values: list[Any] = [None]
        children: list[Any]
        position, line, line_start, line_end = 0, 1, 0, _line_end(text, 0)
        while True:
            match, kinds = scanners[state] or self._scanner(state)
            found = match(text, position)
            value: Any = None
            if found is None:
                start = position = self._skipped(text, position)
                if start < len(text):
                    raise StoppedError(self._unreadable(text, start, states))
                terminal = _END
            else:
                group = found.lastindex
                terminal, words = kinds[group]
                start, position = found.span(group)
                word = text[start:position]
                if words:
                    terminal = words.get(word, terminal)
                if terminal not in dropped:
                    while line_end < start:
                        line += 1
                        line_start = line_end + 1
                        line_end = _line_end(text, line_start)
                    value = make_text(Token, word)
                    column = start - line_start + 1
                    value.span = make_tuple(Span, (start, position, line, column))
            action = tables[state].get(terminal)
            while action is not None and action < 0:
                origin, size, alone, plain, head, parts, make = steps[~action]
                below = len(values) - size
                taken = values[below:]
                del values[below:], states[below:]
                if alone is not None:
                    values.append(taken[alone])
                else:
                    if plain:
                        children = taken
                    else:
                        taken.append(None)
                        children = [] if head is None else taken[head]
                        for at, spread in parts:
                            if spread:
                                children += taken[at]
                            else:
                                children.append(taken[at])
                    values.append(children if make is None else make(children))
                turn = states[-1], origin, terminal
                state, action = turns.get(turn) or self._turn(turn)
                states.append(state)
            if action is None:
                if state == final:
                    return values[-1]
                raise StoppedError(Stop(start, text[start:position], self._expected(states)))
            state = action
            states.append(state)
            values.append(value)

    def _turn(self, turn: tuple[int, str, str]) -> tuple[int, int | None]:
        """Return the state and the next action; rules that only hand on are applied at once."""
        below, origin, follows = turn
        tables = self._tables.states
        while True:
            state = tables[below][origin]
            action = tables[state].get(follows)
            if action is None or action >= 0:
                break
            step = self._steps[~action]
            if step.alone is None or step.size != 1:
                break
            origin = step.origin
        self._turns[turn] = state, action
        return state, action

    def _scanner(self, state: int) -> _Scanner:
        """Return what reads the words that *state* can go on with."""
        accepted = frozenset(self._tables.states[state])
        scanner = self._alike.get(accepted)
        if scanner is None:
            scanner = self._alike[accepted] = self._compiled(accepted)
        self._scanners[state] = scanner
        return scanner

    def _compiled(self, accepted: frozenset[str]) -> _Scanner:
        terminals = [t for t in self._tables.terminals if t.name in accepted]
        words = {t.name: {w: n for w, n in t.words.items() if n in accepted} for t in terminals}
        apart = {name for found in words.values() for name in found.values()}
        patterns = [f"(?P<{t.name}>{t.pattern})" for t in terminals if t.name not in apart]
        pattern = re.compile(f"{self._ignored}(?:{'|'.join(patterns) or '(?!)'})")
        kinds = {group: (name, words[name]) for name, group in pattern.groupindex.items()}
        return _Scanner(pattern.match, kinds)

    @cached_property
    def _anywhere(self) -> _Scanner:
        """What reads any word of the language."""
        return self._compiled(frozenset(t.name for t in self._tables.terminals))

    def _skipped(self, text: str, position: int) -> int:
        """Return where what means nothing ends."""
        found = self._skip(text, position)
        return position if found is None else found.end()

    def _unreadable(self, text: str, start: int, states: list[int]) -> Stop:
        """Tell a word that cannot stand here from what is no word at all."""
        found = self._anywhere.match(text, start)
        expected = self._expected(states)
        if found is None:
            return Stop(start, text[start], expected, readable=False)
        return Stop(start, found[found.lastindex], expected)

    def _expected(self, states: list[int]) -> frozenset[str]:
        """Return what could stand here: the tables list more, and a trial of each tells."""
        listed = self._tables.states[states[-1]]
        return frozenset(n for n in listed if n.isupper() and self._leads_on(list(states), n))

    def _leads_on(self, states: list[int], terminal: str) -> bool:
        tables = self._tables.states
        while (action := tables[states[-1]].get(terminal)) is not None and action < 0:
            rule = self._tables.rules[~action]
            del states[len(states) - rule.size :]
            states.append(tables[states[-1]][rule.origin])
        return action is not None or states[-1] == self._tables.end


def _step(rule: Rule, builder: object) -> _Step:
    parts = [(at, spread) for at, spread in rule.parts]
    joined = bool(parts) and parts[0][1]
    return _Step(
        origin=rule.origin,
        size=rule.size,
        alone=parts[0][0] if rule.alone else None,
        plain=parts == [(at, False) for at in range(rule.size)],
        head=parts[0][0] if joined else None,
        parts=parts[joined:],
        make=None if rule.method is None else getattr(builder, rule.method),
    )


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
