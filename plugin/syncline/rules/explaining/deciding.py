"""Which rows of an explained criterion decide, and what would have to change for another answer."""

from __future__ import annotations

__all__ = ["deciding", "ways_to_change"]

from itertools import product

from syncline_grammar import syntax as s

from .explanation import Explanation

#: More ways than these are no help to a reader.
_WAYS = 6
_ROWS = 4

Rows = frozenset[int]


def deciding(explained: Explanation) -> tuple[Explanation, ...]:
    """Return the rows that make the answer what it is, in the order written.

    Of an ``all`` that is false, its false rows; of one that is true, every row.
    """
    node = explained.node
    if isinstance(node, s.Comparison):
        return (explained,)
    children = explained.children
    if isinstance(node, s.Group):
        # One row is enough against `all`, and one is enough for `any` (and against `none`).
        strong = node.quantifier is not s.Quantifier.ALL
        if any(child.truth is strong for child in children):
            children = tuple(child for child in children if child.truth is strong)
    return tuple(row for child in children for row in deciding(child))


def ways_to_change(explained: Explanation) -> tuple[tuple[Explanation, ...], ...]:
    """Return the smallest sets of rows whose answers, turned round, turn the whole answer.

    Each set is one way. None is given when every way takes more than a few rows, or when the ways
    are too many to read. Rows that say the same count as one and turn together.
    """
    rows = list(explained.rows())
    first = {row.node: number for number, row in reversed(list(enumerate(rows)))}
    ways = _ways(explained, not explained.truth, first)
    found = sorted({way for way in ways if _turns(explained, way, first)}, key=sorted)
    least = min(map(len, found), default=0)
    smallest = [way for way in found if len(way) == least]
    if least > _ROWS or len(smallest) > _WAYS:
        return ()
    return tuple(tuple(rows[number] for number in sorted(way)) for way in smallest)


def _ways(explained: Explanation, wanted: bool, numbers: dict[s.Criterion, int]) -> set[Rows]:
    """Return small sets of rows that make *explained* say *wanted* once they are turned round."""
    if explained.truth is wanted:
        return {frozenset()}
    node, children = explained.node, explained.children
    if isinstance(node, s.Comparison):
        return {frozenset({numbers[node]})}
    if isinstance(node, s.Not):
        return _ways(children[0], not wanted, numbers)
    negated = node.quantifier is s.Quantifier.NONE
    inner = wanted is not negated
    each = [_ways(child, inner, numbers) for child in children]
    if (node.quantifier is s.Quantifier.ALL) is inner:
        # Every row has to say so.
        joined: set[Rows] = {frozenset()}
        for ways in each:
            joined = _least({a | b for a, b in product(joined, ways)})
        return joined
    return _least({way for ways in each for way in ways})


def _least(ways: set[Rows]) -> set[Rows]:
    """Keep the smallest; one more than can be shown, so that too many are seen to be too many."""
    return set(sorted(ways, key=lambda way: (len(way), sorted(way)))[: _WAYS + 1])


def _turns(explained: Explanation, way: Rows, numbers: dict[s.Criterion, int]) -> bool:
    """Tell whether turning the rows of *way* round turns the whole answer.

    A row that stands in two places can pull both ways.
    """
    return _answer(explained, way, numbers) is not explained.truth


def _answer(explained: Explanation, way: Rows, numbers: dict[s.Criterion, int]) -> bool:
    node = explained.node
    if isinstance(node, s.Comparison):
        return explained.truth is not (numbers[node] in way)
    answers = [_answer(child, way, numbers) for child in explained.children]
    if isinstance(node, s.Not):
        return not answers[0]
    said = all(answers) if node.quantifier is s.Quantifier.ALL else any(answers)
    return said is not (node.quantifier is s.Quantifier.NONE)
