"""What every sandbox can suffer, whatever its vendor: requests not heard, answers lost, 5xx."""

from __future__ import annotations

__all__ = ["weathered"]

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .faults import Fault, Faults

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


class _CutError(Exception):
    """Ends a connection without an answer: the server closes what raised before it answered."""


def weathered(app: _App, faults: Faults) -> _App:
    """Return *app* behind *faults*; the limits and the rows are the vendor's own to refuse."""

    async def outside(scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif faults.strikes(Fault.TIMEOUT):
            await _cut(send)
        elif faults.strikes(Fault.ERROR):
            await _fail(send)
        elif faults.strikes(Fault.LOST):
            await app(scope, receive, _silent)
            await _cut(send)
        else:
            await app(scope, receive, send)

    return outside


async def _silent(_message: MutableMapping[str, Any]) -> None:
    return


async def _cut(send: _Send) -> None:
    """Promise a body and end without it: no client takes that for an answer."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]}
    )
    raise _CutError


async def _fail(send: _Send) -> None:
    body = b"<html><body>Service Unavailable</body></html>"
    headers = [(b"content-type", b"text/html"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
