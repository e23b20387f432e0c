"""The sandbox as an ASGI application: one account's mail and calendar, behind OAuth.

People's part lies below ``/sandbox/google``: ``mail``, ``delete``, ``forget``, ``event``,
``change``, ``end_tokens``.
"""

from __future__ import annotations

__all__ = ["TOKEN", "create_app"]

import json
from collections import deque
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from syncline import Fault, Faults

from ..consent import Consent
from ..shelf import Shelf
from .calendar import Calendar
from .mailbox import Mailbox
from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
TOKEN = "ya29.sandbox"  # noqa: S105 - as above
#: Gmail's quota units of a user in a second.
_UNITS, _SPAN = 250, timedelta(seconds=1)


def create_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    faults: Faults | None = None,
) -> Starlette:
    """Return the application with its data in *folder*, by the clock *now*."""
    return _App(folder, now, faults or Faults()).starlette()


class _App:
    def __init__(self, folder: Path, now: Callable[[], datetime], faults: Faults) -> None:
        self._now = now
        self._faults = faults
        self._consent = Consent(now, TOKEN)
        self._shelf = Shelf(folder / "sandbox-google.json")
        self._mailbox = Mailbox(self._shelf, now)
        self._calendar = Calendar(self._shelf)
        self._spent: deque[tuple[datetime, int]] = deque()

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._shelf.close()

        mail, me = self._mailbox, "/gmail/v1/users/me"
        return Starlette(
            routes=[
                Route("/google/auth", self._authorize),
                Route("/google/token", self._token, methods=["POST"]),
                Route("/google/revoke", self._revoke, methods=["POST"]),
                Route(f"{me}/profile", self._kept(1, lambda _: mail.profile())),
                Route(f"{me}/history", self._kept(2, lambda r: mail.history(r.query_params))),
                Route(f"{me}/messages", self._kept(5, lambda r: mail.listed(r.query_params))),
                Route(
                    f"{me}/messages/{{id}}",
                    self._kept(5, lambda r: mail.message(r.path_params["id"])),
                ),
                Route(
                    "/calendar/v3/calendars/primary/events",
                    self._kept(0, lambda r: self._calendar.listed(r.query_params)),
                ),
                Route("/sandbox/google/{what}", self._by_hand, methods=["POST"]),
            ],
            lifespan=lifespan,
        )

    def _kept(
        self, units: int, resource: Callable[[Request], dict[str, Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                self._enter(request.headers.get("Authorization", ""), units)
                return self._response(200, resource(request))
            except Refusal as refusal:
                return self._response(refusal.status, refusal.body)

        return endpoint

    def _enter(self, authorization: str, units: int) -> None:
        """Let a request in, or refuse it without a token, or beyond the units of the second."""
        if not self._consent.knows(authorization):
            raise Refusal(401, "Request had invalid authentication credentials.")
        now = self._now()
        while self._spent and now - self._spent[0][0] >= _SPAN:
            self._spent.popleft()
        over = sum(spent for _, spent in self._spent) + units > _UNITS
        if over or self._faults.strikes(Fault.LIMIT):
            raise Refusal(429, "Quota exceeded for quota metric 'Queries'.")
        self._spent.append((now, units))

    def _response(self, status: int, body: Any) -> Response:
        response = JSONResponse(body, status_code=status)
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response

    async def _authorize(self, request: Request) -> Response:
        place, error = self._consent.authorize(request.query_params)
        if error:
            return self._response(400, {"error": error})
        return RedirectResponse(place, status_code=302)

    async def _token(self, request: Request) -> Response:
        return self._response(*self._consent.token(await request.body()))

    async def _revoke(self, request: Request) -> Response:
        return self._response(self._consent.revoke(await request.body()), {})

    async def _by_hand(self, request: Request) -> Response:
        given: dict[str, Any] = json.loads(await request.body() or b"{}")
        match request.path_params["what"]:
            case "mail":
                return self._response(200, {"id": self._mailbox.receive(given)["id"]})
            case "delete":
                self._mailbox.delete(given["id"])
            case "forget":
                self._mailbox.forget()
            case "event":
                return self._response(200, {"id": self._calendar.add(given)["event"]["id"]})
            case "change":
                self._calendar.change(given.pop("id"), given)
            case "end_tokens":
                self._calendar.end_tokens()
            case _:
                return self._response(404, {"error": "nobody does that"})
        return self._response(200, {})
