"""Google, a source of activities: one mailbox (Gmail) and its calendar (RS4, RP3)."""

from __future__ import annotations

__all__ = ["syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import ConnectorType, Grant, OAuth, Way, hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from syncline import Context, Identity, Source

_ADDRESS = r"^(https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?[^\s?#@]*)$"

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "pattern": _ADDRESS,
            "description": (
                "The address below which mail, calendar and OAuth lie; Google's own if left out."
            ),
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The id of the OAuth client made for Syncline.",
        },
    },
}


def _at(own: str, below: str) -> Callable[[Mapping[str, Any]], str]:
    """Return Google's own address, or the one below the address that the settings give."""
    return lambda settings: (
        f"{str(settings['url']).rstrip('/')}{below}" if "url" in settings else own
    )


# Without `offline` there is no refresh token, and without `consent` none the second time.
_OFFLINE = "?access_type=offline&prompt=consent"
WAYS = (
    Way(
        grant=Grant.WEB,
        summary=(
            "Make an OAuth client of the type Desktop app in Google Cloud, with the Gmail API and "
            "the Google Calendar API switched on."
        ),
        settings=("client_id",),
        secrets=("client_secret",),
        oauth=OAuth(
            authorize=_at(
                f"https://accounts.google.com/o/oauth2/v2/auth{_OFFLINE}",
                f"/google/auth{_OFFLINE}",
            ),
            token=_at("https://oauth2.googleapis.com/token", "/google/token"),
            revoke=_at("https://oauth2.googleapis.com/revoke", "/google/revoke"),
            scopes=(
                "https://www.googleapis.com/auth/gmail.readonly",
                "https://www.googleapis.com/auth/calendar.events.readonly",
            ),
        ),
    ),
)


def _source(context: Context) -> Source:
    from .source import Google

    return Google(context)


def _identify(context: Context) -> Identity:
    from .source import identify

    return identify(context)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Google as a source of mail and meetings."""
    yield ConnectorType(
        name="google",
        title="Google",
        sides=frozenset(),
        source=_source,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
    )
