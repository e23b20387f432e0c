"""`syncline forms` and `syncline submit`: the forms of the rules, and what is posted in them."""

from __future__ import annotations

__all__ = ["forms", "submit"]

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import WorkspaceError
from .options import json_option, print_json, workspace_option
from .signs import tame

if TYPE_CHECKING:
    from ..forms.form import Form, FormField


@click.command()
@click.argument("name", required=False)
@workspace_option
@json_option
def forms(name: str | None, folder: Path, as_json: bool) -> int:
    """List the forms of the rules, or show the form NAME: its fields, and what each takes.

    With --json: the JSON Schema of what may be posted, and hints for display.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.forms if name is None else (workspace.form(name),)
    if as_json:
        documents = [form.to_json() for form in found]
        print_json({"forms": documents} if name is None else documents[0])
        return 0
    for form in found:
        _show(form)
    if not found:
        click.echo('The rules have no form. Write one: `form "New prospect" for prospect { … }`.')
    return 0


@click.command()
@click.argument("name")
@click.option(
    "--json-file",
    "file",
    type=click.File("rb"),
    required=True,
    help="What is posted: an object of JSON; `-` reads the input.",
)
@click.option("--key", default="", help="The same key again makes no second record.")
@workspace_option
@json_option
def submit(name: str, file: Any, key: str, folder: Path, as_json: bool) -> int:
    """Post values in the form NAME: they become a record, which goes over with the next run.

    Exit code 0: it is stored, or was before. 3: it was refused; each fault is told.
    """
    from ..workspace import Workspace

    try:
        values = json.loads(file.read())
    except ValueError as err:
        raise WorkspaceError(
            f"{file.name} is no JSON: {err}", hint='Write an object: {"first_name": "Ann"}.'
        ) from err
    with Workspace(folder) as workspace:
        made = workspace.submit(name, values, key=key)
    if as_json:
        print_json(made.to_json())
    elif made.state == "stored":
        click.echo(f"Stored as {made.id}. The next run takes it over.")
    elif made.state == "repeated":
        click.echo(f"{made.id} was stored under this key before, and stays as it is.")
    else:
        click.secho("Nothing was stored.", fg="red", err=True)
        for fault in made.faults:
            click.echo(f"  {tame(fault.label)}: {tame(fault.message)}", err=True)
    return 3 if made.state == "refused" else 0


def _show(form: Form) -> None:
    click.secho(tame(form.name), bold=True, nl=False)
    click.echo(f"  makes a {form.object}  ", nl=False)
    click.secho(f"[{form.at}]", fg="cyan")
    width = max(len(field.name) for field in form.fields)
    for field in form.fields:
        click.echo(f"  {field.name:{width}}  {_words(field)}".rstrip())


def _words(field: FormField) -> str:
    """Say what a field takes, and what it must."""
    words = [tame(field.label), field.widget]
    if field.choices:
        words.append("/".join(tame(choice.label) for choice in field.choices))
    if field.default is not None:
        words.append(f"default {field.default}")
    return ", ".join(words) + (f". {field.help}" if field.help else "")
