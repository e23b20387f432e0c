"""`syncline sources`: how the sources of activities stand, and fetching from them now."""

from __future__ import annotations

__all__ = ["figures", "source_lines", "sources"]

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import json_option, print_json, workspace_option
from .signs import tame
from .since import since_option

if TYPE_CHECKING:
    from ..sources.fetched import Fetched

#: What is said of each fate.
_FATES = {
    "added": "added",
    "edited": "edited",
    "removed": "removed",
    "unchanged": "there already",
    "unknown": "with nobody who is a prospect",
    "ambiguous": "with somebody whom several prospects may be",
    "crowded": "with more than ten others",
    "refused": "refused by the cadence",
    "left": "left alone",
}


@click.group(invoke_without_command=True)
@workspace_option
@json_option
@click.pass_context
def sources(context: click.Context, folder: Path, as_json: bool) -> int:
    """Show how the sources of activities stand: telephony, mail, calendars. Asks none of them.

    They are named in syncline.toml, `sources = ["ringover"]`, and read at the beginning of each
    run. `syncline connect NAME` lets Syncline in.
    """
    from ..workspace import Workspace

    if context.invoked_subcommand is not None:
        return 0
    with Workspace(folder) as workspace:
        found = workspace.sources()
    if as_json:
        print_json({"sources": [state.to_json() for state in found]})
        return 0
    if not found:
        click.echo('No sources are named. Write sources = ["ringover"] into syncline.toml.')
    for state in found:
        click.secho(state.name, bold=True, nl=False)
        at = state.at[:16].replace("T", " ")
        click.echo(f"  {state.title}, last fetched {at} UTC" if at else f"  {state.title}, never")
        if state.last:
            _show(state.last)
    return 0


@sources.command()
@click.argument("name", required=False)
@since_option(None)
@workspace_option
@json_option
def fetch(name: str | None, since: timedelta | None, folder: Path, as_json: bool) -> int:
    """Bring in what the sources, or the one of that NAME, recorded since the last time.

    With --since they are read again from then on: what is there already stays as it is, and whoever
    has become a prospect is found. Exit code 2: a source failed in passing. 3: it needs a person.
    """
    from ..workspace import Workspace

    begin = None if since is None else datetime.now(UTC) - since
    with Workspace(folder) as workspace:
        found = workspace.fetch(name, since=begin)
    if as_json:
        print_json({"sources": [fetched.to_json() for fetched in found]})
    else:
        for line in source_lines(found):
            click.echo(line)
    return max((fetched.exit_code for fetched in found), default=0)


def source_lines(found: Iterable[Fetched]) -> Iterator[str]:
    """Yield what each source brought in, and what went wrong."""
    for fetched in found:
        told = fetched.to_json()
        yield f"{fetched.title}: {figures(told)}"
        yield from (f"    {line}" for line in _faults(told))


def _show(told: Mapping[str, Any]) -> None:
    click.echo(f"    {figures(told)}")
    for line in _faults(told):
        click.secho(f"    {line}", fg="red")


def figures(told: Mapping[str, Any]) -> str:
    """Return the counts in words, those that are not zero."""
    parts = [f"{told['counts'][fate]:,} {words}" for fate, words in _FATES.items()
             if told["counts"][fate]]  # fmt: skip
    left = ", ".join(f"{why} {count:,}" for why, count in sorted(told["left"].items()))
    words = ", ".join(parts) or "nothing new"
    return tame(f"{words} ({left})" if left else words)


def _faults(told: Mapping[str, Any]) -> Iterator[str]:
    if told["fault"]:
        yield tame(told["fault"])
        if told["hint"]:
            yield tame(told["hint"])
