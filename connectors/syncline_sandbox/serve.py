"""Serving the sandbox on this machine, in this thread or in one beside it."""

from __future__ import annotations

__all__ = ["running", "serve"]

import signal
import socket
import threading
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from syncline import FatalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def serve(host: str, port: int, folder: Path, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; *ready* hears the URL, with the port that was free if 0."""
    _needs_extra()
    from .app import create_app

    with _listening(host, port) as listener:
        server = new_server(create_app(folder))
        with _stopped_by_signals(server):
            ready(_url(host, listener))
            server.run(sockets=[listener])


@contextmanager
def running(app: Any) -> Generator[str]:
    """Serve an ASGI application on a free port beside the caller; yields its URL."""
    _needs_extra()
    with _listening("127.0.0.1", 0) as listener:
        server = new_server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield _url("127.0.0.1", listener)
        finally:
            server.should_exit = True
            thread.join()


def _needs_extra() -> None:
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise FatalError(
            "The sandbox needs two packages that are not installed.",
            hint="pip install 'syncline[sandbox]'",
        )


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections already, on this machine alone."""
    if host not in LOOPBACK:
        raise FatalError(
            f"The sandbox serves this machine alone, not {host}.", hint="Use 127.0.0.1."
        )
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as err:
        listener.close()
        raise FatalError(
            f"Port {port} cannot be listened on: {err.strerror}.",
            hint="Choose another port, or 0 for any that is free.",
        ) from err
    return listener


def _url(host: str, listener: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


def new_server(app: Any) -> Any:
    from uvicorn import Config, Server

    config = Config(
        app,
        log_config=None,
        log_level="error",
        access_log=False,
        # The application dates its answers itself, by its own clock.
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
    )
    return Server(config)


@contextmanager
def _stopped_by_signals(server: Any) -> Generator[None]:
    """Let a signal end the server and nothing else; only the main thread may listen for any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        server.should_exit = True

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
