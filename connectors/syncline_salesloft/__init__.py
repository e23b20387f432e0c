"""The Salesloft connector: people, accounts, cadences and what happened, over its REST API v2."""

from __future__ import annotations

__all__ = ["syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import ConnectorType, Grant, OAuth, Side, Way, hookimpl

from .webhook import WEBHOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from syncline import Connector, Context, Identity

_ACCOUNTS = "https://accounts.salesloft.com"
_ADDRESS = r"^(https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?[^\s?#@]*)$"

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "pattern": _ADDRESS,
            "default": "https://api.salesloft.com",
            "description": "The address of the API; the vendor's own if left out.",
        },
        "accounts_url": {
            "type": "string",
            "pattern": _ADDRESS,
            "default": _ACCOUNTS,
            "description": "The address below which /oauth/authorize and /oauth/token lie.",
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The application id of the OAuth application made for Syncline.",
        },
    },
}


def _accounts(settings: Mapping[str, Any]) -> str:
    return str(settings.get("accounts_url", _ACCOUNTS)).rstrip("/")


# The vendor documents no PKCE and no way to give a token back.
_OAUTH = OAuth(
    authorize=lambda settings: f"{_accounts(settings)}/oauth/authorize",
    token=lambda settings: f"{_accounts(settings)}/oauth/token",
    pkce=False,
)
WAYS = (
    Way(
        grant=Grant.WEB,
        summary=(
            "Make an OAuth application in Salesloft, under Your Applications, OAuth Applications."
        ),
        settings=("client_id",),
        secrets=("client_secret",),
        oauth=_OAUTH,
    ),
    Way(
        grant=Grant.TOKEN,
        summary="Make an API key in Salesloft, under Your Applications, API Keys.",
        secrets=("token",),
    ),
)


def _open(context: Context) -> Connector:
    from .connection import Salesloft

    return Salesloft(context)


def _identify(context: Context) -> Identity:
    from .connection import identify

    return identify(context)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Salesloft as a cadence platform."""
    yield ConnectorType(
        name="salesloft",
        title="Salesloft",
        sides=frozenset({Side.CADENCE}),
        open=_open,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
        webhook=WEBHOOK,
    )
