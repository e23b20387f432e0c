"""`syncline undo`: take back what a run wrote."""

from __future__ import annotations

__all__ = ["undo"]

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option, print_json, workspace_option
from .run import progress_line
from .show import console, show_plan

if TYPE_CHECKING:
    from ..sync.traces import Stays
    from ..sync.undone import Undone, UndoPlan

_EXAMPLES = 5


@click.command()
@click.argument("run", type=click.IntRange(1, 1_000_000_000))
@click.option(
    "--plan", "only_plan", is_flag=True, help="Write nothing; show what it does and costs."
)
@click.option("--force", is_flag=True, help="Write over what was changed since the run, too.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@workspace_option
@json_option
def undo(run: int, only_plan: bool, force: bool, yes: bool, folder: Path, as_json: bool) -> int:
    """Take back what run RUN wrote: each field as it was before, each new record deleted.

    The records are read first, and what was changed since the run stays, unless `--force`. Actions
    of workflows cannot be taken back; they are listed. The undo is a run of its own, which
    `syncline undo` takes back in turn. Cut off, it is safe to run again.

    Exit code 2: it was not finished; run it again. 3: something was changed since, and stays.
    """
    from ..errors import WorkspaceError
    from ..workspace import Workspace

    with (
        progress_line(quiet=as_json) as progress,
        Workspace(folder, progress=progress) as workspace,
    ):
        if only_plan or not (yes or as_json):
            planned = workspace.plan_undo(run, force=force)
            if as_json:
                print_json(planned.to_json())
                return 0
            _show_plan(planned)
            if only_plan or not planned.preview.plan.steps:
                return 0
            if not sys.stdin.isatty():
                raise WorkspaceError(
                    "nothing is taken back without a yes", hint="Add `--yes` to do it."
                )
            click.confirm(f"Take run {run} back?", abort=True)
        elif as_json and not yes:
            raise WorkspaceError(
                "nothing is taken back without a yes",
                hint="Add `--yes` to do it, or `--plan` to see it first.",
            )
        undone = workspace.undo(run, force=force)
    if as_json:
        print_json(undone.to_json())
    else:
        _show_undone(undone)
    return undone.exit_code


def _show_plan(planned: UndoPlan) -> None:
    show_plan(
        console(),
        planned.preview,
        title=f"What the undo of run {planned.of} would do",
        nothing=f"Nothing to take back of run {planned.of}.",
        looks="reading the records as they are",
    )
    _show_stays(planned.stays)


def _show_stays(stays: Sequence[Stays]) -> None:
    if not stays:
        return
    click.secho("What stays as it is, and why:", bold=True)
    for (kind, reason), count in Counter((each.kind, each.reason) for each in stays).most_common():
        click.echo(f"  {count:,} {kind}: {reason}")
        if kind == "link":
            continue
        named = [each for each in stays if (each.kind, each.reason) == (kind, reason)]
        for each in named[:_EXAMPLES]:
            click.secho(f"      {each.object} {each.id} {each.field}".rstrip(), dim=True)
        if count > _EXAMPLES:
            click.secho(f"      and {count - _EXAMPLES:,} more", dim=True)
    if any(each.forcible for each in stays):
        click.echo("`--force` writes over what was changed since.")


def _show_undone(undone: Undone) -> None:
    colour = {"done": "green", "stopped": "yellow", "failed": "red"}[undone.state]
    click.secho(f"Undo of run {undone.of}, as run {undone.run}: {undone.state}.", fg=colour)
    for (side, name, what), rows in sorted(undone.done.items()):
        click.echo(f"  {side.word}: {name} {what}, {rows:,}")
    if not undone.done:
        click.echo("  Nothing was written.")
    for side, price in undone.calls.items():
        unit = undone.units[side] if price == 1 else f"{undone.units[side]}s"
        click.echo(f"  The {side.word} cost {price:,} {unit}.")
    if undone.left:
        click.secho(f"{undone.left:,} steps were not done:", fg=colour)
        click.echo(f"`syncline log --run {undone.run} --kind fail` says what was refused.")
    for message, hint in undone.faults:
        click.secho(message, fg=colour)
        if hint:
            click.echo(hint)
    _show_stays(undone.stays)
