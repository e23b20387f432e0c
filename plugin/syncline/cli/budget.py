"""`syncline budget`: how much of the limits is used, and what the next day brings."""

from __future__ import annotations

__all__ = ["budget"]

from gettext import gettext as _
from pathlib import Path

import click

from .options import json_option, print_json, workspace_option


@click.command()
@workspace_option
@json_option
def budget(folder: Path, as_json: bool) -> int:
    """Show how much of the limits is used, on what, and when it runs out or comes free.

    It looks into the ledger alone and makes no call.
    """
    from rich.table import Table
    from rich.text import Text

    from ..workspace import Workspace
    from .show import console
    from .spending import budget_words, spent_words

    with Workspace(folder) as workspace:
        found = workspace.budget()
    if as_json:
        print_json({str(side): stands.to_json() for side, stands in found.items()})
        return 0
    out = console()
    for stands in found.values():
        for line in budget_words(stands):
            out.print(Text(line))
    table = Table(title=_("What the last 24 hours went into"), title_justify="left")
    table.add_column(_("Side"))
    table.add_column(_("For"))
    table.add_column(_("Price"), justify="right")
    for side, stands in found.items():
        for what, units in spent_words(stands):
            table.add_row(_(side.word), what, f"{units:,}")
    if table.rows:
        out.print(table)
    return 0
