"""Check a rule file against a catalog: every fault as a diagnostic, in the order of the file."""

from __future__ import annotations

__all__ = ["MAX_RULES", "check", "flows_of", "in_flow"]

import re
from collections.abc import Mapping

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Severity, Span

from ...model import Side
from ..catalog import Catalog, Problems
from .activities import check_activity
from .blocks import check_allow, check_form
from .deletes import check_deletes
from .directions import check_direction
from .maps import check_map, find_object
from .tests import check_test
from .turning import sides_of
from .workflows import check_workflow

#: More statements than this are no rule file; every cycle would have to look at each.
MAX_RULES = 20_000
#: Per cent.
_ALL = 100
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def flows_of(tree: s.RuleFile) -> Mapping[Side, s.Flow]:
    """Return the directions switched on (K8, K9), by the side that changes come from."""
    return {Side(f.source): f for f in tree.statements if isinstance(f, s.Flow)}


def in_flow(block: s.ObjectMap, flows: Mapping[Side, s.Flow]) -> frozenset[Side]:
    """Return the sides on which *block* may write: its arrow, and the switch of the direction."""
    return frozenset(side for side in sides_of(block.arrow) if side.other in flows)


def check(tree: s.RuleFile, catalog: Catalog) -> tuple[Diagnostic, ...]:
    """Return every fault of *tree*; empty when it may run."""
    problems = Problems()
    if len(tree.statements) > MAX_RULES:
        problems.add(
            "E113",
            f"the file has {len(tree.statements):,} rules; {MAX_RULES:,} are the most",
            tree.statements[MAX_RULES].span,
            notes=('Rules that differ in a value alone can be one: `Status in "A", "B"`.',),
        )
        return tuple(problems.found)
    _check_head(tree, catalog, problems)
    flows = flows_of(tree)
    mapped = {
        scope.type.name
        for block in tree.statements
        if isinstance(block, s.ObjectMap)
        and (scope := find_object(block.crm_object, Side.CRM, catalog, Problems()))
    }
    for statement in tree.statements:
        match statement:
            case s.ObjectMap():
                open_to = in_flow(statement, flows)
                check_map(statement, catalog, problems, creates=open_to)
                check_deletes(statement, flows, catalog, problems)
            case s.Workflow():
                check_workflow(statement, mapped, catalog, problems)
            case s.Activity():
                check_activity(statement, tree, catalog, problems)
            case s.Flow():
                check_direction(statement, tree, catalog, problems)
            case s.Form():
                check_form(statement, catalog, problems)
            case s.Test():
                check_test(statement, catalog, problems, tree)
            case s.Allow():
                check_allow(statement, problems)
            case s.Connect() | s.Schedule() | s.Admin():
                pass
    return tuple(sorted(problems.found, key=lambda d: (d.span.start, d.code)))


def _check_head(tree: s.RuleFile, catalog: Catalog, problems: Problems) -> None:
    sides: set[str] = set()
    names: dict[tuple[type, str], int] = {}
    firsts: dict[str, int] = {}
    for statement in tree.statements:
        match statement:
            case s.Connect(side, system, span):
                if side in sides:
                    problems.add("E208", f"the {Side(side).word} is connected twice", span)
                sides.add(side)
                if catalog.connectors and system.text not in catalog.connectors:
                    problems.unknown("E206", "system", system, catalog.connectors)
            case s.Schedule():
                _once("sync every", statement.span, firsts, problems)
                _check_schedule(statement, problems)
            case s.Flow(source, target, _, span):
                if source == target:
                    problems.add("E309", f"the {Side(source).word} is on both sides", span)
                else:
                    _once(f"sync {source} to {target}", span, firsts, problems)
            case s.Admin(email, span):
                _once("admin", span, firsts, problems)
                if not _EMAIL.fullmatch(email):
                    problems.add("E111", f"`{email}` is no e-mail address", span)
            case s.Workflow() | s.Form() | s.Test():
                key = (type(statement), statement.name)
                if key in names:
                    kind = type(statement).__name__.lower()
                    problems.add(
                        "E208",
                        f'a {kind} "{statement.name}" stands in line {names[key]} already',
                        statement.span,
                    )
                names.setdefault(key, statement.span.line)
            case _:
                pass
    mapped: dict[str, int] = {}
    for statement in tree.statements:
        if isinstance(statement, s.ObjectMap):
            name = statement.crm_object
            if name.text in mapped:
                problems.add(
                    "E208",
                    f"{name.text} is mapped in line {mapped[name.text]} already",
                    name.span,
                    notes=("An object of the CRM has one partner in the cadence.",),
                )
            mapped.setdefault(name.text, name.span.line)
    flowing = flows_of(tree)
    maps = [m for m in tree.statements if isinstance(m, s.ObjectMap)]
    if maps and not any(in_flow(block, flowing) for block in maps):
        problems.add(
            "W901",
            "no direction is switched on, so nothing flows",
            maps[0].span,
            notes=("Add `sync crm to cadence`, `sync cadence to crm`, or both.",),
            severity=Severity.WARNING,
        )
    for side in Side:
        if maps and side not in sides:
            problems.add(
                "E403",
                f"nothing says which system is the {side.word}",
                maps[0].span,
                notes=(f"Add a line such as `connect {side} to local`.",),
            )


def _once(what: str, span: Span, firsts: dict[str, int], problems: Problems) -> None:
    if what in firsts:
        problems.add("E208", f"`{what}` stands in line {firsts[what]} already", span)
    firsts.setdefault(what, span.line)


def _check_schedule(schedule: s.Schedule, problems: Problems) -> None:
    """Hold the schedule to the bounds of K6 and K7."""
    if not 5 <= schedule.minutes <= 240:
        how = "often" if schedule.minutes < 5 else "seldom"
        problems.add(
            "E111",
            f"every {schedule.minutes} minutes is too {how}: choose 5 to 240 minutes",
            schedule.span,
        )
    if schedule.calls is not None and schedule.calls < 1:
        message = f"at most 0 {schedule.counted} would leave every record waiting"
        problems.add("E111", message, schedule.span)
    if schedule.hours != 24:
        problems.add("E111", f"{schedule.counted} are counted per 24 hours", schedule.span)
    if schedule.max_deletes is not None and schedule.max_deletes > _ALL:
        problems.add(
            "E111",
            f"{schedule.max_deletes} % is more than all: choose 0 to 100 %",
            schedule.span,
        )
