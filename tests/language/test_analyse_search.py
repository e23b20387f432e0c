"""The search for cells in which a formula holds, against all cells there are."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, strategies as st

from support_properties import examples
from syncline.analysis.formula import Every, Formula, Literal, Some, every, some
from syncline.analysis.solve import TooLarge, project, solve

SIZE, WIDTH = 3, 3
FULL = [(1 << WIDTH) - 1] * SIZE
_LITERALS = st.builds(Literal, st.integers(0, SIZE - 1), st.integers(0, FULL[0]))


def _grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    parts: st.SearchStrategy[tuple[Formula, ...]] = st.lists(inner, max_size=3).map(tuple)
    together: st.SearchStrategy[Formula] = parts.map(lambda given: Every(given))
    return together | parts.map(lambda given: Some(given))


_FORMULAS: st.SearchStrategy[Formula] = st.recursive(_LITERALS, _grown, max_leaves=12)


def holds(formula: Formula, cells: tuple[int, ...]) -> bool:
    """Tell whether *formula* holds in one cell of each variable."""
    if isinstance(formula, Literal):
        return bool(1 << cells[formula.variable] & formula.mask)
    inner = [holds(part, cells) for part in formula.parts]
    return all(inner) if isinstance(formula, Every) else any(inner)


@examples(300)
@given(_FORMULAS)
def test_the_search_finds_cells_exactly_where_there_are_some(formula: Formula) -> None:
    """What it finds makes the formula true, whatever the other variables are."""
    points = list(product(range(WIDTH), repeat=SIZE))
    state = solve(formula, FULL)

    if state is None:
        assert not any(holds(formula, cells) for cells in points)
    else:
        inside = [c for c in points if all(1 << c[v] & mask for v, mask in state.items())]
        assert inside
        assert all(holds(formula, cells) for cells in inside)


@examples(300)
@given(_FORMULAS)
def test_a_formula_holds_nowhere_outside_of_its_reach(formula: Formula) -> None:
    """The reach by single variables leaves nothing out, and joining parts changes nothing."""
    reach = project(formula, FULL)
    parts = () if isinstance(formula, Literal) else formula.parts
    for cells in product(range(WIDTH), repeat=SIZE):
        if holds(formula, cells):
            assert all(1 << cells[variable] & mask for variable, mask in reach.items())
        assert holds(every(parts), cells) is all(holds(part, cells) for part in parts)
        assert holds(some(parts), cells) is any(holds(part, cells) for part in parts)


def test_a_question_with_too_many_cases_stays_open() -> None:
    """Whether more holes than pigeons are wanted is not found out at any price."""
    holes, pigeons = range(8), range(9)
    number = {pair: at for at, pair in enumerate(product(pigeons, holes))}
    homes = [some(Literal(number[p, h], 2) for h in holes) for p in pigeons]
    alone = [
        some([Literal(number[p, h], 1), Literal(number[q, h], 1)])
        for h in holes
        for p in pigeons
        for q in pigeons
        if p < q
    ]
    with pytest.raises(TooLarge):
        solve(every([*homes, *alone]), [3] * len(number))
