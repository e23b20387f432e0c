"""Check the criteria of a direction, which are asked of every object that a map brings over."""

from __future__ import annotations

__all__ = ["check_direction"]

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Span

from ...model import Side
from ..catalog import Catalog, Problems, Scope
from ..walk import names_in
from .criteria import check_criterion
from .maps import find_object
from .workflows import check_constant


def check_direction(flow: s.Flow, tree: s.RuleFile, catalog: Catalog, problems: Problems) -> None:
    """Note every fault of ``sync … where``, and which objects lack a field of it (K8)."""
    if flow.where is None or flow.source == flow.target:
        return
    asked = _asked(Side(flow.source), tree, catalog)
    found: dict[Diagnostic, None] = {}
    lacking: dict[Span, list[str]] = {}
    for kind, scope in asked.items():
        told = Problems()
        check_criterion(flow.where, scope, catalog, told, history=False)
        check_constant(flow.where, scope, told)
        for fault in told.found:
            if fault.code == "E202":
                kinds = lacking.setdefault(fault.span, [])
                kinds.append(kind)
                if len(kinds) > 1:
                    # It is told of the first object.
                    continue
            found[fault] = None
    names = {name.span: name.text for name in names_in(flow.where)}
    for fault in found:
        kinds = lacking.get(fault.span, [])
        if fault.code != "E202" or len(kinds) == len(asked):
            problems.found.append(fault)
        else:
            problems.add(
                "E202",
                f"`{names[fault.span]}` is no field of {' or '.join(kinds)}, and `where` is asked "
                f"of {' and '.join(asked)}",
                fault.span,
                notes=("Ask for a field that each of them has.",),
            )


def _asked(side: Side, tree: s.RuleFile, catalog: Catalog) -> dict[str, Scope]:
    """Return the objects of *side* that a map brings over, by name."""
    asked: dict[str, Scope] = {}
    for block in tree.statements:
        if isinstance(block, s.ObjectMap):
            name = block.crm_object if side is Side.CRM else block.cadence_object
            scope = find_object(name, side, catalog, Problems())
            if scope is not None:
                asked.setdefault(scope.type.name, scope)
    return asked
