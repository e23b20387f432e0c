"""Diagnostics as one types, and the edits that mend them (B14)."""

from __future__ import annotations

__all__ = ["Action", "actions", "diagnostics"]

from collections.abc import Sequence
from dataclasses import dataclass

from syncline_grammar.diagnostics import Diagnostic, Edit

from ..rules.catalog import Catalog
from ..rules.ruleset import load_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that an editor offers to do: edits, and the fault that they mend."""

    title: str
    edits: tuple[Edit, ...]
    #: None for what mends all faults at once.
    mends: Diagnostic | None = None


def diagnostics(text: str, catalog: Catalog) -> tuple[Diagnostic, ...]:
    """Return every fault of *text*, in the order of the file."""
    return load_rules(text, catalog).diagnostics


def actions(found: Sequence[Diagnostic], start: int, end: int) -> list[Action]:
    """Return the fixes of the faults that touch the characters from *start* to *end*.

    When more than one fault of the file has a fix, one more action mends all of them.
    """
    offered = [
        Action(title=_title(fault.fix), edits=(fault.fix,), mends=fault)
        for fault in found
        if fault.fix is not None and _touches(fault, start, end)
    ]
    edits = _together(found)
    if offered and len(edits) > 1:
        offered.append(Action(title=f"Fix all {len(edits)} faults that have a fix", edits=edits))
    return offered


def _touches(fault: Diagnostic, start: int, end: int) -> bool:
    spans = [fault.span] if fault.fix is None else [fault.span, fault.fix.span]
    return any(span.start <= end and start <= span.end for span in spans)


def _title(edit: Edit) -> str:
    return edit.title[:1].upper() + edit.title[1:]


def _together(found: Sequence[Diagnostic]) -> tuple[Edit, ...]:
    """Return the fixes that do not lie in one another's way, each once."""
    edits = {fault.fix.span[:2]: fault.fix for fault in found if fault.fix is not None}
    kept: list[Edit] = []
    for _place, edit in sorted(edits.items()):
        if not kept or edit.span.start >= kept[-1].span.end:
            kept.append(edit)
    return tuple(kept)
