"""Walk criteria and expressions: which fields they read, and whether they look at the clock."""

from __future__ import annotations

__all__ = ["is_timed", "names_in"]

from collections.abc import Iterator

from syncline_grammar import syntax as s


def names_in(node: s.Criterion | s.Expression | None) -> Iterator[s.Name]:
    """Yield the field names in a criterion or expression, in the order written."""
    match node:
        case s.FieldRef():
            yield node.name
        case s.Call():
            for argument in node.args:
                yield from names_in(argument)
        case s.Arithmetic():
            yield from names_in(node.first)
            for _sign, operand in node.rest:
                yield from names_in(operand)
        case s.Comparison():
            yield from names_in(node.left)
            for value in node.right:
                yield from names_in(value)
        case s.Group():
            for row in node.rows:
                yield from names_in(row)
        case s.Not():
            yield from names_in(node.row)
        case _:
            return


def is_timed(node: s.Criterion) -> bool:
    """Tell whether time alone can change what *node* says of a record."""
    if isinstance(node, s.Not):
        return is_timed(node.row)
    if isinstance(node, s.Group):
        return any(is_timed(row) for row in node.rows)
    return node.op in {s.Op.IN_LAST, s.Op.IN_NEXT} or any(
        isinstance(value, s.Relative) for value in node.right
    )
