"""A vendor with OAuth 2.0 for the tests: it checks what a real one does, and answers like one."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncline.net.serving import beside

CLIENT_ID = "the-app"
CLIENT_SECRET = "planted-client-secret-7f3a"
TOKEN = "planted-private-token-91bc"
#: The key of the app that signs who it is.
KEY = RSAKey.generate_key(2048)
PEM = KEY.as_pem(private=True).decode()


@dataclass
class Vendor:
    """The state of the vendor's side, and how it behaves."""

    now: Callable[[], datetime]
    #: Whether a refresh token is replaced when it is used, and then dies.
    rotates: bool = True
    #: Whether a token comes without anything that renews it.
    without_refresh: bool = False
    #: Seconds that a token lasts; None says nothing of it.
    lasts: int | str | None = 3600
    #: Whether the app must prove itself in the header.
    basic: bool = False
    #: Whether the person on the page says no.
    denies: bool = False
    #: Statuses with which the token endpoint answers next, in place of working.
    faults: list[tuple[int, Any]] = field(default_factory=list[tuple[int, Any]])
    #: The grants that were asked for, in order.
    asked: list[str] = field(default_factory=list[str])
    #: Every form that came, for the tests to look into.
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    refreshes: set[str] = field(default_factory=set[str])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    #: How often each token was shown to `/me`.
    seen: list[str] = field(default_factory=list[str])
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def expire(self) -> None:
        """Let every token that was given end now."""
        self.tokens = {TOKEN: "ann@acme.example"}

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/revoke", self._revoke, methods=["POST"]),
                Route("/me", self._me),
            ]
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        back = {"state": asked["state"]}
        if self.denies:
            back |= {"error": "access_denied", "error_description": "the person said no"}
        else:
            code = f"planted-code-{next(self._numbers)}"
            self.codes[code] = asked
            back |= {"code": code}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        self.forms.append(form)
        grant = form["grant_type"]
        self.asked.append(grant)
        if self.faults:
            status, body = self.faults.pop(0)
            if isinstance(body, str):
                return Response(body, status, media_type="text/html")
            return JSONResponse(body, status)
        if grant != "urn:ietf:params:oauth:grant-type:jwt-bearer" and not self._proven(
            request, form
        ):
            return _no("invalid_client", f"no app has the secret {form.get('client_secret')}")
        check: Mapping[str, Callable[[dict[str, str]], Response | None]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            "client_credentials": lambda _form: None,
            "urn:ietf:params:oauth:grant-type:jwt-bearer": self._by_assertion,
        }
        refusal = check[grant](form)
        if refusal is not None:
            return refusal
        renews = grant in {"authorization_code", "refresh_token"} and not self.without_refresh
        return self._given(renews=renews)

    def _given(self, *, renews: bool) -> Response:
        number = next(self._numbers)
        token = f"planted-access-{number}"
        self.tokens[token] = "ann@acme.example"
        body: dict[str, Any] = {
            "access_token": token,
            "token_type": "bearer",
            "scope": "read write",
            "instance_url": "https://acme.example",
        }
        if self.lasts is not None:
            body["expires_in"] = self.lasts
        if renews and (self.rotates or not self.refreshes):
            refresh = f"planted-refresh-{number}"
            self.refreshes.add(refresh)
            body["refresh_token"] = refresh
        return JSONResponse(body)

    def _proven(self, request: Request, form: dict[str, str]) -> bool:
        if self.basic:
            pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            return request.headers.get("authorization") == f"Basic {pair}"
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def _by_code(self, form: dict[str, str]) -> Response | None:
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return _no("invalid_grant", "the code is not known")
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return _no("invalid_grant", "the code was asked for by another")
        return None

    def _by_refresh(self, form: dict[str, str]) -> Response | None:
        token = form["refresh_token"]
        if token not in self.refreshes:
            return _no("invalid_grant", f"expired access/refresh token {token}")
        if self.rotates:
            self.refreshes.discard(token)
        return None

    def _by_assertion(self, form: dict[str, str]) -> Response | None:
        try:
            claims = jwt.decode(form["assertion"], KEY, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return _no("invalid_grant", "the signature is not the app's")
        now = self.now().timestamp()
        good = claims["iss"] == CLIENT_ID and claims["sub"] == "sync@acme.example"
        if not good or not now < claims["exp"] <= now + 300:
            return _no("invalid_grant", "user hasn't approved this consumer")
        return None

    async def _revoke(self, request: Request) -> Response:
        form = await _form(request)
        self.asked.append("revoke")
        if self.faults:
            status, body = self.faults.pop(0)
            return JSONResponse(body, status)
        token = form["token"]
        if token not in self.refreshes and token not in self.tokens:
            return _no("invalid_token", "the token is not known")
        self.refreshes.discard(token)
        self.tokens.pop(token, None)
        return Response(status_code=200)

    async def _me(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.seen.append(token)
        if token not in self.tokens:
            return JSONResponse({"error": "invalid_token", "message": f"no {token}"}, 401)
        body = json.dumps({"user": self.tokens[token], "account": "Acme Ltd"})
        return Response(body, media_type="application/json")


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))


def _no(error: str, words: str) -> Response:
    return JSONResponse({"error": error, "error_description": words}, 400)


class House:
    """Serves one vendor after another at the same address."""

    def __init__(self) -> None:
        self.url = ""
        self._app: Any = None

    def let(self, vendor: Vendor) -> None:
        """Let *vendor* answer from now on."""
        vendor.tokens[TOKEN] = "ann@acme.example"
        self._app = vendor.app()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


@contextmanager
def serving() -> Generator[House]:
    """Serve vendors on loopback within the block."""
    house = House()
    house.let(Vendor(lambda: datetime.now(UTC)))
    with beside(house) as house.url:
        yield house
