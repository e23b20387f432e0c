"""What harnesses share whose system is a sandbox of ours: served here, reached through a relay.

A vendor's harness adds what only its vendor has: who may come in, how records are merged, what a
call costs. People work at the sandbox's own address, past the relay, and so are never counted.
"""

from __future__ import annotations

__all__ = ["Door", "SandboxHarness", "done"]

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import httpx

from syncline import (
    Access,
    Connector,
    ConnectorType,
    Fault,
    Faults,
    Grant,
    Outcome,
    OutcomeStatus,
    Sandbox,
    SandboxContext,
    Secret,
    Token,
    Value,
    Write,
    load_plugins,
)
from syncline.net.serving import beside
from syncline.testing import Harness, Relay, VirtualClock, context_for


class Door:
    """An ``Access`` by what the sandbox hands out: an app's own credentials, or a token."""

    def __init__(
        self, kind: ConnectorType, settings: Mapping[str, Any], secrets: Mapping[str, str]
    ) -> None:
        self._kind, self._settings, self._secrets = kind, settings, secrets
        self._token: Token | None = None

    def token(self) -> Token:
        self._token = self._token or self._fetched()
        return self._token

    def renew(self, refused: Token) -> Token:
        self._token = self._fetched()
        return self._token

    def _fetched(self) -> Token:
        ways = {way.grant: way for way in self._kind.ways}
        if (way := ways.get(Grant.CLIENT)) is None or way.oauth is None:
            return Token(text=Secret(self._secrets["token"]))
        form = {"grant_type": "client_credentials", "client_id": self._settings["client_id"]}
        form |= {name: self._secrets[name] for name in way.secrets}
        answer = httpx.post(way.oauth.token(self._settings), data=form, trust_env=False)
        said = {name: str(value) for name, value in answer.json().items()}
        return Token(text=Secret(said.pop("access_token")), extras=said)


class SandboxHarness(Harness):
    """The sandbox with the connector's name, by the clock of the check."""

    #: What the sandbox asks for when it refuses a caller for its rate, in seconds.
    pause: ClassVar[float | None] = None
    #: The answer to a caller who is not known: its status and its JSON.
    stranger: ClassVar[tuple[int, bytes]]
    #: The beginnings of the paths whose calls count.
    counted: ClassVar[tuple[str, ...]]

    def start(self, folder: Path, clock: VirtualClock) -> None:
        self.folder, self.clock = folder, clock
        self.faults = Faults(shares={})
        self._stack = ExitStack()
        place = SandboxContext(folder=folder, now=clock, faults=self.faults)
        self.url = self._stack.enter_context(beside(self.sandbox.app(place)))
        self.relay = self._stack.enter_context(Relay(self.url))

    def stop(self) -> None:
        self._stack.close()

    @cached_property
    def door(self) -> Door:
        """The token of the connections that are tried, by way of the relay."""
        return Door(self.kind, self.settings(), self.sandbox.secrets)

    def access(self) -> Access:
        return self.door

    @cached_property
    def sandbox(self) -> Sandbox:
        """The sandbox that talks to the connector."""
        return load_plugins().sandboxes[self.connector]

    @cached_property
    def kind(self) -> ConnectorType:
        """The connector."""
        return load_plugins().connectors[self.connector]

    def settings(self) -> Mapping[str, Any]:
        return self.sandbox.settings(self.relay.url)

    def secrets(self) -> Mapping[str, str]:
        return {name: self.sandbox.secrets[name] for name in self.kind.secrets}

    # -- people at work

    @cached_property
    def person(self) -> Connector:
        """A connection of somebody else's program."""
        context = context_for(
            self.kind,
            self.folder,
            side=self.side,
            settings=self.sandbox.settings(self.url),
            secrets=self.secrets(),
            access=Door(self.kind, self.sandbox.settings(self.url), self.sandbox.secrets),
            clock=self.clock,
        )
        found = self.kind.open(context)
        self._stack.callback(found.close)
        return found

    def by_hand(self, what: str, **body: Any) -> Any:
        """Do in the sandbox what the vendor lets people do alone."""
        path = f"{self.url}/sandbox/{self.connector}/{what}"
        answer = httpx.post(path, json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def add(self, values: Mapping[str, Value]) -> str:
        self._keys += 1
        row = Write(values=values, key=f"a-person-{self._keys}")
        return done(self.person.write(self.object_name, [row]))

    def edit(self, id_: str, values: Mapping[str, Value]) -> None:
        done(self.person.write(self.object_name, [Write(values=values, id=id_)]))

    def delete(self, id_: str) -> None:
        done(self.person.delete(self.object_name, [id_]))

    def edit_all(self, ids: Sequence[str], values: Mapping[str, Value]) -> None:
        """Edit many without letting time go on: the stamps of a clock that stands are one."""
        size = self.person.describe().prices.write_size
        for start in range(0, len(ids), size):
            rows = [Write(values=values, id=id_) for id_ in ids[start : start + size]]
            outcomes = self.person.write(self.object_name, rows)
            assert all(each.status is OutcomeStatus.DONE for each in outcomes)

    # -- weather

    @contextmanager
    def refused_access(self) -> Generator[None]:
        status, body = self.stranger
        with self.relay.answering(
            status, body, which=lambda _method, path, _body: path.startswith(self.counted)
        ):
            yield

    @contextmanager
    def no_network(self) -> Generator[None]:
        with self.relay.no_network():
            yield

    @contextmanager
    def lost_answer(self) -> Generator[None]:
        with self.relay.lost_answer(self.loses):
            yield

    def loses(self, method: str, path: str, body: bytes) -> bool:
        """Tell whether this request is a write whose answer is lost."""
        return method not in {"GET", "HEAD"} and path.startswith(self.counted)

    @contextmanager
    def rate_limit(self) -> Generator[float | None]:
        shares = dict(self.faults.shares)
        self._dial({Fault.LIMIT: 1.0})
        try:
            yield self.pause
        finally:
            self._dial(shares)

    def _dial(self, shares: Mapping[Fault, float]) -> None:
        given = self.faults.shares
        assert isinstance(given, dict)
        given.clear()
        given.update(shares)

    # -- what the system says

    def price(self) -> int:
        return sum(self.price_of(method, path) for method, path in self.relay.heard)

    def price_of(self, method: str, path: str) -> int:
        """Return what one request costs."""
        return int(path.startswith(self.counted))

    _keys = 0


def done(outcomes: Sequence[Outcome]) -> str:
    """Return the id of the one row, which must be done."""
    (outcome,) = outcomes
    assert outcome.status is OutcomeStatus.DONE, outcome
    return outcome.id or ""
