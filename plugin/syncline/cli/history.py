"""`syncline log`: what was done, and the reason of what was not."""

from __future__ import annotations

__all__ = ["log"]

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from ..errors import WorkspaceError
from ..ledger.journal import KINDS
from .options import json_option, print_json, workspace_option
from .show import console, show_history

#: As the reports say it, and as the log does.
_FATES = {"skipped": "skip", "held": "hold", "failed": "fail", "deferred": "defer"}
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})\s*([wdhm])")
_NUMBER = click.IntRange(1, 1_000_000_000)


@click.command()
@workspace_option
@click.option("--record", help="Only this record: an id, or a match key such as an e-mail address.")
@click.option("--rule", help="Only this workflow or map, by its name, or this row: main.rules:14.")
@click.option("--kind", type=click.Choice((*KINDS, *_FATES)), help="Only lines of this kind.")
@click.option("--run", "run", type=_NUMBER, help="Only this run.")
@click.option("--since", metavar="WHEN", help="Only since then: 2d, 3h, or a day as 2026-11-22.")
@click.option("--before", type=_NUMBER, metavar="LINE", help="The page before this line.")
@click.option("--limit", type=_NUMBER, default=50, show_default=True)
@json_option
def log(
    folder: Path,
    record: str | None,
    rule: str | None,
    kind: str | None,
    run: int | None,
    since: str | None,
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
        since=None if since is None else _moment(since, datetime.now(UTC)),
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
        click.echo(f"… and more: these are {limit}. `--before {lines[-1].number}` shows the next.")
    if not lines:
        every = not any((record, rule, kind, run, since, before))
        click.echo(f"Nothing {'has happened yet' if every else 'of that kind has happened'}.")
    return 0


def _moment(text: str, now: datetime) -> datetime:
    """Return the moment that *text* means: so long ago, or a day or time in UTC."""
    ago = _AGO.fullmatch(text.strip().casefold())
    try:
        if ago is not None:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as err:
        raise WorkspaceError(
            f"{text} is no day and no time",
            hint="Write 2d (two days ago), 3h, 30m, 2026-11-22 or 2026-11-22T15:40.",
        ) from err
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
