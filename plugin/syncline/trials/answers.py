"""What each row of criteria answers, and which rows decide: the words are `explain`'s affair.

Every row is compiled by the generator that compiles the rules, so the two cannot drift apart.
"""

from __future__ import annotations

__all__ = ["Asker", "answer", "asker", "pivotal", "rows_of"]

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from syncline_grammar import syntax as s

from ..rules.catalog import Catalog, Scope
from ..rules.compiled import Values
from ..rules.compiling.criteria import Code
from ..rules.values import Clock

#: From a record, the record before and the clock to the answer of each row, in order.
Asker: TypeAlias = Callable[[Values, Values | None, Clock], tuple[bool, ...]]


def rows_of(node: s.Criterion) -> Iterator[s.Comparison]:
    """Yield the rows of a criterion, in the order written."""
    match node:
        case s.Comparison():
            yield node
        case s.Not():
            yield from rows_of(node.row)
        case s.Group():
            for row in node.rows:
                yield from rows_of(row)


def asker(criterion: s.Criterion, scope: Scope, catalog: Catalog) -> Asker:
    """Return what asks each row of a checked *criterion*."""
    code = Code(catalog)
    rows = "".join(f"{code.criterion(row, scope)}, " for row in rows_of(criterion))
    moments = [f" {name} = {value}" for name, value in code.moments.items()]
    lines = ["def ask(r, b, t):", *moments, f" return ({rows})"]
    exec("\n".join(lines), code.bound)  # noqa: S102 - generated names, signs and key words alone
    ask: Asker = code.bound["ask"]
    return ask


def answer(criterion: s.Criterion, rows: Sequence[bool]) -> bool:
    """Return what *criterion* says when its rows say *rows*."""
    return _said(criterion, iter(rows))


def _said(node: s.Criterion, rows: Iterator[bool]) -> bool:
    match node:
        case s.Comparison():
            return next(rows)
        case s.Not():
            return not _said(node.row, rows)
        case s.Group():
            said = [_said(row, rows) for row in node.rows]
            if node.quantifier is s.Quantifier.ALL:
                return all(said)
            return any(said) is not (node.quantifier is s.Quantifier.NONE)


def pivotal(criterion: s.Criterion, rows: Sequence[bool]) -> list[bool]:
    """Tell of each row whether turning its answer round would turn the whole."""
    return list(_pivots(criterion, iter(rows))[1])


def _pivots(node: s.Criterion, rows: Iterator[bool]) -> tuple[bool, list[bool]]:
    """Return what *node* says, and of each row below whether it decides that."""
    match node:
        case s.Comparison():
            return next(rows), [True]
        case s.Not():
            said, below = _pivots(node.row, rows)
            return not said, below
        case s.Group():
            each = [_pivots(row, rows) for row in node.rows]
            neutral = node.quantifier is s.Quantifier.ALL
            against = sum(said is not neutral for said, _below in each)
            # A row decides only where all beside it leave the choice to it.
            found = [
                decides and against == (said is not neutral)
                for said, below in each
                for decides in below
            ]
            said = against == 0 if neutral else against > 0
            return said is not (node.quantifier is s.Quantifier.NONE), found
