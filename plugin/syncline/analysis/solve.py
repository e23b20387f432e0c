"""Can a formula hold at all? By propagation and a bounded search, with the cells where it does.

The cost is bounded: more than ``CASES`` branchings raise ``TooLarge``, and nothing is known.
"""

from __future__ import annotations

__all__ = ["CASES", "State", "TooLarge", "mentioned", "project", "solve"]

from collections.abc import Sequence

from .formula import Every, Formula, Literal, Some

#: Cases looked at for one question.
CASES = 2000

#: The cells still possible of each variable that was asked about.
State = dict[int, int]


class TooLarge(Exception):  # noqa: N818 - it is no error: the question stays open
    """The question has too many cases to be answered."""


def solve(formula: Formula, full: Sequence[int]) -> State | None:
    """Return cells in which *formula* holds, or None when it never does.

    *full* holds for each variable the mask of all its cells. Whatever cell of the state is taken
    for each variable, and for each variable outside of it, the formula is true.
    """
    stack: list[tuple[State, list[Formula]]] = [({}, [formula])]
    cases = 0
    while stack:
        state, todo = stack.pop()
        choices = _settle(state, todo, full)
        if choices is None:
            continue
        if not choices:
            return state
        choice = min(choices, key=lambda some: len(some.parts))
        rest: list[Formula] = [other for other in choices if other is not choice]
        cases += len(choice.parts)
        if cases > CASES:
            raise TooLarge
        branches: list[tuple[State, list[Formula]]] = []
        excluded: list[Formula] = []
        for part in choice.parts:
            branches.append((dict(state), [part, *excluded, *rest]))
            if isinstance(part, Literal):
                # The branches that follow need not look again where this one has looked.
                excluded.append(Literal(part.variable, full[part.variable] & ~part.mask))
        stack.extend(reversed(branches))
    return None


def _settle(state: State, todo: list[Formula], full: Sequence[int]) -> list[Some[Literal]] | None:
    """Narrow *state* by all that must hold; return the choices left, None if none is possible."""
    choices: list[Some[Literal]] = []
    todo = list(todo)
    while True:
        while todo:
            part = todo.pop()
            if isinstance(part, Literal):
                mask = state.get(part.variable, full[part.variable]) & part.mask
                if not mask:
                    return None
                state[part.variable] = mask
            elif isinstance(part, Every):
                todo.extend(part.parts)
            else:
                choices.append(part)
        left: list[Some[Literal]] = []
        for choice in choices:
            found = [(part, _known(part, state, full)) for part in choice.parts]
            if any(known for _part, known in found):
                continue
            open_parts = [part for part, known in found if known is None]
            if not open_parts:
                return None
            if len(open_parts) == 1:
                todo.append(open_parts[0])
            else:
                left.append(Some(tuple(open_parts)))
        choices = left
        if not todo:
            return choices


def _known(part: Formula, state: State, full: Sequence[int]) -> bool | None:
    """Return whether *part* holds in every cell of *state*, in none (False), or in some (None)."""
    if isinstance(part, Literal):
        here = state.get(part.variable, full[part.variable])
        if not here & part.mask:
            return False
        return None if here & ~part.mask else True
    stops = isinstance(part, Some)
    answer: bool | None = not stops
    for inner in part.parts:
        known = _known(inner, state, full)
        if known is stops:
            return stops
        if known is None:
            answer = None
    return answer


def project(formula: Formula, full: Sequence[int]) -> State:
    """Return for each variable the cells outside of which *formula* cannot hold.

    A variable that it leaves open is not in the result.
    """
    if isinstance(formula, Literal):
        open_ = formula.mask == full[formula.variable]
        return {} if open_ else {formula.variable: formula.mask}
    parts = [project(part, full) for part in formula.parts]
    if isinstance(formula, Every):
        met: State = {}
        for part in parts:
            for variable, mask in part.items():
                met[variable] = met.get(variable, full[variable]) & mask
        return met
    if not parts:
        return {}
    shared = set(parts[0]).intersection(*parts[1:])
    joined: State = {}
    for variable in shared:
        mask = 0
        for part in parts:
            mask |= part[variable]
        if mask != full[variable]:
            joined[variable] = mask
    return joined


def mentioned(formula: Formula) -> set[int]:
    """Return the variables that *formula* asks about."""
    if isinstance(formula, Literal):
        return {formula.variable}
    return {variable for part in formula.parts for variable in mentioned(part)}
