"""Letting an app in: the page on which a person agrees, tokens, and giving them back."""

from __future__ import annotations

__all__ = ["CLIENT", "OAuthDesk"]

import html
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from .gate import PORTAL, PRIVATE_TOKEN
from .rows import APP
from .wire import NotFound, Refusal, instant, moment_of

if TYPE_CHECKING:
    from .store import Store

#: The app's id and its secret. Not a secret: the sandbox serves this machine alone.
CLIENT = "sandbox"
USER, USER_ID, HUB = "admin@sandbox.example", 9_586_504, "sandbox.example"
_LASTS = timedelta(minutes=30)
_CODE_LASTS = timedelta(minutes=10)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

_PAGE = """<!doctype html>
<title>Connect app</title>
<h1>Connect Syncline to HubSpot</h1>
<p>The sandbox portal {portal} lets the app do this: {scopes}.</p>
<form method="post"><button>Connect app</button></form>
"""


class OAuthDesk:
    """Hands out codes and tokens, which live on in the portal's file."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def page(self, asked: Mapping[str, str]) -> str:
        """Return the page on which a person agrees to let the app in."""
        self._checked(asked)
        scopes = html.escape(asked.get("scope", ""))
        return _PAGE.format(portal=PORTAL, scopes=scopes)

    def agreed(self, asked: Mapping[str, str]) -> str:
        """Return the address to send the person to, with a code for the app."""
        redirect = self._checked(asked)
        code = secrets.token_urlsafe(24)
        self._keep(code, "code", _CODE_LASTS, redirect=redirect, scope=asked.get("scope", ""))
        given = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
        return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(given)}"

    def token(self, content: bytes) -> dict[str, Any]:
        """Answer a request for a token, by a code or by a refresh token."""
        form = _form(content)
        self._client(form)
        match form.get("grant_type"):
            case "authorization_code":
                grant = self._grant(form.get("code", ""), "code")
                if grant["redirect"] != form.get("redirect_uri"):
                    raise Refusal("redirect_uri is not the one of the code", "BAD_REDIRECT_URI")
                self._store.put("grants", form["code"], None)
                refresh = secrets.token_urlsafe(24)
                self._keep(refresh, "refresh", None, scope=grant["scope"])
            case "refresh_token":
                refresh = form.get("refresh_token", "")
                grant = self._grant(refresh, "refresh")
            case other:
                raise Refusal(f"grant_type {other} is not supported", "UNSUPPORTED_GRANT_TYPE")
        access = secrets.token_urlsafe(32)
        self._keep(access, "access", _LASTS, refresh=refresh, scope=grant["scope"])
        return {
            "token_type": "bearer",
            "refresh_token": refresh,
            "access_token": access,
            "expires_in": int(_LASTS.total_seconds()),
        }

    def revoke(self, content: bytes) -> None:
        """Take a refresh token back, in the way of the vendor's newer interface."""
        form = _form(content)
        self._client(form)
        self.forget(form.get("token", ""))

    def forget(self, refresh: str) -> None:
        """Take a refresh token back, and the access tokens that it gave."""
        for key, grant in list(self._store.table("grants").items()):
            if refresh in {key, grant.get("refresh")}:
                self._store.put("grants", key, None)

    def about_refresh(self, token: str) -> dict[str, Any]:
        """Say whose a refresh token is."""
        grant = self._store.table("grants").get(token)
        if grant is None or grant["kind"] != "refresh":
            raise NotFound
        return {"token": token, **_about(grant), "client_id": CLIENT, "token_type": "refresh"}

    def about_access(self, token: str) -> dict[str, Any]:
        """Say whose an access token is, and for how long."""
        grant = self._store.table("grants").get(token)
        if grant is None or grant["kind"] != "access":
            raise NotFound
        left = moment_of(grant["expires"]) - self._now()
        more = {"app_id": APP, "expires_in": round(left.total_seconds()), "token_type": "access"}
        return {"token": token, **_about(grant), **more}

    def about_private(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Say whose a private app's token is."""
        if body.get("tokenKey") != PRIVATE_TOKEN:
            raise Refusal("The token is not valid", "INVALID_AUTHENTICATION", status=401)
        scopes = ["crm.objects.contacts.read", "crm.objects.contacts.write"]
        return {"userId": USER_ID, "hubId": PORTAL, "appId": APP, "scopes": scopes}

    def _checked(self, asked: Mapping[str, str]) -> str:
        """Return where the person goes afterwards, which is on this machine."""
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT:
            raise Refusal("client_id is not that of an app", "BAD_CLIENT_ID")
        if urlsplit(redirect).hostname not in _LOOPBACK:
            raise Refusal("redirect_uri is not one of the app's", "BAD_REDIRECT_URI")
        return redirect

    def _client(self, form: Mapping[str, str]) -> None:
        if form.get("client_id") != CLIENT:
            raise Refusal("missing or unknown client id", "BAD_CLIENT_ID")
        if not secrets.compare_digest(form.get("client_secret", "").encode(), CLIENT.encode()):
            raise Refusal("missing or invalid client secret", "BAD_CLIENT_SECRET")

    def _grant(self, key: str, kind: str) -> dict[str, Any]:
        grant: dict[str, Any] = self._store.table("grants").get(key) or {}
        over = "expires" in grant and self._now() >= moment_of(grant["expires"])
        if grant.get("kind") != kind or over:
            what = "auth code" if kind == "code" else "refresh token"
            category = "BAD_AUTH_CODE" if kind == "code" else "BAD_REFRESH_TOKEN"
            raise Refusal(f"missing or invalid {what}", category)
        return grant

    def _keep(self, key: str, kind: str, lasts: timedelta | None, **more: str) -> None:
        grant = {"kind": kind, **more}
        if lasts is not None:
            grant["expires"] = instant(self._now() + lasts)
        self._store.put("grants", key, grant)


def _about(grant: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user": USER,
        "hub_domain": HUB,
        "scopes": str(grant["scope"]).split(),
        "hub_id": PORTAL,
        "user_id": USER_ID,
    }


def _form(content: bytes) -> dict[str, str]:
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
