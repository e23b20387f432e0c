"""`syncline why`: what made a record what it is, and why nothing else did."""

from __future__ import annotations

__all__ = ["why"]

from dataclasses import asdict
from pathlib import Path

import click

from .options import json_option, print_json, workspace_option
from .show import console, show_history


@click.command()
@click.argument("record")
@click.argument("field", required=False)
@workspace_option
@json_option
def why(record: str, field: str | None, folder: Path, as_json: bool) -> int:
    """Say why RECORD is as it is: which rule wrote which field, when, from what.

    RECORD is an id of either side, or a match key such as an e-mail address. FIELD narrows it to
    one field, together with the field across that a rule maps it to.
    """
    from ..history import find_ids, mapped_fields, read_history

    ids = find_ids(folder, record)
    fields = None if field is None else mapped_fields(folder, field)
    lines = read_history(folder, ids=ids, fields=fields, limit=200)
    if as_json:
        print_json({"lines": [asdict(line) for line in lines]})
    else:
        show_history(console(), lines)
    return 0
