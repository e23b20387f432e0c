"""`syncline explain`: what the rules say of one record, row by row, and why."""

from __future__ import annotations

__all__ = ["Asked", "explain"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncline_grammar.words import nearest

from .options import json_option, print_json, workspace_option

if TYPE_CHECKING:
    from ..model import Value
    from ..records import Given
    from ..rules.explaining.conditions import Condition
    from ..rules.ruleset import RuleSet
    from ..rules.values import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One record, and those conditions that are asked about it."""

    object: str
    id: str | None
    values: Mapping[str, Value]
    before: Mapping[str, Value] | None
    conditions: Sequence[Condition]


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[WORKFLOW] RECORD")
@workspace_option
@click.option(
    "--rules",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another rule file; outside of a workspace there is no other.",
)
@click.option("--object", "object_name", help="The object of a record written as JSON.")
@click.option("--before", help="The record as it was before: JSON or @file.")
@click.option("--now", help="The time that the rules read: 2026-11-22, 2026-11-22T15:40 (UTC).")
@json_option
def explain(
    words: tuple[str, ...],
    folder: Path,
    file: Path | None,
    object_name: str | None,
    before: str | None,
    now: str | None,
    as_json: bool,
) -> int:
    """Say what a workflow's criteria say of a record, row by row, and what would change that.

    RECORD is JSON ('{"Status": "Open"}'), @file.json, or an id or match key that the workspace
    knows. WORKFLOW is a workflow's name, or "sync crm to cadence" for the criteria of that line;
    without it, every one that asks about such records is told in one line.

    Exit code 0, whatever the answer is.
    """
    from ..rules.explaining.conditions import conditions
    from .asking import clock_at
    from .explain_json import document
    from .rule_files import rules_of

    if len(words) > 2:
        raise click.UsageError("too many words; a name of several stands in quotes")
    name = words[0] if len(words) > 1 else ""
    rules, _path = rules_of(file, folder)
    found = conditions(rules)
    if name:
        found = _named(found, name)
    if not found:
        click.echo(f"{rules.source.name} has no workflow, and no criteria of a sync.")
        return 0
    record = words[len(words) - 1]
    if not name and record in {condition.name for condition in found}:
        raise click.UsageError(
            f'"{record}" is asked about a record, and none is given; add one behind the name: '
            "JSON, @file.json, an id or a match key."
        )
    clock = clock_at(now)
    asked = _asked(record, found, folder, object_name, before)
    if as_json:
        print_json(document(rules, asked, clock))
    for one in () if as_json else asked:
        if name:
            _show(one, one.conditions[0], rules, clock)
        else:
            _overview(one, clock)
    return 0


def _named(found: tuple[Condition, ...], name: str) -> tuple[Condition, ...]:
    known = {condition.name: condition for condition in found}
    if name not in known:
        near = nearest(name, known)
        raise click.UsageError(
            f'no workflow is called "{name}"'
            + (f'; did you mean "{near}"?' if near else f"; there are: {', '.join(known)}")
        )
    return tuple(condition for condition in found if condition.name == name)


def _asked(
    word: str,
    found: Sequence[Condition],
    folder: Path,
    object_name: str | None,
    before: str | None,
) -> list[Asked]:
    """Return the record that *word* means, on whichever side there is something to ask about it."""
    from ..errors import WorkspaceError
    from .asking import fit, read_record, written_record

    given = written_record(word)
    earlier = None if before is None else read_record(before)
    if given is not None:
        kind = _object(given, found, object_name)
        fitting = [condition for condition in found if condition.object == kind]
        type_ = fitting[0].scope.type
        return [
            Asked(
                object=kind,
                id=None,
                values=fit(given, type_),
                before=None if earlier is None else fit(earlier, type_),
                conditions=fitting,
            )
        ]
    from ..last_seen import find_record

    asked: list[Asked] = []
    for seen in find_record(folder, word):
        fitting = [c for c in found if (c.object, c.scope.side) == (seen.object, seen.side)]
        if fitting:
            changed = seen.before if earlier is None else fit(earlier, fitting[0].scope.type)
            asked.append(
                Asked(
                    object=seen.object,
                    id=seen.id,
                    values=seen.values,
                    before=changed,
                    conditions=fitting,
                )
            )
    if not asked:
        kinds = " and ".join(dict.fromkeys(condition.object for condition in found))
        raise WorkspaceError(f"{word} is no {kinds}, and no other record is asked about")
    return asked


def _object(given: Given, found: Sequence[Condition], named: str | None) -> str:
    """Return the object of a record that was written down: said, or the one it can be of."""
    types = {condition.object: condition.scope.type for condition in found}
    said = named or given.object
    if said:
        if said not in types:
            raise click.UsageError(f"no rule asks about {said}; they ask about {', '.join(types)}")
        return said
    fields = {
        name: {field.name for field in type_.fields} | {field.label for field in type_.fields}
        for name, type_ in types.items()
    }
    able = [name for name in types if set(given.values) <= fields[name]]
    if len(able) > 1:
        raise click.UsageError(f"say which it is: {' or '.join(f'--object {n}' for n in able)}")
    # A name that no object has is told when the record is read, against the first.
    return able[0] if able else next(iter(types))


def _show(asked: Asked, condition: Condition, rules: RuleSet, clock: Clock) -> None:
    from .trees import show_tree, show_ways, truth_word

    explained = condition.explain(asked.values, asked.before, clock)
    of = f"{asked.object} {asked.id}" if asked.id else f"this {asked.object}"
    at = click.style(f"  [{condition.at}]", fg="cyan")
    click.echo(f"{condition.title} is {truth_word(explained.truth)} for {of}{at}")
    click.echo(_consequence(condition, explained.truth))
    click.echo()
    show_tree(explained, rules.source)
    click.echo()
    show_ways(explained, rules.source)


def _consequence(condition: Condition, truth: bool) -> str:
    if condition.actions is None:
        return "The record goes over." if truth else "The record does not go over."
    if truth:
        return f"It fires when this begins to hold: {condition.actions}."
    return f"It does not fire: {condition.actions} is left undone."


def _overview(asked: Asked, clock: Clock) -> None:
    from .trees import truth_word

    of = f"{asked.object} {asked.id}" if asked.id else f"this {asked.object}"
    click.secho(f"What the rules say of {of}", bold=True)
    for condition in asked.conditions:
        explained = condition.explain(asked.values, asked.before, clock)
        does = f": {condition.actions}" if condition.actions else ""
        at = click.style(f"  [{condition.at}]", fg="cyan")
        click.echo(f"  {truth_word(explained.truth, wide=True)} {condition.title}{does}{at}")
    click.echo("Name one to see its rows: `syncline explain NAME RECORD`.")
