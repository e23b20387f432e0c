"""A checked tree to one generated Python module, and the rules that hold its functions."""

from __future__ import annotations

__all__ = ["Compiled", "compile_rules", "restore"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...functions.function import Function
from ...model import Side
from ..catalog import Catalog
from ..checking.maps import scope_of
from ..compiled import ActivityRule, Due, MapRule, WorkflowRule
from ..walk import is_timed
from .activities import activity_rule, write_activity
from .due import due_of
from .maps import MapCompiler
from .program import Late, Program, dump, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The rules of one file, ready to be called."""

    maps: tuple[MapRule, ...]
    workflows: tuple[WorkflowRule, ...]
    activities: tuple[ActivityRule, ...]


def compile_rules(
    tree: s.RuleFile, catalog: Catalog, source: Source
) -> tuple[Compiled, bytes | None]:
    """Compile a tree in which ``check`` found no error; also as bytes for ``restore``.

    No bytes when a rule uses something that cannot be found again by its name.
    """
    program = Program(catalog)
    maps: list[MapCompiler] = []
    workflows: list[tuple[s.Workflow, Late, Due]] = []
    activities: list[s.Activity] = []
    for statement in tree.statements:
        match statement:
            case s.ObjectMap():
                maps.append(MapCompiler(f"m{len(maps)}", statement, tree, catalog, source))
                maps[-1].write(program)
            case s.Workflow():
                scope = scope_of(statement.object, Side.CRM, catalog)
                late = program.criterion(f"w{len(workflows)}", statement.when, scope)
                due = due_of(program, statement.when, scope)
                workflows.append((statement, late, due))
            case s.Activity():
                write_activity(f"a{len(activities)}", statement, catalog, program)
                activities.append(statement)
            case _:
                pass
    code, made = program.run(source.name)
    rules = Compiled(
        maps=tuple(block.rule(made) for block in maps),
        workflows=tuple(
            _workflow(f"w{n}", rule, late, due, catalog, source, made)
            for n, (rule, late, due) in enumerate(workflows)
        ),
        activities=tuple(
            activity_rule(f"a{n}", rule, catalog, source, made) for n, rule in enumerate(activities)
        ),
    )
    return rules, dump(code, made, rules)


def restore(content: bytes, functions: Mapping[str, Function]) -> Compiled:
    """Return the rules that ``compile_rules`` gave as bytes."""
    rules = load(content, functions)
    assert isinstance(rules, Compiled)
    return rules


def _workflow(
    name: str,
    rule: s.Workflow,
    late: Late,
    due: Due,
    catalog: Catalog,
    source: Source,
    made: Mapping[str, Any],
) -> WorkflowRule:
    return WorkflowRule(
        name=rule.name,
        object=scope_of(rule.object, Side.CRM, catalog).type.name,
        every_time=rule.every_time,
        actions=tuple(
            (a.action, None if a.cadence is None else a.cadence.value) for a in rule.actions
        ),
        timed=is_timed(rule.when),
        due=due,
        matches=made[name],
        matching=late,
        at=source.at(rule.object.span),
    )
