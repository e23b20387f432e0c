"""Check which way a map lets a deletion go on: once, along its arrows, to what can be deleted."""

from __future__ import annotations

__all__ = ["check_deletes"]

from collections.abc import Mapping

from syncline_grammar import syntax as s

from ...model import Side
from ..catalog import Catalog, Problems
from .maps import find_object
from .turning import sides_of


def check_deletes(
    block: s.ObjectMap, flows: Mapping[Side, s.Flow], catalog: Catalog, problems: Problems
) -> None:
    """Note every fault of what *block* says of deletions (B9)."""
    first, *others = block.deletes or (None,)
    if first is None:
        return
    for row in others:
        message = f"what becomes of deletions stands in line {first.span.line} already"
        problems.add("E310", message, row.span, notes=("`deletes <->` stands for both ways.",))
    for side in Side:
        if side not in sides_of(first.arrow):
            continue
        if side not in sides_of(block.arrow):
            message = f"the map goes `{block.arrow}` only; this deletes in the {side.word}"
            problems.add("E320", message, first.span)
        elif flows and side.other not in flows:
            problems.add(
                "E320",
                f"this deletes in the {side.word}, and `sync {side.other} to {side}` is not "
                "switched on",
                first.span,
                notes=(f"Add `sync {side.other} to {side}`, or turn the arrow round.",),
            )
        name = block.crm_object if side is Side.CRM else block.cadence_object
        scope = find_object(name, side, catalog, Problems())
        if scope is not None and not scope.type.deletable:
            problems.add("E401", f"{scope.system} lets us delete no {scope.type.name}", first.span)
