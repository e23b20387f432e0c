"""An ASGI application on an address of this machine: in this thread, or beside the caller."""

from __future__ import annotations

__all__ = ["beside", "listening", "new_server", "url_of"]

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..errors import WorkspaceError

if TYPE_CHECKING:
    from uvicorn import Server


def new_server(app: Any) -> Server:
    """Return a server that installs no logs and says nothing of itself to those who call.

    Raises ``WorkspaceError`` when the packages that it takes are not installed.
    """
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise WorkspaceError(
            "answering over HTTP needs two packages that are not installed",
            hint="Install them: `pip install 'syncline[serve]'`.",
        )
    from uvicorn import Config, Server

    config = Config(
        app,
        log_config=None,
        # What a caller does wrong is told to the caller alone.
        log_level="critical",
        access_log=False,
        server_header=False,
        # A sandbox dates its answers itself, by its own clock.
        date_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
        limit_concurrency=64,
    )
    return Server(config)


@contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """Give a socket that takes connections already; port 0 is any that is free."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as err:
        raise WorkspaceError(f"{host} is no address of this machine: {err.strerror}") from err
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen(128)
        except OSError as err:
            raise WorkspaceError(
                f"{host}:{port} cannot be listened on: {err.strerror}",
                hint="Choose another port, or 0 for any that is free.",
            ) from err
        yield listener


def url_of(host: str, listener: socket.socket) -> str:
    """Return the address at which *listener* is reached under *host*."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


@contextmanager
def beside(app: Any, host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
    """Serve *app* on a thread of its own within the block; yields its URL."""
    server = new_server(app)
    with listening(host, port) as listener:
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, daemon=True, name="serving"
        )
        thread.start()
        try:
            yield url_of(host, listener)
        finally:
            server.should_exit = True
            thread.join()
