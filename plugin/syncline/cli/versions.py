"""`syncline versions`: the texts of the rules that were put to work (E5)."""

from __future__ import annotations

__all__ = ["versions"]

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .edits import change_lines
from .options import json_option, print_json, workspace_option

if TYPE_CHECKING:
    from ..ledger.versions import Version
    from ..workspace import Workspace

_NUMBER = click.IntRange(1, 1_000_000_000)


@click.command()
@click.argument("number", required=False, type=_NUMBER)
@click.argument("other", required=False, type=_NUMBER)
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), default=50, show_default=True)
@workspace_option
@json_option
def versions(number: int | None, other: int | None, limit: int, folder: Path, as_json: bool) -> int:
    """List the texts of the rules that were put to work, when, and by whom.

    With NUMBER it prints that text; with NUMBER and OTHER what differs between the two. To see
    what a difference means for your records, keep a text in a file and ask `syncline diff`.
    """
    from ..ledger import versions as kept
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        if number is None:
            with workspace.ledger.begin() as db:
                found = kept.listed(db, limit=limit)
            _show_list(found, as_json=as_json)
        elif other is None:
            version = _get(workspace, number)
            if as_json:
                print_json({"versions": [version.to_json() | {"text": version.text}]})
            else:
                click.echo(version.text, nl=not version.text.endswith("\n"))
        else:
            _show_two(workspace, _get(workspace, number), _get(workspace, other), as_json=as_json)
    return 0


def _get(workspace: Workspace, number: int) -> Version:
    from ..errors import WorkspaceError
    from ..ledger import versions as kept

    with workspace.ledger.begin() as db:
        found = kept.get(db, number)
    if found is None:
        raise WorkspaceError(
            f"there is no version {number} of the rules", hint="`syncline versions` lists them."
        )
    return found


def _show_list(found: list[Version], *, as_json: bool) -> None:
    if as_json:
        print_json({"versions": [version.to_json() for version in found]})
        return
    if not found:
        click.echo("No rules have been put to work yet; `syncline run` does it.")
    for version in found:
        by = f"  {version.who}" if version.who else ""
        click.echo(f"{version.number:>4}  {version.at:%Y-%m-%d %H:%M} UTC  {version.name}{by}")


def _show_two(workspace: Workspace, old: Version, new: Version, *, as_json: bool) -> None:
    from ..difference.texts import text_changes
    from ..rules.reading import RuleText
    from ..rules.ruleset import RuleSet

    catalog = workspace.rules.catalog
    one, two = (RuleSet(RuleText(v.text, f"version {v.number}"), catalog, ()) for v in (old, new))
    changes = text_changes(one, two)
    if as_json:
        document: dict[str, Any] = {
            "versions": [v.to_json() | {"text": v.text} for v in (old, new)],
            "changes": [
                {"kind": c.kind, "rule": c.words, "at": c.new_at or c.old_at} for c in changes
            ],
        }
        print_json(document)
        return
    for line in change_lines(changes):
        click.echo(line)
    if changes:
        click.echo()
    lines = list(
        unified_diff(
            old.text.splitlines(),
            new.text.splitlines(),
            f"version {old.number}",
            f"version {new.number}",
            lineterm="",
        )
    )
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo("The two say the same.")
