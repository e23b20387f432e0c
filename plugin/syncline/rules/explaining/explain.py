"""Why a criterion says what it says of a record: a tree of TRUE and FALSE, with the values seen.

Each row is compiled by the generator that compiles the rule itself, so the two cannot drift apart.
The groups above only combine the rows' truths; every row is asked, even where the answer stands.
"""

from __future__ import annotations

__all__ = ["Explainer", "Explanation", "Seen", "explainer"]

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...model import Value
from ..catalog import Catalog, Scope
from ..compiling.criteria import Code
from ..values import Clock, plain
from .explanation import Explanation, Seen
from .rows import Looked, Row

Values: TypeAlias = Mapping[str, Value]

Explainer: TypeAlias = Callable[[Values, Values | None, Clock], Explanation]


def explainer(
    criterion: s.Criterion, scope: Scope, catalog: Catalog, source: Source | None = None
) -> Explainer:
    """Return what explains a checked *criterion* for a record, the record before, and a clock.

    Texts are read from *source*, the file that the criterion stands in; without one they are empty.
    """
    code = Code(catalog)
    rows = [Row(node, scope, code, source) for node in _rows_of(criterion)]
    moments = [f" {name} = {value}" for name, value in code.moments.items()]
    looked = "".join(f"({row.source}), " for row in rows)
    lines = ["def look(r, b, t):", *moments, f" return ({looked})"]
    exec("\n".join(lines), code.bound)  # noqa: S102 - generated names, signs and key words alone
    look = code.bound["look"]

    def explain(record: Values, before: Values | None, clock: Clock) -> Explanation:
        found: tuple[Looked, ...]
        try:
            found = look(record, before, clock)
        except TypeError:
            # A value that no connector gives; the rule itself reads it the same way.
            found = look(plain(record), None if before is None else plain(before), clock)
        told = [row.told(one, new=before is None) for row, one in zip(rows, found, strict=True)]
        return _combined(criterion, iter(told))

    return explain


def _rows_of(node: s.Criterion) -> Iterator[s.Comparison]:
    if isinstance(node, s.Comparison):
        yield node
    else:
        for inner in (node.row,) if isinstance(node, s.Not) else node.rows:
            yield from _rows_of(inner)


def _combined(node: s.Criterion, rows: Iterator[Explanation]) -> Explanation:
    """Return the tree of *node* over the explanations of its rows, taken in order."""
    if isinstance(node, s.Comparison):
        return next(rows)
    if isinstance(node, s.Not):
        inner = _combined(node.row, rows)
        return Explanation(
            node=node, text="not", span=node.span, truth=not inner.truth, children=(inner,)
        )
    children = tuple(_combined(row, rows) for row in node.rows)
    truths = [child.truth for child in children]
    truth = all(truths) if node.quantifier is s.Quantifier.ALL else any(truths)
    return Explanation(
        node=node,
        text=str(node.quantifier),
        span=node.span,
        truth=truth is not (node.quantifier is s.Quantifier.NONE),
        children=children,
    )
