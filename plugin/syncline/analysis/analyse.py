"""The whole analysis: from a checked rule file to findings, in the order of the file (B2)."""

from __future__ import annotations

__all__ = ["NOON", "analyse"]

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

from syncline_grammar import syntax as s

from ..model import Side
from ..rules.catalog import Problems, Scope
from ..rules.checking.check import flows_of
from ..rules.checking.maps import find_object
from ..rules.compiled import WorkflowRule
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .findings import Finding, Kind
from .judge import judge
from .reach import look_at_activities, look_at_objects
from .sending import look_at_sending
from .tables import look_at_tables
from .wording import Subject, verdict_finding
from .workflows import compare_workflows
from .writes import look_at_writes

#: The moment that examples call now, unless another is given.
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)

_Kind = TypeVar("_Kind", bound=s.Statement)


def analyse(rules: RuleSet, now: datetime = NOON) -> tuple[Finding, ...]:
    """Return what *rules* do that no single line shows; raise ``RulesError`` if they have errors.

    What is said is so for every record whose values fit their fields' types; what cannot be
    known is not said. *now* dates the examples and decides nothing else. No I/O; the same rules
    and moment give the same findings.
    """
    found = _Analysis(rules, Clock(now)).findings()
    return tuple(sorted(found, key=lambda f: (f.places[0].span.start, f.kind, f.message)))


class _Analysis:
    def __init__(self, rules: RuleSet, clock: Clock) -> None:
        self._compiled = rules.compiled
        self._catalog = rules.catalog
        self._statements = rules.tree.statements
        self._clock = clock
        self._flows = flows_of(rules.tree)
        self._maps = list(zip(self._all(s.ObjectMap), self._compiled.maps, strict=True))
        self._workflows = list(zip(self._all(s.Workflow), self._compiled.workflows, strict=True))
        self._activities = list(zip(self._all(s.Activity), self._compiled.activities, strict=True))

    def _all(self, kind: type[_Kind]) -> list[_Kind]:
        return [statement for statement in self._statements if isinstance(statement, kind)]

    def _scope(self, name: s.Name, side: Side) -> Scope:
        scope = find_object(name, side, self._catalog, Problems())
        assert scope is not None
        return scope

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, in no order."""
        maps = [rule for _block, rule in self._maps]
        yield from look_at_objects(self._workflows, maps)
        recorded = self._catalog.descriptions[Side.CADENCE].get("activity")
        yield from look_at_activities(self._activities, maps, recorded)
        yield from look_at_writes(self._maps, self._activities)
        for block, map_rule in self._maps:
            crm = self._scope(block.crm_object, Side.CRM)
            cadence = self._scope(block.cadence_object, Side.CADENCE)
            yield from look_at_tables(block, map_rule, crm, cadence)
        for side, flow in self._flows.items():
            yield from self._where(side, flow)
        for workflow, rule in self._workflows:
            subject = Subject(
                name=f'workflow "{workflow.name}"',
                never="never fires",
                always=f"fires for every {rule.object}",
            )
            scope = self._scope(workflow.object, Side.CRM)
            for verdict in judge(workflow.when, scope):
                yield verdict_finding(verdict, subject)
        yield from look_at_sending(self._all(s.Allow))
        yield from self._compared({rule.crm_object for rule in maps})

    def _where(self, side: Side, flow: s.Flow) -> Iterator[Finding]:
        """Yield what is certain of `sync … where`, once where it is so of several objects."""
        told: set[tuple[Kind, str]] = set()
        if flow.where is None:
            return
        for block, rule in self._maps:
            name = block.crm_object if side is Side.CRM else block.cadence_object
            words = f"`sync {side} to {side.other} where` in line {flow.span.line}"
            subject = Subject(
                name=words,
                never=f"lets no {rule.object(side)} through",
                always=f"lets every {rule.object(side)} through",
            )
            for verdict in judge(flow.where, self._scope(name, side)):
                finding = verdict_finding(verdict, subject)
                if (finding.kind, finding.message) not in told:
                    told.add((finding.kind, finding.message))
                    yield finding

    def _compared(self, mapped: set[str]) -> Iterator[Finding]:
        by_object: dict[str, list[tuple[s.Workflow, WorkflowRule]]] = {}
        for workflow, rule in self._workflows:
            if rule.object in mapped:
                by_object.setdefault(rule.object, []).append((workflow, rule))
        for pairs in by_object.values():
            yield from compare_workflows(
                self._scope(pairs[0][0].object, Side.CRM),
                [workflow for workflow, _rule in pairs],
                {rule.name: rule for _workflow, rule in pairs},
                self._flows.get(Side.CRM),
                self._clock,
            )
