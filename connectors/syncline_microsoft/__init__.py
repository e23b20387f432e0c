"""Microsoft 365, a source of activities: one mailbox (Outlook) and its calendar (RS4, RP3)."""

from __future__ import annotations

__all__ = ["syncline_register_connectors"]

from datetime import timedelta
from typing import TYPE_CHECKING

from syncline import ConnectorType, Grant, OAuth, Way, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from syncline import Context, Identity, Source

_LOGIN = "https://login.microsoftonline.com"
_ADDRESS = r"^(https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?[^\s?#@]*)$"

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "pattern": _ADDRESS,
            "default": "https://graph.microsoft.com",
            "description": "The address of Microsoft Graph; the vendor's own if left out.",
        },
        "login_url": {
            "type": "string",
            "pattern": _ADDRESS,
            "default": _LOGIN,
            "description": "The address below which the tenant's OAuth endpoints lie.",
        },
        "tenant": {
            "type": "string",
            "pattern": r"^[A-Za-z0-9.-]+$",
            "default": "organizations",
            "description": "The tenant that may let Syncline in, by its id or domain.",
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The application id of the app registration made for Syncline.",
        },
    },
}


def _endpoint(settings: Mapping[str, Any], what: str) -> str:
    login = str(settings.get("login_url", _LOGIN)).rstrip("/")
    return f"{login}/{settings.get('tenant', 'organizations')}/oauth2/v2.0/{what}"


# The vendor has no way to give one app's token back; `syncline disconnect` forgets it.
WAYS = (
    Way(
        grant=Grant.WEB,
        summary=(
            "Register an app in Microsoft Entra, with the delegated permissions Mail.Read, "
            "Calendars.Read and User.Read."
        ),
        settings=("client_id",),
        secrets=("client_secret",),
        oauth=OAuth(
            authorize=lambda settings: _endpoint(settings, "authorize"),
            token=lambda settings: _endpoint(settings, "token"),
            scopes=("offline_access", "User.Read", "Mail.Read", "Calendars.Read"),
            unused=timedelta(days=90),
        ),
    ),
)


def _source(context: Context) -> Source:
    from .source import Microsoft

    return Microsoft(context)


def _identify(context: Context) -> Identity:
    from .source import identify

    return identify(context)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Microsoft 365 as a source of mail and meetings."""
    yield ConnectorType(
        name="microsoft",
        title="Microsoft 365",
        sides=frozenset(),
        source=_source,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
    )
