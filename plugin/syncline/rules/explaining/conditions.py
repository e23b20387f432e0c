"""The questions that a rule set asks of records, each of which can be explained."""

from __future__ import annotations

__all__ = ["Condition", "conditions"]

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...model import Side, Value
from ..catalog import Catalog, Problems, Scope
from ..checking.check import flows_of, in_flow
from ..checking.maps import find_object
from ..ruleset import RuleSet
from ..values import Clock
from .explain import Explainer, Explanation, explainer

_ACTIONS = {"exit": "exit cadence", "next touch": "move to next touch"}


@dataclass(frozen=True)
class Condition:
    """The criteria of one workflow, or of one ``sync … where``, for the records of one object."""

    #: The workflow's name, or ``sync crm to cadence``.
    name: str
    scope: Scope
    criterion: s.Criterion
    #: What the workflow does, as written; None for ``where``.
    actions: str | None
    #: Where it stands: ``acme.rules:31``.
    at: str
    catalog: Catalog
    source: Source

    @property
    def object(self) -> str:
        """The object whose records are asked about."""
        return self.scope.type.name

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"{self.name} where" if self.actions is None else f'workflow "{self.name}"'

    @cached_property
    def _explain(self) -> Explainer:
        return explainer(self.criterion, self.scope, self.catalog, self.source)

    def explain(
        self, record: Mapping[str, Value], before: Mapping[str, Value] | None, clock: Clock
    ) -> Explanation:
        """Return what it says of *record*, and why."""
        return self._explain(record, before, clock)


def conditions(rules: RuleSet) -> tuple[Condition, ...]:
    """Return every condition of *rules*, a ``where`` once an object, in the order of the file.

    Raises ``RulesError`` when the rules have errors.
    """
    _ = rules.compiled
    found: list[Condition] = []
    maps = [m for m in rules.tree.statements if isinstance(m, s.ObjectMap)]
    flows = flows_of(rules.tree)
    for statement in rules.tree.statements:
        if isinstance(statement, s.Workflow):
            actions = ", ".join(
                _ACTIONS.get(a.action, f'{a.action} to cadence "{a.cadence.value}"')
                if a.cadence is not None
                else _ACTIONS.get(a.action, a.action)
                for a in statement.actions
            )
            names = [(statement.object, Side.CRM)]
            found += _each(rules, names, statement.name, statement.when, actions, statement)
        elif isinstance(statement, s.Flow) and statement.where is not None:
            side = Side(statement.source)
            names = [
                (block.crm_object if side is Side.CRM else block.cadence_object, side)
                for block in maps
                if flows.get(side) == statement and side.other in in_flow(block, flows)
            ]
            name = f"sync {statement.source} to {statement.target}"
            found += _each(rules, names, name, statement.where, None, statement)
    return tuple(found)


def _each(
    rules: RuleSet,
    objects: list[tuple[s.Name, Side]],
    name: str,
    criterion: s.Criterion,
    actions: str | None,
    statement: s.Workflow | s.Flow,
) -> list[Condition]:
    scopes: dict[str, Scope] = {}
    for object_name, side in objects:
        scope = find_object(object_name, side, rules.catalog, Problems())
        assert scope is not None
        scopes[scope.type.name] = scope
    at = rules.source.at(statement.span)
    return [
        Condition(name, scope, criterion, actions, at, rules.catalog, rules.source)
        for scope in scopes.values()
    ]
