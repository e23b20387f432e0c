"""The one request that the vendor's page leads back to: heard on loopback, answered with a page."""

from __future__ import annotations

__all__ = ["PATIENCE", "Answer", "Callback", "waiting"]

import html
import queue
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..errors import FatalError, SynclineError
from ..net.serving import listening

#: Seconds that a person has on the vendor's page.
PATIENCE = 300.0
#: A browser opens connections on which it says nothing for a while.
_SILENCE = 10.0
_PATH = "/callback"
_HOST = "127.0.0.1"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Syncline</title>
<style>body{{font:17px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:34em;padding:0 1em}}
h1{{font-size:1.3em;color:{colour}}}</style>
<h1>{title}</h1><p>{text}</p><p>You can close this page and go back to the terminal.</p></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person reads in the browser."""

    title: str
    text: str
    ok: bool = True


class Callback:
    """Takes one answer of the vendor's page; whatever comes after finds the door closed."""

    def __init__(self, port: int) -> None:
        #: What the vendor must know as the place to lead back to. Vendors take `localhost` where
        #: they take no other address without https.
        self.redirect = f"http://localhost:{port}{_PATH}"
        self._heard: queue.Queue[dict[str, str]] = queue.Queue()
        self._said: queue.Queue[Answer] = queue.Queue()
        self._taken = threading.Lock()
        #: Set when the person's page is on its way.
        self.shown = threading.Event()

    def take(self, use: Callable[[Mapping[str, str]], Answer], patience: float = PATIENCE) -> None:
        """Wait for the answer, *use* it, and show the person what came of it.

        Raises ``FatalError`` when none comes in so many seconds, and what *use* raises.
        """
        try:
            params = self._heard.get(timeout=patience)
        except queue.Empty:
            minutes = patience / 60
            raise FatalError(
                f"no answer came from the vendor's page within {minutes:.0f} minutes",
                hint="Nothing was changed. Run the command again; on another machine than the "
                "browser's, first lead the port there (docs/connecting.md).",
            ) from None
        answer = Answer(title="Not connected", text="It was broken off.", ok=False)
        try:
            answer = use(params)
        except SynclineError as err:
            answer = Answer(title="Not connected", text=f"{err.message}. {err.hint}", ok=False)
            raise
        finally:
            self._said.put(answer)
            self.shown.wait(_SILENCE)

    def answer(self, target: str) -> Answer | None:
        """Return what is shown for a request to *target*; None for one that is not ours."""
        parts = urlsplit(target)
        if parts.path != _PATH or not self._taken.acquire(blocking=False):
            return None
        self._heard.put(dict(parse_qsl(parts.query, keep_blank_values=True)))
        return self._said.get()


@contextmanager
def waiting(port: int) -> Generator[Callback]:
    """Listen on 127.0.0.1 alone within the block; port 0 is any that is free."""
    with listening(_HOST, port) as listener:
        callback = Callback(listener.getsockname()[1])
        server = _Server((_HOST, 0), _handler(callback), bind_and_activate=False)
        server.socket.close()
        server.socket = listener
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="callback"
        )
        thread.start()
        try:
            yield callback
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    #: A connection on which nothing is said is not waited for.
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away: what came of its answer is told elsewhere."""


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENCE

        def do_GET(self) -> None:
            answer = callback.answer(self.path)
            if answer is None:
                self.send_error(404)
                return
            try:
                self._show(answer)
            finally:
                callback.shown.set()

        def _show(self, answer: Answer) -> None:
            colour = "#1a7f37" if answer.ok else "#b42318"
            body = _PAGE.format(
                colour=colour, title=html.escape(answer.title), text=html.escape(answer.text)
            ).encode()
            self.send_response(200 if answer.ok else 400)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            # The address of this page holds the code: it goes nowhere from here.
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Cache-Control", "no-store")
            self.send_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
            )
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Write nothing: the line would hold the code."""

        def version_string(self) -> str:
            return "Syncline"

    return Handler
