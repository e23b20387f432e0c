"""`syncline report`: what the runs of the last days did, as text, JSON or a page."""

from __future__ import annotations

__all__ = ["report"]

from datetime import timedelta
from pathlib import Path

import click

from .options import json_option, print_json, workspace_option
from .since import since_option


@click.command()
@since_option("7d")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with charts, whole in one file.",
)
@click.option("--values", is_flag=True, help="Show values of records too: conflicts, refusals.")
@workspace_option
@json_option
def report(since: timedelta, page: Path | None, values: bool, folder: Path, as_json: bool) -> int:
    """Show what the runs of the last days did, what waits, and what it cost.

    Nobody's data is in it: ids, counts and reasons alone, unless --values is given.
    """
    from ..reporting.gather import report as gather

    figures = gather(folder, since=since, values=values)
    if page is not None:
        from ..reporting.page import page_of

        page.write_text(page_of(figures), "utf-8")
    if as_json:
        print_json(figures.to_json())
    elif page is not None:
        click.echo(f"wrote {page}")
    else:
        from .report_show import show_figures
        from .show import console

        show_figures(console(), figures)
    return 0
