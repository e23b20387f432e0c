"""What takes no session and counts no call: logins, identities, and the org's people at work."""

from __future__ import annotations

__all__ = ["Front"]

from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .assertions import Denied
from .identity import identity, userinfo
from .wire import Refusal, parsed, values_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request

    from .gate import Gate
    from .oauth import OAuth
    from .office import Office
    from .store import Row, Store


class Front:
    """The OAuth endpoints, ``/id/…``, and ``/sandbox/salesforce/…``."""

    def __init__(
        self,
        oauth: OAuth,
        gate: Gate,
        store: Store,
        office: Office,
        now: Callable[[], datetime],
    ) -> None:
        self._oauth = oauth
        self._gate = gate
        self._store = store
        self._office = office
        self._now = now

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/services/oauth2/authorize", self._authorize, methods=["GET", "POST"]),
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route("/services/oauth2/revoke", self._revoke, methods=["GET", "POST"]),
            Route("/services/oauth2/userinfo", self._userinfo, methods=["GET", "POST"]),
            Route("/id/{org}/{user}", self._identity, methods=["GET"]),
            Route("/sandbox/salesforce/{what}", self._by_hand, methods=["POST"]),
        ]

    async def _authorize(self, request: Request) -> Response:
        asked = await _form(request)
        try:
            return RedirectResponse(self._oauth.authorize(asked), 302)
        except Denied as denied:
            return self._json(denied.body, 400)

    async def _token(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        try:
            return self._json(self._oauth.token(await _form(request), base))
        except Denied as denied:
            return self._json(denied.body, 400)

    async def _revoke(self, request: Request) -> Response:
        try:
            self._oauth.revoke((await _form(request)).get("token", ""))
        except Denied as denied:
            return self._json(denied.body, 400)
        return Response(status_code=200)

    async def _userinfo(self, request: Request) -> Response:
        return self._told(request, self._gate.user(_proof(request)), userinfo)

    async def _identity(self, request: Request) -> Response:
        inside = self._gate.user(_proof(request)) is not None
        return self._told(request, request.path_params["user"] if inside else None, identity)

    def _told(
        self, request: Request, user: str | None, shape: Callable[[Row, str], dict[str, Any]]
    ) -> Response:
        row = self._store.get(user) if user else None
        if row is None or self._store.object_of(row["Id"]) != "User":
            return PlainTextResponse("Bad_OAuth_Token", 403)
        return self._json(shape(row, str(request.base_url).rstrip("/")))

    async def _by_hand(self, request: Request) -> Response:
        """Do what the org's people do on its pages, and what its administrator sets up."""
        content = await request.body()
        what = request.path_params["what"]
        try:
            given = values_in(parsed(content))
            if what == "certificate":
                self._oauth.register(given.get("pem"))
                return self._json({"success": True})
            if what == "expire":
                self._gate.close_all()
                return self._json({"success": True})
            with self._store.request():
                return self._json(self._office.do(what, given))
        except Refusal as refusal:
            return self._json(refusal.of_request(), refusal.status)

    def _json(self, body: Any, status: int = 200) -> Response:
        response = JSONResponse(body, status, media_type="application/json;charset=UTF-8")
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response


async def _form(request: Request) -> dict[str, str]:
    """Return what a form or the address itself holds."""
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(request.url.query) + parse_qsl(body))


def _proof(request: Request) -> str:
    return request.headers.get("Authorization", "")
