"""The sandbox as an ASGI application: Pipedrive's resources over one store."""

from __future__ import annotations

__all__ = ["create_app"]

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncline import Faults

from .catalog import KINDS
from .gate import Gate
from .hooks import send
from .office import Office
from .rows import Rows
from .store import Store
from .version1 import Version1
from .version2 import Version2
from .wire import Refusal, fields_in, parsed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

    #: Gives the body of an answer.
    Resource = Callable[[Request, Any], dict[str, Any]]

#: A day's tokens of the smallest plan with one seat.
DAILY_ALLOWANCE = 30_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = _utc_now,
    faults: Faults | None = None,
    allowance: int = DAILY_ALLOWANCE,
) -> Starlette:
    """Return the application with its data in *folder*, by the clock *now*.

    *allowance* is what the calls of a day may cost, in tokens. Requests are worked on one at a
    time: each is brief, and no two can then see each other half done.
    """
    return _App(folder, now, faults or Faults(), allowance).starlette()


class _App:
    """Brings requests to the resources, and their answers back with the vendor's headers."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime], faults: Faults, allowance: int
    ) -> None:
        self._now = now
        self._gate = Gate(now, faults, allowance)
        self._store = Store(folder)
        rows = Rows(self._store, now)
        self._one = Version1(self._store, rows, now)
        self._two = Version2(self._store, rows)
        self._office = Office(self._store, rows, now)

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._store.close()

        routes = [
            Route("/oauth/authorize", self._authorize, methods=["GET"]),
            *(Route(p, self._oauth(self._gate.token), methods=["POST"])
              for p in ("/oauth/token", "/oauth/token/")),
            Route("/oauth/revoke", self._oauth(self._gate.revoke), methods=["POST"]),
            Route("/sandbox/pipedrive/usage", self._usage, methods=["GET"]),
            Route("/sandbox/pipedrive/{what}", self._by_hand, methods=["POST"]),
        ]  # fmt: skip
        for kind in ("person", "organization", "deal", "activity"):
            routes += self._version2(kind)
        for kind in ("lead", "note"):
            routes += self._version1(kind)
        return Starlette(routes=routes + self._others(), lifespan=lifespan)

    def _version2(self, kind: str) -> list[Route]:
        """Return the routes of a kind in version 2; the costs are those of the specification."""
        two, path = self._two, f"/api/v2/{KINDS[kind].path}"
        routes = [
            self._route("GET", f"/api/v2/{kind}Fields", kind, 10, two.fields),
            self._route("GET", path, kind, 10, two.list),
            self._route("POST", path, kind, 5, two.create),
            self._route("GET", f"{path}/{{id:int}}", kind, 1, two.read),
            self._route("PATCH", f"{path}/{{id:int}}", kind, 5, two.update),
            self._route("DELETE", f"{path}/{{id:int}}", kind, 3, two.delete),
        ]
        routes += self._both("GET", f"/{kind}Fields", kind, 20, self._one.fields)
        if kind != "activity":
            routes.append(self._route("POST", f"/api/v2/{kind}Fields", kind, 5, two.add_field))
        if kind in {"person", "organization"}:
            routes.append(self._route("GET", f"{path}/search", kind, 20, two.search))
        if kind != "activity":
            merge = f"/{KINDS[kind].path}/{{id:int}}/merge"
            routes += self._both("PUT", merge, kind, 40, self._one.merge)
        return routes

    def _version1(self, kind: str) -> list[Route]:
        one, change, path = self._one, "PATCH" if kind == "lead" else "PUT", f"/{KINDS[kind].path}"
        return [
            *self._both("GET", path, kind, 20, one.list),
            *self._both("POST", path, kind, 10, one.create, 201 if kind == "lead" else 200),
            *self._both("GET", f"{path}/{{id}}", kind, 2, one.read),
            *self._both(change, f"{path}/{{id}}", kind, 10, one.update),
            *self._both("DELETE", f"{path}/{{id}}", kind, 6, one.delete),
            *self._both("GET", f"/{kind}Fields", kind, 20, one.fields),
        ]

    def _others(self) -> list[Route]:
        one, two = self._one, self._two
        return [
            self._route("GET", "/api/v2/pipelines", "", 5, two.pipelines),
            self._route("GET", "/api/v2/stages", "", 5, two.stages),
            self._route("GET", "/api/v2/itemSearch/field", "", 20, two.search_field),
            self._route("POST", "/api/v2/leads/{id}/convert/deal", "lead", 40, two.convert),
            *self._both("GET", "/recents", "", 20, one.recents),
            *self._both("GET", "/users", "", 20, one.users),
            *self._both("GET", "/users/me", "", 2, one.me),
            *self._both("GET", "/leadLabels", "", 10, one.labels),
            *self._both("GET", "/filters", "", 20, one.filters),
            *self._both("POST", "/filters", "", 10, one.add_filter),
            *self._both("DELETE", "/filters/{id:int}", "", 6, one.delete_filter),
            *self._both("GET", "/webhooks", "", 10, one.webhooks),
            *self._both("POST", "/webhooks", "", 10, one.add_webhook, 201),
            *self._both("DELETE", "/webhooks/{id}", "", 6, one.delete_webhook),
        ]

    def _both(
        self, method: str, path: str, kind: str, cost: int, resource: Resource, status: int = 200
    ) -> list[Route]:
        """Return a resource of version 1 at both of the paths that it has."""
        return [
            self._route(method, prefix + path, kind, cost, resource, status)
            for prefix in ("/v1", "/api/v1")
        ]

    def _route(
        self,
        method: str,
        path: str,
        kind: str,
        cost: int,
        resource: Resource,
        status: int = 200,
    ) -> Route:
        """Return a resource that costs *cost* tokens to those who have a token."""

        async def endpoint(request: Request) -> Response:
            content = await request.body()
            request.scope["kind"] = kind
            try:
                self._gate.enter(request, cost)
                with self._store.request():
                    body = resource(request, parsed(content))
                response = self._response(status, body)
                response.background = BackgroundTask(send, self._one.hooks.parcels("api"))
            except Refusal as refusal:
                response = self._response(refusal.status, refusal.body)
            response.headers.update(self._gate.headers())
            return response

        return Route(path, endpoint, methods=[method])

    async def _authorize(self, request: Request) -> Response:
        try:
            status, address = self._gate.authorize(request)
        except Refusal as refusal:
            return self._response(refusal.status, refusal.body)
        return RedirectResponse(address, status_code=status)

    def _oauth(
        self, resource: Callable[[Request, bytes], dict[str, Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return self._response(200, resource(request, await request.body()))
            except Refusal as refusal:
                return self._response(refusal.status, refusal.body)

        return endpoint

    async def _by_hand(self, request: Request) -> Response:
        try:
            given = fields_in(parsed(await request.body()))
            with self._store.request():
                body = self._office.do(request.path_params["what"], given)
        except Refusal as refusal:
            return self._response(refusal.status, refusal.body)
        response = self._response(200, body)
        response.background = BackgroundTask(send, self._one.hooks.parcels("app"))
        return response

    async def _usage(self, _request: Request) -> Response:
        """Tell what the calls of today have cost, as the vendor's dashboard does."""
        return self._response(200, {"success": True, "used": self._gate.used})

    def _response(self, status: int, body: dict[str, Any] | str) -> Response:
        response = (
            HTMLResponse(body, status_code=status)
            if isinstance(body, str)
            else JSONResponse(body, status_code=status)
        )
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response
