"""`syncline connections`: who is let in where, as whom, and what to do when not."""

from __future__ import annotations

__all__ = ["connections"]

from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..admission.states import State
from .options import json_option, print_json, workspace_option
from .signs import tame

if TYPE_CHECKING:
    from ..admission.states import ConnectionState

_COLOURS = {
    State.CONNECTED: "green",
    State.DOWN: "yellow",
    State.NOT_CONNECTED: "yellow",
    State.NEEDS_PERSON: "red",
}
_LET_IN = frozenset({State.CONNECTED, State.DOWN})


@click.command()
@click.option("--check", is_flag=True, help="Ask each system whom it takes us for: a call or two.")
@workspace_option
@json_option
def connections(check: bool, folder: Path, as_json: bool) -> int:
    """Show how each connection stands: as whom, with what rights, how long, and what to do.

    Without `--check` no call is made. Exit code 2: a system does not answer, or did not the last
    time. 3: one that the rules name is not connected, or needs a person.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.admission.states(check=check)
    if as_json:
        print_json({"connections": [state.to_json() for state in found]})
    else:
        if not found:
            click.echo("The rules connect to nothing yet.")
        for state in found:
            _show(state)
    return _code(found)


def _code(found: list[ConnectionState]) -> int:
    if any(state.sides and state.state not in _LET_IN for state in found):
        return 3
    return 2 if any(state.state is State.DOWN for state in found) else 0


def _show(state: ConnectionState) -> None:
    sides = " and ".join(side.word for side in state.sides) or "not named by the rules"
    click.secho(state.name, bold=True, nl=False)
    click.echo(f"  {state.title}, {sides}: ", nl=False)
    click.secho(_(str(state.state)), fg=_COLOURS[state.state])
    for line in _lines(state):
        click.echo(f"    {tame(line)}")


def _lines(state: ConnectionState) -> Iterator[str]:
    from .spending import budget_words

    if state.why:
        yield f"{state.why[0].upper()}{state.why[1:]}."
    if state.hint:
        yield state.hint
    identity = state.identity
    if identity is not None:
        account = f" ({identity.account})" if identity.account else ""
        version = f", API {identity.version}" if identity.version else ""
        yield f"As {identity.user}{account}{version}."
        if identity.scopes:
            yield f"It may: {', '.join(identity.scopes)}."
    if state.way is not None:
        by = "a person connected" if state.by_person else "by secrets of the environment"
        yield f"Way: {state.way}, {by}."
    if state.expires is not None and state.state in _LET_IN:
        then = "; the next is fetched before" if state.renewable else ""
        yield f"The token ends {_at(state.expires)}{then}."
    if not state.renewable and state.state in _LET_IN:
        yield "Nothing was given that renews it: connect again when it ends."
    if state.dies is not None and state.state in _LET_IN:
        yield f"If no run uses it before {_at(state.dies)}, a person must connect again."
    for stands in state.budgets.values():
        yield from budget_words(stands)
    if state.resting:
        yield f"{state.resting[0].upper()}{state.resting[1:]}"
    if state.last_success is not None:
        yield f"Last success: {_at(state.last_success)}."
    if state.last_failure is not None and state.last_failure.message != state.why:
        yield f"Last failure: {_at(state.last_failure.at)}, {state.last_failure.message}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
