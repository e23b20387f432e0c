"""Several sandboxes behind one address: each answers to the paths that its vendor's HTTP has."""

from __future__ import annotations

__all__ = ["house"]

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..connector import Sandbox, SandboxContext
from ..errors import WorkspaceError
from .weather import weathered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


def house(sandboxes: Iterable[Sandbox], context: SandboxContext) -> Any:
    """Return one ASGI application for all of them, each with a folder of its own name.

    Raises ``WorkspaceError`` when two answer to one path.
    """
    rooms: dict[str, tuple[str, Any]] = {}
    apps: list[Any] = []
    for sandbox in sandboxes:
        folder = context.folder / sandbox.name
        folder.mkdir(parents=True, exist_ok=True)
        app = sandbox.app(replace(context, folder=folder))
        apps.append(app)
        for path in sandbox.paths:
            if path in rooms:
                raise WorkspaceError(
                    f"the sandboxes {rooms[path][0]} and {sandbox.name} both answer to {path}",
                    hint="Serve them at two ports, each by its name.",
                )
            rooms[path] = (sandbox.name, weathered(app, context.faults))
    return _House(rooms, apps)


class _House:
    """Sends a request to the application with the longest path that begins the request's own."""

    def __init__(self, rooms: dict[str, tuple[str, Any]], apps: list[Any]) -> None:
        self._rooms = sorted(rooms.items(), key=lambda room: -len(room[0]))
        self._apps = apps

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path: str = scope["path"]
        for prefix, (_name, app) in self._rooms:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                await app(scope, receive, send)
                return
        await _nobody(send)

    async def _live(self, receive: Any, send: Any) -> None:
        """Open every application, and close each in turn when the server ends."""
        await receive()
        async with AsyncExitStack() as stack:
            for app in self._apps:
                await stack.enter_async_context(_lifespan(app))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _lifespan(app: Any) -> Any:
    """Return the block within which *app* is open (a Starlette application knows its own)."""
    return app.router.lifespan_context(app) if hasattr(app, "router") else _nothing()


@asynccontextmanager
async def _nothing() -> AsyncGenerator[None]:
    yield


async def _nobody(send: Callable[[dict[str, Any]], Any]) -> None:
    body = b'{"error": "no sandbox here answers to this path"}'
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})
