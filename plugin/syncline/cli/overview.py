"""What may be asked in `syncline repl`: its commands, the fields, the functions, the workflows."""

from __future__ import annotations

__all__ = ["HELP", "show_conditions", "show_fields", "show_functions"]

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from ..functions.function import Function, signature
from ..model import ObjectType
from ..rules.explaining.explanation import as_written

if TYPE_CHECKING:
    from ..rules.explaining.conditions import Condition

HELP = """\
Type a condition (Status = "Open") or a value (AnnualRevenue / 2) to see what it gives.
  :record {"Status": "Open"}   the record that is asked about; `:record` shows it
  :record 3                    the third record of the data
  :record ann@example.com      one that the workspace knows, by an id or a match key
  :before {"Status": "New"}    the record before, for `changed` and `was`; `:before none`
  :data leads.csv Lead         ask all records of a file
  :object Contact              whose fields the names are
  :now 2026-11-22              the time that rules read; `:now` alone is the real one
  :fields [Lead]  :functions   what may stand in a condition
  :workflows  :explain NAME    the rules of the file, and what one says of the record
  :help  :quit                 the colon may be left out"""


def show_fields(kind: ObjectType) -> None:
    """Print each field of an object with its label, its type and its values."""
    for field in kind.fields:
        values = ": " + ", ".join(map(as_written, field.values)) if field.values else ""
        click.echo(f"  {field.name}  ({field.label}; {field.type}){values}")


def show_functions(functions: Iterable[Function]) -> None:
    """Print how each function is written, and what it gives."""
    for function in functions:
        click.echo(f"  {signature(function)}  {function.summary}")


def show_conditions(conditions: Sequence[Condition]) -> None:
    """Print each workflow, and each criterion of a sync, with its place."""
    if not conditions:
        click.echo("There are none: no rule file was given, or it has errors.")
    for condition in conditions:
        does = f": {condition.actions}" if condition.actions else ""
        click.echo(f"  {condition.title} on {condition.object}{does}  [{condition.at}]")
