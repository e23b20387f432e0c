"""`syncline new`: projects to begin with."""

from __future__ import annotations

__all__ = ["new"]

import shlex
from pathlib import Path

import click

from .options import json_option, print_json


@click.group()
def new() -> None:
    """Make a project to begin with."""


@new.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@json_option
def connector(name: str, folder: Path | None, as_json: bool) -> int:
    """Make the project of a connector called NAME, in FOLDER or `syncline-NAME`.

    It works, and passes the bronze checks of `syncline.testing`, before you change a line.
    """
    from ..new_files import make_connector

    made = make_connector(name, folder)
    if as_json:
        print_json({"made": [str(path) for path in made]})
        return 0
    for path in made:
        click.echo(f"wrote {path}")
    place = shlex.quote(str(folder or Path(f"syncline-{name.replace('_', '-')}")))
    click.echo(f"Next: `cd {place}`, then `pip install -e '.[test]'`, then `pytest`.")
    return 0
