"""`syncline plan` and `syncline run`."""

from __future__ import annotations

__all__ = ["plan", "run"]

import time
from collections.abc import Generator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .edits import edit_lines
from .options import json_option, print_json, workspace_option
from .schedule import EVERY, run_every
from .show import console, show_plan, show_report
from .signals import on_signals

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
    with out.status(_("Working …")) as status:
        if quiet or not out.is_terminal or _logs():
            status.stop()

        def tell(what: str, done: int, total: int | None) -> None:
            if time.monotonic() - began >= _PATIENCE:
                of = "" if total is None else f" of {total:,}"
                status.update(f"{what}: {done:,}{of}")

        yield tell


def _logs() -> bool:
    """Tell whether log lines go where the line would stand."""
    options = click.get_current_context().find_root().params
    return bool(options.get("log", "off") != "off")


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
    if as_json:
        print_json(preview.to_json())
    else:
        show_plan(console(), preview)
    return 0


@click.command()
@click.option(
    "--every",
    is_flag=False,
    flag_value=EVERY,
    metavar="[MINUTES]",
    help="Go on: a cycle every so many minutes (5 to 240), by default as often as the rules say.",
)
@click.option(
    "--listen",
    metavar="ADDRESS",
    help="With --every: take `POST /wake` and webhooks here, for example 127.0.0.1:8020.",
)
@click.option(
    "--public-url",
    "public",
    metavar="URL",
    help="With --listen: the address at which vendors reach it, if a proxy stands before it.",
)
@click.option(
    "--metrics",
    metavar="WHERE",
    help="With --every: figures for Prometheus, at 127.0.0.1:9108 or in a file, figures.prom.",
)
@click.option(
    "--allow-deletes",
    is_flag=True,
    help="Believe that records were deleted, however many, and deal with them by the rules.",
)
@workspace_option
@json_option
def run(
    every: str | None,
    listen: str | None,
    public: str | None,
    metrics: str | None,
    allow_deletes: bool,
    folder: Path,
    as_json: bool,
) -> int:
    """Do one cycle: read what changed, reconcile, write, and report.

    With --every it goes on until it is told to stop, and prints a line a cycle. Ctrl-C or SIGTERM
    lets the batch under way come to its end; a second one does not.

    Exit code 0: done. 2: a system failed in passing, or refused records; run it again.
    3: it needs a person. 130: it was told to stop. Nothing is lost in any case.
    """
    from ..sync.plan import Fate
    from ..workspace import Workspace

    if every is not None and allow_deletes:
        raise click.UsageError(_("--allow-deletes goes with one run, not with --every"))
    if every is not None:
        return run_every(folder, every, listen, public, metrics, as_json=as_json)
    if public is not None:
        raise click.UsageError(_("--public-url goes with --every and --listen"))
    if listen is not None:
        raise click.UsageError(_("--listen goes with --every: one cycle alone waits for nobody"))
    if metrics is not None:
        raise click.UsageError(_("--metrics goes with --every: figures are of many cycles"))
    with (
        on_signals() as stop,
        progress_line(quiet=as_json) as progress,
        Workspace(folder, progress=progress) as workspace,
    ):
        report = workspace.run(stop=stop, allow_deletes=allow_deletes)
        units = {side: s.description.prices.unit for side, s in workspace.systems.items()}
    if as_json:
        print_json(report.to_json())
    else:
        show_report(console(), report)
        if report.edit is not None and report.edit.differs and report.edit.version is not None:
            click.echo(_("It ran by new rules, version {number}:").format(number=report.rules))
            for line in edit_lines(report.edit, units, ran=True):
                click.echo(line)
    if stop.asked:
        return 130
    return report.exit_code or (2 if report.counts[Fate.FAILED] else 0)
