"""`syncline due` and `syncline next`: which touches may go out, when, and what they wait for."""

from __future__ import annotations

__all__ = ["due", "next_"]

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option, print_json, workspace_option
from .signs import tame

if TYPE_CHECKING:
    from ..sending.answer import Allowed

_LISTED = 200


class _Moment(click.ParamType[datetime]):
    """A moment with its zone; without one it is UTC."""

    name = "TIME"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-11-22T15:40 or 2026-11-22", param, ctx)
        if not 1970 <= found.year < 2200:
            self.fail(f"{value!r} is too far away: choose a year from 1970 to 2199", param, ctx)
        return found.replace(tzinfo=found.tzinfo or UTC)


@click.command()
@workspace_option
@click.option("--at", type=_Moment(), help="What was, or will be, due then; UTC unless it says.")
@click.option("--user", help="Only this user's.")
@json_option
def due(folder: Path, at: datetime | None, user: str | None, as_json: bool) -> int:
    """List the touches whose day has come, each with its window or what it waits for.

    What may go out now stands first. Nothing is sent from here: `syncline cadences done` records
    the outcome of a touch and goes on.
    """
    from ..workspace import Workspace

    now = at or datetime.now(UTC)
    with Workspace(folder) as workspace:
        found = workspace.touches.due(now, user)
    if as_json:
        touches = [each.to_json(now) for each in found]
        print_json({"at": now.astimezone(UTC).isoformat(), "touches": touches})
        return 0
    found.sort(key=lambda each: not each.is_open(now))
    for each in found[:_LISTED]:
        one = each.waiting
        about = f" for {tame(one.user)}" if one.user else ""
        click.echo(
            f"{one.prospect}  {tame(one.name)}: {one.touch.channel}, touch {one.number} of "
            f"{tame(one.cadence)}{about}"
        )
        click.echo(f"    {_said(each.allowed, now)}")
    if len(found) > _LISTED:
        click.echo(f"… and {len(found) - _LISTED:,} more; `--json` prints them all.")
    counts = Counter(each.is_open(now) for each in found)
    click.echo(f"{counts[True]:,} may go out now, {counts[False]:,} wait.")
    return 0


@click.command("next")
@click.argument("prospect")
@click.option("--channel", help="email, sms, call or task; otherwise its next touch's.")
@click.option("--after", type=_Moment(), help="Not before this; otherwise now.")
@workspace_option
@json_option
def next_(
    prospect: str, channel: str | None, after: datetime | None, folder: Path, as_json: bool
) -> int:
    """Say when PROSPECT (an id or an e-mail address) may next be touched, and why not before."""
    from ..workspace import Workspace

    now = after or datetime.now(UTC)
    answers: list[tuple[str, str, int | None, Allowed]]
    with Workspace(folder) as workspace:
        touches = workspace.touches
        if channel is not None:
            answers = [(channel, "", None, touches.next_allowed(prospect, channel, now))]
        else:
            answers = [
                (one.touch.channel, one.cadence, one.number, allowed)
                for one, allowed in touches.next_touches(prospect, now)
            ]
    if as_json:
        print_json(
            {
                "prospect": prospect,
                "after": now.astimezone(UTC).isoformat(),
                "touches": [
                    {"channel": name, "cadence": cadence, "touch": number, **allowed.to_json()}
                    for name, cadence, number, allowed in answers
                ],
            }
        )
        return 0
    for name, cadence, number, allowed in answers:
        which = "" if number is None else f", touch {number} of {tame(cadence)}"
        click.secho(f"{name}{which}", bold=True)
        click.echo(f"    {_said(allowed, now)}")
        for delay in allowed.delays:
            where = f"  [line {delay.line}]" if delay.line else ""
            click.echo(f"    {delay.at:%Y-%m-%d %H:%M}  {tame(delay.reason)}{where}")
    if not answers:
        click.echo(
            f"{prospect} is in no cadence; `--channel email` asks about e-mail all the same."
        )
    return 0


def _said(allowed: Allowed, now: datetime) -> str:
    """Return when it is, in UTC, in a few words."""
    if allowed.at is None:
        return f"never within a year: {tame(allowed.reason)}"
    until = "" if allowed.until is None else f" until {allowed.until:%Y-%m-%d %H:%M} UTC"
    if allowed.at <= now:
        return f"now{until}"
    return f"from {allowed.at:%Y-%m-%d %H:%M}{until or ' UTC'}"
