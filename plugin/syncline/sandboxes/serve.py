"""Serving sandboxes on this machine until a signal ends it, or within a block of the caller's."""

from __future__ import annotations

__all__ = ["check_host", "serve"]

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import WorkspaceError
from ..net.address import LOOPBACK
from ..net.serving import listening, new_server, url_of

if TYPE_CHECKING:
    from uvicorn import Server


def check_host(host: str) -> None:
    """Raise ``WorkspaceError`` unless *host* is this machine alone."""
    if host not in LOOPBACK:
        raise WorkspaceError(
            f"a sandbox serves this machine alone, not {host}", hint="Use 127.0.0.1."
        )


def serve(app: Any, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; *ready* hears the URL, with the port that was free if 0."""
    check_host(host)
    server = new_server(app)
    with listening(host, port) as listener, _stopped_by_signals(server):
        ready(url_of(host, listener))
        server.run(sockets=[listener])


@contextmanager
def _stopped_by_signals(server: Server) -> Generator[None]:
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
