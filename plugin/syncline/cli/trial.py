"""`syncline test`: whether the rules do what the tests say, and what no test shows."""

from __future__ import annotations

__all__ = ["test"]

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .diagnostics import show
from .options import json_option, print_json, workspace_option
from .rule_files import rules_of

if TYPE_CHECKING:
    from ..trials import Condition, Gap, TestReport, TestResult


def _moment(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> datetime | None:
    """Return the moment that *value* says; a day means its noon."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value} is no day and no time; write 2026-11-22 or 2026-11-22T15:40"
        ) from None
    if len(value) <= len("2026-11-22"):
        found = found.replace(hour=12)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@click.option(
    "--now",
    callback=_moment,
    metavar="DAY",
    help="Play as on that day (2026-11-22), or at that time (2026-11-22T15:40).",
)
@click.option(
    "--require-coverage",
    is_flag=True,
    help="Exit with 1 when a condition is never shown to matter.",
)
@json_option
def test(
    file: Path | None, folder: Path, now: datetime | None, require_coverage: bool, as_json: bool
) -> int:
    """Play the tests of a rule file, and say what no test shows.

    FILE is by default the workspace's own rules. The tests in `acme.test.rules`, beside
    `acme.rules`, are played too. No record of a system is read, and none is written.

    Exit code 0: every test passes. 1: one fails, or the rules have errors.
    """
    from ..trials.beside import faults_in, read_beside, rules_beside
    from ..trials.run import NOW, run_tests

    rules, path = rules_of(None if file is None else rules_beside(file), folder)
    beside = read_beside(path)
    if not as_json:
        source, faults = faults_in(rules, beside)
        if faults:
            show(faults, source)
            words = _counted(len(faults), "error")
            click.secho(f"{source.name}: {words}; no test was played.", fg="red")
            return 1
    report = run_tests(rules, beside, now=now or NOW)
    if as_json:
        print_json(report.to_json())
    else:
        _tell(report)
    return 0 if report.passed and not (require_coverage and report.unshown) else 1


# -- the report


def _tell(report: TestReport) -> None:
    for result in report.failed:
        _tell_failed(result)
    count = len(report.results)
    if not count:
        click.echo(f"{report.file} has no tests. Write one such as:\n\n{_FIRST}")
        return
    when = f"{report.now:%A} {report.now.day} {report.now:%B %Y, %H:%M %Z}"
    played = f"played as on {when}"
    tests = _counted(count, "test")
    if report.failed:
        failed = f"{len(report.failed)} of {tests} failed, {played}."
        click.secho(f"{report.file}: {failed}", fg="red", bold=True)
        click.echo("What no test shows is told once all of them pass.")
        return
    click.secho(f"{report.file}: {tests} passed, {played}.", fg="green", bold=True)
    _tell_coverage(report)


def _tell_failed(result: TestResult) -> None:
    click.echo(click.style("FAIL", fg="red", bold=True) + f'  "{result.name}"  ', nl=False)
    click.secho(f"[{result.at}]", fg="cyan")
    for fault in result.faults:
        head = f"  line {fault.line}: "
        edge = " " * len(head)
        rule = click.style(f"  [{fault.rule}]", fg="cyan") if fault.rule else ""
        click.echo(f"{head}expected  {fault.expected}")
        click.echo(f"{edge}found     {fault.found}{'' if fault.reason else rule}")
        if fault.reason:
            click.echo(f"{edge}reason    {fault.reason}{rule}")
    click.echo()


def _tell_coverage(report: TestReport) -> None:
    shown = len(report.conditions) - len(report.unshown)
    parts = [
        (shown, len(report.conditions), "condition", "shown to matter"),
        (report.workflows - len(report.unfired), report.workflows, "workflow", "fired"),
        (report.activities - len(report.unused), report.activities, "activity rule", "used"),
        (report.rows - len(report.unwritten), report.rows, "row of the maps", "written"),
    ]
    words = [
        f"{done} of {_counted(total, what)} {end}" for done, total, what, end in parts if total
    ]
    if words:
        click.echo(f"{', '.join(words)}.")
    _tell_conditions(report.unshown)
    _tell_gaps("Workflows that no test fires", report.unfired)
    _tell_gaps("Activity rules that no test uses", report.unused)
    _tell_gaps("Rows that no test writes", report.unwritten)


def _tell_conditions(conditions: tuple[Condition, ...]) -> None:
    if conditions:
        click.secho("\nConditions that no test shows to matter", bold=True)
    for owner, rows in groupby(conditions, key=lambda condition: condition.owner):
        click.echo(f"  {owner}")
        for advice, alike in groupby(rows, key=lambda condition: condition.advice):
            for condition in alike:
                click.echo(f"    line {condition.line}: {condition.text}")
            click.echo(f"      {advice}")


def _tell_gaps(title: str, gaps: tuple[Gap, ...]) -> None:
    if gaps:
        click.secho(f"\n{title}", bold=True)
    for gap in gaps:
        reason = f". {gap.reason}" if gap.reason else ""
        click.echo(f"  line {gap.line}: {gap.what}{reason}")


def _counted(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    head, of, tail = what.partition(" of ")
    return f"{count} {head}s{of}{tail}"


_FIRST = """\
test "a new lead becomes a prospect" {
    given Lead FirstName = "Ann", LastName = "Lee", Company = "Acme"
    expect prospect first_name = "Ann"
}"""
