"""`syncline import`, which brings prospects in, and `syncline imports`, what became of them."""

from __future__ import annotations

__all__ = ["import_command", "imports"]

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..imports.judging import Outcome
from .options import json_option, print_json, workspace_option
from .run import progress_line
from .signs import tame

if TYPE_CHECKING:
    from ..imports.kept import Held
    from ..imports.report import ImportReport

_COLOURS = {
    Outcome.NEW: "green",
    Outcome.CONFLICT: "yellow",
    Outcome.UNUSABLE: "red",
    Outcome.REFUSED: "red",
}
_NUMBER = click.IntRange(1, 1_000_000_000)


def _pairs(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        column, mark, field = text.rpartition("=")
        if not mark or not column.strip():
            raise click.BadParameter(f'{text!r} is no pair; write --map "Column=field".')
        found[column.strip()] = field.strip()
    return found


@click.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--crm", metavar="OBJECT", default="", help="Records of the CRM in place of a FILE.")
@click.option("--where", default="", help="With --crm: which, as in 'Status = \"Open\"'.")
@click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN=FIELD",
    help="Which field a column is; `COLUMN=` leaves it out.",
)
@click.option("--country", default="", help="Of phone numbers in rows that name no country.")
@click.option("--preview", is_flag=True, help="Say what would become of each row; write nothing.")
@workspace_option
@json_option
def import_command(
    file: Path | None,
    crm: str,
    where: str,
    columns: dict[str, str],
    country: str,
    preview: bool,
    folder: Path,
    as_json: bool,
) -> int:
    """Bring the people in a CSV FILE, or in a list of the CRM, into the cadence.

    Whoever is there already is found by e-mail, phone, name and company. Blanks are filled; what is
    not sure is held for a person (`syncline imports held`). The same file twice brings nothing new.

    Exit code 2: the cadence was not reached; run it again. Rows that cannot be used are told, and
    the rest goes on.
    """
    from ..imports.sources import Request
    from ..workspace import Workspace

    if (file is None) == (not crm):
        raise click.UsageError("say either which FILE, or `--crm OBJECT`")
    if where and not crm:
        raise click.UsageError("--where goes with --crm")
    if columns and crm:
        raise click.UsageError("--map goes with a FILE: the rules map what comes from the CRM")
    request = Request(file=file, crm=crm, where=where, columns=columns, country=country)
    with (
        progress_line(quiet=as_json) as progress,
        Workspace(folder, progress=progress) as workspace,
    ):
        report = (workspace.imports.preview if preview else workspace.imports.run)(request)
    if as_json:
        print_json(report.to_json())
    else:
        _show(report)
    return 2 if report.counts.get(Outcome.REFUSED) else 0


def _show(report: ImportReport) -> None:
    what = f"Import {report.number}" if report.number else "Preview: nothing is written"
    written = f" ({report.written})" if report.written else ""
    click.secho(tame(f"{what}. {report.source}{written}: {report.rows:,} rows"), bold=True)
    if report.before:
        click.echo(f"The same was imported before, as import {report.before}.")
    for column in report.columns:
        if column.how == "near":
            click.echo(tame(f"    {column.name} is taken for {column.field}"))
    left = [column.name for column in report.columns if not column.field]
    if left:
        more = f" and {len(left) - 8} more" if len(left) > 8 else ""
        click.echo(tame(f"    left out: {', '.join(left[:8])}{more}"))
    for outcome in Outcome:
        count = report.counts.get(outcome, 0)
        if not count:
            continue
        click.secho(f"{count:>9,} {outcome}", fg=_COLOURS.get(outcome))
        for example in report.examples.get(outcome, ()):
            score = f" [{example.score}]" if example.score else ""
            who = example.who or "nobody"
            click.secho(
                tame(f"          line {example.line}: {who}: {example.reason}{score}"), dim=True
            )
    click.echo(f"{report.known:,} prospects were there before.")
    if report.number and report.counts.get(Outcome.CONFLICT):
        click.echo("`syncline imports held` lists what waits for you.")


@click.group()
def imports() -> None:
    """List imports, and decide what they hold."""


@imports.command("list")
@click.option("--limit", type=_NUMBER, default=50, show_default=True)
@workspace_option
@json_option
def list_imports(limit: int, folder: Path, as_json: bool) -> int:
    """List the imports, the newest first."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.imports.list(limit=limit)
    if as_json:
        print_json({"imports": [one.to_json() for one in found]})
        return 0
    for one in found:
        counts = ", ".join(f"{count:,} {word}" for word, count in one.counts.items())
        name = f" ({one.name})" if one.name else ""
        by = f", by {one.who}" if one.who else ""
        state = counts or ("no rows" if one.finished else "was cut off: run it again")
        at = one.started[:16].replace("T", " ")
        click.echo(tame(f"{one.number:>4}  {at} UTC  {one.source}{name}: {state}{by}"))
    if not found:
        click.echo("Nothing has been imported yet; `syncline import FILE --preview` begins.")
    return 0


@imports.command()
@click.option("--import", "of", type=_NUMBER, help="Of this import alone.")
@workspace_option
@json_option
def held(of: int | None, folder: Path, as_json: bool) -> int:
    """List the rows about which a person decides."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.imports.held(of=of)
    if as_json:
        print_json(_held_document(found))
        return 0
    for one in found:
        click.secho(f"{one.number:>4}  import {one.of}, line {one.line}", bold=True, nl=False)
        click.echo(tame(f"  {one.prospect} [{one.score}]: {one.reason}"))
        values = ", ".join(f"{name} {value}" for name, value in one.values.items())
        click.secho(tame(f"      {values}"), dim=True)
    click.echo(
        f"{len(found):,} wait. `syncline imports resolve N --take file|cadence|new` decides."
    )
    return 0


@imports.command()
@click.argument("number", type=_NUMBER)
@click.option(
    "--take",
    type=click.Choice(["file", "cadence", "new"]),
    required=True,
    help="Whose values stand; `new` says that the two are not one.",
)
@click.option("--all", "every", is_flag=True, help="The same for all that wait of this import.")
@workspace_option
@json_option
def resolve(number: int, take: Any, every: bool, folder: Path, as_json: bool) -> int:
    """Decide the question NUMBER of `syncline imports held`."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.imports.resolve(number, take=take, every=every)
    if as_json:
        print_json(_held_document(found))
        return 0
    words = {"file": "the file's values are written", "cadence": "the prospect stays as it is",
             "new": "another prospect is made"}[take]  # fmt: skip
    click.echo(f"Decided {len(found):,}: {words}.")
    return 0


@imports.command()
@click.argument("name")
@workspace_option
@json_option
def run(name: str, folder: Path, as_json: bool) -> int:
    """Run the automatic import NAME now; the CRM admin may.

    `[imports.NAME]` in syncline.toml says what and how often; `syncline run --every` runs it.
    """
    from ..workspace import Workspace

    with (
        progress_line(quiet=as_json) as progress,
        Workspace(folder, progress=progress) as workspace,
    ):
        reports = workspace.imports.run_automatic(name)
    if as_json:
        print_json({"reports": [report.to_json() for report in reports]})
    else:
        for report in reports:
            _show(report)
        if not reports:
            click.echo("There is no file to import.")
    return 2 if any(report.counts.get(Outcome.REFUSED) for report in reports) else 0


def _held_document(found: Any) -> dict[str, list[dict[str, Any]]]:
    held: list[Held] = list(found)
    return {"held": [one.to_json() for one in held]}
