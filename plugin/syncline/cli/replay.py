"""`syncline replay`: what new rules would have done to the changes of the last days (B7)."""

from __future__ import annotations

__all__ = ["replay"]

from datetime import timedelta
from pathlib import Path

import click

from .options import json_option, print_json, workspace_option
from .since import since_option


@click.command()
@since_option("30d")
@click.option(
    "--rules",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The new rules. Without it, the rules in use are played and held against the history.",
)
@workspace_option
@json_option
def replay(since: timedelta, rules: Path | None, folder: Path, as_json: bool) -> int:
    """Show what new rules would have done to the recorded changes of the last days.

    Each change is played again, run by run, once by the rules in use and once by the new ones.
    Nothing is written, and no system is asked for records.
    """
    from ..replay.replay import replay as play
    from .replay_show import show_replay
    from .run import progress_line
    from .show import console

    with progress_line(quiet=as_json) as progress:
        found = play(folder, rules, since=since, progress=progress)
    if as_json:
        print_json(found.to_json())
    else:
        show_replay(console(), found, alone=rules is None)
    return 0
