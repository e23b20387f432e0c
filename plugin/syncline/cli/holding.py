"""`syncline holds`, `resolve` and `retry`: what waits for a person, and the person's answers."""

from __future__ import annotations

__all__ = ["holds", "resolve", "retry"]

import sys
from collections.abc import Sequence
from gettext import gettext as _, ngettext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..locale.told import told
from .fixing import diff, rewrite
from .options import json_option, print_json, workspace_option
from .show import shown
from .signs import tame

if TYPE_CHECKING:
    from ..ledger.holds import Hold
    from ..model import Side
    from ..retrying import Refused
    from ..workspace import Workspace

_SIDES = ("crm", "cadence")


@click.command()
@click.argument("record", required=False)
@workspace_option
@json_option
def holds(record: str | None, folder: Path, as_json: bool) -> int:
    """List what waits for a person: fields both sides of which differ, records without a partner.

    RECORD is an id of either side, or a match key such as an e-mail address; without it, all that
    is held. `syncline resolve` decides.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.holds(record)
        choices = _choices(workspace, found)
    if as_json:
        print_json(_document(found, choices))
    elif not found:
        click.echo(_("Nothing waits for a decision."))
    else:
        _show(found, choices)
    return 0


@click.command()
@click.argument("record")
@click.argument("field", required=False)
@click.option("--take", type=click.Choice(_SIDES), help="The side whose value stands.")
@click.option("--with", "partner", metavar="ID", help="The record across that is the same.")
@click.option("--all", "every", is_flag=True, help="Decide so for every record that the row holds.")
@click.option(
    "--always", is_flag=True, help="Write it into the row of the rules: no such hold comes again."
)
@click.option(
    "--yes",
    is_flag=True,
    help="Change the rule file without asking; join what does not look like one.",
)
@workspace_option
@json_option
def resolve(
    record: str,
    field: str | None,
    take: str | None,
    partner: str | None,
    every: bool,
    always: bool,
    yes: bool,
    folder: Path,
    as_json: bool,
) -> int:
    """Decide what is held of RECORD: whose value stands, or which record across is the same.

    `--take crm` lets the CRM's value stand in FIELD, or in every field of RECORD that is held; the
    next run writes it to the other side, and the value that gives way stays in the log. `--with ID`
    links two records between which no rule could choose.
    """
    from ..model import Side
    from ..workspace import Workspace

    if (take is None) == (partner is None):
        raise click.UsageError(_("say either whose value stands, `--take crm`, or `--with ID`"))
    if partner is not None and (field or every or always):
        raise click.UsageError(_("--with links two records: no field, no --all and no --always"))
    if every and always:
        raise click.UsageError(_("--always decides for all that the row holds: leave out --all"))
    with Workspace(folder) as workspace:
        if partner is not None:
            return _link(workspace, record, partner, sure=yes, as_json=as_json)
        side = Side(take or "")
        if always:
            return _always(workspace, record, field, side, yes=yes, as_json=as_json)
        found = workspace.resolve(record, field, take=side, every=every)
    if as_json:
        print_json(_document(found, [side] * len(found)))
        return 0
    for hold in found:
        value = hold.crm_value if side is Side.CRM else hold.cadence_value
        stands = _("{name}: the {side}'s {value} stands.")
        click.echo(stands.format(name=_name(hold), side=_(side.word), value=shown(value)))
    click.echo(_("The next run writes it across."))
    return 0


@click.command()
@click.argument("record", required=False)
@click.option("--all", "every", is_flag=True, help="Every record that failed or rests.")
@workspace_option
@json_option
def retry(record: str | None, every: bool, folder: Path, as_json: bool) -> int:
    """Let the next run try again what a system refused: RECORD, or `--all`.

    A record that failed three times rests until it changes, or until this command. Without
    RECORD and `--all` it lists them, with what the system said.
    """
    from ..workspace import Workspace

    if record is not None and every:
        raise click.UsageError(_("give either RECORD or --all"))
    asked = record is not None or every
    with Workspace(folder) as workspace:
        found = workspace.retry(record) if asked else workspace.refused()
    if as_json:
        print_json({"asked": asked, "records": [one.to_json() for one in found]})
        return 0
    _show_refused(found)
    if not found:
        click.echo(
            _("Nothing has failed.")
            if record is None
            else _("{record} has not failed.").format(record=record)
        )
    elif asked:
        click.echo(_("The next run tries again."))
    else:
        click.echo(_("`syncline retry RECORD`, or `--all`, lets the next run try again."))
    return 0


def _choices(workspace: Workspace, found: Sequence[Hold]) -> Sequence[Side | None]:
    from ..holding import chosen

    with workspace.ledger.begin() as db:
        return chosen(db, found)


def _document(found: Sequence[Hold], choices: Sequence[Side | None]) -> dict[str, Any]:
    return {
        "holds": [
            hold.to_json() | {"chosen": None if side is None else str(side)}
            for hold, side in zip(found, choices, strict=True)
        ]
    }


def _name(hold: Hold) -> str:
    ids = " = ".join(id_ for id_ in (hold.crm_id, hold.cadence_id) if id_)
    field = f" {hold.row.replace('>', ' / ')}" if hold.row else ""
    return f"{hold.map} {ids}{field}"


def _show(found: Sequence[Hold], choices: Sequence[Side | None]) -> None:
    both = zip(found, choices, strict=True)
    for (name, crm_id, cadence_id), group in groupby(
        both, key=lambda one: (one[0].map, one[0].crm_id, one[0].cadence_id)
    ):
        ids = " = ".join(id_ for id_ in (crm_id, cadence_id) if id_)
        click.secho(f"{name} {ids}", bold=True)
        for hold, side in group:
            since = f"{hold.at[:16].replace('T', ' ')} UTC"
            at = click.style(f"  [{hold.rule}]", fg="cyan") if hold.rule else ""
            if hold.row:
                crm_field, _arrow, cadence_field = hold.row.partition(">")
                crm = _("the CRM's {field}: {value}")
                click.echo(f"    {crm.format(field=crm_field, value=shown(hold.crm_value))}")
                ours, value = _("the cadence's {field}: {value}"), shown(hold.cadence_value)
                click.echo(f"    {ours.format(field=cadence_field, value=value)}")
            click.echo(f"    {tame(told(hold.reason))}{at}")
            words = _("held since {since}, run {run}").format(since=since, run=hold.run)
            if side is not None:
                decided = _("the {side}'s value stands from the next run")
                words += f"; {decided.format(side=_(side.word))}"
            click.secho(f"    {words}", dim=True)
    count = len(found)
    waits = ngettext("{count:,} decision waits.", "{count:,} decisions wait.", count)
    click.echo(f"{waits.format(count=count)} ", nl=False)
    click.echo(_("`syncline resolve RECORD [FIELD] --take crm|cadence` decides a field,"))
    click.echo(_("`syncline resolve RECORD --with ID` says which record across is the same."))


def _link(workspace: Workspace, record: str, partner: str, *, sure: bool, as_json: bool) -> int:
    from ..model import Side

    pair = workspace.link(record, partner, sure=sure)
    ids = {"crm_id": pair.ids[Side.CRM], "cadence_id": pair.ids[Side.CADENCE]}
    if as_json:
        print_json({"holds": [], "linked": {"map": pair.map, **ids}})
        return 0
    linked = _("{ids}: linked by {map}.")
    click.echo(linked.format(ids=" = ".join(ids.values()), map=pair.map))
    click.echo(_("The next run brings them together by the rules."))
    return 0


def _always(
    workspace: Workspace, record: str, field: str | None, side: Side, *, yes: bool, as_json: bool
) -> int:
    """Put the word into the row; the edit asks all that it held again."""
    from .. import holding
    from ..always import reworded
    from ..errors import WorkspaceError

    workspace.allow("note_rule")
    with workspace.ledger.begin() as db:
        found = holding.fields_of(db, record, field)
    rows = {(hold.map, hold.row) for hold in found}
    if len(rows) > 1:
        raise WorkspaceError(
            f"several fields of {record} are held",
            hint="Name one: `--always` changes one row of the rules.",
        )
    ((name, row),) = rows
    text = reworded(workspace.rules, name, row, side)
    held = [hold for hold in workspace.holds() if (hold.map, hold.row) == (name, row)]
    path = workspace.settings.rules
    if not as_json:
        for line in diff(workspace.text.source.text, text, path.name):
            click.echo(line)
        decides = _("It decides {count:,} that the row holds, and all that come.")
        click.echo(decides.format(count=len(held)))
    if not yes:
        if as_json or not sys.stdin.isatty():
            raise WorkspaceError(
                f"{path.name} is not changed without a yes", hint="Add `--yes` to change it."
            )
        click.confirm(_("Change the rule file?"), abort=True)
    rewrite(path, text)
    workspace.note_rule(held[0], side)
    if as_json:
        print_json(_document(held, [None] * len(held)))
    else:
        click.echo(_("Done. The next run goes by it."))
    return 0


def _show_refused(found: Sequence[Refused]) -> None:
    for one in found:
        state = _("rests") if one.state == "dead" else _("is tried again by the next run")
        times = ngettext("once", "{count} times", one.attempts).format(count=one.attempts)
        click.secho(f"{one.object} {one.id}", bold=True, nl=False)
        failed = _("of the {side}: failed {times}, {state}")
        click.echo(f"  {failed.format(side=_(one.side.word), times=times, state=state)}")
        click.echo(f"    {tame(told(one.reason))}")
