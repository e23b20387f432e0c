"""`syncline check`: whether a rule file is right, and fits the systems' own fields."""

from __future__ import annotations

__all__ = ["check"]

from gettext import gettext as _, ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import SynclineError
from ..model import Side
from .diagnostics import annotation, as_json as diagnostic_json, show
from .options import json_option, print_json, workspace_option
from .rule_files import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncline_grammar.recovery.fixes import Fixed

    from ..rules.ruleset import RuleSet

_DIFF_COLOUR = {"-": "red", "+": "green", "@": "cyan"}


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
@click.option("--fresh", is_flag=True, help="Ask the systems for their fields anew.")
@click.option("--fix", is_flag=True, help="Put the known fixes into the file.")
@click.option("--diff", "only_diff", is_flag=True, help="With --fix: show them, write nothing.")
@click.option("--cost", is_flag=True, help="Show what each rule costs at most for one record.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json", "github"]),
    help="For people, for machines, or as annotations of a GitHub workflow.",
)
@json_option
def check(
    file: Path | None,
    folder: Path,
    fresh: bool,
    fix: bool,
    only_diff: bool,
    cost: bool,
    form: str | None,
    as_json: bool,
) -> int:
    """Check a rule file: its words, its names, its values.

    In a workspace, FILE (by default the workspace's own rules) is checked against the fields of
    the systems it connects to; elsewhere, against the embedded ones.

    Exit code 0: it may run. 1: it has errors.
    """
    if only_diff and not fix:
        raise click.UsageError(_("--diff shows what --fix would write: give both."))
    if as_json and form not in {None, "json"}:
        raise click.UsageError(
            _("--json and --format {form} contradict each other.").format(form=form)
        )
    form = "json" if as_json else form or "human"

    def load(path: Path | None) -> RuleSet:
        return rules_of(path, folder)[0]

    rules, path = rules_of(file, folder, fresh=fresh)
    fixes = None
    if fix:
        from .fixing import fixed, rewrite

        fixes = fixed(rules, load)
        if fixes.mended and not only_diff:
            rewrite(path, fixes.text)
        if form == "human":
            _show_fixes(rules, fixes, written=not only_diff)
        if not only_diff and fixes.mended:
            rules = load(file)
    _report(rules, form, path, fixes, cost=cost)
    if form != "json":
        _advise(rules, fixes if only_diff else _fixes_of(rules, load))
    if form == "human":
        if rules.diagnostics:
            code = (rules.errors or rules.diagnostics)[0].code
            means = _("What a code means, with an example: {command}.")
            click.echo(means.format(command=f"`syncline explain-code {code}`"))
        if cost:
            _show_costs(rules)
    return 1 if rules.errors else 0


def _report(rules: RuleSet, form: str, path: Path, fixes: Fixed | None, *, cost: bool) -> None:
    if form == "json":
        document = _document(rules, fixes)
        if cost:
            document["costs"] = [
                {"kind": c.kind, "name": c.name, "line": c.span.line, "cost": c.cost}
                for c in rules.costs
            ]
        print_json(document)
    elif form == "github":
        for diagnostic in rules.diagnostics:
            click.echo(annotation(diagnostic, _from_here(path), rules.source))
        _summary(rules)
    else:
        if fixes is None or fixes.text == rules.source.text:
            show(rules.diagnostics, rules.source)
        _summary(rules)


def _document(rules: RuleSet, fixes: Fixed | None) -> dict[str, Any]:
    systems = rules.catalog.systems
    document: dict[str, Any] = {
        "file": rules.source.name,
        "ok": not rules.errors,
        "checked_against": {str(side): systems[side] for side in Side},
        "statements": rules.head.statements,
        "diagnostics": [diagnostic_json(d) for d in rules.diagnostics],
    }
    if fixes is not None:
        document["fixed"] = [diagnostic_json(d) for d in fixes.mended]
    return document


