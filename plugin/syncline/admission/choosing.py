"""Which way in is taken, and with which secrets: connected ones, or those of the environment."""

from __future__ import annotations

__all__ = ["Chosen", "advice", "bound", "fitting", "split_way", "variable"]

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..access import Grant, Secret, Settings, Way
from ..errors import WorkspaceError

if TYPE_CHECKING:
    from ..connector import ConnectorType

#: The key of ``[connections.NAME]`` that says which way, when several fit.
_KEY = "way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A way and the secrets that it takes."""

    way: Way
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    #: A person connected; otherwise the secrets stand in the environment.
    connected: bool


def variable(kind: ConnectorType, secret: str) -> str:
    """Return where a secret stands in the environment."""
    return f"SYNCLINE_{kind.name}_{secret}".upper()


def split_way(kind: ConnectorType, table: Settings) -> tuple[dict[str, Any], Grant | None]:
    """Return the settings that are the connector's own, and the way that the admin wished for.

    Raises ``WorkspaceError`` for a way that the connector does not offer, and for a secret.
    """
    settings = dict(table)
    for secret in {*kind.secrets, *(name for way in kind.ways for name in way.secrets)}:
        if secret in settings:
            also = f", or run `syncline connect {kind.name}`" if kind.ways else ""
            raise WorkspaceError(
                f"{secret} stands in [connections.{kind.name}] in syncline.toml, and a secret "
                "never stands in a file",
                hint=f"Take it out and set it in the environment as {variable(kind, secret)}"
                f"{also}.",
            )
    if not kind.ways or _KEY not in settings:
        return settings, None
    wish = settings.pop(_KEY)
    offered = [way.grant for way in kind.ways]
    if wish not in offered:
        raise WorkspaceError(
            f"way in [connections.{kind.name}] in syncline.toml is {wish!r}, and {kind.title} "
            f"offers: {', '.join(offered)}",
            hint="Correct it, or take it out.",
        )
    return settings, Grant(wish)


def fitting(
    kind: ConnectorType, settings: Settings, environ: Mapping[str, str], wish: Grant | None
) -> Chosen:
    """Return the one way whose settings and secrets are all there without a person.

    Raises ``WorkspaceError`` when there is none, or more than one and no *wish*.
    """
    found = [
        way
        for way in kind.ways
        if way.grant is not Grant.WEB
        and wish in {None, way.grant}
        and all(name in settings for name in way.settings)
        and all(environ.get(variable(kind, name)) for name in way.secrets)
    ]
    if not found:
        raise WorkspaceError(f"{kind.title} is not connected", hint=_what_to_do(kind, wish))
    if len(found) > 1:
        names = " and ".join(f'"{way.grant}"' for way in found)
        raise WorkspaceError(
            f"{kind.title} can be reached in several ways with what is set: {names}",
            hint=f"Write way = {names.split(' ', 1)[0]} into [connections.{kind.name}] in "
            "syncline.toml.",
        )
    (way,) = found
    secrets = {name: Secret(environ[variable(kind, name)]) for name in way.secrets}
    return Chosen(way=way, secrets=secrets, connected=False)


def _what_to_do(kind: ConnectorType, wish: Grant | None) -> str:
    """Name the command, and for each way without a person what it lacks."""
    parts = [f"Run `syncline connect {kind.name}`"]
    for way in kind.ways:
        if way.grant is Grant.WEB or wish not in {None, way.grant}:
            continue
        names = " and ".join(variable(kind, name) for name in way.secrets)
        table = " and ".join(way.settings)
        parts.append(
            f"set {names} in the environment"
            + (f" and {table} in [connections.{kind.name}]" if table else "")
        )
    return ", or ".join(parts) + "."


def advice(kind: ConnectorType, chosen: Chosen) -> str:
    """Say what a person does when this way is refused."""
    if chosen.connected:
        return f"Connect again: `syncline connect {kind.name}`."
    names = " and ".join(
        [
            *(f"{name} in [connections.{kind.name}]" for name in chosen.way.settings),
            *(variable(kind, name) for name in chosen.way.secrets),
        ]
    )
    return f"Check {names}; or run `syncline connect {kind.name}`."


def bound(way: Way, settings: Settings, borrowed: Mapping[str, Secret]) -> str:
    """Return a digest of what secrets belong to: the way, its settings, and every address.

    What was connected for one org is not shown to another when the settings change. The secrets
    that are *borrowed* from the environment count too: a token belongs to those that fetched it.
    """
    addresses = {
        name: value
        for name, value in settings.items()
        if name in way.settings or (isinstance(value, str) and value.startswith("http"))
    }
    token = way.oauth.token(settings) if way.oauth is not None else ""
    hidden = {name: secret.reveal() for name, secret in borrowed.items()}
    text = json.dumps([way.grant, token, addresses, hidden], sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()
