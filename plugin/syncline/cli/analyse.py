"""`syncline analyse`: what a whole rule file does that no single line shows."""

from __future__ import annotations

__all__ = ["analyse", "document", "show"]

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import json_option, print_json, workspace_option
from .rule_files import rules_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncline_grammar.source import Source

    from ..analysis.findings import Finding, Pairs, Witness
    from ..model import Value
    from ..rules.ruleset import RuleSet

_COLOUR = {"fault": "red", "question": "yellow"}


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@click.option("--strict", is_flag=True, help="Exit with 1 when something is found.")
@json_option
def analyse(file: Path | None, folder: Path, strict: bool, as_json: bool) -> int:
    """Look for rules that contradict, repeat or never reach one another.

    A fault cannot be meant; a question may be meant, and somebody should look. What is told is
    certain, and an example is a record that fits. FILE is found as by `syncline check`; it must
    have no errors.

    Exit code 0, whatever is found; with --strict 1 when something is.
    """
    from ..analysis import analyse as look

    rules, _path = rules_of(file, folder)
    found = look(rules, datetime.now(UTC))
    if as_json:
        print_json(document(rules, found))
    else:
        show(rules, found)
    return 1 if strict and found else 0


def show(rules: RuleSet, found: Sequence[Finding]) -> None:
    """Print each finding with its places, its example and what to do, and then their number."""
    from ..analysis.findings import Level
    from ..analysis.wording import listed, plural

    for finding in found:
        head = click.style(str(finding.level), fg=_COLOUR[finding.level], bold=True)
        click.echo(f"{head}: {finding.message}")
        for place in finding.places:
            click.echo(_place(rules.source, place.span.line, place.span.column, place.text))
        if finding.witness is not None:
            click.echo(f"     = For example: {_example(finding.witness)}")
        for note in finding.notes:
            click.echo(f"     = {note}")
        click.echo()
    counts = {level: sum(f.level is level for f in found) for level in Level}
    words = [plural(count, str(level)) for level, count in counts.items() if count]
    statements = plural(rules.head.statements, "statement")
    if words:
        colour = _COLOUR["fault" if counts[Level.FAULT] else "question"]
        click.secho(f"{rules.source.name}: {listed(words)} in {statements}.", fg=colour)
    else:
        told = "none contradicts or repeats another, or is out of reach"
        click.secho(f"{rules.source.name}: {statements}; {told}.", fg="green")


def _place(source: Source, line: int, column: int, text: str) -> str:
    return f"  {click.style(f'{source.name}:{line}:{column}', fg='cyan')}  {text}"


def _example(witness: Witness) -> str:
    """Return the example as a sentence."""
    from ..analysis.wording import a_record_of
    from ..rules.values import EVENT

    values = tuple(pair for pair in witness.record if pair[0] != EVENT)
    told = f"{a_record_of(witness.object)} with {_values(values)}"
    if len(values) < len(witness.record):
        told += f", which was {dict(witness.record)[EVENT]}"
    if witness.looks_back:
        if witness.before is None:
            told += ", seen for the first time"
        elif witness.before == values:
            told += ", the same as when it was last seen"
        else:
            told += f", which had {_values(witness.before)} when it was last seen"
    if witness.now is not None:
        told += f", if it is now {witness.now:%Y-%m-%d %H:%M} UTC"
    return f"{told}."


def _values(pairs: Pairs) -> str:
    from ..analysis.wording import listed

    return listed([f"{name} {_shown(value)}" for name, value in pairs]) if pairs else "any values"


def _shown(value: Value) -> str:
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " and ".join(f'"{choice}"' for choice in value)
    return f'"{value}"' if isinstance(value, str) else str(value)


def document(rules: RuleSet, found: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings as plain JSON (``analysis.schema.json``)."""
    return {
        "file": rules.source.name,
        "statements": rules.head.statements,
        "findings": [
            {
                "kind": str(finding.kind),
                "level": str(finding.level),
                "message": finding.message,
                "places": [
                    {"span": place.span._asdict(), "text": place.text} for place in finding.places
                ],
                "notes": list(finding.notes),
                "witness": None if finding.witness is None else _witness_json(finding.witness),
            }
            for finding in found
        ],
    }


def _witness_json(witness: Witness) -> dict[str, Any]:
    return {
        "object": witness.object,
        "record": dict(witness.record),
        "looks_back": witness.looks_back,
        "before": None if witness.before is None else dict(witness.before),
        "now": None if witness.now is None else witness.now.isoformat(),
    }
