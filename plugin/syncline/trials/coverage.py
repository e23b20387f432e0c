"""Which conditions the tests show to matter, which workflows they fire, which rows they write.

A test shows that a row of criteria matters when it passes, and would fail were the row's answer
the other way round. So a row that is only passed over, or that decides something which the test
does not expect, is not shown.
"""

from __future__ import annotations

__all__ = ["Coverage"]

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from ..model import Side
from ..rules.checking.tests import Case, action_text
from ..sync.plan import Step, StepKind
from .activity_coverage import ActivityCoverage
from .answers import answer, pivotal
from .cycle import Outcome, play
from .judge import Action, actions_met, misses
from .report import Condition, Gap
from .rulebook import Rulebook
from .scene import Scene
from .shown import Shown, always


class Coverage:
    """Grows test by test; then says what is left open."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._workflows = {name: Shown() for name in book.asked}
        self._where = {side: Shown() for side in book.where}
        self._fired: set[str] = set()
        self._written: set[tuple[str, str]] = set()
        self._activities = ActivityCoverage(book)

    def add(self, case: Case, scene: Scene, outcome: Outcome, *, passed: bool) -> None:
        """Note what a test does and, if it *passed*, which conditions it shows."""
        for step in outcome.case.steps:
            if step.kind is StepKind.ACTION:
                self._fired.add(step.workflow)
            self._written.update((write.at, write.field) for write in step.writes)
        self._activities.add(case, scene, outcome, passed=passed)
        if not passed or (scene.activity is not None and not scene.entries):
            # Of an activity's person that the test does not name, it says nothing.
            return
        self._ask_workflows(case, scene, outcome)
        for side in self._where:
            self._ask_where(side, case, scene, outcome)

    def _ask_workflows(self, case: Case, scene: Scene, outcome: Outcome) -> None:
        """Turn the answer of each workflow round, and see what the test says to that."""
        record = outcome.before[Side.CRM]
        if record is None:
            return
        before = None if scene.pair is None else scene.pair.base[Side.CRM]
        # Workflows do not see one another, so all can be turned in one cycle.
        turned = [
            replace(w, matches=always(not w.matches(record, before, scene.clock)))
            for w in self._book.own(outcome.rule)
            if len(self._workflows[w.name].by) < len(self._book.asked[w.name].rows)
        ]
        other_way = play(scene, scene.maps, turned, self._book.activities)
        others = _by_workflow(other_way.actions)
        taken = _by_workflow(outcome.actions)
        for workflow in turned:
            name = workflow.name
            other, own = others[name], taken[name]
            if own == other:
                continue
            question, shown = self._book.asked[name], self._workflows[name]
            answers = self._book.asks(name)(record, before, scene.clock)
            decides = pivotal(question.criterion, answers)
            rows = [number for number, one in enumerate(decides) if one]
            rest = [_kind(step) for step in outcome.actions if step.workflow != name]
            if not actions_met(case, rest + other):
                shown.by = dict.fromkeys(rows, case.test.name) | shown.by
            elif own or not rest:
                wanted = action_text(*own[0]) if own else "no action"
                advice = f'The test "{case.test.name}" would show it, with `expect {wanted}`.'
                shown.near = dict.fromkeys(rows, advice) | shown.near

    def _ask_where(self, side: Side, case: Case, scene: Scene, outcome: Outcome) -> None:
        shown = self._where[side]
        record = outcome.before[side]
        rule = next((m for m in scene.maps if m.name == outcome.rule.name), None)
        if record is None or rule is None or side not in rule.where:
            return
        where = self._book.where_of(side, rule)
        known = scene.known[side]
        answers = where.answers(record, known, scene.clock)
        rows = zip(pivotal(where.criterion, answers), where.told(known), strict=True)
        fresh = [n for n, (decides, told) in enumerate(rows) if decides and told]
        fresh = [n for n in fresh if n not in shown.by]
        if not fresh:
            return
        turned = always(not answer(where.criterion, answers))
        maps = [replace(m, where={**m.where, side: turned}) for m in scene.maps]
        other = play(scene, maps, self._book.workflows, self._book.activities)
        if misses(case, other):
            shown.by |= dict.fromkeys(fresh, case.test.name)
        elif other.after != outcome.after:
            target = rule.object(side.other)
            advice = (
                f'The test "{case.test.name}" would show it, if it said what the {target} holds.'
            )
            shown.near = dict.fromkeys(fresh, advice) | shown.near

    # -- what is left open

    def conditions(self) -> tuple[Condition, ...]:
        """Return every row of every question, in the order of the file."""
        mapped = {rule.crm_object: rule for rule in self._book.maps.values()}
        book, found = self._book, self._activities.conditions()
        for side, question in book.where.items():
            expect = f"an `expect` of the {side.other.word}'s record"
            found += self._where[side].conditions(question, book, expect)
        for workflow in book.workflows:
            expect = f"`expect {action_text(*workflow.actions[0])}`"
            advice = "" if workflow.object in mapped else _unmapped(workflow.object)
            question = book.asked[workflow.name]
            found += self._workflows[workflow.name].conditions(question, book, expect, advice)
        return tuple(sorted(found, key=lambda condition: condition.line))

    def unfired(self) -> tuple[Gap, ...]:
        """Return the workflows that no test fires."""
        mapped = {rule.crm_object for rule in self._book.maps.values()}
        return tuple(
            Gap(
                what=f'workflow "{workflow.name}"',
                at=workflow.at,
                line=self._book.statements[workflow.name].span.line,
                reason="" if workflow.object in mapped else _unmapped(workflow.object),
            )
            for workflow in self._book.workflows
            if workflow.name not in self._fired
        )

    def unused(self) -> tuple[Gap, ...]:
        """Return the activity rules by which no test makes anything."""
        return self._activities.unused()

    def unwritten(self) -> tuple[Gap, ...]:
        """Return the rows of the maps that no test writes."""
        return tuple(
            Gap(
                what=f"{row.crm.name} and {row.cadence.name}",
                at=row.at,
                line=int(row.at.rpartition(":")[2]),
            )
            for rule in self._book.maps.values()
            for row in rule.rows
            if not any((row.at, row.field(side).name) in self._written for side in Side)
        )


def _unmapped(name: str) -> str:
    return f"No map brings {name} to the cadence, so nothing is ever asked of one."


def _by_workflow(steps: Iterable[Step]) -> defaultdict[str, list[Action]]:
    found: defaultdict[str, list[Action]] = defaultdict(list)
    for step in steps:
        found[step.workflow].append(_kind(step))
    return found


def _kind(step: Step) -> Action:
    return step.action, step.target
