"""Which activity rules the tests show, and which rows of their ``where``."""

from __future__ import annotations

__all__ = ["ActivityCoverage"]

from dataclasses import replace

from ..rules.checking.tests import Case
from .answers import pivotal
from .cycle import Outcome, play
from .judge import misses
from .report import Condition, Gap
from .rulebook import Asked, Rulebook, activity_name
from .scene import Scene
from .shown import Shown, always


class ActivityCoverage:
    """Grows test by test; then says what is left open."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._shown = {asked.number: Shown() for asked in book.recorded}
        self._made: set[str] = set()

    def add(self, case: Case, scene: Scene, outcome: Outcome, *, passed: bool) -> None:
        """Note what appears in a test and, if it *passed*, which rows it shows."""
        if outcome.activity is None:
            return
        self._made.update(step.at for step in outcome.activity.case.steps)
        if passed:
            for asked in self._book.recorded:
                self._ask(asked, case, scene, outcome)

    def _ask(self, asked: Asked, case: Case, scene: Scene, outcome: Outcome) -> None:
        """Turn the answer of one rule round, and see what the test says to that."""
        entry, rule, shown = scene.activity, asked.rule, self._shown[asked.number]
        if entry is None or outcome.activity is None:
            return
        if (rule.source, rule.object(rule.source)) != (entry.side, entry.object):
            return
        answers = asked.where.exactly(entry.values, scene.clock)
        rows = [
            n for n, decides in enumerate(pivotal(asked.question.criterion, answers)) if decides
        ]
        rules = list(self._book.activities)
        rules[asked.number] = replace(rule, where=always(not rule.fits(entry.values, scene.clock)))
        other = play(scene, scene.maps, self._book.workflows, rules)
        assert other.activity is not None
        if misses(case, other):
            shown.by = dict.fromkeys(rows, case.test.name) | shown.by
        elif other.activity.after != outcome.activity.after:
            advice = (
                f'The test "{case.test.name}" would show it, if it said what the activity holds.'
            )
            shown.near = dict.fromkeys(rows, advice) | shown.near

    # -- what is left open

    def conditions(self) -> list[Condition]:
        """Return every row of every ``where`` of an activity rule."""
        return [
            condition
            for asked in self._book.recorded
            for condition in self._shown[asked.number].conditions(
                asked.question, self._book, "an `expect` of the activity"
            )
        ]

    def unused(self) -> tuple[Gap, ...]:
        """Return the rules by which no test makes anything."""
        return tuple(
            Gap(what=activity_name(rule), at=rule.at, line=int(rule.at.rpartition(":")[2]))
            for rule in self._book.activities
            if rule.at not in self._made
        )
