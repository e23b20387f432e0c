"""Options that several commands share."""

from __future__ import annotations

__all__ = ["json_option", "print_json", "workspace_option"]

import json
from pathlib import Path
from typing import Any

import click


def _admitted(ctx: click.Context, _option: click.Parameter, folder: Path) -> Path:
    """Let whoever may run this command there go on; the others are told which right they lack."""
    from ..people.border import admit

    admit(folder, " ".join(ctx.command_path.split()[1:]))
    return folder


workspace_option = click.option(
    "--workspace",
    "-w",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    callback=_admitted,
    show_default="this folder",
    help="The workspace's folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def print_json(document: Any) -> None:
    """Print *document* as one line of JSON."""
    click.echo(json.dumps(document, ensure_ascii=False))
