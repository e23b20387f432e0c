"""`syncline why`: what made a record what it is, and why nothing else did."""

from __future__ import annotations

__all__ = ["why"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option, print_json, workspace_option
from .show import console, show_history, shown
from .signs import tame

if TYPE_CHECKING:
    from ..why import PairStands, Waits, Why

_WAITS = {
    "new": "is new to the next run",
    "deferred": "was put off to a later run",
    "failed": "was refused, and is tried again",
    "held": "waits for a person",
    "waiting": "is left alone until it changes",
    "dead": "was refused too often, and rests until `syncline retry`",
}


@click.command()
@click.argument("record")
@click.argument("field", required=False)
@workspace_option
@json_option
def why(record: str, field: str | None, folder: Path, as_json: bool) -> int:
    """Say why RECORD is as it is: which rule wrote which field, when, from what.

    It says as well why no other row or workflow did: what each of them says of the record as it
    was last seen, and what is held or waits. RECORD is an id of either side, or a match key such
    as an e-mail address. FIELD narrows it to one field, together with the field across.
    """
    from ..history import find_ids
    from ..workspace import Workspace

    find_ids(folder, record)  # nothing is made for a question about nothing
    with Workspace(folder) as workspace:
        found = workspace.why(record, field)
    if as_json:
        print_json(found.to_json())
    else:
        click.secho(f"Why {record} is as it is", bold=True)
        _show(found)
    return 0


def _show(found: Why) -> None:
    click.echo(f"Known as {', '.join(found.ids)}.")
    for pair in found.pairs:
        _show_pair(pair)
    for one in found.waits:
        click.echo(_waiting(one))
    for hold in found.holds:
        if hold.row:
            click.echo(
                f"Held: {hold.row.replace('>', ' / ')}, {shown(hold.crm_value)} or "
                f"{shown(hold.cadence_value)}. `syncline resolve` decides."
            )
    if found.lines:
        click.secho("What was done, the newest first", bold=True)
        show_history(console(), found.lines)
    else:
        click.echo("No run has written it: its value is the system's own.")


def _waiting(one: Waits) -> str:
    because = f": {tame(one.reason.removesuffix('.'))}" if one.reason else ""
    return f"{one.object} {one.id} {_WAITS.get(one.state, one.state)}{because}."


def _show_pair(pair: PairStands) -> None:
    click.secho(f"{pair.map} {pair.crm_id} = {pair.cadence_id}", bold=True)
    if pair.rests:
        click.echo(f"  The pair rests: {pair.rests}.")
    for row in pair.rows:
        at = click.style(f"  [{row.rule}]", fg="cyan")
        values = f"{shown(row.crm_value)} / {shown(row.cadence_value)}"
        click.echo(f"  {row.crm_field} / {row.cadence_field}: {values}{at}")
        click.secho(f"      {row.ways}", dim=True)
        click.secho(f"      now: {row.says}", dim=True)
    for workflow in pair.workflows:
        at = click.style(f"  [{workflow.rule}]", fg="cyan")
        click.echo(f'  workflow "{workflow.name}" {workflow.says}{at}')
