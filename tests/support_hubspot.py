"""What the tests of HubSpot's connector share: a portal on loopback, and ways to break it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from syncline import (
    Connector,
    Context,
    Description,
    FatalError,
    Gone,
    OutcomeStatus,
    Position,
    Secret,
    Side,
    Token,
    Value,
    Write,
)
from syncline.net.serving import beside
from syncline_hubspot import syncline_register_connectors
from syncline_sandbox.hubspot.app import create_app

START = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)
TYPE = next(iter(syncline_register_connectors()))
PRIVATE = "pat-na1-sandbox"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass
class Pass:
    """An access that holds one token after another; the last is never renewed."""

    tokens: list[str]
    renewed: int = 0

    def token(self) -> Token:
        return Token(text=Secret(self.tokens[0]))

    def renew(self, refused: Token) -> Token:
        assert refused.text.reveal() == self.tokens[0]
        if len(self.tokens) == 1:
            raise FatalError("HubSpot no longer takes the token of this connection")
        self.renewed += 1
        del self.tokens[0]
        return self.token()


@dataclass
class Portal:
    """A sandbox whose clock stands until it is moved, and whose next answers can be broken."""

    app: Any
    now: datetime = START
    #: Each takes the place of one answer: (method, end of the path, what to answer).
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
            if scope["method"] == method and scope["path"].endswith(part):
                del self.faults[at]
                await fault(scope, again, send)
                return
        await self.app(scope, again, send)

    def paths(self) -> list[str]:
        """Return method and the end of the path of each call so far."""
        return [f"{method} {path.rsplit('/', 1)[1]}" for method, path, _, _ in self.heard]

    def sent(self, at: int = -1) -> Any:
        """Return the body of one call."""
        return json.loads(self.heard[at][3])

    def by_hand(self, what: str, **given: Any) -> str:
        """Do what the portal's people do, a second later."""
        self.now += timedelta(seconds=1)
        answer = httpx.post(f"{self.url}/sandbox/hubspot/{what}", json=given, trust_env=False)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Make a request of somebody else's program."""
        proof = {"Authorization": f"Bearer {PRIVATE}"}
        return httpx.request(method, f"{self.url}{path}", json=body, headers=proof, trust_env=False)


def says(
    status: int,
    body: Any,
    *,
    after: App | None = None,
    cut: int = 0,
    headers: dict[str, str] | None = None,
) -> App:
    """Answer with *status* and *body*, less its last *cut* bytes; let *after* do its work first."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        async def swallow(_message: Message) -> None:
            return None

        if after is not None:
            await after(scope, receive, swallow)
        kind = "text/html" if isinstance(body, str) else "application/json"
        given = {"content-type": kind, "content-length": str(len(content)), **(headers or {})}
        raw = [(name.encode(), value.encode()) for name, value in given.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content[: len(content) - cut]})

    return app


@contextmanager
def opened(
    portal: Portal,
    folder: Path,
    description: Description | None = None,
    access: Any = None,
    **settings: Any,
) -> Generator[Connector]:
    context = Context(
        side=Side.CRM,
        settings={"url": portal.url, **settings},
        secrets={},
        folder=folder,
        now=lambda: portal.now,
        spend=lambda _price, word: portal.spent.append(word),
        description=description,
        access=access or Pass([PRIVATE]),
    )
    connector = TYPE.open(context)
    try:
        yield connector
    finally:
        connector.close()


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Portal]:
    portal = Portal(app=None)
    portal.app = create_app(folder, now=lambda: portal.now, **options)
    with beside(portal) as portal.url:
        yield portal


def person(key: str, **values: Value) -> Write:
    return Write(key=key, values={"lastname": "Lovelace", **values})


def created(crm: Connector, *writes: Write, name: str = "contact") -> list[str]:
    """Create records and return their ids."""
    ids: list[str] = []
    for at in range(0, len(writes), 100):
        for outcome in crm.write(name, writes[at : at + 100]):
            assert outcome.status is OutcomeStatus.DONE, outcome
            ids.append(outcome.id or "")
    return ids


def listed(
    crm: Connector, since: Position | None = None, name: str = "contact", **more: Any
) -> list[str]:
    pages = crm.changes(name, ["hs_object_id"], since, **more)
    return [record.id for page in pages for record in page.records]


def ends(crm: Connector, since: Position, name: str = "contact") -> list[Gone]:
    pages = crm.changes(name, ["hs_object_id"], since)
    return [gone for page in pages for gone in page.gone]
