"""The ways into an org, and what an admin hands over for each (RS1)."""

from __future__ import annotations

__all__ = ["SETTINGS", "WAYS"]

from typing import TYPE_CHECKING, Any

from syncline import Grant, OAuth, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS: dict[str, Any] = {
    "type": "object",
    "required": ["url", "client_id"],
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "description": "The org's own address, as in https://example.my.salesforce.com",
            "pattern": (
                r"^(https://[^\s/?#@]+"
                r"|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)/?$"
            ),
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The consumer key of the app that the org made for Syncline.",
        },
        "username": {
            "type": "string",
            "minLength": 1,
            "description": "The user for whom a signed assertion speaks; for the way jwt alone.",
        },
        "other_owner": {
            "type": "string",
            "pattern": r"^(refuse|keep|[^@\s]+@[^@\s]+)$",
            "default": "refuse",
            "description": "What becomes of an owner who is no active user: refuse the record, "
            "keep the owner that it has, or the e-mail of the user who gets it.",
        },
        "api_version": {
            "type": "string",
            "pattern": r"^v[0-9]{2,3}\.0$",
            "default": "v62.0",
            "description": "The version of the REST API to speak, as in v62.0.",
        },
    },
}


def _at(path: str, settings: Mapping[str, Any]) -> str:
    return f"{str(settings['url']).rstrip('/')}/services/oauth2/{path}"


def _audience(settings: Mapping[str, Any]) -> str:
    """Return whom an assertion is for: the login service, or a sandbox's own, or this machine."""
    url = str(settings["url"]).rstrip("/")
    if url.startswith("http://"):
        return url
    sandbox = ".sandbox.my.salesforce.com" in url
    return f"https://{'test' if sandbox else 'login'}.salesforce.com"


_OAUTH = OAuth(
    authorize=lambda settings: _at("authorize", settings),
    token=lambda settings: _at("token", settings),
    revoke=lambda settings: _at("revoke", settings),
    scopes=("api", "refresh_token", "openid"),
    audience=_audience,
)

WAYS = (
    Way(
        grant=Grant.WEB,
        summary="Make an External Client App in Setup, with OAuth, PKCE and the scopes api, "
        "refresh_token and openid; then agree on Salesforce's own page.",
        oauth=_OAUTH,
    ),
    Way(
        grant=Grant.JWT,
        summary="Give the app a certificate in Setup, and allow it to the user beforehand; "
        "the private key stays with you.",
        settings=("username",),
        secrets=("private_key",),
        oauth=_OAUTH,
    ),
    Way(
        grant=Grant.CLIENT,
        summary="Turn the client credentials flow of the app on in Setup, and name the user "
        "that it runs as.",
        secrets=("client_secret",),
        oauth=_OAUTH,
    ),
)
