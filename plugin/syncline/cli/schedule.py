"""`syncline run --every`, which goes on running, and `syncline wake`, which hurries it."""

from __future__ import annotations

__all__ = ["EVERY", "run_every", "wake"]

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from gettext import gettext as _, ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import RulesError, SynclineError, WorkspaceError
from ..locale.told import told
from ..model import Side
from .options import print_json, workspace_option
from .signals import on_signals

if TYPE_CHECKING:
    from ..ledger.wakes import Wake
    from ..observe.metrics import Metrics
    from ..rules.reading import RuleText
    from ..schedule.loop import Turn
    from ..sync.report import Report
    from ..webhook import Delivery
    from ..workspace import Workspace

#: What ``--every`` without a number means.
EVERY = "rules"
_SECRET = "SYNCLINE_WAKE_SECRET"  # noqa: S105 - the name of a variable
_COLOURS = {"done": None, "stopped": "yellow", "failed": "red"}


@click.command()
@click.option("--side", type=click.Choice([str(side) for side in Side]), help="Where it changed.")
@click.option("--object", "object_name", default="", help="What changed, for example Lead.")
@click.argument("ids", nargs=-1)
@workspace_option
def wake(side: str | None, object_name: str, ids: tuple[str, ...], folder: Path) -> int:
    """Ask a schedule (`syncline run --every`) for a cycle before its time.

    Say what changed if you know it: a side, an object, IDs. It is a hint; the cycle reads
    whatever changed.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        new = workspace.wake(
            side=None if side is None else Side(side), object_name=object_name, ids=ids
        )
    click.echo(_("Asked for a cycle.") if new else _("A cycle was asked for already."))
    return 0


def run_every(
    folder: Path,
    every: str,
    listen: str | None,
    public: str | None,
    metrics: str | None,
    *,
    as_json: bool,
) -> int:
    """Run cycles until a signal comes; *every* is a number of minutes, or ``EVERY``."""
    from ..plugins import load_plugins
    from ..schedule.loop import Schedule
    from ..workspace import Workspace

    minutes = None if every == EVERY else _minutes(every)
    registry = load_plugins()
    # A folder that is no workspace is told at once.
    Workspace(folder, registry=registry).close()
    with (
        on_signals() as stop,
        _listening(folder, listen, public, as_json=as_json),
        _offered(metrics, as_json=as_json) as (figures, write_figures),
    ):

        def opening(rules: RuleText | None) -> Workspace:
            return Workspace(folder, registry=registry, rules=rules, metrics=figures)

        def tell(turn: Turn) -> None:
            if as_json:
                print_json(turn.to_json())
            else:
                _tell(turn)
            write_figures()

        Schedule(opening, minutes=minutes).run(tell, stop=stop, sleep=stop.sleep)
    return 0


def _minutes(text: str) -> int:
    from ..schedule.due import LEAST, MOST

    if not text.isascii() or not text.isdigit() or not LEAST <= int(text) <= MOST:
        raise click.BadParameter(
            f"{text} will not do: from {LEAST} minutes, so that a cycle ends before the next and "
            f"leaves calls for others, to {MOST}. Without a number the rules' own `sync every` "
            "holds.",
            param_hint="--every",
        )
    return int(text)


@contextmanager
def _offered(
    where: str | None, *, as_json: bool
) -> Generator[tuple[Metrics | None, Callable[[], None]]]:
    """Hand figures out, if that is wanted; yield them and what to call after each cycle."""
    if where is None:
        yield None, lambda: None
        return
    from ..observe.metrics import Metrics
    from ..observe.serving import offered

    metrics = Metrics()
    with offered(metrics, where) as (place, after):
        click.echo(_("Figures for Prometheus are {place}").format(place=place), err=as_json)
        yield metrics, after


@contextmanager
def _listening(
    folder: Path, listen: str | None, public: str | None, *, as_json: bool
) -> Generator[None]:
    if listen is None:
        yield
        return
    from ..access import Secret
    from ..schedule.listen import Door, parse_address
    from ..workspace import Workspace

    secret = os.environ.get(_SECRET)
    if not secret:
        raise WorkspaceError(
            "listening for wakes needs a secret", hint=f"Set it in the environment as {_SECRET}."
        )
    host, port = parse_address(listen)

    def take(wake: Wake) -> None:
        # On a thread of the server's: a workspace of its own, for this one alone.
        with Workspace(folder) as workspace:
            workspace.wake(side=wake.side, object_name=wake.object, ids=wake.ids)

    def deliver(connector: str, delivery: Delivery) -> None:
        with Workspace(folder) as workspace:
            try:
                workspace.deliver(connector, delivery)
            except SynclineError as err:
                # The vendor is told nothing of it; whoever runs the service is.
                click.secho(f"A webhook for {connector}: {err.message}", fg="yellow", err=True)
                if err.hint:
                    click.echo(f"    {err.hint}", err=True)
                raise

    door = Door(Secret(secret), take, deliver, public=public or "")
    with door.open(host, port) as url:
        listening = _("Listening for webhooks (at /hooks/NAME) and for wakes on {url}")
        click.echo(listening.format(url=url), err=as_json)
        yield


def _tell(turn: Turn) -> None:
    """Print one line a cycle; what stands in the way is said once, not with each."""
    for fault in (turn.kept_back, turn.error):
        if fault is not None and turn.news:
            _say_fault(turn, fault, keeps=fault is turn.kept_back)
    report = turn.report
    if report is not None:
        line = _("run {number} {state}: {figures}; next {next:%H:%M:%S} UTC").format(
            number=report.run, state=_(report.state), figures=_figures(report), next=turn.next
        )
        click.secho(f"{turn.at:%Y-%m-%d %H:%M:%S}  {line}", fg=_COLOURS[report.state])
        for message, hint in report.faults:
            click.echo(f"    {_sentence(told(message))} {told(hint)}".rstrip())


def _say_fault(turn: Turn, fault: SynclineError, *, keeps: bool) -> None:
    if isinstance(fault, RulesError):
        from .diagnostics import show_brief

        show_brief(fault.diagnostics)
    goes_on = (
        _("the version before goes on")
        if keeps
        else _("next {next:%H:%M:%S} UTC").format(next=turn.next)
    )
    message = _sentence(told(fault.message))[:-1]
    click.secho(f"{turn.at:%Y-%m-%d %H:%M:%S}  {message}; {goes_on}", fg="red")
    if fault.hint:
        click.echo(f"    {told(fault.hint)}")


def _sentence(message: str) -> str:
    """Return *message* as a sentence: a great letter first, unless a name is, and one full stop."""
    begins = message.partition(" ")[0].isalpha()
    return f"{message[:1].upper() if begins else message[:1]}{message[1:].rstrip('.')}."


def _figures(report: Report) -> str:
    words = [f"{count:,} {_(fate)}" for fate, count in report.counts.items() if count]
    calls = sum(report.calls.values())
    spent = ngettext("{count:,} call", "{count:,} calls", calls).format(count=calls)
    return ", ".join([*(words or [_("nothing had changed")]), spent])
