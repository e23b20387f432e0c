"""What is sent for a token, by the way in."""

from __future__ import annotations

__all__ = ["client_of", "form_of"]

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ..access import Grant, Secret, Settings, Way
from ..errors import FatalError
from .assertion import assertion
from .choosing import advice
from .endpoint import Client

if TYPE_CHECKING:
    from ..connector import ConnectorType
    from .choosing import Chosen

_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def client_of(
    kind: ConnectorType, chosen: Chosen, settings: Settings, secrets: Mapping[str, Secret]
) -> Client:
    """Return who asks at the endpoints of this way."""
    if chosen.way.oauth is None:
        raise FatalError(
            f"the way {chosen.way.grant} of the connector {kind.name} names no OAuth endpoints",
            hint="This is a fault of the connector; tell its author.",
        )
    return Client(
        title=kind.title,
        oauth=chosen.way.oauth,
        settings=settings,
        secrets=secrets,
        advice=advice(kind, chosen),
    )


def form_of(way: Way, client: Client, refresh: Secret | None, now: datetime) -> dict[str, str]:
    """Return the form that fetches a token without a person."""
    if way.grant is Grant.CLIENT:
        return {"grant_type": "client_credentials"}
    if way.grant is Grant.WEB:
        if refresh is None:
            raise FatalError(
                f"the token of {client.title} has ended, and nothing was given that renews it",
                hint=client.advice,
            )
        return {"grant_type": "refresh_token", "refresh_token": refresh.reveal()}
    audience = client.oauth.audience or client.oauth.token
    signed = assertion(
        issuer=client.id,
        subject=str(client.settings["username"]),
        audience=audience(client.settings),
        key=client.secrets["private_key"],
        now=now,
    )
    return {"grant_type": _BEARER, "assertion": signed.reveal()}
