"""Play the tests of a rule file, and of the file of tests beside it. Pure."""

from __future__ import annotations

__all__ = ["NOW", "run_tests"]

from collections.abc import Iterator
from datetime import UTC, datetime

from syncline_grammar import syntax as s
from syncline_grammar.parse import Parsed
from syncline_grammar.source import Source

from ..errors import RulesError
from ..rules.catalog import Problems
from ..rules.checking.tests import Case, read_case
from ..rules.ruleset import RuleSet
from .beside import faults_in
from .coverage import Coverage
from .cycle import play
from .judge import misses
from .report import Fault, TestReport, TestResult
from .rulebook import Rulebook
from .scene import set_scene
from .why import told

#: The moment at which tests are played unless another is handed in: the same each day.
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def run_tests(rules: RuleSet, beside: Parsed | None = None, *, now: datetime = NOW) -> TestReport:
    """Play every test of *rules*, then those of the file *beside* it, as if it were *now*.

    A moment without a zone is in UTC. Raises ``RulesError`` when the rules or tests have errors.
    """
    source, errors = faults_in(rules, beside)
    if errors:
        count = f"{len(errors)} error" + ("s" if len(errors) > 1 else "")
        raise RulesError(f"{source.name} has {count}", errors)
    now = now if now.tzinfo else now.replace(tzinfo=UTC)
    book = Rulebook(rules)
    coverage = Coverage(book)
    results: list[TestResult] = []
    for source, case in _cases(rules, beside):
        if not case.maps:
            fault = Fault(line=case.test.span.line, expected="a map", found="no map is there")
            results.append(_result(source, case, [fault]))
            continue
        scene = set_scene(case, book, now)
        outcome = play(scene, scene.maps, book.workflows, book.activities)
        missed = misses(case, outcome)
        results.append(_result(source, case, [told(m, scene, outcome, book) for m in missed]))
        coverage.add(case, scene, outcome, passed=not missed)
    return TestReport(
        file=rules.source.name,
        now=now,
        results=tuple(results),
        conditions=coverage.conditions(),
        unfired=coverage.unfired(),
        workflows=len(book.workflows),
        unused=coverage.unused(),
        activities=len(book.activities),
        unwritten=coverage.unwritten(),
        rows=sum(len(rule.rows) for rule in book.maps.values()),
    )


def _cases(rules: RuleSet, beside: Parsed | None) -> Iterator[tuple[Source, Case]]:
    """Yield each test with its names resolved, and the file in which it stands."""
    files = [(rules.source, rules.tree)]
    if beside is not None:
        files.append((beside.source, beside.tree))
    for source, tree in files:
        for test in tree.statements:
            if isinstance(test, s.Test):
                yield source, read_case(test, rules.tree, rules.catalog, Problems())


def _result(source: Source, case: Case, faults: list[Fault]) -> TestResult:
    return TestResult(name=case.test.name, at=source.at(case.test.span), faults=tuple(faults))
