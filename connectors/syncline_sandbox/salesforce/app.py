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

from . import query, soql
from .batches import Batches
from .catalog import catalog
from .cursors import Cursors, batch_size
from .gate import Gate
from .office import Office
from .rows import Rows, object_named
from .store import Store
from .wire import Refusal, parsed, values_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

DAILY_ALLOWANCE = 15_000
_VERSION = "/services/data/v{version:int}.0"

_Body = dict[str, Any] | list[Any] | None


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
        self._rows = Rows(self._store, now)
        self._batches = Batches(self._store, self._rows)
        self._office = Office(self._store, self._rows, now)
        self._cursors = Cursors()

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._store.close()

        record = "/sobjects/{object}/{id}"
        metered: list[tuple[str, str, Any]] = [
            ("GET", "", self._resources),
            ("GET", "/sobjects", self._objects),
            ("GET", "/sobjects/{object}/describe", self._describe),
            ("POST", "/sobjects/{object}", self._create),
            ("GET", record, self._read),
            ("PATCH", record, self._update),
            ("DELETE", record, self._delete),
            ("PATCH", "/sobjects/{object}/{field}/{key:path}", self._upsert),
            ("GET", "/query", self._query),
            ("GET", "/queryAll", self._query_all),
            ("GET", "/query/{place}", self._query_more),
            ("POST", "/composite/sobjects", self._create_many),
            ("PATCH", "/composite/sobjects", self._update_many),
            ("DELETE", "/composite/sobjects", self._delete_many),
            ("PATCH", "/composite/sobjects/{object}/{field}", self._upsert_many),
            ("GET", "/limits", self._limits),
            ("GET", "/limits/recordCount", self._count),
        ]
        return Starlette(
            routes=[
                Route("/services/oauth2/token", self._open(self._gate.token), methods=["POST"]),
                Route("/services/data", self._open(self._versions), methods=["GET"]),
                Route("/sandbox/salesforce/{what}", self._kept(self._by_hand), methods=["POST"]),
                *(
                    Route(_VERSION + path, self._kept(resource, self._gate), methods=[method])
                    for method, path, resource in metered
                ),
            ],
            lifespan=lifespan,
        )

    def _open(
        self, resource: Callable[[Request, bytes], tuple[int, _Body]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            status, body = resource(request, await request.body())
            return self._response(status, body)

        return endpoint

    def _kept(
        self, resource: Callable[[Request, Any], tuple[int, _Body]], gate: Gate | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            content = await request.body()
            try:
                if gate is not None:
                    gate.enter(request.headers.get("Authorization", ""))
                with self._store.request():
                    status, body = resource(request, parsed(content))
            except Refusal as refusal:
                status, body = refusal.status, refusal.of_request()
            response = self._response(status, body)
            if gate is not None and status != 401:
                response.headers["Sforce-Limit-Info"] = gate.usage()
            if status == 201 and isinstance(body, dict):
                path = "/".join(request.url.path.split("/")[:6])
                response.headers["Location"] = f"{path}/{body['id']}"
            return response

        return endpoint

    def _response(self, status: int, body: _Body) -> Response:
        response = (
            Response(status_code=status)
            if body is None
            else JSONResponse(body, status_code=status, media_type="application/json;charset=UTF-8")
        )
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response

    def _versions(self, _request: Request, _body: bytes) -> tuple[int, _Body]:
        return 200, [{"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"}]

    def _resources(self, request: Request, _body: Any) -> tuple[int, _Body]:
        names = ("limits", "sobjects", "query", "queryAll")
        return 200, {name: f"{_root(request)}/{name}" for name in names}

    def _objects(self, _request: Request, _body: Any) -> tuple[int, _Body]:
        summaries = [info.summary() for info in catalog().values()]
        return 200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": summaries}

    def _describe(self, request: Request, _body: Any) -> tuple[int, _Body]:
        return 200, dict(object_named(request.path_params["object"]).description)

    def _create(self, request: Request, body: Any) -> tuple[int, _Body]:
        made = self._rows.create(object_named(request.path_params["object"]), values_in(body))
        return 201, {"id": made, "success": True, "errors": []}

    def _read(self, request: Request, _body: Any) -> tuple[int, _Body]:
        info = object_named(request.path_params["object"])
        row = self._rows.found(info, request.path_params["id"], reading=True)
        wanted = request.query_params.get("fields")
        fields = query.columns(info, wanted.split(",")) if wanted else list(info.fields.values())
        part = self._cursors.first(_root(request), info, fields, [row], 1)
        return 200, part["records"][0]

    def _update(self, request: Request, body: Any) -> tuple[int, _Body]:
        info = object_named(request.path_params["object"])
        self._rows.update(info, request.path_params["id"], values_in(body))
        return 204, None

    def _delete(self, request: Request, _body: Any) -> tuple[int, _Body]:
        info = object_named(request.path_params["object"])
        self._rows.delete(info, request.path_params["id"])
        return 204, None

    def _upsert(self, request: Request, body: Any) -> tuple[int, _Body]:
        at = request.path_params
        info = object_named(at["object"])
        made, created = self._rows.upsert(info, at["field"], at["key"], values_in(body))
        return (201, {"id": made, "success": True, "errors": []}) if created else (204, None)

    def _query(self, request: Request, _body: Any) -> tuple[int, _Body]:
        return 200, self._answer(request, deleted=False)

    def _query_all(self, request: Request, _body: Any) -> tuple[int, _Body]:
        return 200, self._answer(request, deleted=True)

    def _answer(self, request: Request, *, deleted: bool) -> dict[str, Any]:
        text = request.query_params.get("q", "")
        info, fields, rows = query.answer(soql.parse(text), self._store, deleted=deleted)
        if fields is None:
            return {"totalSize": len(rows), "done": True, "records": []}
        size = batch_size(request.headers.get("Sforce-Query-Options", ""))
        return self._cursors.first(_root(request), info, fields, rows, size)

    def _query_more(self, request: Request, _body: Any) -> tuple[int, _Body]:
        return 200, self._cursors.more(_root(request), request.path_params["place"])

    def _create_many(self, _request: Request, body: Any) -> tuple[int, _Body]:
        return 200, self._batches.create(body)

    def _update_many(self, _request: Request, body: Any) -> tuple[int, _Body]:
        return 200, self._batches.update(body)

    def _upsert_many(self, request: Request, body: Any) -> tuple[int, _Body]:
        at = request.path_params
        return 200, self._batches.upsert(at["object"], at["field"], body)

    def _delete_many(self, request: Request, _body: Any) -> tuple[int, _Body]:
        all_or_none = request.query_params.get("allOrNone", "").casefold() == "true"
        return 200, self._batches.delete(
            request.query_params.get("ids", ""), all_or_none=all_or_none
        )

    def _by_hand(self, request: Request, body: Any) -> tuple[int, _Body]:
        return 200, self._office.do(request.path_params["what"], values_in(body))

    def _limits(self, _request: Request, _body: Any) -> tuple[int, _Body]:
        return 200, {"DailyApiRequests": self._gate.limit()}

    def _count(self, request: Request, _body: Any) -> tuple[int, _Body]:
        wanted = request.query_params.get("sObjects", ",".join(i.name for i in catalog().values()))
        names = [object_named(name).name for name in wanted.split(",")]
        counts = [
            {"count": sum(not row["IsDeleted"] for row in self._store.rows(name)), "name": name}
            for name in names
        ]
        return 200, {"sObjects": counts}


def _root(request: Request) -> str:
    return f"/services/data/v{request.path_params['version']}.0"
