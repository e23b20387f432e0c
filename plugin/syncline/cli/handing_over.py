"""What a person hands over to connect a system: settings, and secrets that are never shown."""

from __future__ import annotations

__all__ = ["ask_secrets", "ask_settings", "ask_way", "can_ask"]

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..access import Grant, Secret
from ..errors import WorkspaceError

if TYPE_CHECKING:
    from ..access import Way
    from ..connector import ConnectorType

#: Secrets of several lines, which no prompt takes.
_FILES = frozenset({"private_key"})


def can_ask(*, as_json: bool) -> bool:
    """Tell whether a person is there to answer."""
    return not as_json and sys.stdin.isatty()


def ask_way(kind: ConnectorType) -> Grant:
    """Ask which way in is taken; the recommended one comes first."""
    click.echo(f"{kind.title} can be connected in {len(kind.ways)} ways:")
    for way in kind.ways:
        click.echo(f"  {way.grant:<7} {way.summary}")
    offered = click.Choice([str(way.grant) for way in kind.ways])
    return Grant(click.prompt("Which", type=offered, default=str(kind.ways[0].grant)))


def ask_settings(kind: ConnectorType, names: Sequence[str]) -> dict[str, Any]:
    """Ask for settings, each until it is valid by the connector's schema."""
    return {
        name: _setting(kind.settings.get("properties", {}).get(name, {}), name) for name in names
    }


def _setting(rule: Mapping[str, Any], name: str) -> Any:
    from syncline_schemas import check_against

    if description := rule.get("description"):
        click.echo(f"{name}: {description}")
    while True:
        said: str = click.prompt(name)
        value: Any = said
        if rule.get("type", "string") != "string":
            try:
                value = json.loads(said)
            except ValueError:
                value = said
        faults = check_against(rule, value)
        if not faults:
            return value
        click.secho(faults[0], fg="red")


def ask_secrets(
    kind: ConnectorType, way: Way, lacking: Sequence[str], file: Path | None, *, ask: bool
) -> dict[str, Secret]:
    """Return the secrets that the environment lacks: from *file*, or asked for.

    *file* holds one of them; ``-`` is the standard input. Without it, and with nobody to *ask*,
    none is returned.
    """
    if file is not None:
        names = lacking or way.secrets
        if len(names) != 1:
            raise WorkspaceError(
                f"--secret-file holds one secret, and the way `{way.grant}` of {kind.title} takes "
                f"{' and '.join(names) or 'none'}",
                hint="Set the others in the environment: `syncline connectors` names the variables."
                if names
                else "Leave it out.",
            )
        return {names[0]: _from_file(file)}
    if not ask:
        return {}
    found: dict[str, Secret] = {}
    for name in lacking:
        words = name.replace("_", " ")
        if name in _FILES:
            path = click.Path(exists=True, dir_okay=False, path_type=Path)
            found[name] = _from_file(click.prompt(f"File that holds the {words}", type=path))
        else:
            found[name] = Secret(click.prompt(f"{words} (not shown)", hide_input=True))
    return found


def _from_file(file: Path) -> Secret:
    try:
        text = sys.stdin.read() if file == Path("-") else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        why = err.strerror if isinstance(err, OSError) else "it is no text"
        raise WorkspaceError(f"{file} cannot be read: {why}") from None
    secret = text.strip()
    if not secret:
        raise WorkspaceError(f"{'the standard input' if file == Path('-') else file} is empty")
    return Secret(secret)
