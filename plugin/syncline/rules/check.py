"""Check a rule file against a catalog: every fault as a diagnostic, in the order of the file."""

from __future__ import annotations

__all__ = ["check", "flows_of", "in_flow"]

from collections.abc import Mapping

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Severity

from ..model import Side
from .catalog import Catalog, Problems, Scope
from .check_criteria import check_criterion, check_expression, check_value
from .check_maps import check_map, find_object, sides_of
from .texts import variables

_KINDS = ("call", "email", "sms", "note", "meeting", "task")
_ACTIVITY = "activity"
_DAY = 1440


def flows_of(tree: s.RuleFile) -> Mapping[Side, s.Flow]:
    """Return the directions switched on (K8, K9), by the side that changes come from."""
    return {Side(f.source): f for f in tree.statements if isinstance(f, s.Flow)}


def in_flow(block: s.ObjectMap, flows: Mapping[Side, s.Flow]) -> frozenset[Side]:
    """Return the sides on which *block* may write: its arrow, and the switch of the direction."""
    return frozenset(side for side in sides_of(block.arrow) if side.other in flows)


def check(tree: s.RuleFile, catalog: Catalog) -> tuple[Diagnostic, ...]:
    """Return every fault of *tree*; empty when it may run."""
    problems = Problems()
    _check_head(tree, catalog, problems)
    flows = flows_of(tree)
    for statement in tree.statements:
        match statement:
            case s.ObjectMap():
                creates = in_flow(statement, flows)
                check_map(statement, catalog, problems, creates=creates)
            case s.Workflow():
                _check_workflow(statement, catalog, problems)
            case s.Activity():
                _check_activity(statement, catalog, problems)
            case s.Flow():
                _check_flow(statement, tree, catalog, problems)
            case s.Form():
                _check_form(statement, catalog, problems)
            case s.Test():
                _check_test(statement, catalog, problems)
            case s.Allow():
                _check_allow(statement, problems)
            case s.Connect() | s.Schedule() | s.Admin():
                pass
    return tuple(sorted(problems.found, key=lambda d: (d.span.start, d.code)))


def _check_head(tree: s.RuleFile, catalog: Catalog, problems: Problems) -> None:
    sides: set[str] = set()
    names: dict[tuple[type, str], int] = {}
    for statement in tree.statements:
        match statement:
            case s.Connect(side, system, span):
                if side in sides:
                    problems.add("E208", f"the {Side(side).word} is connected twice", span)
                sides.add(side)
                if catalog.connectors and system.text not in catalog.connectors:
                    problems.unknown("E206", "system", system, catalog.connectors)
            case s.Schedule(minutes, calls, span):
                if not 5 <= minutes <= 240:
                    problems.add("E111", f"every {minutes} minutes: 5 to 240 are possible", span)
                if calls is not None and calls < 1:
                    problems.add("E111", "at most 0 calls would leave every record waiting", span)
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


def _check_flow(flow: s.Flow, tree: s.RuleFile, catalog: Catalog, problems: Problems) -> None:
    if flow.where is None:
        return
    side = Side(flow.source)
    seen: set[str] = set()
    for block in tree.statements:
        if not isinstance(block, s.ObjectMap):
            continue
        name = block.crm_object if side is Side.CRM else block.cadence_object
        scope = find_object(name, side, catalog, Problems())
        if scope is not None and scope.type.name not in seen:
            seen.add(scope.type.name)
            check_criterion(flow.where, scope, catalog, problems, history=False)


def _check_workflow(workflow: s.Workflow, catalog: Catalog, problems: Problems) -> None:
    scope = find_object(workflow.object, Side.CRM, catalog, problems)
    if scope is not None:
        check_criterion(workflow.when, scope, catalog, problems)
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
        if target is not None and cadence.cadences and target.value not in cadence.cadences:
            name = s.Name(target.value, target.span)
            problems.unknown("E205", "cadence", name, cadence.cadences)


def _check_activity(activity: s.Activity, catalog: Catalog, problems: Problems) -> None:
    if activity.kind.text not in _KINDS:
        problems.unknown("E209", "kind of activity", activity.kind, _KINDS)
    target = find_object(activity.object, Side.CRM, catalog, problems)
    recorded = catalog.descriptions[Side.CADENCE].get(_ACTIVITY)
    if recorded is None:
        system = catalog.systems[Side.CADENCE]
        problems.add("E401", f"{system} records no activities", activity.span)
        return
    source = Scope(Side.CADENCE, catalog.systems[Side.CADENCE], recorded)
    if target is not None and activity.kind.text in _KINDS:
        system = catalog.systems[Side.CRM]
        if catalog.template(activity.kind.text, target.type.name) is None:
            problems.add(
                "E401",
                f"{system} has no template for a {activity.kind.text} as {target.type.name}",
                activity.object.span,
            )
        if target.type.key_field is None:
            problems.add(
                "E402",
                f"{target.type.name} has no field for Syncline's key, so one could be made twice",
                activity.object.span,
            )
    for row in activity.values:
        field = None if target is None else target.resolve(row.field, problems)
        check_expression(row.value, source, catalog, problems)
        if isinstance(row.value, s.Text):
            for name in variables(row.value):
                if source.find(name) is None:
                    known = [f.name for f in recorded.fields]
                    problems.unknown("E207", "variable", name, known, " of an activity")
        elif field is not None:
            check_value(row.value, field, problems)


def _check_form(form: s.Form, catalog: Catalog, problems: Problems) -> None:
    scope = find_object(form.object, Side.CADENCE, catalog, problems)
    if scope is None:
        return
    for row in form.fields:
        field = scope.resolve(row.field, problems)
        if row.required and row.read_only:
            problems.add("E310", "a field that is read only cannot be required", row.span)
        if row.default is not None and field is not None:
            check_value(row.default, field, problems)


def _check_allow(rule: s.Allow, problems: Problems) -> None:
    start, end = rule.hours
    if not 0 <= start < end <= _DAY:
        problems.add(
            "E111", "the hours begin before they end, and lie within one day", rule.channel.span
        )


def _check_test(test: s.Test, catalog: Catalog, problems: Problems) -> None:
    scopes: dict[str, Scope] = {}
    named = [g.object for g in test.givens if g.object] + [e.object for e in test.expects]
    for name in named:
        for side in Side:
            found = catalog.descriptions[side].get(name.text)
            if found is not None:
                scopes[name.text] = Scope(side, catalog.systems[side], found)
                break
        else:
            known = [o.name for side in Side for o in catalog.descriptions[side].objects]
            problems.unknown("E201", "object", name, known)
    rows: list[s.Given | s.Expect] = [*test.givens, *test.expects]
    for row in rows:
        for field, value in row.values:
            if row.object is None:
                if not any(scope.find(field) for scope in scopes.values()):
                    known = [f.name for scope in scopes.values() for f in scope.type.fields]
                    problems.unknown("E202", "field", field, known)
            elif (scope := scopes.get(row.object.text)) is not None:
                found_field = scope.resolve(field, problems)
                if found_field is not None:
                    check_value(value, found_field, problems)
