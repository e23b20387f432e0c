"""A small door over HTTP: `POST /wake` asks for a cycle before its time, and says nothing else.

What comes in is a hint. Whoever has the secret can make cycles come earlier, not oftener than
every ten seconds, and nothing else.
"""

from __future__ import annotations

__all__ = ["Door", "parse_address"]

import asyncio
import hmac
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from syncline_schemas import check

from ..access import Secret
from ..errors import SynclineError, WorkspaceError
from ..ledger.wakes import Wake
from ..model import Side, plain
from ..net.serving import beside

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: The longest body that is read, in bytes.
LONGEST = 64 * 1024
#: A body that is not there after so many seconds is not waited for.
PATIENCE = 10.0
_LEAST_SECRET = 16


class Door:
    """Takes wakes at one address; *wake* hears of each, on a thread of the door's own."""

    def __init__(self, secret: Secret, wake: Callable[[Wake], object]) -> None:
        if len(secret.reveal()) < _LEAST_SECRET:
            raise WorkspaceError(
                f"the secret in SYNCLINE_WAKE_SECRET has fewer than {_LEAST_SECRET} characters",
                hint="Take a long one: `openssl rand -hex 32` prints one.",
            )
        self._expected = b"Bearer " + secret.reveal().encode()
        self._wake = wake

    @contextmanager
    def open(self, host: str, port: int) -> Generator[str]:
        """Listen beside the caller within the block; yields the URL to post to."""
        with beside(self.app(), host, port) as url:
            yield f"{url}/wake"

    def app(self) -> Any:
        """Return the ASGI application."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(routes=[Route("/wake", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import ClientDisconnect
        from starlette.responses import JSONResponse

        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._expected):
            why = "the header Authorization has no `Bearer` with the secret"
            return JSONResponse({"error": why}, 401, headers={"WWW-Authenticate": "Bearer"})
        body = b""
        try:
            async with asyncio.timeout(PATIENCE):
                async for part in request.stream():
                    body += part
                    if len(body) > LONGEST:
                        why = f"the body has more than {LONGEST:,} bytes"
                        return JSONResponse({"error": why}, 413, headers={"Connection": "close"})
        except (TimeoutError, ClientDisconnect):
            why = f"the body did not come within {PATIENCE:.0f} seconds"
            return JSONResponse({"error": why}, 408, headers={"Connection": "close"})
        try:
            wake = _wake_of(body)
        except ValueError as err:
            return JSONResponse({"error": str(err)}, 400)
        try:
            await run_in_threadpool(self._wake, wake)
        except SynclineError as err:
            # The caller may try again; nothing of ours is told beyond that.
            return JSONResponse({"error": "not now"}, 503 if err.exit_code == 2 else 500)
        return JSONResponse({}, 202)


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
