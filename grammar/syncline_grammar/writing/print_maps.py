"""Print field mappings: CRM name, arrow and cadence name in columns, then what the row says."""

from __future__ import annotations

__all__ = ["print_map"]

from .. import syntax as s
from .expression_text import expression, listed
from .layout import Layout, runs
from .page import Page, column, padded, rows
from .print_criteria import stays_on_line
from .spelling import UnwritableError, literal, name

_ARROWS = {s.Arrow.BOTH: "<->", s.Arrow.TO_CADENCE: " ->", s.Arrow.TO_CRM: "<- "}


def print_map(page: Page, layout: Layout, node: s.ObjectMap) -> None:
    """Go on in the line of *page* with a map: matches, what it says of deletions, rows."""
    page.put(f"map {name(node.crm_object)} {node.arrow} {name(node.cadence_object)} {{")
    for number, match in enumerate(node.matches):
        page.begin(1, layout.at(match), first=number == 0)
        page.put(f"match {name(match.crm)} = {name(match.cadence)}")
    for number, deletes in enumerate(node.deletes):
        page.begin(1, layout.at(deletes), first=number == 0 and not node.matches)
        page.put(f"deletes {deletes.arrow}")
    first = not node.matches and not node.deletes
    for run in runs(node.rows, layout):
        crm = column(name(row.crm) for row in run)
        cadence = column(name(row.cadence) for row in run)
        for row in run:
            page.begin(1, layout.at(row), first=first)
            first = False
            page.put(f"{padded(name(row.crm), crm)}  {_ARROWS[row.arrow]} ")
            page.put(padded(name(row.cadence), cadence) + "  ")
            _print_row(page, layout, row)
    page.close(0, layout.foot(node), "}", empty=first)


def _print_row(page: Page, layout: Layout, row: s.FieldMapping) -> None:
    """Print what stands right of the names."""
    if row.repeated:
        word = row.repeated[0]
        raise UnwritableError(
            f"`{word.text}` is said twice of one row, or against another of its words",
            word.span.line,
        )
    if row.table is None:
        page.fill(listed(_words(row)), 1)
    else:
        _print_table(page, layout, row, row.table)


def _words(row: s.FieldMapping) -> list[str]:
    """Return what a row says, except for its table."""
    words = [word for word in ("required", "locked", "erase") if getattr(row, word)]
    if row.default is not None:
        words.append(f"default {literal(row.default)}")
    if row.to_crm is not None and row.to_crm is row.to_cadence:
        words.append(row.to_crm)
    else:
        words += [f"to crm {row.to_crm}"] if row.to_crm is not None else []
        words += [f"to cadence {row.to_cadence}"] if row.to_cadence is not None else []
    if row.conflict is not None:
        words.append(row.conflict)
    if row.using is not None:
        words.append(f"using {expression(row.using)}")
    if row.otherwise is not None and row.table is None:
        words.append(f"else {row.otherwise}")
    return words


def _print_table(page: Page, layout: Layout, row: s.FieldMapping, table: s.Table) -> None:
    words = _words(row)
    ends = [] if table.otherwise is None else [f" else {literal(table.otherwise)}"]
    ends += [] if row.otherwise is None else [f" else {row.otherwise}"]
    otherwise = ",".join(ends)
    pairs = ", ".join(f"{literal(crm)} = {literal(cadence)}" for crm, cadence in table.entries)
    whole = ", ".join([*words, f"as {{ {pairs} }}{otherwise}"])
    cadence = {id(crm): literal(cadence) for crm, cadence in table.entries}
    keys = [crm for crm, _cadence in table.entries]
    inner = [*map(layout.at, keys), layout.foot(table)]
    if page.fits(whole) and stays_on_line(page, inner):
        page.put(whole)
        return
    page.fill(listed([*words, "as {"]), 1)
    for key, crm in rows(page, layout, keys, literal, 2):
        page.put(f"{crm} = {cadence[id(key)]},")
    page.close(1, layout.foot(table), "}", empty=False)
    page.put(otherwise)
