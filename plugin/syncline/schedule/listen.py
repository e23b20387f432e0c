"""A small door over HTTP: `POST /wake` asks for a cycle before its time, `POST /hooks/NAME` too.

What comes in is a hint, a vendor's delivery as well as a wake. Whoever has the secret can make
cycles come earlier, not oftener than every ten seconds, and nothing else.
"""

from __future__ import annotations

__all__ = ["Door", "parse_address"]

import asyncio
import hmac
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from syncline_schemas import check

from ..access import Secret
from ..errors import DeliveryError, SynclineError, WorkspaceError
from ..ledger.wakes import Wake
from ..model import Side, plain
from ..net.serving import beside
from ..webhook import Delivery

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: The longest bodies that are read, in bytes: of a wake, and of a vendor's delivery.
LONGEST = 64 * 1024
LONGEST_DELIVERY = 1024 * 1024
#: A body that is not there after so many seconds is not waited for.
PATIENCE = 10.0
_LEAST_SECRET = 16
_NOT_NOW = "not now"


class Door:
    """Takes wakes at one address, and vendors' deliveries below it.

    *wake* hears of each wake; *deliver* hears the connector's name and the delivery, and is asked
    on threads of the door's own. *public* is the address at which the vendors know us, when a
    proxy stands before the door: some of them sign it.
    """

    def __init__(
        self,
        secret: Secret,
        wake: Callable[[Wake], object],
        deliver: Callable[[str, Delivery], object] | None = None,
        *,
        public: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if len(secret.reveal()) < _LEAST_SECRET:
            raise WorkspaceError(
                f"the secret in SYNCLINE_WAKE_SECRET has fewer than {_LEAST_SECRET} characters",
                hint="Take a long one: `openssl rand -hex 32` prints one.",
            )
        self._expected = b"Bearer " + secret.reveal().encode()
        self._wake = wake
        self._deliver = deliver
        self._public = public.rstrip("/")
        self._now = now

    @contextmanager
    def open(self, host: str, port: int) -> Generator[str]:
        """Listen beside the caller within the block; yields the URL to post to."""
        with beside(self.app(), host, port) as url:
            yield f"{url}/wake"

    def app(self) -> Any:
        """Return the ASGI application."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        routes = [Route("/wake", self._woken, methods=["POST"])]
        if self._deliver is not None:
            routes.append(Route("/hooks/{connector}", self._delivered, methods=["POST"]))
        return Starlette(routes=routes)

    async def _woken(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._expected):
            why = "the header Authorization has no `Bearer` with the secret"
            return _said(401, why, {"WWW-Authenticate": "Bearer"})
        try:
            wake = _wake_of(await _body(request, LONGEST))
        except _NotTakenError as err:
            return err.answer
        except ValueError as err:
            return _said(400, str(err))
        return await _done(lambda: self._wake(wake))

    async def _delivered(self, request: Request) -> Response:
        """Hand a delivery on; whether it is to be believed is the connector's to say."""
        deliver = self._deliver
        assert deliver is not None
        name: str = request.path_params["connector"]
        if not (name.isascii() and name.isprintable()):
            # The service's output repeats the name: whoever posts is not to write lines of it.
            return _said(500, _NOT_NOW)
        try:
            body = await _body(request, LONGEST_DELIVERY)
        except _NotTakenError as err:
            return err.answer
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        delivery = Delivery(
            method=request.method,
            url=(self._public or str(request.base_url).rstrip("/")) + path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            received=self._now(),
        )
        return await _done(lambda: deliver(name, delivery))


class _NotTakenError(Exception):
    """A body that is not read to its end, with the answer to it."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


async def _body(request: Request, longest: int) -> bytes:
    from starlette.requests import ClientDisconnect

    body = b""
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in request.stream():
                body += part
                if len(body) > longest:
                    why = f"the body has more than {longest:,} bytes"
                    raise _NotTakenError(_said(413, why, {"Connection": "close"}))
    except (TimeoutError, ClientDisconnect):
        why = f"the body did not come within {PATIENCE:.0f} seconds"
        raise _NotTakenError(_said(408, why, {"Connection": "close"})) from None
    return body


async def _done(what: Callable[[], object]) -> Response:
    """Do it on a thread. A caller learns whether to try again, and nothing of ours."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse

    try:
        await run_in_threadpool(what)
    except DeliveryError:
        return _said(401, "this delivery is not believed")
    except SynclineError as err:
        return _said(503 if err.exit_code == 2 else 500, _NOT_NOW)
    return JSONResponse({}, 202)


def _said(status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": why}, status, headers=dict(headers or {}))


def parse_address(text: str) -> tuple[str, int]:
    """Return the host and port of ``127.0.0.1:8020``, ``[::1]:8020`` or ``8020``."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise WorkspaceError(f"{text} is no address", hint="Write 127.0.0.1:8020, or a port alone.")
    return host, int(port)


def _wake_of(body: bytes) -> Wake:
    document: Any
    try:
        document = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise ValueError("the body is no JSON") from None
    faults = check("wake", document)
    if faults:
        raise ValueError(faults[0])
    wake = Wake(
        side=Side(document["side"]) if "side" in document else None,
        object=document.get("object", ""),
        ids=tuple(document.get("ids", ())),
    )
    if any(plain(text) != text for text in (wake.object, *wake.ids)):
        raise ValueError("a name or an id holds NUL or half a sign, and is no text")
    return wake