def _from_here(path: Path) -> str:
    """Return the file as a workflow names it: from the folder it runs in, where it lies below."""
    path = path.resolve()
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _show_fixes(rules: RuleSet, fixes: Fixed, *, written: bool) -> None:
    from .fixing import diff

    name = rules.source.name
    if not fixes.mended:
        if rules.diagnostics:
            hard = _("{name}: what is wrong here only a person can put right.")
            click.echo(f"{hard.format(name=name)}\n")
        return
    for line in diff(rules.source.text, fixes.text, name):
        click.secho(line, fg=_DIFF_COLOUR.get(line[:1]))
    what = _faults(len(fixes.mended))
    click.echo()
    if written:
        mended = _("{name}: {faults} fixed, as shown above.")
        click.secho(mended.format(name=name, faults=what), fg="green")
    else:
        would = _("{name}: --fix would mend {faults}, as shown above. Nothing was written.")
        click.echo(would.format(name=name, faults=what))
    click.echo()


def _show_costs(rules: RuleSet) -> None:
    click.echo()
    click.echo(_("What each rule costs at most for one record, in comparisons of two texts:"))
    for found in sorted(rules.costs, key=lambda c: -c.cost):
        line = _("(line {number})").format(number=found.span.line)
        click.echo(f"{found.cost:8,}  {found.kind} {found.name} {line}")


def _summary(rules: RuleSet) -> None:
    systems = rules.catalog.systems
    found = rules.diagnostics
    errors, warnings = len(rules.errors), len(found) - len(rules.errors)
    against = _("the fields of {crm} (CRM) and {cadence} (cadence)").format(
        crm=systems[Side.CRM], cadence=systems[Side.CADENCE]
    )
    if rules.unasked:
        instead = _(", in the place of {systems}: here is no workspace")
        against += instead.format(systems=_(" and ").join(rules.unasked))
    warned = ngettext("{count} warning", "{count} warnings", warnings).format(count=warnings)
    if errors:
        words = ngettext("{count} error", "{count} errors", errors).format(count=errors)
        words += _(" and ") + warned if warnings else ""
    else:
        count = rules.head.statements
        words = ngettext("{count} statement", "{count} statements", count).format(count=count)
        words += ", " + (warned if warnings else _("no faults"))
    summary = _("{name}: {words}, checked against {against}.")
    click.secho(
        summary.format(name=rules.source.name, words=words, against=against),
        fg="red" if errors else "green",
    )


def _faults(count: int) -> str:
    return ngettext("{count} fault", "{count} faults", count).format(count=count)


def _fixes_of(rules: RuleSet, load: Callable[[Path], RuleSet]) -> Fixed | None:
    """Return what --fix would make of rules with errors; None when there is nothing to try."""
    from .fixing import fixed

    if not rules.errors or rules.unasked or not any(d.fix for d in rules.diagnostics):
        return None
    try:
        return fixed(rules, load)
    except SynclineError:
        # A fix that names another system asks that one, and it does not answer: no promise then.
        return None


def _advise(rules: RuleSet, fixes: Fixed | None) -> None:
    """Say what --fix would correct, and whether there may be more faults than are told."""
    from syncline_grammar.parse import MAX_FAULTS

    if rules.errors and rules.unasked:
        elsewhere = _(
            "The fields of {systems} are not known here, and are told as faults. Check the file in "
            "a workspace that is connected: `syncline init`, then `syncline connect`."
        )
        click.echo(elsewhere.format(systems=_(" and ").join(rules.unasked)))
    elif rules.errors and fixes is not None and fixes.mended:
        every = _("it") if len(rules.diagnostics) == 1 else _("all of them")
        which = _faults(len(fixes.mended)) if fixes.left else every
        corrects = _("`syncline check --fix` corrects {faults}; with --diff it only shows how.")
        click.echo(corrects.format(faults=which))
    if sum(d.code.startswith("E1") for d in rules.diagnostics) >= MAX_FAULTS:
        most = _("No more than {count} faults are told at a time: there may be others.")
        click.echo(most.format(count=MAX_FAULTS))
