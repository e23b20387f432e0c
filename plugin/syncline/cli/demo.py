"""`syncline demo`: the main job from beginning to end, on a thousand people made up for it."""

from __future__ import annotations

__all__ = ["demo"]

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.panel import Panel

from ..access import Secret
from ..errors import FatalError, WorkspaceError
from ..model import Side
from .options import workspace_option
from .run import progress_line
from .show import console

if TYPE_CHECKING:
    from ..demo.hands import Hands
    from ..plugins import Registry

_JOHN = "john.appleseed@orchard.example.com"
_CARLA = "carla.mendes@mendes.example.com"
_PRIYA = "priya.natarajan@kestrel.example.com"
#: The CRMs that have the objects of the demo's rules.
_PLACES = ("local", "salesforce")
#: Some systems keep whole seconds: two edits must not fall into one.
_A_MOMENT = 1.2
_SERVER_STARTS_IN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the demo plays."""

    folder: Path
    registry: Registry
    crm: str
    settings: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, str]


@click.command()
@click.option("--system", default="local", show_default=True, help="The CRM: local or salesforce.")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same people.")
@workspace_option
def demo(system: str, seed: int, folder: Path) -> int:
    """Show the main job on 1,200 leads and 760 prospects, in a new folder `demo-SYSTEM`.

    With `--system salesforce` the same goes over HTTP to a sandbox server on loopback.
    """
    from ..plugins import load_plugins

    registry = load_plugins()
    if system not in _PLACES or system not in registry.connectors:
        raise WorkspaceError(f"the demo plays in {' and '.join(_PLACES)}, not in {system}")
    place = folder / f"demo-{system}"
    _clear(place)
    with _server(registry, system, place) as (settings, secrets):
        _play(
            _Place(folder=place, registry=registry, crm=system, settings=settings, secrets=secrets),
            seed,
        )
    return 0


def _clear(place: Path) -> None:
    """Make an empty folder; one in which somebody has worked is left alone."""
    if place.exists():
        rules = place / "main.rules"
        known = {"syncline.toml", "main.rules", "data", "sandbox"}
        known |= {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}
        strange = {entry.name for entry in place.iterdir()} - known
        crm = place.name.removeprefix("demo-")
        edited = rules.exists() and rules.read_text("utf-8") != _rules(crm)
        if strange or edited:
            raise WorkspaceError(
                f"{place} is not as the last demo left it: look at "
                f"{', '.join(sorted(strange)) or rules.name}",
                hint="Move it away, or give another folder with -w: a new demo begins anew.",
            )
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)


def _rules(crm: str) -> str:
    text = (files("syncline") / "demo" / "demo.rules").read_text("utf-8")
    return text.replace("{crm}", crm)


@contextmanager
def _server(
    registry: Registry, system: str, place: Path
) -> Generator[tuple[Mapping[str, Mapping[str, Any]], Mapping[str, str]]]:
    """Run the system's sandbox beside us, when it has one; yield how to reach it."""
    sandbox = registry.sandboxes.get(system)
    if sandbox is None:
        yield {}, {}
        return
    command = [sys.executable, "-u", "-m", "syncline", "sandbox", system, "--port", "0"]
    command += ["--data", str(place / "sandbox")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            url = next((word.rstrip(",") for word in line.split() if word.startswith("http")), "")
            if not url:
                shutil.rmtree(place, ignore_errors=True)
                raise FatalError(
                    f"the sandbox of {system} did not start", hint="The reason stands above."
                )
            yield {system: dict(sandbox.settings(url))}, sandbox.secrets
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=_SERVER_STARTS_IN)


def _play(place: _Place, seed: int) -> None:
    from ..demo.dataset import generate
    from ..demo.hands import Hands

    out = console()
    out.print(f"\n[bold]Syncline demo[/]: a CRM ({place.crm}) and a cadence, kept in step.\n")
    _write_workspace(place)
    data = generate(seed)
    hands = Hands(
        place.registry,
        {Side.CRM: place.crm, Side.CADENCE: "local"},
        place.folder,
        lambda: datetime.now(UTC),
        place.settings,
        {name: Secret(value) for name, value in place.secrets.items()},
    )
    with hands:
        with progress_line(quiet=False) as progress:
            hands.fill(data, lambda done, total: progress("making people", done, total))
        out.print(
            f"In {place.folder}: {len(data.leads):,} leads, {len(data.prospects):,} prospects, "
            f"{len(data.enrolments):,} of them in a cadence. Made up from seed {seed}.\n"
        )
        _command(place, "check")
        _command(place, "plan")
        _command(place, "run")
        _change_both_sides(hands)
        _command(place, "plan")
        _command(place, "run")
        _command(place, "why", _JOHN, "FirstName")
        _show_people(hands)
        _command(place, "run")
    folder = place.folder.resolve()
    out.print("Look around (`source .venv/bin/activate` first):")
    out.print(f"  syncline log -w {folder} --kind hold", soft_wrap=True)
    out.print(f"  syncline why {_CARLA} -w {folder}", soft_wrap=True)
    if place.settings:
        port = str(place.settings[place.crm]["url"]).rpartition(":")[2]
        out.print("The server has stopped. To go on with its records:", soft_wrap=True)
        kept = folder / "sandbox"
        out.print(f"  syncline sandbox {place.crm} --port {port} --data {kept}", soft_wrap=True)


