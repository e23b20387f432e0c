"""`syncline fmt`: write rule files in their one form."""

from __future__ import annotations

__all__ = ["STANDARD_INPUT", "fmt", "parsed_from", "read_input", "write_output"]

import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .diagnostics import show_brief
from .fixing import rewrite
from .options import workspace_option

if TYPE_CHECKING:
    from syncline_grammar.parse import Parsed
    from syncline_grammar.writing.formatter import Formatted

STANDARD_INPUT = Path("-")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name what would change.")
@click.option("--diff", "only_diff", is_flag=True, help="Write nothing; show what would change.")
def fmt(files: tuple[Path, ...], folder: Path, only_check: bool, only_diff: bool) -> int:
    """Write rule files in their one form: indents, columns, blank lines.

    FILES are rewritten in place; in a workspace, without any, its own rules. `-` reads rules from
    the standard input and writes them to the standard output. What the rules say is not changed,
    and no comment is lost. A file that cannot be read is left as it is.

    Exit code 0: all is well. 1: a file has faults, or `--check` found one that would change.
    """
    if STANDARD_INPUT in files and len(files) > 1:
        raise click.UsageError("`-` stands alone: give either files or the standard input.")
    codes = [_format_one(file, folder, only_check, only_diff) for file in files or (None,)]
    return max(codes)


def parsed_from(file: Path | None, folder: Path) -> Parsed:
    """Read the rules of *file*, of the standard input, or of the workspace in *folder*."""
    from syncline_grammar.parse import MAX_BYTES, parse

    from ..rules.reading import read_rules

    if file == STANDARD_INPUT:
        return parse(read_input(MAX_BYTES + 1), "the standard input")
    return read_rules(_path(file, folder)).parsed


def read_input(most: int = -1) -> bytes:
    """Return what stands in the standard input, at *most* so many bytes."""
    return sys.stdin.buffer.read(most)


def write_output(text: str) -> None:
    """Print *text* as UTF-8 with its own line ends, whatever the terminal would make of it."""
    sys.stdout.buffer.write(text.encode())


def _path(file: Path | None, folder: Path) -> Path:
    from ..settings import FILE_NAME, read_settings

    if file is not None:
        return file
    if not (folder / FILE_NAME).exists():
        raise click.UsageError("name a rule file: there is no workspace here.")
    return read_settings(folder).rules


def _format_one(file: Path | None, folder: Path, only_check: bool, only_diff: bool) -> int:
    """Format one file, say what was done, and return the exit code for it."""
    from syncline_grammar.writing.formatter import format_parsed

    parsed = parsed_from(file, folder)
    streamed = file == STANDARD_INPUT
    path = None if streamed else _path(file, folder)
    name = parsed.source.name if path is None else str(path)
    formatted = format_parsed(parsed)
    if formatted.diagnostics or formatted.refusal:
        _tell_refusal(formatted, name)
        return 1
    changed = formatted.text != parsed.source.text
    if only_diff:
        _show_diff(parsed.source.text, formatted.text, name)
    elif path is None and not only_check:
        write_output(formatted.text)
        return 0
    elif path is not None and not only_check and changed:
        rewrite(path, formatted.text)
    if only_check or only_diff:
        told = "would be changed" if changed else "is formatted already"
    else:
        told = "is now formatted" if changed else "was formatted already"
    click.echo(f"{name} {told}.", err=only_diff)
    return int(only_check and changed)


def _tell_refusal(formatted: Formatted, name: str) -> None:
    if formatted.refusal:
        click.secho(f"{name} was left as it is: {formatted.refusal}.", fg="red", err=True)
        click.echo("Correct that first; `syncline check` says more.", err=True)
        return
    click.secho(f"{name} was left as it is, for it cannot be read:", fg="red", err=True)
    show_brief(formatted.diagnostics)
    click.echo("Correct these places; `syncline check` says more.", err=True)


def _show_diff(old: str, new: str, name: str) -> None:
    # Cut at line feeds alone, so that another line end is seen to differ.
    ended = old.endswith("\n")
    before, after = ((text[:-1] if ended else text).split("\n") for text in (old, new))
    for line in unified_diff(before, after, name, name, "as it is", "formatted", lineterm=""):
        click.echo(line.replace("\r", "\\r"))
