"""`syncline settings`: what holds for the company, a team or a person, and who changed it."""

from __future__ import annotations

__all__ = ["settings"]

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import WorkspaceError
from ..preferences.names import SETTINGS, setting_named
from .options import json_option, print_json, workspace_option
from .signs import tame

if TYPE_CHECKING:
    from ..preferences.book import SettingsBook


def _whose(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the two options that say whose settings are meant; without them, the company's."""
    command = click.option("--person", default="", metavar="PERSON", help="Of this person.")(
        command
    )
    return click.option("--team", default="", metavar="TEAM", help="Of this team.")(command)


@click.group(no_args_is_help=True)
def settings() -> None:
    """Show or change settings of the company, of teams and of people: zone, language, hours.

    What a person sets holds over what the team sets, and that over what the company sets.
    Without --team and --person the company is meant.
    """


@settings.command()
@_whose
@workspace_option
@json_option
def show(team: str, person: str, folder: Path, as_json: bool) -> int:
    """Show what holds, and where each value comes from."""
    from ..preferences.written import shown

    _one(team, person)
    book = _book(folder)
    found, faults = book.effective(person, team=team), book.faults()
    if as_json:
        print_json(
            {
                "team": team,
                "person": person,
                "settings": {name: chosen._asdict() for name, chosen in found.items()},
                "faults": faults,
            }
        )
        return 0
    width = max(map(len, found))
    for name, chosen in found.items():
        value = tame(shown(name, chosen.value)) or "-"
        click.echo(f"{name:{width}}  {value}", nl=False)
        click.secho(f"  [{tame(chosen.source)}]", fg="cyan")
    for fault in faults:
        stop = "" if fault.endswith("?") else "."
        click.secho(f"{tame(fault)}{stop}", fg="yellow")
    return 0


@settings.command(
    "set", epilog="\b\n" + "\n".join(f"{s.name:16} {s.summary}" for s in SETTINGS.values())
)
@click.argument("name")
@click.argument("value", nargs=-1, required=True)
@_whose
@workspace_option
@json_option
def set_(
    name: str, value: tuple[str, ...], team: str, person: str, folder: Path, as_json: bool
) -> int:
    """Let VALUE hold for the setting NAME: `syncline settings set time_zone Europe/Paris`."""
    from ..preferences.written import read, shown

    setting = setting_named(name)
    found = _book(folder).set(setting.name, read(setting, value), team=team, person=person)
    if as_json:
        print_json(found.to_json())
    else:
        words = tame(shown(setting.name, found.settings[setting.name]))
        click.echo(f"{found.source}: {setting.name} is {words}.")
    return 0


@settings.command()
@click.argument("name")
@_whose
@workspace_option
@json_option
def unset(name: str, team: str, person: str, folder: Path, as_json: bool) -> int:
    """Say nothing of the setting NAME any more: what is further away holds."""
    book = _book(folder)
    after = book.unset(name, team=team, person=person)
    if as_json:
        print_json(after.to_json())
        return 0
    name = setting_named(name).name
    # What holds for one whose level this is; nobody is asked about who left the team by it.
    source = book.effective(person, team=team)[name].source
    click.echo(f"{after.source}: {name} is no longer set; it comes from {source}.")
    return 0


@settings.command()
@click.option("--person", required=True, metavar="PERSON", help="Of this person.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@workspace_option
@json_option
def calendar(person: str, days: int, folder: Path, as_json: bool) -> int:
    """Show when the person's own tasks come up, from today on, in the person's time zone."""
    from ..preferences.calendar import tasks_from

    found = tasks_from(_book(folder).effective(person), datetime.now(UTC), days)
    if as_json:
        print_json({"person": person, "tasks": [each.to_json() for each in found]})
        return 0
    for each in found:
        off = f"  ({tame(each.day_off)})" if each.day_off else ""
        click.echo(f"{each.start:%a %Y-%m-%d %H:%M} to {each.end:%H:%M %Z}  ", nl=False)
        click.echo(f"{tame(each.title)}{off}")
    if not found:
        click.echo("No task comes up in these days.")
    return 0


@settings.command()
@workspace_option
def export(folder: Path) -> int:
    """Print all documents as JSON, for `syncline settings import`."""
    print_json({"documents": [each.to_json() for each in _book(folder).documents()]})
    return 0


@settings.command("import")
@click.argument("file", type=click.File("rb"))
@workspace_option
@json_option
def import_(file: Any, folder: Path, as_json: bool) -> int:
    """Take over the documents in FILE (`-` reads the input): all of them, or none."""
    try:
        document = json.loads(file.read())
    except ValueError as err:
        raise WorkspaceError(
            f"{file.name} is no JSON: {err}", hint="`syncline settings export` writes some."
        ) from err
    taken = _book(folder).take(document)
    if as_json:
        print_json({"documents": [each.to_json() for each in taken]})
        return 0
    for each in taken:
        click.echo(f"{each.source}: {', '.join(each.settings) or 'nothing is set'}.")
    return 0


@settings.command()
@workspace_option
@json_option
def log(folder: Path, as_json: bool) -> int:
    """Show who changed what when, the newest first."""
    from ..preferences.documents import Level, SettingsDocument
    from ..preferences.written import shown

    found = _book(folder).changes()
    if as_json:
        print_json({"changes": found})
        return 0
    for line in found:
        of = SettingsDocument(level=Level(line["level"]), name=line["name"], settings={})
        old, new = (
            "(not set)" if line[each] is None else tame(shown(line["setting"], line[each]))
            for each in ("old", "new")
        )
        at = line["at"][:19].replace("T", " ")
        click.secho(f"{at}  {tame(line['who'] or 'somebody')}  ", dim=True, nl=False)
        click.echo(f"{tame(of.source)}: {line['setting']}: {old} -> {new}")
    if not found:
        click.echo("Nothing was set yet.")
    return 0


def _book(folder: Path) -> SettingsBook:
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        return workspace.preferences


def _one(team: str, person: str) -> None:
    if team and person:
        raise click.UsageError("give either --team or --person: a person's team is a setting")