def _write_workspace(place: _Place) -> None:
    (place.folder / "main.rules").write_text(_rules(place.crm), "utf-8")
    lines = ["version = 1", 'rules = "main.rules"']
    for name, settings in place.settings.items():
        lines.append(f"\n[connections.{name}]")
        lines += [f'{key} = "{value}"' for key, value in settings.items()]
    (place.folder / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")
    for name, value in place.secrets.items():
        os.environ[f"SYNCLINE_{place.crm}_{name}".upper()] = value


def _command(place: _Place, *words: str) -> None:
    """Show a command and run it, exactly as a person would."""
    from .main import cli

    console().rule(f"$ syncline {' '.join(words)}", align="left", style="cyan")
    arguments = [words[0], "--workspace", str(place.folder), *words[1:]]
    code = cli.main(arguments, standalone_mode=False)
    if code:
        raise FatalError(f"`syncline {' '.join(words)}` ended with {code}")
    click.echo()


def _change_both_sides(hands: Hands) -> None:
    john = hands.find(Side.CADENCE, "prospect", "email", _JOHN)
    lead = hands.find(Side.CRM, "Lead", "Email", _JOHN)
    carla = hands.find(Side.CRM, "Lead", "Email", _CARLA)
    priya = hands.find(Side.CADENCE, "prospect", "email", _PRIYA)
    hands.change(Side.CADENCE, "prospect", john, {"first_name": "Johnathan"})
    time.sleep(_A_MOMENT)
    hands.change(Side.CRM, "Lead", lead, {"FirstName": "Jon"})
    hands.change(Side.CRM, "Lead", carla, {"Status": "Closed - Not Converted"})
    hands.add(
        Side.CADENCE,
        "activity",
        {
            "prospect_id": priya,
            "kind": "call",
            "outcome": "Connected",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "list_name": "Autumn list",
            "comments": "Asked for a quote by Friday.",
            "duration": 184,
            "wrap_time": 35,
        },
    )
    console().print(
        Panel(
            "In the cadence, somebody renames John Appleseed to [bold]Johnathan[/].\n"
            "A moment later, in the CRM, somebody else renames him to [bold]Jon[/].\n"
            "Carla Mendes's lead is [bold]closed[/] in the CRM.\n"
            "Priya Natarajan is [bold]called[/] from the cadence, and answers.",
            title="Meanwhile, on both sides",
            title_align="left",
        )
    )


def _show_people(hands: Hands) -> None:
    john = hands.find(Side.CADENCE, "prospect", "email", _JOHN)
    lead = hands.find(Side.CRM, "Lead", "Email", _JOHN)
    carla = hands.find(Side.CADENCE, "prospect", "email", _CARLA)
    left = hands.find(Side.CADENCE, "enrolment", "prospect_id", carla)
    enrolment = hands.read(Side.CADENCE, "enrolment", left, ["state", "cadence_name"])
    task = hands.find(Side.CRM, "Task", "Subject", "Call: Connected (Autumn list)")
    call = hands.read(Side.CRM, "Task", task, ["Description", "CallDurationInSeconds"])
    there = hands.read(Side.CADENCE, "prospect", john, ["first_name"])["first_name"]
    here = hands.read(Side.CRM, "Lead", lead, ["FirstName"])["FirstName"]
    console().print(
        Panel(
            f"The first name is {here} in the CRM and {there} in the cadence: the later change.\n"
            f"Carla has {enrolment['state']} the cadence {enrolment['cadence_name']}.\n"
            f"Priya's call is a Task: {call['Description']} ({call['CallDurationInSeconds']} s)",
            title="The two systems now",
            title_align="left",
        )
    )
