"""A server that is busy, for tests of what is told of it."""

from __future__ import annotations

__all__ = ["Busy"]

from dataclasses import dataclass
from typing import Any


@dataclass
class Busy:
    """Stands before the sandbox, and answers 503 to the next so many requests."""

    app: Any
    times: int = 0
    #: What it says of when to come again, in seconds.
    wish: str = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not self.times or "/query" not in scope["path"]:
            await self.app(scope, receive, send)
            return
        self.times -= 1
        headers = [(b"retry-after", self.wish.encode())] if self.wish else []
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
