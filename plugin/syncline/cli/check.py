"""`syncline check`: whether a rule file is right, and fits the systems' own fields."""

from __future__ import annotations

__all__ = ["check"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model import Side
from .diagnostics import as_json as diagnostic_json, show
from .options import json_option, print_json, workspace_option

if TYPE_CHECKING:
    from ..rules.ruleset import RuleSet


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@click.option("--fresh", is_flag=True, help="Ask the systems for their fields anew.")
@json_option
def check(file: Path | None, folder: Path, fresh: bool, as_json: bool) -> int:
    """Check a rule file: its words, its names, its values.

    In a workspace, FILE (by default the workspace's own rules) is checked against the fields of
    the systems it connects to; elsewhere, against the embedded ones.

    Exit code 0: it may run. 1: it has errors.
    """
    from ..settings import FILE_NAME
    from ..workspace import Workspace, load_offline

    if file is not None and not (folder / FILE_NAME).exists():
        rules = load_offline(file)
    else:
        with Workspace(folder, rules=file, fresh=fresh) as workspace:
            rules = workspace.rules
    _report(rules, as_json=as_json)
    return 1 if rules.errors else 0


def _report(rules: RuleSet, *, as_json: bool) -> None:
    systems = rules.catalog.systems
    found = rules.diagnostics
    if as_json:
        print_json(
            {
                "file": rules.source.name,
                "ok": not rules.errors,
                "checked_against": {str(side): systems[side] for side in Side},
                "statements": len(rules.tree.statements),
                "diagnostics": [diagnostic_json(d) for d in found],
            }
        )
        return
    show(found, rules.source)
    errors, warnings = len(rules.errors), len(found) - len(rules.errors)
    against = f"the fields of {systems[Side.CRM]} (CRM) and {systems[Side.CADENCE]} (cadence)"
    elsewhere = sorted(set(rules.systems.values()) - set(systems.values()))
    if elsewhere and not errors:
        against += f", in the place of {' and '.join(elsewhere)}: here is no workspace"
    if errors:
        words = f"{errors} error" + ("s" if errors > 1 else "")
        click.secho(f"{rules.source.name}: {words}, checked against {against}.", fg="red")
    else:
        counts = f"{len(rules.tree.statements)} statements"
        counts += f", {warnings} warnings" if warnings else ", no faults"
        click.secho(f"{rules.source.name}: {counts}, checked against {against}.", fg="green")
