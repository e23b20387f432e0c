"""Which way in is taken, and with which secrets: connected ones, or those of the environment."""

from __future__ import annotations

__all__ = [
    "Chosen",
    "advice",
    "borrowed",
    "bound",
    "check_token",
    "checked",
    "connected_way",
    "entry_of",
    "fitting",
    "kind_named",
    "secrets_of",
    "variable",
]

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syncline_schemas import check_against

from ..access import Grant, Secret, Settings, Way
from ..errors import WorkspaceError

if TYPE_CHECKING:
    from ..connector import ConnectorType
    from .kept import Card

#: The key of ``[connections.NAME]`` that says which way, when several fit.
_KEY = "way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A way and the secrets that it takes."""

    way: Way
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    #: A person connected; otherwise the secrets stand in the environment.
    connected: bool


def kind_named(connectors: Mapping[str, ConnectorType], name: str) -> ConnectorType:
    """Return the connector of that name; raise ``WorkspaceError`` when there is none."""
    found = connectors.get(name)
    if found is None:
        known = ", ".join(sorted(connectors))
        raise WorkspaceError(f"no connector is named {name}; there are: {known}")
    return found


def variable(kind: ConnectorType, secret: str) -> str:
    """Return where a secret stands in the environment."""
    return f"SYNCLINE_{kind.name}_{secret}".upper()


def entry_of(kind: ConnectorType, *, connected: bool) -> str:
    """Return under which name a connection is kept: trying the environment's loses no other."""
    return kind.name if connected else f"{kind.name}:environment"


def checked(kind: ConnectorType, table: Settings) -> tuple[dict[str, Any], Grant | None]:
    """Return the settings that are the connector's own, and the way that the admin wished for.

    Raises ``WorkspaceError`` for a secret among them, for a way that the connector does not
    offer, for an address with an impossible port, and for what the connector's schema does not
    take.
    """
    settings = dict(table)
    where = f"[connections.{kind.name}] in syncline.toml"
    for secret in {*kind.secrets, *(name for way in kind.ways for name in way.secrets)}:
        if secret in settings:
            also = f", or run `syncline connect {kind.name}`" if kind.ways else ""
            raise WorkspaceError(
                f"{secret} stands in {where}, and a secret never stands in a file",
                hint=f"Take it out and set it in the environment as {variable(kind, secret)}"
                f"{also}.",
            )
    wish: Grant | None = None
    if kind.ways and _KEY in settings:
        said = settings.pop(_KEY)
        offered = [way.grant for way in kind.ways]
        if said not in offered:
            raise WorkspaceError(
                f"way in {where} is {said!r}, and {kind.title} offers: {', '.join(offered)}",
                hint="Correct it, or take it out.",
            )
        wish = Grant(said)
    faults = [*check_against(kind.settings, settings), *_no_addresses(settings)]
    if faults and kind.ways and not settings:
        raise WorkspaceError(
            f"{kind.title} is not connected", hint=f"Run `syncline connect {kind.name}`."
        )
    if faults:
        raise WorkspaceError(
            f"{where} is not valid: {'; '.join(each.removesuffix('.') for each in faults)}",
            hint="Correct it there; `syncline connectors` shows what each connector needs.",
        )
    return settings, wish


def _no_addresses(settings: Settings) -> Iterator[str]:
    """Yield a fault for each address to which nobody could connect; its text may hold a secret."""
    for name, value in settings.items():
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            try:
                possible = urlsplit(value).port != 0
            except ValueError:
                possible = False
            if not possible:
                yield f"{name} is no address: the port is a number from 1 to 65535"


def secrets_of(kind: ConnectorType, environ: Mapping[str, str]) -> dict[str, Secret]:
    """Return the secrets that a connector takes whatever the way; each must be set."""
    found: dict[str, Secret] = {}
    for name in kind.secrets:
        value = environ.get(variable(kind, name))
        if not value:
            raise WorkspaceError(
                f"{kind.title} needs its {name.replace('_', ' ')}",
                hint=f"Set it in the environment as {variable(kind, name)}.",
            )
        found[name] = Secret(value)
    return found


def connected_way(kind: ConnectorType, card: Card | None, wish: Grant | None) -> Way | None:
    """Return the way by which a person connected, if it is still offered and wished for."""
    if card is None or card.connected is None or wish not in {None, card.way}:
        return None
    return next((way for way in kind.ways if way.grant is card.way), None)


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
        raise WorkspaceError(
            f"{kind.title} is not connected", hint=_what_to_do(kind, settings, wish)
        )
    if len(found) > 1:
        names = " and ".join(f'"{way.grant}"' for way in found)
        raise WorkspaceError(
            f"{kind.title} can be reached in several ways with what is set: {names}",
            hint=f"Write way = {names.split(' ', 1)[0]} into [connections.{kind.name}] in "
            "syncline.toml.",
        )
    (way,) = found
    secrets = {name: Secret(environ[variable(kind, name)]) for name in way.secrets}
    check_token(kind, way, secrets)
    return Chosen(way=way, secrets=secrets, connected=False)


def check_token(kind: ConnectorType, way: Way, secrets: Mapping[str, Secret]) -> None:
    """Raise ``WorkspaceError`` for a token that no header of a request can bear."""
    if way.grant is not Grant.TOKEN:
        return
    for name, secret in secrets.items():
        text = secret.reveal()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise WorkspaceError(
                f"the {name.replace('_', ' ')} of {kind.title} is not what was meant to be copied: "
                "it holds a space, a line break, or a sign that is not ASCII",
                hint="Copy it anew, and nothing around it.",
            )


def _what_to_do(kind: ConnectorType, settings: Settings, wish: Grant | None) -> str:
    """Name the command, and for each way without a person what it lacks."""
    parts = [f"Run `syncline connect {kind.name}`"]
    for way in kind.ways:
        if way.grant is Grant.WEB or wish not in {None, way.grant}:
            continue
        names = " and ".join(variable(kind, name) for name in way.secrets)
        table = " and ".join(name for name in way.settings if name not in settings)
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


def bound(way: Way, settings: Settings) -> str:
    """Return a digest of what secrets belong to: the way, its settings, and every address.

    What was connected for one org is not shown to another when the settings change.
    """
    mine = {
        name: value
        for name, value in settings.items()
        if name in way.settings or (isinstance(value, str) and value.startswith("http"))
    }
    token = way.oauth.token(settings) if way.oauth is not None else ""
    return _digest([way.grant, token, mine])


def borrowed(secrets: Mapping[str, Secret]) -> str:
    """Return a digest of the environment's secrets: a token belongs to those that fetched it."""
    return _digest({name: secret.reveal() for name, secret in secrets.items()})


def _digest(document: object) -> str:
    return sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()
