"""The sandbox as an ASGI application: HubSpot's resources over one store."""

from __future__ import annotations

__all__ = ["create_app"]

import uuid
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncline import Faults

from .gate import Gate, Limits
from .hooks import Hooks
from .oauth import OAuthDesk
from .office import Office
from .owners import Owners
from .resources import Resources
from .rows import Rows
from .store import Store
from .wire import NotFound, Refusal, object_in, parsed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from starlette.requests import Request

_Body = dict[str, Any] | None
_Endpoint = Callable[["Request"], Awaitable[Response]]
_Resource = Callable[["Request", bytes], tuple[int, _Body]]
_NOT_FOUND = (
    '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
    "<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404</h2>\n"
    "<p>Resource not found</p>\n</body>\n</html>\n"
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = _utc_now,
    faults: Faults | None = None,
    limits: Limits | None = None,
    lag: timedelta = timedelta(0),
) -> Starlette:
    """Return the application with its data in *folder*, by the clock *now*.

    A search shows what the records were *lag* ago. Requests are worked on one at a time: each is
    brief, and no two can then see each other half done.
    """
    return _App(folder, now, faults or Faults(), limits or Limits(), lag).starlette()


class _App:
    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        faults: Faults,
        limits: Limits,
        lag: timedelta,
    ) -> None:
        self._now = now
        self._store = Store(folder)
        self._gate = Gate(self._store, now, faults, limits)
        self._rows = Rows(self._store, now)
        owners = Owners(self._store, now)
        self._office = Office(self._rows, owners)
        self._oauth = OAuthDesk(self._store, now)
        self._hooks = Hooks(self._store, now)
        self._resources = Resources(self._store, self._rows, owners, now, faults, lag)

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._store.close()

        oauth, hooks = self._oauth, self._hooks
        own: list[tuple[str, str, _Resource]] = [
            ("GET", "/oauth/v1/access-tokens/{token}", _about(oauth.about_access)),
            ("GET", "/oauth/v1/refresh-tokens/{token}", _about(oauth.about_refresh)),
            (
                "DELETE",
                "/oauth/v1/refresh-tokens/{token}",
                _nothing(lambda request, _: oauth.forget(request.path_params["token"])),
            ),
            ("POST", "/oauth/v1/token", lambda _request, content: (200, oauth.token(content))),
            ("POST", "/oauth/2026-03/token", lambda _request, content: (200, oauth.token(content))),
            (
                "POST",
                "/oauth/2026-03/token/revoke",
                _nothing(lambda _request, content: oauth.revoke(content)),
            ),
            (
                "POST",
                "/oauth/v2/private-apps/get/access-token-info",
                lambda _request, content: (200, oauth.about_private(object_in(parsed(content)))),
            ),
            ("POST", "/sandbox/hubspot/{what}", self._by_hand),
            (
                "GET",
                "/webhooks/v3/{app}/settings",
                lambda _request, _content: (200, hooks.settings()),
            ),
            ("PUT", "/webhooks/v3/{app}/settings", _given(hooks.configure, 200)),
            (
                "DELETE",
                "/webhooks/v3/{app}/settings",
                _nothing(lambda _request, _content: hooks.clear()),
            ),
            (
                "GET",
                "/webhooks/v3/{app}/subscriptions",
                lambda _request, _content: (200, hooks.subscriptions()),
            ),
            ("POST", "/webhooks/v3/{app}/subscriptions", _given(hooks.subscribe, 201)),
            (
                "DELETE",
                "/webhooks/v3/{app}/subscriptions/{number}",
                _nothing(lambda request, _: hooks.unsubscribe(request.path_params["number"])),
            ),
        ]
        return Starlette(
            routes=[
                Route("/oauth/v1/authorize", self._authorize, methods=["GET", "POST"]),
                *(
                    Route(path, self._kept(resource, metered=False), methods=[method])
                    for method, path, resource in own
                ),
                *(
                    Route(path, self._kept(resource, metered=True), methods=[method])
                    for method, path, resource in self._resources.routes()
                ),
            ],
            lifespan=lifespan,
        )

    def _kept(self, resource: _Resource, *, metered: bool) -> _Endpoint:
        async def endpoint(request: Request) -> Response:
            content = await request.body()
            correlation = str(uuid.uuid4())
            search = request.url.path.endswith("/search")
            try:
                if metered:
                    self._gate.enter(request.headers.get("Authorization", ""), search=search)
                response = self._done(resource, request, content)
            except Refusal as refusal:
                response = _json(refusal.status, refusal.of_request(correlation))
                response.headers.update(refusal.headers)
            except NotFound:
                response = HTMLResponse(_NOT_FOUND, 404)
                response.headers["Content-Type"] = "text/html;charset=iso-8859-1"
                response.headers["X-HubSpot-NotFound"] = "true"
            response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
            response.headers["X-HubSpot-Correlation-Id"] = correlation
            if metered and response.status_code != 401:
                response.headers.update(self._gate.headers(search=search))
            return response

        return endpoint

    def _done(self, resource: _Resource, request: Request, content: bytes) -> Response:
        """Do a request and keep what it did; who wants to hear of it is told afterwards."""
        path = request.url.path
        self._rows.events.clear()
        with self._store.request():
            status, body = resource(request, content)
        response = Response(status_code=status) if body is None else _json(status, body)
        if status == 201 and body is not None and "id" in body:
            response.headers["Location"] = f"https://api.hubapi.com{path}/{body['id']}"
        source = "CRM_UI" if path.startswith("/sandbox/") else "INTEGRATION"
        if told := self._hooks.due(self._rows.events, source):
            response.background = BackgroundTask(self._hooks.deliver, told)
        return response

    async def _authorize(self, request: Request) -> Response:
        try:
            if request.method == "GET":
                return HTMLResponse(self._oauth.page(dict(request.query_params)))
            with self._store.request():
                return RedirectResponse(self._oauth.agreed(dict(request.query_params)), 302)
        except Refusal as refusal:
            return HTMLResponse(f"<h1>{refusal.category}</h1>", refusal.status)

    def _by_hand(self, request: Request, content: bytes) -> tuple[int, _Body]:
        return 200, self._office.do(request.path_params["what"], object_in(parsed(content)))


def _json(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status, media_type="application/json;charset=utf-8")


def _about(ask: Callable[[str], _Body]) -> _Resource:
    return lambda request, _content: (200, ask(request.path_params["token"]))


def _given(do: Callable[[dict[str, Any]], dict[str, Any]], status: int) -> _Resource:
    return lambda _request, content: (status, do(object_in(parsed(content))))


def _nothing(do: Callable[[Request, bytes], object]) -> _Resource:
    def resource(request: Request, content: bytes) -> tuple[int, _Body]:
        do(request, content)
        return 204, None

    return resource
