"""A Pipedrive for tests: the sandbox behind a tap that hears, breaks answers and adds up tokens."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from syncline import Context, Secret, Side, Token
from syncline.net.serving import beside
from syncline_pipedrive import syncline_register_connectors
from syncline_sandbox.pipedrive.app import create_app
from syncline_sandbox.pipedrive.gate import API_TOKEN

if TYPE_CHECKING:
    from collections.abc import Generator

    from syncline import Access, Connector, Description

RECORDED = Path(__file__).parent / "recorded" / "pipedrive"
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
    heard: list[tuple[str, str, str, Any]] = field(default_factory=list[tuple[str, str, str, Any]])
    spent: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    url: str = ""
    #: Another program, with an API token of its own.
    client: httpx.Client = field(init=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
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
        return int(self.client.get("/sandbox/pipedrive/usage").json()["used"])

    def by_hand(self, what: str, **given: Any) -> Any:
        """Let somebody do something in Pipedrive's own pages; return the id of what is left."""
        answer = self.client.post(f"/sandbox/pipedrive/{what}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Let another program make a call; return the data of the answer."""
        answer = self.client.request(method, path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["data"]

    def renewed(self, folder: Path, **options: Any) -> Company:
        """Begin anew, with a sandbox whose records lie in *folder*; return itself."""
        self.app = create_app(folder, now=lambda: self.now, **options)
        self.now = START
        for gathered in (self.faults, self.heard, self.spent):
            gathered.clear()
        return self

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.now += timedelta(**span)


@dataclass
class FakeAccess:
    """A token that a person handed over, or one of OAuth that can be renewed once."""

    text: str = API_TOKEN
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
def standing() -> Generator[Company]:
    """Serve a company without records: it is ``renewed`` for each test."""
    company = Company(app=None)
    with (
        beside(company) as company.url,
        httpx.Client(
            base_url=company.url, headers={"x-api-token": API_TOKEN}, trust_env=False
        ) as company.client,
    ):
        yield company


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Company]:
    """Serve a company of its own."""
    with standing() as company:
        yield company.renewed(folder, **options)


def recorded(name: str) -> Any:
    """Return an answer as the vendor gave it, or gives it in its specification."""
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


def context_of(
    company: Company,
    folder: Path,
    description: Description | None = None,
    *,
    access: Access | None = None,
    **settings: Any,
) -> Context:
    """Return what a connection to *company* gets."""
    return Context(
        side=Side.CRM,
        settings={"url": company.url, **settings},
        secrets={},
        folder=folder,
        now=lambda: company.now,
        spend=lambda price, word: company.spent.append((price, word)),
        description=description,
        access=access or FakeAccess(),
    )


@contextmanager
def opened(
    company: Company, folder: Path, description: Description | None = None, **given: Any
) -> Generator[Connector]:
    connector = TYPE.open(context_of(company, folder, description, **given))
    try:
        yield connector
    finally:
        connector.close()
