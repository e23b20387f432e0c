"""`syncline json`: rules as a JSON document for visual builders, and back."""

from __future__ import annotations

__all__ = ["json_command"]

import json
from pathlib import Path
from typing import Any, ClassVar

import click

from ..errors import RulesError, SynclineError, WorkspaceError
from .fmt import STANDARD_INPUT, parsed_from, read_input, write_output
from .options import workspace_option


class _DocumentError(SynclineError):
    """A JSON document does not describe rules."""

    exit_code: ClassVar[int] = 1


@click.command("json")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@click.option("--to-rules", is_flag=True, help="FILE is such a document: print it as rules.")
def json_command(file: Path | None, folder: Path, to_rules: bool) -> int:
    """Print rules as JSON, with all that they mean, their comments and blank lines.

    FILE is a rule file, by default the workspace's own; `-` is the standard input. The document is
    described by `rules.schema.json`. With `--to-rules` it goes the other way: the rules that come
    out are formatted.
    """
    if to_rules:
        if file is None:
            raise click.UsageError("name the JSON document, or `-` for the standard input.")
        text = _to_rules(file)
    else:
        text = _to_document(file, folder)
    write_output(text)
    return 0


def _to_document(file: Path | None, folder: Path) -> str:
    from syncline_grammar.jsonform.document import to_json
    from syncline_grammar.writing.spelling import UnwritableError

    parsed = parsed_from(file, folder)
    name = parsed.source.name
    if parsed.diagnostics:
        raise RulesError(f"{name} cannot be read", parsed.diagnostics)
    try:
        document = to_json(parsed)
    except UnwritableError as err:
        raise _DocumentError(
            f"{name} cannot be written as JSON: {err}",
            hint="Correct that first; `syncline check` says more.",
        ) from err
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _to_rules(file: Path) -> str:
    from syncline_grammar.jsonform.document import from_json
    from syncline_grammar.writing.spelling import UnwritableError

    streamed = file == STANDARD_INPUT
    name = "the standard input" if streamed else file.name
    hint = "Correct the document; `rules.schema.json` describes it."
    try:
        content = read_input() if streamed else file.read_bytes()
    except OSError as err:
        raise WorkspaceError(f"{file} cannot be read: {err.strerror}") from err
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise _DocumentError(f"{name} is no JSON document: {err}", hint=hint) from err
    try:
        return from_json(document).source.text
    except UnwritableError as err:
        raise _DocumentError(f"{name} cannot be written as rules: {err}", hint=hint) from err
