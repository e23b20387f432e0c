"""Short ways to play tests of rules, between the embedded systems."""

from __future__ import annotations

__all__ = ["FLOWS", "found", "played", "rules_with"]

from support_language import LOCAL, checked
from syncline.rules.ruleset import RuleSet
from syncline.trials import Fault, TestReport, run_tests

FLOWS = "sync crm to cadence\nsync cadence to crm\n"
_CONNECT = "connect crm to local\nconnect cadence to local\n"


def rules_with(row: str = "", more: str = "", flows: str = FLOWS) -> RuleSet:
    """Return rules without errors that map leads with *row* beside the fields all records need."""
    rules = checked(
        f"{_CONNECT}{flows}"
        "map Lead <-> prospect {\n match Email = email\n Email <-> email\n"
        " FirstName <-> first_name\n LastName <-> last_name\n"
        f' Company <-> company_name default "Unknown"\n {row}\n}}\n{more}\n',
        LOCAL,
    )
    assert [f"line {fault.span.line}: {fault.message}" for fault in rules.errors] == []
    return rules


def played(body: str, row: str = "", more: str = "", flows: str = FLOWS) -> TestReport:
    """Return the report on one test, or on several when *body* has the word ``test`` in it."""
    text = body if "test " in body else f'test "t" {{ {body} }}'
    return run_tests(rules_with(row, f"{more}\n{text}", flows))


def found(report: TestReport) -> list[tuple[str, str]]:
    """Return what was expected and what was found, of each fault."""
    faults: list[Fault] = [fault for result in report.results for fault in result.faults]
    return [(fault.expected, fault.found) for fault in faults]
