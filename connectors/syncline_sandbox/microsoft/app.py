"""The sandbox as an ASGI application: one user's Graph, behind OAuth.

People's part lies below ``/sandbox/microsoft``: ``mail``, ``read``, ``event``, ``change``,
``remove``, ``forget``, ``throttle``.
"""

from __future__ import annotations

__all__ = ["TOKEN", "USER", "create_app"]

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncline import Fault, Faults

from ..consent import Consent
from ..shelf import Shelf
from .deltas import Deltas, Gone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping
    from pathlib import Path

    from starlette.requests import Request

    from ..shelf import Row

#: Whose mailbox it is.
USER = "me@sandbox.example"
#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
TOKEN = "eyJ.sandbox"  # noqa: S105 - as above
_MOST = 20
_PAGE = 100

#: A status, the body, and headers of its own.
_Answer = tuple[int, Any, dict[str, str]]


def create_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    faults: Faults | None = None,
    page: int = _PAGE,
) -> Starlette:
    """Return the application with its data in *folder*, by the clock *now*; *page* rows a page."""
    return _App(folder, now, faults or Faults(), page).starlette()


class _App:
    def __init__(
        self, folder: Path, now: Callable[[], datetime], faults: Faults, page: int
    ) -> None:
        self._now = now
        self._faults = faults
        self._page = page
        self._consent = Consent(now, TOKEN)
        self._shelf = Shelf(folder / "sandbox-microsoft.json")
        self._deltas = Deltas(self._shelf)
        #: How many requests more are put off, and for how long.
        self._throttled, self._pause = 0, 0

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._shelf.close()

        oauth = "/microsoft/{tenant}/oauth2/v2.0"
        return Starlette(
            routes=[
                Route(f"{oauth}/authorize", self._authorize),
                Route(f"{oauth}/token", self._token, methods=["POST"]),
                Route("/v1.0/$batch", self._batch, methods=["POST"]),
                Route("/v1.0/{path:path}", self._single),
                Route("/sandbox/microsoft/{what}", self._by_hand, methods=["POST"]),
            ],
            lifespan=lifespan,
        )

    # -- what the API shows

    async def _batch(self, request: Request) -> Response:
        if not self._consent.knows(request.headers.get("Authorization", "")):
            return self._response(*_error(401, "InvalidAuthenticationToken", "Access denied."))
        asked = json.loads(await request.body())["requests"]
        if len(asked) > _MOST:
            words = f"Number of batch request steps exceeds the maximum value of {_MOST}."
            return self._response(*_error(400, "BadRequest", words))
        answers: list[dict[str, Any]] = []
        for each in asked:
            status, body, headers = self._answer(each["url"])
            answers.append({"id": each["id"], "status": status, "headers": headers, "body": body})
        # The vendor promises no order.
        return self._response(200, {"responses": answers[::-1]}, {})

    async def _single(self, request: Request) -> Response:
        if not self._consent.knows(request.headers.get("Authorization", "")):
            return self._response(*_error(401, "InvalidAuthenticationToken", "Access denied."))
        path = request.url.path.removeprefix("/v1.0")
        return self._response(*self._answer(f"{path}?{request.url.query}"))

    def _answer(self, url: str) -> _Answer:
        """Answer one request, by itself or of a batch."""
        if self._throttled or self._faults.strikes(Fault.LIMIT):
            self._throttled = max(0, self._throttled - 1)
            status, body, _ = _error(429, "TooManyRequests", "Application is over its quota.")
            return status, body, {"Retry-After": str(self._pause or 1)}
        parts = urlsplit(url)
        path, asked = parts.path, dict(parse_qsl(parts.query))
        match path.strip("/").split("/"):
            case ["me"]:
                return 200, {"mail": USER, "userPrincipalName": USER, "displayName": "Me"}, {}
            case ["me", "mailFolders", ("inbox" | "sentitems") as folder, "messages", "delta"]:
                return self._delta(folder, path, asked, _came_after)
            case ["me", "calendarView", "delta"]:
                return self._delta("events", path, asked, _within)
            case ["me", "events", id_]:
                row = self._event(id_)
                if row is not None:
                    # A day of a series is shown with all that the series is.
                    master = self._event(str(row.get("seriesMasterId"))) or {}
                    return 200, {**master, **row}, {}
            case _:
                pass
        return _error(404, "ErrorItemNotFound", "The specified object was not found.")

    def _event(self, id_: str) -> Row | None:
        rows = (row["value"] for row in self._shelf.rows("events"))
        return next((r for r in rows if r["id"] == id_ and "@removed" not in r), None)

    def _delta(
        self,
        table: str,
        path: str,
        asked: dict[str, str],
        fits: Callable[[Row, Mapping[str, str]], bool],
    ) -> _Answer:
        try:
            return 200, self._deltas.page(table, path, asked, self._page, fits), {}
        except Gone:
            return _error(410, "SyncStateNotFound", "The sync state generation is not found.")

    def _response(self, status: int, body: Any, headers: Mapping[str, str]) -> Response:
        response = JSONResponse(body, status_code=status)
        response.headers.update(headers)
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response

    async def _authorize(self, request: Request) -> Response:
        place, error = self._consent.authorize(request.query_params)
        if error:
            return self._response(400, {"error": error}, {})
        return RedirectResponse(place, status_code=302)

    async def _token(self, request: Request) -> Response:
        return self._response(*self._consent.token(await request.body()), {})

    # -- what people do

    async def _by_hand(self, request: Request) -> Response:
        given: dict[str, Any] = json.loads(await request.body() or b"{}")
        match request.path_params["what"]:
            case "mail":
                folder = given.pop("folder", "inbox")
                number = len(self._shelf.rows(folder)) + 1
                at = self._now().astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds")
                row = {"id": f"{folder}-{number:04d}", "sentDateTime": f"{at}Z", **given}
                self._deltas.put(folder, {"receivedDateTime": row["sentDateTime"], **row})
                return self._response(200, {"id": row["id"]}, {})
            case "event":
                number = len(self._shelf.rows("events")) + 1
                row = {"id": f"AAMk-{number:04d}", "type": "singleInstance", **given}
                self._deltas.put("events", row)
                return self._response(200, {"id": row["id"]}, {})
            case "read":
                self._change(given["folder"], given["id"], {"isRead": True})
            case "change":
                self._change("events", given.pop("id"), given)
            case "remove":
                removed = {"@removed": {"reason": "deleted"}}
                self._change(given.get("folder", "events"), given["id"], removed)
            case "forget":
                self._deltas.forget()
            case "throttle":
                self._throttled, self._pause = given["times"], given["seconds"]
            case _:
                return self._response(404, {"error": "nobody does that"}, {})
        return self._response(200, {}, {})

    def _change(self, table: str, id_: str, given: Row) -> None:
        row = next(r for r in self._shelf.rows(table) if r["value"]["id"] == id_)
        value = {"id": id_, **given} if "@removed" in given else {**row["value"], **given}
        self._deltas.put(table, value, list(given), row["n"])


def _error(status: int, code: str, message: str) -> _Answer:
    return status, {"error": {"code": code, "message": message}}, {}


def _came_after(row: Row, asked: Mapping[str, str]) -> bool:
    begin = asked.get("$filter", "").removeprefix("receivedDateTime ge ")
    return bool(row["receivedDateTime"] >= begin)


def _within(row: Row, asked: Mapping[str, str]) -> bool:
    """Tell whether an event overlaps the view; the master of a series stands for its days."""
    if row["type"] == "seriesMaster":
        return True
    begin, end = (str(row[name]["dateTime"])[:19] for name in ("start", "end"))
    return end >= asked["startDateTime"][:19] and begin <= asked["endDateTime"][:19]
