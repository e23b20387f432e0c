"""The rules that tests are played by, and what explains their criteria."""

from __future__ import annotations

__all__ = ["Asked", "Question", "Rulebook", "activity_name"]

from collections.abc import Iterator
from dataclasses import dataclass

from syncline_grammar import syntax as s

from ..model import Side
from ..rules.catalog import Problems, Scope
from ..rules.checking.check import flows_of
from ..rules.checking.maps import find_object
from ..rules.compiled import ActivityRule, MapRule, WorkflowRule
from ..rules.explaining.excerpt import excerpt
from ..rules.ruleset import RuleSet
from .answers import Asker, asker, rows_of
from .where import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The criteria of one workflow, of one ``sync … where``, or of one activity rule."""

    #: ``workflow "Cool down"``, ``sync crm to cadence``, or ``activity task <- Task``.
    owner: str
    criterion: s.Criterion
    #: Its rows, in the order written.
    rows: tuple[s.Comparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An activity rule that asks, with ``where``, which of the CRM's records are meant."""

    #: Its place among the activity rules.
    number: int
    rule: ActivityRule
    question: Question
    where: Where


class Rulebook:
    """A rule set in the form in which tests need it."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.maps = rules.maps
        self.workflows = tuple(rules.workflows.values())
        statements = [w for w in rules.tree.statements if isinstance(w, s.Workflow)]
        self.statements = {workflow.name: workflow for workflow in statements}
        self.asked = {
            workflow.name: _question(f'workflow "{workflow.name}"', workflow.when)
            for workflow in statements
        }
        self.where = {
            side: _question(f"sync {flow.source} to {flow.target}", flow.where)
            for side, flow in flows_of(rules.tree).items()
            if flow.where is not None
        }
        self.activities = rules.activities
        self.recorded = tuple(self._recorded())
        self._askers: dict[str, Asker] = {}
        self._wheres: dict[tuple[Side, str], Where] = {}

    def text(self, node: s.Criterion) -> str:
        """Return *node* as it stands in the file, on one line."""
        return excerpt(node, self.rules.source.text)

    def own(self, rule: MapRule) -> Iterator[WorkflowRule]:
        """Yield the workflows of a map's object."""
        return (workflow for workflow in self.workflows if workflow.object == rule.crm_object)

    def asks(self, name: str) -> Asker:
        """Return what asks each row of a workflow's criteria."""
        if name not in self._askers:
            scope = self._scope(self.statements[name].object, Side.CRM)
            self._askers[name] = asker(self.asked[name].criterion, scope, self.rules.catalog)
        return self._askers[name]

    def where_of(self, side: Side, rule: MapRule) -> Where:
        """Return the ``where`` of changes from *side*, for the object of a map."""
        key = side, rule.name
        if key not in self._wheres:
            criterion = self.where[side].criterion
            scope = self._scope(s.Name(rule.object(side), criterion.span), side)
            self._wheres[key] = Where(criterion, scope, self.rules.catalog, self.rules.source)
        return self._wheres[key]

    def _recorded(self) -> Iterator[Asked]:
        """Yield the activity rules that ask something, in the order of the file."""
        written = [each for each in self.rules.tree.statements if isinstance(each, s.Activity)]
        for number, (rule, node) in enumerate(zip(self.activities, written, strict=True)):
            if node.where is not None:
                scope = self._scope(node.object, Side.CRM)
                yield Asked(
                    number=number,
                    rule=rule,
                    question=_question(activity_name(rule), node.where),
                    where=Where(node.where, scope, self.rules.catalog, self.rules.source),
                )

    def _scope(self, name: s.Name, side: Side) -> Scope:
        scope = find_object(name, side, self.rules.catalog, Problems())
        assert scope is not None
        return scope


def activity_name(rule: ActivityRule) -> str:
    """Return how a report calls an activity rule, ``activity task <- Task``."""
    arrow = "<-" if rule.source is Side.CRM else "->"
    return f"activity {rule.kind} {arrow} {rule.template.object}"


def _question(owner: str, criterion: s.Criterion) -> Question:
    return Question(owner=owner, criterion=criterion, rows=tuple(rows_of(criterion)))
