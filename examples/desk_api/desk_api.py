"""Desk, a help desk's list of contacts over HTTP: what docs/tutorial-connector.md connects.

    python desk_api.py            serves an empty one at http://127.0.0.1:8020

Every request carries ``Authorization: Bearer desk-token-of-the-tutorial``. Times are milliseconds
since 1970. Every answer has the header ``Desk-Used: USED/ALLOWED``.

    GET /contacts?since=MS&since_id=ID&limit=N    what changed after a place, by (updated, id);
                                                  with ``ended=1`` those too that ended
    GET /contacts?ids=A,B       GET /contacts?refs=A,B      up to 100 that stand
    PUT /contacts               {"contacts": [{...}]}       up to 25; with an id: an update; with
                                                            a ref of your own: made once
    POST /contacts/delete       {"ids": [...]}              up to 25, into the bin
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "desk-token-of-the-tutorial"  # noqa: S105 - nobody's: it opens this example alone
ALLOWED = 10_000
Contact = dict[str, Any]
_FIELDS = {"first", "last", "email", "company", "vip"}


class Desk:
    """The contacts by id, those that ended among them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.contacts: dict[str, Contact] = {}
        self.used = 0
        self._stamp = 0

    def standing(self, id_: str | None) -> Contact | None:
        """Return a contact that has not ended."""
        found = self.contacts.get(id_ or "")
        return found if found is not None and found["state"] == "open" else None

    def find(self, asked: dict[str, str]) -> list[Contact]:
        """Return the contacts that a query asks for."""
        for field, names in (("id", "ids"), ("ref", "refs")):
            if names in asked:
                wanted = asked[names].split(",")
                return [c for c in self.contacts.values() if c[field] in wanted and _open(c)]
        place = (int(asked.get("since", "0")), asked.get("since_id", ""))
        found = sorted(self.contacts.values(), key=lambda each: (each["updated"], each["id"]))
        after = [c for c in found if (c["updated"], c["id"]) > place]
        return [c for c in after if "ended" in asked or _open(c)][: int(asked.get("limit", "50"))]

    def put(self, given: Contact) -> dict[str, Any]:
        """Make or change one contact; return what became of it."""
        id_, ref = given.get("id"), given.get("ref")
        if id_ is not None and self.standing(id_) is None:
            return {"id": id_, "code": "ended", "text": "There is no such contact any more."}
        if id_ is None and ref is not None:
            mine = (c["id"] for c in self.contacts.values() if c["ref"] == ref and _open(c))
            id_ = next(mine, None)
        contact: Contact = {**self.contacts.get(id_ or "", {"ref": ref, "state": "open"})}
        contact |= {name: given[name] for name in _FIELDS & set(given)}
        if not contact.get("last"):
            return {"id": id_, "code": "last_missing", "text": "A contact needs a last name."}
        id_ = id_ or f"c{len(self.contacts) + 1:05d}"
        self.contacts[id_] = contact | {"id": id_, "updated": self.stamp()}
        return {"id": id_}

    def end(self, id_: str, into: str | None = None) -> dict[str, Any]:
        """Put a contact into the bin, or merge it *into* another one."""
        contact = self.standing(id_)
        if contact is None:
            return {"id": id_, "code": "ended", "text": "There is no such contact any more."}
        state = "merged" if into else "deleted"
        self.contacts[id_] = contact | {"state": state, "into": into, "updated": self.stamp()}
        return {"id": id_}

    def stamp(self) -> int:
        """Return the time, later than any before it."""
        self._stamp = max(int(self.now().timestamp() * 1000), self._stamp + 1)
        return self._stamp


def _open(contact: Contact) -> bool:
    return bool(contact["state"] == "open")


@contextmanager
def served(desk: Desk, port: int = 0) -> Iterator[str]:
    """Serve *desk* on this machine within the block; yields its address."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
            given = {name: values[0] for name, values in asked.items()}
            self._answer(lambda: {"contacts": desk.find(given)})

        def do_PUT(self) -> None:
            self._answer(lambda: {"results": [desk.put(each) for each in self._body["contacts"]]})

        def do_POST(self) -> None:
            self._answer(lambda: {"results": [desk.end(each) for each in self._body["ids"]]})

        def _answer(self, work: Callable[[], dict[str, Any]]) -> None:
            self._body = json.loads(
                self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}"
            )
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            with lock:
                desk.used += known
                now = int(desk.now().timestamp() * 1000)
                said = {"now": now, **work()} if known else {"message": "Who are you?"}
            content = json.dumps(said).encode()
            self.send_response_only(200 if known else 401)
            self.send_header("Desk-Used", f"{desk.used}/{ALLOWED}")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_said: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    with served(Desk(lambda: datetime.now(UTC)), 8020) as url:
        print(f"Desk answers at {url}; Ctrl-C ends it.")  # noqa: T201 - for who started it
        threading.Event().wait()
