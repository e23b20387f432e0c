"""`syncline pause`, `resume` and `status`: whether cycles run, and by which rules."""

from __future__ import annotations

__all__ = ["pause", "resume", "status"]

import sys
from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import RulesError
from ..locale.told import told
from ..model import Side
from .edits import edit_lines
from .options import json_option, print_json, workspace_option

if TYPE_CHECKING:
    from ..at_work import Edit
    from ..ledger.versions import Pause
    from ..status import Status
    from ..workspace import Workspace


@click.command()
@click.option("--why", default="", help="A word for whoever finds it paused.")
@workspace_option
@json_option
def pause(why: str, folder: Path, as_json: bool) -> int:
    """Let no cycle begin until `syncline resume`: the time to edit rules in peace.

    A cycle that is under way comes to its end by the rules that it began with.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.pause(why)
        after = workspace.status()
    if as_json:
        print_json(after.to_json())
        return 0
    click.echo(_paused(found))
    if after.running is not None:
        click.echo(_("A run is at work and comes to its end."))
    click.echo(_("`syncline resume` puts the rules to work and lets cycles run again."))
    return 0


@click.command()
@click.option("--yes", is_flag=True, help="Mappings that the edit deletes may go.")
@workspace_option
@json_option
def resume(yes: bool, folder: Path, as_json: bool) -> int:
    """Put the edited rules to work, and let cycles run again.

    It checks the rules, says what they change, and asks before mappings are deleted. A schedule
    begins a cycle at once.

    Exit code 1: the rules are wrong, and it stays paused. 3: mappings would be deleted, and
    nobody has said yes.
    """
    from ..at_work import UnconfirmedError
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        try:
            version, edit = workspace.resume(confirmed=yes)
        except UnconfirmedError as err:
            edit_now = workspace.status().edit
            if edit_now is not None and not as_json:
                _show_edit(edit_now, _units(workspace))
            if as_json or not sys.stdin.isatty():
                err.hint = "`syncline resume --yes` deletes them. To keep them, put them back."
                raise
            ask = _("{message}. Delete them?")
            click.confirm(ask.format(message=told(err.message)), abort=True)
            version, edit = workspace.resume(confirmed=True)
        else:
            if edit.differs and not as_json:
                _show_edit(edit, _units(workspace))
        if as_json:
            print_json(workspace.status().to_json())
            return 0
    words = (
        _("At work now: version {number} of the rules. Cycles run again.")
        if edit.differs
        else _("At work still: version {number} of the rules. Cycles run again.")
    )
    click.echo(words.format(number=version.number))
    return 0


@click.command()
@workspace_option
@json_option
def status(folder: Path, as_json: bool) -> int:
    """Say whether cycles run, what the last one did, and what the rule file would change."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.status()
        units = _units(workspace) if found.edit is not None else {}
    if as_json:
        print_json(found.to_json())
    else:
        _show(found, units)
    return 0


def _units(workspace: Workspace) -> dict[Side, str]:
    descriptions = workspace.rules.catalog.descriptions
    return {side: descriptions[side].prices.unit for side in Side}


def _when(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"


def _paused(pause: Pause, why: str = "") -> str:
    by = _(" by {who}").format(who=pause.who) if pause.who else ""
    return _("Paused since {when}{by}{why}.").format(when=_when(pause.at), by=by, why=why)


def _show(found: Status, units: Mapping[Side, str]) -> None:
    if found.running is not None:
        holder = found.running.holder or _("of another version")
        click.echo(_("A run is at work: {holder}.").format(holder=holder))
    if found.paused is not None:
        why = f": {found.paused.why}" if found.paused.why else ""
        click.secho(_paused(found.paused, why), fg="yellow")
    elif found.running is None:
        ready = _("Ready: cycles may run. The rules want one every {minutes} minutes.")
        click.echo(ready.format(minutes=found.minutes))
    click.echo(_schedule(found))
    last = found.last
    if last is None:
        click.echo(_("Nothing has run here yet."))
    else:
        cut = last.state == "running" and found.running is None
        state = _("was cut off, and the next looks first") if cut else _(last.state)
        why = f": {told(found.reason)}" if found.reason and not cut else ""
        began = _("Run {number} began {started:%Y-%m-%d %H:%M} UTC: {state}.")
        click.echo(
            began.format(number=last.number, started=last.started, state=state + why.rstrip("."))
        )
    for rest in found.resting:
        rests = told(rest.words)
        click.secho(f"{rests[0].upper()}{rests[1:]}", fg="yellow")
        click.echo(
            _("A run after that time tries it again by itself; the other side is read as ever.")
        )
    if waiting := {state: n for state, n in found.waiting.items() if n}:
        words = ", ".join(f"{count:,} {_(state)}" for state, count in sorted(waiting.items()))
        click.echo(_("In the inbox: {words}.").format(words=words))
    if found.wakes and found.paused is None:
        click.echo(_("Somebody asked for a cycle before its time."))
    if found.version is not None:
        by = _(", by {who}").format(who=found.version.who) if found.version.who else ""
        at_work = _("At work: version {number} of the rules, since {at:%Y-%m-%d %H:%M} UTC{by}.")
        click.echo(at_work.format(number=found.version.number, at=found.version.at, by=by))
    if found.fault is not None:
        if isinstance(found.fault, RulesError):
            from .diagnostics import show_brief

            show_brief(found.fault.diagnostics)
        cannot = _("The rule file cannot be put to work: {message}")
        click.secho(cannot.format(message=told(found.fault.message)), fg="red")
        if found.fault.hint:
            click.echo(told(found.fault.hint))
    elif found.edit is not None and found.edit.differs and found.version is not None:
        _show_edit(found.edit, units)
        if found.edit.deleted:
            click.echo(_("It deletes mappings: `syncline resume` asks before it is put to work."))


def _schedule(found: Status) -> str:
    """Say whether a schedule (`run --every`) is at work."""
    schedule = found.schedule
    if schedule is None:
        return _("No schedule runs.")
    if not found.scheduled:
        quiet = _("No schedule has looked since {looked:%Y-%m-%d %H:%M} UTC.")
        return quiet.format(looked=schedule.looked)
    return _(
        "A schedule on {host} looks every {minutes} minutes; next at {next:%H:%M} UTC."
    ).format(host=schedule.host, minutes=schedule.minutes, next=schedule.next)


def _show_edit(edit: Edit, units: Mapping[Side, str]) -> None:
    if edit.version is None:
        return
    against = _("The rule file against version {number}:")
    click.secho(against.format(number=edit.version.number), bold=True)
    for line in edit_lines(edit, units):
        click.echo(line)
