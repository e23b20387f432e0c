"""What tests of Salesforce share: an org on loopback, and connections to it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from syncline import Context, Description, OutcomeStatus, Position, Secret, Value, Write
from syncline.demo.hands import access_of
from syncline.net.serving import beside
from syncline_salesforce import syncline_register_connectors
from syncline_sandbox.salesforce.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from syncline import Connector

__all__ = [
    "DONE",
    "ENGAGEMENT",
    "GONE",
    "REFUSED",
    "RETRY",
    "START",
    "TYPE",
    "App",
    "Message",
    "Org",
    "Receive",
    "Send",
    "by_hand",
    "created",
    "lead",
    "listed",
    "opened",
    "says",
    "served",
]

START = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)
TYPE, ENGAGEMENT = syncline_register_connectors()
DONE, REFUSED, RETRY = OutcomeStatus.DONE, OutcomeStatus.REFUSED, OutcomeStatus.RETRY
GONE = OutcomeStatus.GONE

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass
class Org:
    """A sandbox whose clock stands until it is moved, and whose next answers can be broken."""

    app: Any
    now: datetime = START
    #: Each takes the place of one answer: (method, part of the path, what to answer).
    faults: list[tuple[str, str, App]] = field(default_factory=list[tuple[str, str, App]])
    heard: list[tuple[str, str, dict[str, str], bytes]] = field(
        default_factory=list[tuple[str, str, dict[str, str], bytes]]
    )
    spent: list[str] = field(default_factory=list[str])
    url: str = ""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.heard.append((scope["method"], scope["path"], headers, message["body"]))

        async def again() -> Message:
            return message

        for at, (method, part, fault) in enumerate(self.faults):
            if scope["method"] == method and part in scope["path"]:
                del self.faults[at]
                await fault(scope, again, send)
                return
        await self.app(scope, again, send)

    def paths(self) -> list[str]:
        """Return method and the end of the path of each call so far."""
        return [f"{method} {path.rsplit('/', 1)[1]}" for method, path, _, _ in self.heard]


def says(status: int, body: Any, *, after: App | None = None, cut: int = 0) -> App:
    """Answer with *status* and *body*, less its last *cut* bytes; let *after* do its work first."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        async def swallow(_message: Message) -> None:
            return None

        if after is not None:
            await after(scope, receive, swallow)
        kind = b"text/html" if isinstance(body, str) else b"application/json"
        headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content[: len(content) - cut]})

    return app


@contextmanager
def opened(
    org: Org,
    folder: Path,
    description: Description | None = None,
    kind: Any = TYPE,
    **settings: Any,
) -> Generator[Connector]:
    given = {"url": org.url, "client_id": "sandbox", **settings}
    context = Context(
        side=min(kind.sides),
        settings=given,
        secrets={},
        folder=folder,
        now=lambda: org.now,
        spend=lambda _price, word: org.spent.append(word),
        description=description,
        access=access_of(kind, given, {"client_secret": Secret("sandbox")}, lambda: org.now),
    )
    connector = kind.open(context)
    try:
        yield connector
    finally:
        connector.close()


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Org]:
    org = Org(app=None)
    org.app = create_app(folder, now=lambda: org.now, **options)
    with beside(org) as org.url:
        yield org


def lead(key: str, **values: Value) -> Write:
    return Write(key=key, values={"LastName": "Lovelace", "Company": "Engines", **values})


def created(crm: Connector, *writes: Write) -> list[str]:
    """Create leads and return their ids."""
    ids: list[str] = []
    for at in range(0, len(writes), 200):
        for outcome in crm.write("Lead", writes[at : at + 200]):
            assert outcome.status is DONE, outcome
            ids.append(outcome.id or "")
    return ids


def listed(crm: Connector, since: Position | None = None, name: str = "Lead") -> list[str]:
    return [record.id for page in crm.changes(name, ["LastName"], since) for record in page.records]


def by_hand(org: Org, what: str, **ids: str) -> str:
    """Do what the vendor lets people do, a second later."""
    org.now += timedelta(seconds=1)
    answer = httpx.post(f"{org.url}/sandbox/salesforce/{what}", json=ids, trust_env=False)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])
