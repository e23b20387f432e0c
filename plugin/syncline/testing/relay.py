"""A relay on loopback between a connection and a server: the weather of a harness that speaks HTTP.

It passes every request on as it came, and counts. Whatever the server is (a sandbox of a vendor, a
container, a script), it can then be cut off, lose an answer, or be answered for.
"""

from __future__ import annotations

__all__ = ["Relay"]

import http.client
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

#: Whether a request, by its method, path and body, is meant.
Which = Callable[[str, str, bytes], bool]
#: Headers that are about one connection, not about what it carries.
_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"}


def _writing(method: str, _path: str, _body: bytes) -> bool:
    return method not in {"GET", "HEAD"}


def _any(_method: str, _path: str, _body: bytes) -> bool:
    return True


class Relay:
    """Passes requests on to *target*, ``http://127.0.0.1:PORT``, within a ``with`` block."""

    def __init__(self, target: str) -> None:
        place = urlsplit(target)
        self._target = (place.hostname or "127.0.0.1", place.port or 80)
        #: Every request that came, (method, path with its query).
        self.heard: list[tuple[str, str]] = []
        self._lost: Which | None = None
        self._answer: tuple[Which, int, Mapping[str, str], bytes] | None = None
        self._open: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The address of the relay; it stays the same when the network was cut."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    @contextmanager
    def no_network(self) -> Generator[None]:
        """Refuse every connection within the block, and end those that are open."""
        self._hang_up()
        try:
            yield
        finally:
            self._listen()

    @contextmanager
    def lost_answer(self, which: Which = _writing) -> Generator[None]:
        """Pass requests on, and end the connection where the answer to such a one should come."""
        self._lost = which
        try:
            yield
        finally:
            self._lost = None

    @contextmanager
    def answering(
        self,
        status: int,
        body: bytes = b"{}",
        *,
        headers: Mapping[str, str] | None = None,
        which: Which = _any,
    ) -> Generator[None]:
        """Answer such requests so, and pass none of them on."""
        given = {"Content-Type": "application/json", **(headers or {})}
        self._answer = (which, status, given, body)
        try:
            yield
        finally:
            self._answer = None

    def _listen(self) -> None:
        relay = self

        class Handler(_Handler):
            def handle_one_request(self) -> None:
                with suppress(ConnectionError, ValueError):
                    super().handle_one_request()

            def setup(self) -> None:
                super().setup()
                relay._open.add(self.connection)

            def finish(self) -> None:
                relay._open.discard(self.connection)
                with suppress(OSError, ValueError):
                    super().finish()

            def relayed(self, method: str, body: bytes) -> None:
                relay._pass_on(self, method, body)

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True, name="relay"
        ).start()

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            for connection in list(self._open):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._server.server_close()
            self._server = None

    def _pass_on(self, handler: _Handler, method: str, body: bytes) -> None:
        self.heard.append((method, handler.path))
        path = handler.path.partition("?")[0]
        if self._answer is not None and self._answer[0](method, path, body):
            _which, status, headers, content = self._answer
            handler.answer(status, headers, content)
            return
        line = http.client.HTTPConnection(*self._target, timeout=30)
        try:
            line.request(method, handler.path, body, dict(handler.headers.items()))
            got = line.getresponse()
            content = got.read()
        finally:
            line.close()
        if self._lost is not None and self._lost(method, path, body):
            handler.close_connection = True
            return
        kept = {name: value for name, value in got.getheaders() if name.lower() not in _HOPS}
        handler.answer(got.status, kept, content)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request to its end, and writes an answer."""

    protocol_version = "HTTP/1.1"

    def relayed(self, method: str, body: bytes) -> None:
        """Deal with one request."""
        raise NotImplementedError  # what the relay makes of it

    def do_GET(self) -> None:
        """Take a request of any method."""
        length = int(self.headers.get("Content-Length") or 0)
        self.relayed(self.command, self.rfile.read(length))

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names that it calls

    def answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        """Write the answer."""
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is named above
        """Say nothing."""
