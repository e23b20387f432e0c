"""The sandbox as an ASGI application: Salesforce's resources over one store."""

from __future__ import annotations

__all__ = ["create_app"]

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncline import Faults

from .batches import Batches
from .calls import Call, Reply, Resources
from .composite import Composite
from .engagement import Engagement
from .extracts import Extracts
from .front import Front
from .gate import Gate
from .ingest import Ingest
from .listing import Listing
from .oauth import OAuth
from .objects import Objects
from .office import Office
from .query import Queries
from .rows import Rows
from .start import ORG, USER, fill
from .store import Store
from .wire import Refusal, parsed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from starlette.requests import Request

DAILY_ALLOWANCE = 15_000
_NAMES = ("limits", "sobjects", "query", "queryAll", "composite", "jobs", "actions")


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

    *allowance* is the number of calls that it answers in a day. Requests are worked on one at a
    time: each is brief, and no two can then see each other half done.
    """
    return _App(folder, now, faults or Faults(), allowance).starlette()


class _App:
    def __init__(
        self, folder: Path, now: Callable[[], datetime], faults: Faults, allowance: int
    ) -> None:
        self._now = now
        self._gate = Gate(now, faults, allowance)
        self._store = Store(folder)
        fill(self._store, now())
        rows = Rows(self._store, now)
        queries = Queries(store=self._store, now=now)
        batches = Batches(self._store, rows, queries, faults)
        engagement = Engagement(self._store, now)
        self._oauth = OAuth(folder, self._gate, self._store, now)
        office = Office(self._store, rows, engagement, now)
        self._front = Front(self._oauth, self._gate, self._store, office, now)
        self._resources = Resources()
        self._resources.add([("GET", "/", self._names), ("GET", "/limits", self._limits)])
        for room in (
            Listing(self._store, queries, now),
            Objects(self._store, rows, queries),
            batches,
            Composite(self._resources, self._store, self._gate.spend),
            Ingest(rows, batches, now),
            Extracts(queries, now),
            engagement,
        ):
            self._resources.add(room.resources())

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._store.close()
            self._oauth.close()

        data = "/services/data/v{version:int}.0"
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return Starlette(
            routes=[
                *self._front.routes(),
                Route("/services/data", self._versions, methods=["GET"]),
                Route("/services/data/", self._versions, methods=["GET"]),
                Route(data, self._data, methods=methods),
                Route(data + "/{path:path}", self._data, methods=methods),
            ],
            lifespan=lifespan,
        )

    async def _data(self, request: Request) -> Response:
        """Answer one metered request: all that it does stands on disk, or nothing of it."""
        content = await request.body()
        headers = {name.casefold(): value for name, value in request.headers.items()}
        # As the client wrote it: a key may hold a slash.
        raw: bytes = request.scope["raw_path"]
        path = f"{raw.decode()}?{request.url.query}"
        try:
            self._gate.enter(headers.get("authorization", ""))
            with self._store.request():
                body = _body(content, headers.get("content-type", ""))
                reply = self._resources.answer(request.method, path, headers, body)
        except Refusal as refusal:
            reply = Reply(status=refusal.status, body=refusal.of_request())
        response = _response(reply, self._now())
        if reply.status != 401:
            response.headers["Sforce-Limit-Info"] = self._gate.usage()
        return response

    async def _versions(self, _request: Request) -> Response:
        versions = [
            {"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"},
            {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"},
        ]
        return _response(Reply(body=versions), self._now())

    def _names(self, call: Call) -> Reply:
        body = {name: f"{call.root}/{name}" for name in _NAMES}
        base = f"http://{call.headers.get('host', '')}"
        return Reply(body={**body, "identity": f"{base}/id/{ORG}/{USER}"})

    def _limits(self, _call: Call) -> Reply:
        return Reply(body={"DailyApiRequests": self._gate.limit()})


def _body(content: bytes, kind: str) -> Any:
    if kind.startswith("text/csv"):
        return content.decode("utf-8", "replace")
    return parsed(content)


def _response(reply: Reply, now: datetime) -> Response:
    response: Response
    if reply.body is None:
        response = Response(status_code=reply.status)
    elif isinstance(reply.body, str):
        response = Response(reply.body, reply.status, media_type="text/csv")
    else:
        kind = "application/json;charset=UTF-8"
        response = JSONResponse(reply.body, reply.status, media_type=kind)
    response.headers["Date"] = format_datetime(now.astimezone(UTC), usegmt=True)
    for name, value in reply.headers.items():
        response.headers[name] = value
    return response
