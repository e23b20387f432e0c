"""Print criteria: on one line where they are short and plain, else a condition a line."""

from __future__ import annotations

__all__ = ["print_criterion", "stays_on_line"]

from collections.abc import Iterator, Sequence

from .. import syntax as s
from .expression_text import CHAINED, comparison, flat, needs_brackets
from .layout import Layout, Lines
from .page import Page


def print_criterion(
    page: Page,
    layout: Layout,
    node: s.Criterion,
    indent: int,
    *,
    after: str = "",
    opened: bool = False,
) -> None:
    """Go on in the line of *page*, which is indented by *indent* steps, with a criterion.

    *after* is what will follow it in the line; a group that stands *opened* takes several lines.
    """
    inner = list(_inner(layout, node))
    text = None if opened else flat(node)
    if text is not None and page.fits(text + after) and stays_on_line(page, inner):
        page.put(text)
        return
    match node:
        case s.Comparison():
            page.fill(comparison(node), indent)
        case s.Not():
            page.put("not ")
            _print_operand(page, layout, node.row, node, indent, after)
        case s.Group() if node.inline:
            for number, row in enumerate(node.rows):
                if number:
                    lines = layout.at(row)
                    above = tuple(text for text in lines.above if text)
                    page.begin(indent + 1, Lines(above, lines.beside))
                    page.put(f"{CHAINED[node.quantifier]} ")
                ends = after if number == len(node.rows) - 1 else ""
                _print_operand(page, layout, row, node, indent + (number > 0), ends)
        case s.Group():
            page.put(f"{node.quantifier} {{")
            for number, row in enumerate(node.rows):
                page.begin(indent + 1, layout.at(row), first=number == 0)
                print_criterion(page, layout, row, indent + 1)
            page.close(indent, layout.foot(node), "}", empty=not node.rows)


def _print_operand(
    page: Page,
    layout: Layout,
    row: s.Criterion,
    parent: s.Not | s.Group,
    indent: int,
    after: str,
) -> None:
    if not needs_brackets(row, parent):
        print_criterion(page, layout, row, indent, after=after)
        return
    page.put("(")
    print_criterion(page, layout, row, indent, after=f"){after}")
    page.put(")")


def _inner(layout: Layout, node: s.Criterion) -> Iterator[Lines]:
    """Yield the lines that begin within *node*, in the order written."""
    match node:
        case s.Comparison():
            return
        case s.Not():
            yield from _inner(layout, node.row)
        case s.Group():
            for number, row in enumerate(node.rows):
                if number or not node.inline:
                    yield layout.at(row)
                yield from _inner(layout, row)
            if not node.inline:
                yield layout.foot(node)


def stays_on_line(page: Page, inner: Sequence[Lines]) -> bool:
    """Tell whether no comment keeps what has these lines within from being one line.

    A comment beside the last of them may stay: it moves to the end of the line.
    """
    if not inner:
        return True
    *others, last = inner
    if page.beside or any(last.above) or any(lines.comments for lines in others):
        return False
    page.beside = last.beside
    return True
