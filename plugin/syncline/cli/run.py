"""`syncline plan` and `syncline run`."""

from __future__ import annotations

__all__ = ["plan", "run"]

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model import Side
from .options import json_option, print_json, workspace_option
from .show import console, show_plan, show_report

if TYPE_CHECKING:
    from ..sync.systems import Progress

#: Shorter work passes without a word.
_PATIENCE = 1.0


@contextmanager
def progress_line(*, quiet: bool) -> Generator[Progress]:
    """Show what is being done on one line of the error stream, once it takes over a second."""
    from rich.console import Console

    out = Console(stderr=True, highlight=False)
    began = time.monotonic()
    with out.status("Working …") as status:
        if quiet or not out.is_terminal:
            status.stop()

        def tell(what: str, done: int, total: int | None) -> None:
            if time.monotonic() - began >= _PATIENCE:
                of = "" if total is None else f" of {total:,}"
                status.update(f"{what}: {done:,}{of}")

        yield tell


@click.command()
@workspace_option
@json_option
def plan(folder: Path, as_json: bool) -> int:
    """Show what the next run would do, why, and what it costs. Nothing is written."""
    from ..workspace import Workspace

    with (
        progress_line(quiet=as_json) as progress,
        Workspace(folder, progress=progress) as workspace,
    ):
        preview = workspace.plan()
        units = {side: s.description.prices.unit for side, s in workspace.systems.items()}
    if as_json:
        print_json(
            {
                "price": {str(side): preview.price[side] for side in Side},
                "unit": {str(side): units[side] for side in Side},
                "counts": {str(fate): n for fate, n in preview.plan.counts().items()},
                "cases": preview.plan.to_json(),
            }
        )
    else:
        show_plan(console(), preview, units)
    return 0


@click.command()
@workspace_option
@json_option
def run(folder: Path, as_json: bool) -> int:
    """Do one cycle: read what changed, reconcile, write, and report.

    Exit code 0: done. 2: a system failed in passing, or refused records; run it again.
    3: it needs a person. Nothing is lost in either case.
    """
    from ..sync.plan import Fate
    from ..workspace import Workspace

    with (
        progress_line(quiet=as_json) as progress,
        Workspace(folder, progress=progress) as workspace,
    ):
        report = workspace.run()
    if as_json:
        print_json(report.to_json())
    else:
        show_report(console(), report)
    return report.exit_code or (2 if report.counts[Fate.FAILED] else 0)
