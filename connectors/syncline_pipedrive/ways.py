"""How Pipedrive lets Syncline in: its own page, or a person's API token."""

from __future__ import annotations

__all__ = ["SETTINGS", "WAYS"]

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syncline import Grant, OAuth, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

_OAUTH_URL = "https://oauth.pipedrive.com"
_ADDRESS = r"^(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)/?$"

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "pattern": _ADDRESS,
            "description": (
                "The company's own address, as in https://acme.pipedrive.com; needed for an API "
                "token, told by Pipedrive itself otherwise."
            ),
        },
        "oauth_url": {
            "type": "string",
            "pattern": _ADDRESS,
            "default": _OAUTH_URL,
            "description": "The address below which /oauth/authorize and /oauth/token lie.",
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The client id of the app made in Pipedrive's Developer Hub.",
        },
        "other_owner": {
            "type": "string",
            "pattern": r"^(refuse|keep|[^\s@]+@[^\s@]+)$",
            "default": "refuse",
            "description": (
                "What becomes of an owner who is no active user: refuse the record, keep the owner "
                "that it has, or the e-mail of the user who gets it."
            ),
        },
    },
}


def _at(path: str) -> Any:
    def address(settings: Mapping[str, Any]) -> str:
        return f"{str(settings.get('oauth_url', _OAUTH_URL)).rstrip('/')}{path}"

    return address


WAYS = (
    Way(
        grant=Grant.WEB,
        summary=(
            "Make a private app in Pipedrive's Developer Hub, with the callback that is shown "
            "here and the scopes contacts, deals, leads, activities (full) and users (read)."
        ),
        settings=("client_id",),
        secrets=("client_secret",),
        # The scopes are those of the app; Pipedrive knows no PKCE.
        oauth=OAuth(
            authorize=_at("/oauth/authorize"),
            token=_at("/oauth/token"),
            revoke=_at("/oauth/revoke"),
            pkce=False,
            basic=True,
            unused=timedelta(days=60),
        ),
    ),
    Way(
        grant=Grant.TOKEN,
        summary="Copy the API token from Pipedrive, under Personal preferences, API.",
        settings=("url",),
        secrets=("token",),
    ),
)
