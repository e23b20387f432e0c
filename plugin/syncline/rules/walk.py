"""Walk criteria and expressions: which fields they read, and whether they look at the clock."""

from __future__ import annotations

__all__ = ["asks_twice", "is_timed", "looks_back", "names_in", "reads_clock"]

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


def looks_back(node: s.Criterion) -> bool:
    """Tell whether *node* asks what has just happened, so that it holds for one change alone."""
    if isinstance(node, s.Not):
        return looks_back(node.row)
    if isinstance(node, s.Group):
        return any(looks_back(row) for row in node.rows)
    return node.op in _LOOKING_BACK


def asks_twice(node: s.Criterion) -> bool:
    """Tell whether *node* has a row that is two conditions of one value: ``between``."""
    if isinstance(node, s.Not):
        return asks_twice(node.row)
    if isinstance(node, s.Group):
        return any(asks_twice(row) for row in node.rows)
    return node.op is s.Op.BETWEEN


_LOOKING_BACK = {
    s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS, s.Op.IS_NEW, s.Op.IS_DELETED,
    s.Op.IS_MERGED, s.Op.IS_CONVERTED, s.Op.IS_UNDELETED,
}  # fmt: skip


def is_timed(node: s.Criterion) -> bool:
    """Tell whether time alone can change what *node* says of a record."""
    if isinstance(node, s.Not):
        return is_timed(node.row)
    if isinstance(node, s.Group):
        return any(is_timed(row) for row in node.rows)
    operands = node.right if node.left is None else (node.left, *node.right)
    return node.op in {s.Op.IN_LAST, s.Op.IN_NEXT} or any(map(reads_clock, operands))


def reads_clock(value: s.Expression) -> bool:
    """Tell whether *value* is, or is made of, a moment counted from now."""
    match value:
        case s.Call(args=args):
            return any(map(reads_clock, args))
        case s.Arithmetic(first=first, rest=rest):
            return any(map(reads_clock, (first, *(operand for _sign, operand in rest))))
        case _:
            return isinstance(value, s.Relative)
