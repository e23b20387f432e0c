"""`syncline log` and `syncline why`: what was done, and what made it so."""

from __future__ import annotations

__all__ = ["log", "why"]

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option, print_json, workspace_option
from .show import console, show_history

if TYPE_CHECKING:
    from ..ledger.journal import Entry

_KINDS = ("create", "update", "link", "action", "skip", "hold", "fail")
#: As the reports say it, and as the log does.
_FATES = {"skipped": "skip", "held": "hold", "failed": "fail"}


@click.command()
@workspace_option
@click.option("--run", "run", type=click.IntRange(1, 1_000_000_000), help="Only this run.")
@click.option("--kind", type=click.Choice((*_KINDS, *_FATES)), help="Only lines of this kind.")
@click.option("--record", help="Only this record: an id, or a match key such as an e-mail address.")
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), default=50, show_default=True)
@json_option
def log(
    folder: Path, run: int | None, kind: str | None, record: str | None, limit: int, as_json: bool
) -> int:
    """Show what was changed, when, and the reason of each skip, hold and failure."""
    from ..history import find_ids, read_history

    ids = None if record is None else find_ids(folder, record)
    wanted = None if kind is None else _FATES.get(kind, kind)
    lines = read_history(folder, ids=ids, run=run, kind=wanted, limit=limit + 1)
    more, lines = len(lines) > limit, lines[:limit]
    _show(lines, as_json=as_json)
    if not as_json and more:
        click.echo(f"… and more: these are the last {limit}. `--limit` shows others.")
    if not as_json and not lines:
        every = run is None and kind is None and record is None
        click.echo(f"Nothing {'has happened yet' if every else 'of that kind has happened'}.")
    return 0


@click.command()
@click.argument("record")
@click.argument("field", required=False)
@workspace_option
@json_option
def why(record: str, field: str | None, folder: Path, as_json: bool) -> int:
    """Say why RECORD is as it is: which rule wrote which field, when, from what.

    RECORD is an id of either side, or a match key such as an e-mail address. FIELD narrows it to
    one field, together with the field across that a rule maps it to.
    """
    from ..history import find_ids, mapped_fields, read_history

    ids = find_ids(folder, record)
    fields = None if field is None else mapped_fields(folder, field)
    lines = read_history(folder, ids=ids, fields=fields, limit=200)
    if not as_json:
        click.secho(f"Why {record} is as it is, the newest first", bold=True)
        click.echo(f"Known as {', '.join(ids)}.")
    _show(lines, as_json=as_json)
    if not lines and not as_json:
        click.echo("No run has written it: its value is the system's own.")
    return 0


def _show(lines: list[Entry], *, as_json: bool) -> None:
    if as_json:
        print_json({"lines": [asdict(line) for line in lines]})
    else:
        show_history(console(), lines)
