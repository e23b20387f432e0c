"""`syncline prune`, `doctor`, `backup` and `restore`: upkeep of a workspace's ledger."""

from __future__ import annotations

__all__ = ["backup", "doctor", "prune", "restore"]

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import json_option, print_json, workspace_option

if TYPE_CHECKING:
    from ..archive import Archive
    from ..ledger.findings import Finding

_TABLES = {
    "entries": "lines of the history",
    "changes": "recorded changes",
    "calls": "counted calls",
    "runs": "runs",
}
_COLOURS = {"note": "cyan", "problem": "red", "repaired": "green"}


def _days(_context: click.Context, _option: click.Parameter, value: str) -> timedelta:
    """Read a number of days, as 90d or 90."""
    given = re.fullmatch(r"(\d{1,5})d?", value)
    if given is None or int(given[1]) < 2:
        raise click.BadParameter(f"{value!r} is not a number of days, 2 at least, such as 90d.")
    return timedelta(days=int(given[1]))


@click.command()
@workspace_option
@click.option(
    "--keep",
    default="90d",
    show_default=True,
    callback=_days,
    metavar="DAYS",
    help="How long to keep it.",
)
@click.option("--dry-run", is_flag=True, help="Only count; remove nothing.")
@json_option
def prune(folder: Path, keep: timedelta, dry_run: bool, as_json: bool) -> int:
    """Remove old history from the ledger.

    Ended runs, their history, recorded changes and counted calls go. What a sync needs stays: the
    links, what waits, what is held. A run that is kept can still be undone.
    """
    from .. import upkeep

    pruned = upkeep.prune(folder, keep=keep, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "before": dict(pruned.before),
                "removed": dict(pruned.removed),
                "after": pruned.after,
            }
        )
        return 0
    would = "would be removed" if dry_run else "removed"
    for table, title in _TABLES.items():
        before, removed = pruned.before[table], pruned.removed[table]
        click.echo(f"{removed:>10,} of {before:,} {title} {would}, {before - removed:,} left")
    return 0


@click.command()
@workspace_option
@click.option("--repair", is_flag=True, help="Put right what can surely be put right.")
@json_option
def doctor(folder: Path, repair: bool, as_json: bool) -> int:
    """Look through the ledger for damage, orphans and impossible moments.

    Exit code 0: it is sound; notes may be told. 3: problems are left, each with what to do.
    """
    from .. import upkeep

    findings = upkeep.examine(folder, repair=repair)
    sound = all(one.grade != "problem" for one in findings)
    if as_json:
        print_json({"sound": sound, "findings": [_document(one) for one in findings]})
        return 0 if sound else 3
    for one in findings:
        _tell(one)
    if sound:
        click.echo("The ledger is sound.")
    elif any(one.grade == "problem" and one.repair for one in findings):
        click.echo("`syncline doctor --repair` puts right what says so.")
    return 0 if sound else 3


def _document(one: Finding) -> dict[str, Any]:
    return {
        "grade": str(one.grade),
        "what": one.what,
        "count": one.count,
        "examples": list(one.examples),
        "advice": one.advice,
        "repairable": one.repair is not None,
    }


def _tell(one: Finding) -> None:
    click.secho(f"{one.grade}", fg=_COLOURS[one.grade], bold=True, nl=False)
    more = f" and {one.count - len(one.examples):,} more" if one.count > len(one.examples) else ""
    click.echo(f": {one.what}: {', '.join(one.examples)}{more}")
    way = "With --repair: " if one.grade == "problem" and one.repair else ""
    click.echo(f"  {way}{one.advice}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@json_option
def backup(file: Path, folder: Path, as_json: bool) -> int:
    """Write the workspace and its ledger into one archive, FILE.

    Runs may be at work meanwhile. FILE is a zip archive that only you can read; it holds the
    records' values as the ledger does, and no secret.
    """
    from ..backup import back_up

    made = back_up(folder, file)
    if as_json:
        _print_archive(made)
        return 0
    size = sum(size for size, _digest in made.files.values())
    click.echo(f"{file}: {len(made.files)} files, {size:,} bytes before packing.")
    click.echo(f"`syncline restore {file} FOLDER` restores it.")
    return 0


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument(
    "folder", required=False, type=click.Path(file_okay=False, path_type=Path), default=Path()
)
@click.option("--ledger-only", is_flag=True, help="Leave settings, rules and data as they are.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@json_option
def restore(file: Path, folder: Path, ledger_only: bool, overwrite: bool, as_json: bool) -> int:
    """Restore a workspace and its ledger from the archive FILE to FOLDER.

    FOLDER is this folder unless it is named. The ledger goes where syncline.toml says; with
    `--ledger-only` that is the one in FOLDER, so that a ledger moves between databases. Everything
    is checked before anything is changed, and nothing that is there is replaced unasked.
    """
    from ..backup import restore as bring_back
    from ..ledger.opening import locate, place_of
    from ..settings import read_settings

    found = bring_back(file, folder, ledger_only=ledger_only, overwrite=overwrite)
    if as_json:
        _print_archive(found)
        return 0
    what = f"of {found.made:%Y-%m-%d %H:%M} UTC restored to"
    if ledger_only:
        ledger = locate(read_settings(folder))
        click.echo(f"The ledger {what} {place_of(ledger)}.")
    else:
        click.echo(f"The workspace and its ledger {what} {folder.resolve()}.")
    click.echo("Look at `syncline plan` before the next run: what changed since is read again.")
    return 0


def _print_archive(archive: Archive) -> None:
    from ..archive import document

    print_json(document(archive))
