"""`syncline log`: what was done, and the reason of what was not."""

from __future__ import annotations

__all__ = ["log"]

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from pathlib import Path

import click

from ..ledger.journal import KINDS
from .options import json_option, print_json, workspace_option
from .show import console, show_history
from .since import since_option

#: As the reports say it, and as the log does.
_FATES = {"skipped": "skip", "held": "hold", "failed": "fail", "deferred": "defer"}
_NUMBER = click.IntRange(1, 1_000_000_000)


@click.command()
@workspace_option
@click.option("--record", help="Only this record: an id, or a match key such as an e-mail address.")
@click.option("--rule", help="Only this workflow or map, by its name, or this row: main.rules:14.")
@click.option("--kind", type=click.Choice((*KINDS, *_FATES)), help="Only lines of this kind.")
@click.option("--run", "run", type=_NUMBER, help="Only this run.")
@since_option(None)
@click.option("--before", type=_NUMBER, metavar="LINE", help="The page before this line.")
@click.option("--limit", type=_NUMBER, default=50, show_default=True)
@json_option
def log(
    folder: Path,
    record: str | None,
    rule: str | None,
    kind: str | None,
    run: int | None,
    since: timedelta | None,
    before: int | None,
    limit: int,
    as_json: bool,
) -> int:
    """Show what was changed, when, and the reason of each skip, hold and failure.

    The newest comes first, and so many lines make a page; its end says how to see the next. Each
    line names its rule in brackets.
    """
    from ..history import find_ids, known_rule, read_history

    lines = read_history(
        folder,
        ids=None if record is None else find_ids(folder, record),
        run=run,
        kind=None if kind is None else _FATES.get(kind, kind),
        rule=None if rule is None else known_rule(folder, rule),
        since=None if since is None else datetime.now(UTC) - since,
        before=before,
        limit=limit + 1,
    )
    more, lines = len(lines) > limit, lines[:limit]
    if as_json:
        following = lines[-1].number if more else None
        print_json({"lines": [asdict(line) for line in lines], "next": following})
        return 0
    show_history(console(), lines)
    if more:
        more_words = _("… and more: these are {limit}. `--before {number}` shows the next.")
        click.echo(more_words.format(limit=limit, number=lines[-1].number))
    if not lines:
        every = not any((record, rule, kind, run, since, before))
        click.echo(
            _("Nothing has happened yet.") if every else _("Nothing of that kind has happened.")
        )
    return 0
