"""The file of tests beside a rule file (``acme.test.rules``), and what is wrong with either."""

from __future__ import annotations

__all__ = ["faults_in", "read_beside", "rules_beside"]

from pathlib import Path

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic
from syncline_grammar.parse import Parsed
from syncline_grammar.source import Source

from ..rules.catalog import Problems
from ..rules.checking.tests import check_test
from ..rules.reading import read_rules
from ..rules.ruleset import RuleSet

_ENDING = ".test.rules"


def rules_beside(path: Path) -> Path:
    """Return the rule file that *path* belongs to: itself, or the one whose tests it holds."""
    if not path.name.endswith(_ENDING):
        return path
    return path.with_name(path.name.removesuffix(_ENDING) + ".rules")


def read_beside(rules: Path) -> Parsed | None:
    """Read the file of tests beside *rules*; None when there is none.

    Raises ``WorkspaceError`` when it cannot be read.
    """
    path = rules.with_name(rules.name.removesuffix(".rules") + _ENDING)
    return read_rules(path).parsed if path.exists() else None


def faults_in(rules: RuleSet, beside: Parsed | None) -> tuple[Source, tuple[Diagnostic, ...]]:
    """Return the first file with errors, of the rules and the tests *beside* them, and its errors.

    Without any, the errors are empty.
    """
    if rules.errors:
        return rules.source, rules.errors
    problems = Problems()
    for test in rules.tree.statements:
        if isinstance(test, s.Test):
            check_test(test, rules.catalog, problems, rules.tree)
    if problems.found or beside is None:
        return rules.source, tuple(problems.found)
    return beside.source, _faults_beside(beside, rules)


def _faults_beside(parsed: Parsed, rules: RuleSet) -> tuple[Diagnostic, ...]:
    problems = Problems()
    names = {
        test.name: f"line {test.span.line} of {rules.source.name}"
        for test in rules.tree.statements
        if isinstance(test, s.Test)
    }
    for statement in parsed.tree.statements:
        if not isinstance(statement, s.Test):
            problems.add(
                "E104",
                "only tests stand in a file of tests",
                statement.span,
                notes=(f"Move this to {rules.source.name}.",),
            )
            continue
        if statement.name in names:
            where = names[statement.name]
            problems.add("E208", f'a test "{statement.name}" stands in {where}', statement.span)
        names.setdefault(statement.name, f"line {statement.span.line}")
        check_test(statement, rules.catalog, problems, rules.tree)
    found = [*parsed.diagnostics, *problems.found]
    if parsed.diagnostics:
        # What could not be read may be just what these miss.
        found = [diagnostic for diagnostic in found if diagnostic.code != "E112"]
    return tuple(sorted(found, key=lambda diagnostic: (diagnostic.span.start, diagnostic.code)))
