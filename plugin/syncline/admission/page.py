"""The vendor's page: the address that a person opens, and what comes back from it. Pure."""

from __future__ import annotations

__all__ = ["Attempt", "code_form", "read_callback", "vendor_page"]

import base64
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from ..access import Grant, Secret, Settings, Way
from ..errors import FatalError
from ..net.address import checked_host
from .endpoint import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A connection that is being made. It holds secrets: keep it in memory, and use it once."""

    name: str
    way: Grant
    #: The address of the vendor's page; empty for a way that takes no person.
    url: str = field(default="", repr=False)
    #: What the callback must bring back: a host finds the attempt by it.
    state: str = field(default="", repr=False)
    #: Where the vendor's page leads back to.
    redirect: str = ""
    settings: Settings = field(repr=False)
    #: Those of them that do not stand in the file yet.
    new: Settings = field(repr=False)
    secrets: Mapping[str, Secret] = field(repr=False)
    #: What proves that the code was asked for here (PKCE, RFC 7636).
    verifier: Secret = field(default_factory=lambda: Secret(""), repr=False)


def vendor_page(client: Client, way: Way, redirect: str) -> tuple[str, str, Secret]:
    """Return the page's address, the state that must come back, and the verifier of PKCE."""
    oauth = client.oauth
    if oauth.authorize is None:
        raise FatalError(
            f"the connector of {client.title} names no page on which a person agrees",
            hint="This is a fault of the connector; tell its author.",
        )
    base = oauth.authorize(client.settings)
    checked_host(base)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    asked: dict[str, Any] = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": redirect,
        "state": state,
    }
    if oauth.scopes:
        asked["scope"] = " ".join(oauth.scopes)
    if oauth.pkce:
        digest = sha256(verifier.encode()).digest()
        asked["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        asked["code_challenge_method"] = "S256"
    url = httpx.URL(base)
    return str(url.copy_merge_params(asked)), state, Secret(verifier)


def read_callback(title: str, attempt: Attempt, params: Mapping[str, str]) -> Secret:
    """Return the code that the vendor's page sent; raise ``FatalError`` when it sent another thing.

    Nothing is believed, the vendor's refusal neither, before the state is the attempt's own.
    """
    again = f"Connect again: `syncline connect {attempt.name}`."
    if not hmac.compare_digest(params.get("state", "").encode(), attempt.state.encode()):
        raise FatalError(
            "what came back belongs to another attempt to connect, and was not used", hint=again
        )
    if error := params.get("error", ""):
        if error == "access_denied":
            raise FatalError(
                f"the answer on {title}'s page was no; nothing was changed", hint=again
            )
        words = params.get("error_description", "")
        told = ": ".join(part for part in (error, words) if part)[:300]
        raise FatalError(f"{title} did not let us in: {told}", hint=again)
    code = params.get("code", "")
    if not code:
        raise FatalError(f"{title} sent neither a code nor a reason", hint=again)
    return Secret(code)


def code_form(attempt: Attempt, code: Secret, *, pkce: bool) -> dict[str, str]:
    """Return the form that exchanges the code for a token."""
    form = {
        "grant_type": "authorization_code",
        "code": code.reveal(),
        "redirect_uri": attempt.redirect,
    }
    if pkce:
        form["code_verifier"] = attempt.verifier.reveal()
    return form
