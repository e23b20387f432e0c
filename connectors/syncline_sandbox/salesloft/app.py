"""The sandbox as an ASGI application: Salesloft's resources over one store."""

from __future__ import annotations

__all__ = ["create_app"]

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncline import Faults

from .activities import Activities
from .cadences import Memberships
from .gate import Gate
from .listing import LISTINGS, listed
from .oauth import Oauth
from .people import Records, kinds
from .shapes import SHAPES
from .store import Store
from .team import TEAM
from .wire import Refusal, instant, parsed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
    from pathlib import Path

    from starlette.requests import Request

#: What a team may spend in a minute.
POINTS = 600
#: Where a table's records are found, if not under its own name.
_PATHS = {"calls": "activities/calls", "emails": "activities/emails"}

#: A status, and the body; None for an answer without one.
_Answer = tuple[int, dict[str, Any] | None]


def create_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    faults: Faults | None = None,
    points: int = POINTS,
) -> Starlette:
    """Return the application with its data in *folder*, by the clock *now*.

    *points* is what it lets the team spend in a minute. Requests are worked on one at a time: each
    is brief, and no two can then see each other half done.
    """
    return _App(folder, now, faults or Faults(), points).starlette()


class _App:
    def __init__(
        self, folder: Path, now: Callable[[], datetime], faults: Faults, points: int
    ) -> None:
        self._now = now
        self._oauth = Oauth(now)
        self._gate = Gate(now, faults, points, self._oauth)
        self._store = Store(folder, now)
        self._records = Records(self._store)
        self._memberships = Memberships(self._store, faults)
        self._activities = Activities(self._store, self._memberships)

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._store.close()

        return Starlette(
            routes=[
                Route("/salesloft/oauth/authorize", self._authorize, methods=["GET"]),
                Route("/salesloft/oauth/token", self._token, methods=["POST"]),
                Route("/sandbox/salesloft/{what}", self._kept(self._by_hand), methods=["POST"]),
                *(
                    Route(f"/v2/{path}", self._kept(resource, self._gate), methods=[method])
                    for method, bare, resource in self._resources()
                    # The older form ends in `.json`; the vendor takes both.
                    for path in (f"{bare}.json", bare)
                ),
            ],
            lifespan=lifespan,
        )

    def _resources(self) -> list[tuple[str, str, Any]]:
        found: list[tuple[str, str, Any]] = [
            ("GET", "me", self._me),
            ("GET", "team", self._team),
            ("POST", "person_upserts", self._upserter("people", "person")),
            ("POST", "account_upserts", self._upserter("accounts", "account")),
            ("POST", "cadence_memberships", self._enrol),
            ("DELETE", "cadence_memberships/{id}", self._exit),
            ("POST", "activities/calls", self._log_call),
            ("POST", "notes", self._write_note),
            ("PUT", "notes/{id}", self._edit_note),
            ("DELETE", "notes/{id}", self._drop_note),
            ("POST", "custom_fields", self._add_custom_field),
        ]
        for table in LISTINGS:
            path = _PATHS.get(table, table)
            found += [
                ("GET", path, self._lister(table)),
                ("GET", f"{path}/{{id}}", self._reader(table)),
            ]
        for table in kinds():
            found += [
                ("POST", table, self._creator(table)),
                ("PUT", f"{table}/{{id}}", self._updater(table)),
                ("DELETE", f"{table}/{{id}}", self._deleter(table)),
            ]
        return found

    def _kept(
        self, resource: Callable[[Request, dict[str, Any]], _Answer], gate: Gate | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            content = await request.body()
            headers: Mapping[str, str] = {}
            try:
                if gate is not None:
                    headers = gate.left()
                    proof = request.headers.get("Authorization", "")
                    headers = gate.enter(proof, request.query_params.get("page", ""))
                with self._store.request():
                    status, body = resource(request, parsed(content))
            except Refusal as refusal:
                status, body = refusal.status, refusal.body
            return self._response(status, body, headers)

        return endpoint

    def _response(
        self, status: int, body: dict[str, Any] | None, headers: Mapping[str, str]
    ) -> Response:
        response = (
            Response(status_code=status) if body is None else JSONResponse(body, status_code=status)
        )
        response.headers.update(headers)
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response

    def _shown(self, table: str, row: dict[str, Any]) -> _Answer:
        return 200, {"data": SHAPES[table](self._store, row)}

    # -- letting in

    async def _authorize(self, request: Request) -> Response:
        place, error = self._oauth.authorize(request.query_params)
        if error:
            return self._response(400, {"error": error}, {})
        return RedirectResponse(place, status_code=302)

    async def _token(self, request: Request) -> Response:
        status, body = self._oauth.token(await request.body())
        return self._response(status, body, {})

    def _me(self, _request: Request, _body: dict[str, Any]) -> _Answer:
        return self._shown("users", self._store.get("users", 1))

    def _team(self, _request: Request, _body: dict[str, Any]) -> _Answer:
        stamp = instant(datetime(2023, 1, 1, tzinfo=UTC))
        return 200, {"data": {**TEAM, "created_at": stamp, "updated_at": stamp}}

    # -- records

    def _lister(self, table: str) -> Any:
        def resource(request: Request, _body: dict[str, Any]) -> _Answer:
            return 200, listed(self._store, table, request.query_params.multi_items())

        return resource

    def _reader(self, table: str) -> Any:
        def resource(request: Request, _body: dict[str, Any]) -> _Answer:
            return self._shown(table, self._store.get(table, request.path_params["id"]))

        return resource

    def _creator(self, table: str) -> Any:
        def resource(_request: Request, body: dict[str, Any]) -> _Answer:
            return self._shown(table, self._records.create(kinds()[table], body))

        return resource

    def _updater(self, table: str) -> Any:
        def resource(request: Request, body: dict[str, Any]) -> _Answer:
            row = self._records.update(kinds()[table], request.path_params["id"], body)
            return self._shown(table, row)

        return resource

    def _deleter(self, table: str) -> Any:
        def resource(request: Request, _body: dict[str, Any]) -> _Answer:
            self._records.delete(kinds()[table], request.path_params["id"])
            return 204, None

        return resource

    def _upserter(self, table: str, word: str) -> Any:
        def resource(_request: Request, body: dict[str, Any]) -> _Answer:
            row, how = self._records.upsert(kinds()[table], body)
            return 200, {"data": {word: SHAPES[table](self._store, row), "upsert_type": how}}

        return resource

    # -- cadences and activities

    def _enrol(self, request: Request, body: dict[str, Any]) -> _Answer:
        given = {**body, **request.query_params}
        return self._shown("cadence_memberships", self._memberships.add(given))

    def _exit(self, request: Request, _body: dict[str, Any]) -> _Answer:
        self._memberships.remove(request.path_params["id"])
        return 204, None

    def _log_call(self, _request: Request, body: dict[str, Any]) -> _Answer:
        return self._shown("calls", self._activities.call(body))

    def _write_note(self, _request: Request, body: dict[str, Any]) -> _Answer:
        return self._shown("notes", self._activities.note(body))

    def _edit_note(self, request: Request, body: dict[str, Any]) -> _Answer:
        return self._shown("notes", self._activities.edit_note(request.path_params["id"], body))

    def _drop_note(self, request: Request, _body: dict[str, Any]) -> _Answer:
        self._store.drop("notes", self._store.get("notes", request.path_params["id"]))
        return 204, None

    def _add_custom_field(self, _request: Request, body: dict[str, Any]) -> _Answer:
        name, kind = body.get("name"), body.get("field_type", "person")
        if not isinstance(name, str) or not name.strip():
            raise Refusal(422, name="can't be blank")
        if any(
            (row["name"], row["field_type"]) == (name, kind)
            for row in self._store.rows("custom_fields")
        ):
            raise Refusal(422, name="has already been taken")
        made = {"name": name, "field_type": kind, "value_type": body.get("value_type", "text")}
        return self._shown("custom_fields", self._store.add("custom_fields", made))

    def _by_hand(self, request: Request, body: dict[str, Any]) -> _Answer:
        return 200, self._activities.do(request.path_params["what"], body)
