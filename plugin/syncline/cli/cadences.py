"""`syncline cadences`: cadences as documents, who is in them, and what came of a touch."""

from __future__ import annotations

__all__ = ["cadences"]

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click

from ..errors import WorkspaceError
from .options import json_option, print_json, workspace_option
from .signs import tame

#: No list of cadences is longer, in bytes.
_LONGEST = 4_000_000


@click.group(invoke_without_command=True)
@workspace_option
@json_option
@click.pass_context
def cadences(context: click.Context, folder: Path, as_json: bool) -> int:
    """List the cadences with their touches; the commands below change them.

    They are those of a cadence that keeps its touches here (`connect cadence to local`).
    """
    if context.invoked_subcommand is not None:
        return 0
    from ..cadence_documents import cadences_to
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.touches.cadences()
    if as_json:
        print_json(cadences_to(found))
        return 0
    for each in found:
        click.secho(tame(each.name), bold=True)
        for number, touch in enumerate(each.touches, start=1):
            about = " ".join(f'"{text}"' for text in (touch.subject, touch.template) if text)
            click.echo(
                f"  {number:>3}  day {touch.day:<4} {touch.channel:<6} {tame(about)}".rstrip()
            )
    return 0


@cadences.command("import")
@click.argument("file", type=click.File("rb"))
@workspace_option
def import_(file: IO[bytes], folder: Path) -> int:
    """Make or replace cadences from a document in FILE (`-` is the standard input).

    A cadence of the same name gets the document's touches; others stay. Who is past the last
    touch of a shortened cadence has finished it.
    """
    from ..workspace import Workspace

    document = _document(file)
    with Workspace(folder) as workspace:
        found = workspace.touches.put_cadences(document)
    for name, became in found.items():
        click.echo(f"{tame(name)}: {became}")
    return 0


@cadences.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@workspace_option
def export(file: IO[str], folder: Path) -> int:
    """Write the cadences as a document to FILE, or print them."""
    from ..cadence_documents import cadences_to
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = cadences_to(workspace.touches.cadences())
    file.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    return 0


@cadences.command()
@click.argument("prospect")
@click.argument("cadence")
@workspace_option
def enrol(prospect: str, cadence: str, folder: Path) -> int:
    """Put PROSPECT (an id or an e-mail address) into CADENCE."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        workspace.touches.enrol(prospect, cadence)
    click.echo(f"{prospect} is in {cadence}.")
    return 0


@cadences.command("exit")
@click.argument("prospect")
@workspace_option
def exit_(prospect: str, folder: Path) -> int:
    """Take PROSPECT out of its cadences."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        workspace.touches.leave(prospect)
    click.echo(f"{prospect} is in no cadence.")
    return 0


@cadences.command()
@click.argument("prospect")
@click.option("--outcome", required=True, help="What came of it, as Connected or Left Voicemail.")
@click.option(
    "--touch", type=click.IntRange(1), help="The number of the touch; told twice, it counts once."
)
@click.option("--cadence", help="Which, for somebody who is in several.")
@click.option("--user", default="", help="Who made it; otherwise the prospect's owner.")
@click.option("--comments", default="", help="What is worth knowing.")
@click.option("--duration", type=click.IntRange(0), metavar="SECONDS", help="How long a call took.")
@workspace_option
def done(
    prospect: str,
    outcome: str,
    touch: int | None,
    cadence: str | None,
    user: str,
    comments: str,
    duration: int | None,
    folder: Path,
) -> int:
    """Record the outcome of the touch that PROSPECT is at, and go to the next one.

    It becomes an activity, which the rules bring to the CRM.
    """
    from ..touches import TouchDone
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        workspace.touches.done(
            TouchDone(
                prospect=prospect,
                outcome=outcome,
                number=touch,
                cadence=cadence,
                user=user,
                comments=comments,
                duration=duration,
            )
        )
        last = workspace.touches.history(prospect)[-1:]
    for change in last:
        click.echo(f"{prospect}: {tame(change.what)}.")
    return 0


@cadences.command()
@click.argument("prospect")
@workspace_option
@json_option
def history(prospect: str, folder: Path, as_json: bool) -> int:
    """Show every change of PROSPECT's enrolments, each with its reason."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.touches.history(prospect)
    if as_json:
        changes = [{**asdict(each), "at": each.at.isoformat()} for each in found]
        print_json({"prospect": prospect, "changes": changes})
        return 0
    for each in found:
        reason = f"  ({tame(each.reason)})" if each.reason else ""
        click.echo(f"{each.at:%Y-%m-%d %H:%M}  {tame(each.what)}{reason}")
    if not found:
        click.echo(f"{prospect} was in no cadence yet.")
    return 0


def _document(file: IO[bytes]) -> Any:
    content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise WorkspaceError(f"{file.name} is longer than {_LONGEST:,} bytes: no cadences are")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as err:
        raise WorkspaceError(
            f"{file.name} is no JSON: {err}",
            hint="`syncline cadences export` writes a document to begin with.",
        ) from err
