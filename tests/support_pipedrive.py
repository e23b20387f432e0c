"""A Pipedrive for tests: the sandbox behind a tap that hears, breaks answers and adds up tokens."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from syncline import Context, Secret, Side, Token
from syncline.net.serving import beside
from syncline_pipedrive import syncline_register_connectors
from syncline_sandbox.pipedrive.app import create_app

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Access, Connector, Description

START = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)
TYPE = next(iter(syncline_register_connectors()))

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass
class Company:
    """A sandbox whose clock stands until it is moved, and whose next answers can be broken."""

    app: Any
    now: datetime = START
    #: Each takes the place of one answer: (method, part of the path, what to answer).
    faults: list[tuple[str, str, App]] = field(default_factory=list[tuple[str, str, App]])
    #: Method, path, query and body of each call of the API.
    heard: list[tuple[str, str, str, Any]] = field(
        default_factory=list[tuple[str, str, str, Any]]
    )
    spent: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    url: str = ""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        message = await receive()
        if not scope["path"].startswith("/sandbox"):
            body = json.loads(message["body"]) if message["body"][:1] == b"{" else None
            query = scope["query_string"].decode()
            self.heard.append((scope["method"], scope["path"], query, body))

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

    def tokens(self) -> int:
        """Return what the connector said that its calls cost."""
        return sum(price for price, _ in self.spent)

    def counted(self) -> int:
        """Return what the sandbox counted."""
        return int(httpx.get(f"{self.url}/sandbox/pipedrive/usage").json()["used"])

    def by_hand(self, what: str, **given: Any) -> Any:
        """Let somebody do something in Pipedrive's own pages; return the id of what is left."""
        answer = httpx.post(f"{self.url}/sandbox/pipedrive/{what}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Let another program make a call; return the data of the answer."""
        headers = {"x-api-token": "sandbox"}
        answer = httpx.request(method, f"{self.url}{path}", json=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["data"]

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.now += timedelta(**span)


@dataclass
class FakeAccess:
    """A token that a person handed over, or one of OAuth that can be renewed once."""

    text: str = "sandbox"
    extras: dict[str, str] = field(default_factory=dict[str, str])
    next: str = ""
    renewals: int = 0

    def token(self) -> Token:
        return Token(text=Secret(self.text), extras=self.extras)

    def renew(self, refused: Token) -> Token:
        self.renewals += 1
        self.text = self.next or self.text
        return self.token()


def says(status: int, body: Any, *, after: App | None = None, cut: int = 0, **headers: str) -> App:
    """Answer with *status* and *body*, less its last *cut* bytes; let *after* do its work first."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        async def swallow(_message: Message) -> None:
            return None

        if after is not None:
            await after(scope, receive, swallow)
        kind = b"text/html" if isinstance(body, str) else b"application/json"
        told = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
        told += [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": content[: len(content) - cut]})

    return app


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Company]:
    company = Company(app=None)
    company.app = create_app(folder, now=lambda: company.now, **options)
    with beside(company) as company.url:
        yield company


@contextmanager
def opened(
    company: Company,
    folder: Path,
    description: Description | None = None,
    *,
    access: Access | None = None,
    **settings: Any,
) -> Generator[Connector]:
    context = Context(
        side=Side.CRM,
        settings={"url": company.url, **settings},
        secrets={},
        folder=folder,
        now=lambda: company.now,
        spend=lambda price, word: company.spent.append((price, word)),
        description=description,
        access=access or FakeAccess(),
    )
    connector = TYPE.open(context)
    try:
        yield connector
    finally:
        connector.close()
