"""Check workflows: their criteria, their actions, and whether they can ever fire (B2)."""

from __future__ import annotations

__all__ = ["check_constant", "check_workflow"]

from collections.abc import Set as AbstractSet

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Severity

from ...model import Side
from ..catalog import Catalog, Problems, Scope
from ..walk import asks_twice, looks_back, names_in
from .cadences import check_cadence
from .criteria import check_criterion
from .maps import find_object


def _check_late_rows(when: s.Criterion, problems: Problems) -> None:
    """Warn of an event in an ``any`` that a lasting row can hide: a workflow fires once."""
    if not isinstance(when, s.Group) or when.quantifier is not s.Quantifier.ANY:
        return
    lasting = [row for row in when.rows if not looks_back(row)]
    for row in when.rows:
        if lasting and looks_back(row):
            problems.add(
                "W905",
                f"while line {lasting[0].span.line} holds, this row starts nothing: the workflow "
                "fires once, when its criteria start to hold",
                row.span,
                notes=("Give the row a workflow of its own, or write `every time`.",),
                severity=Severity.WARNING,
            )


def check_constant(criterion: s.Criterion, scope: Scope, problems: Problems) -> None:
    """Warn of a criterion that says the same of every record."""
    names = [name.text for name in names_in(criterion)]
    if len(set(names)) == len(names) and not asks_twice(criterion):
        # Where each field is asked once, a record can answer either way.
        return
    if any(fault.severity is Severity.ERROR for fault in problems.found):
        # Of criteria with a fault, nothing is certain.
        return
    # Here: reasoning is built on top of the rules.
    from ...analysis.findings import Kind
    from ...analysis.judge import constant

    for verdict in constant(criterion, scope):
        never = verdict.kind is Kind.ALWAYS_FALSE
        problems.add(
            "W906" if never else "W907",
            "no record can ever fit this" if never else "every record fits this",
            verdict.rows[0].span,
            notes=("`syncline analyse` says more about it.",),
            severity=Severity.WARNING,
        )


def check_workflow(
    workflow: s.Workflow, mapped: AbstractSet[str], catalog: Catalog, problems: Problems
) -> None:
    """Note every fault of *workflow*; *mapped* are the CRM's objects that a map brings over."""
    scope = find_object(workflow.object, Side.CRM, catalog, problems)
    if scope is not None:
        check_criterion(workflow.when, scope, catalog, problems)
        check_constant(workflow.when, scope, problems)
        if mapped and scope.type.name not in mapped:
            problems.add(
                "W908",
                f"no map brings {scope.type.name} over, so this workflow never fires",
                workflow.object.span,
                notes=(f"Add `map {scope.type.name} <-> …`, or choose an object that is mapped.",),
                severity=Severity.WARNING,
            )
    if not workflow.every_time:
        _check_late_rows(workflow.when, problems)
    cadence = catalog.descriptions[Side.CADENCE]
    able = {a.name for a in cadence.actions}
    for action in workflow.actions:
        if action.action not in able:
            problems.add(
                "E401",
                f"{catalog.systems[Side.CADENCE]} cannot do `{action.action}`",
                action.span,
                notes=(
                    "It can: " + ", ".join(sorted(able)) + "." if able else "It has no actions.",
                ),
            )
        target = action.cadence
        if target is not None:
            check_cadence(target, cadence.cadences, problems)
