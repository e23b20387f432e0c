"""A team's Salesloft for tests: its sandbox over HTTP, the people who work in it, the weather."""

from __future__ import annotations

__all__ = ["DAY", "TYPE", "Team", "created", "done", "opened", "served"]

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from syncline import Access, Connector, Description, Outcome, OutcomeStatus, Value, Write
from syncline.net.serving import beside
from syncline.testing import FakeAccess, Relay, Spending, VirtualClock, context_for
from syncline_salesloft import syncline_register_connectors
from syncline_sandbox.salesloft.app import create_app
from syncline_sandbox.salesloft.gate import API_KEY

TYPE = next(iter(syncline_register_connectors()))
DAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Team:
    """One sandbox behind a relay. People call it past the relay, with the clock going on."""

    relay: Relay
    people: httpx.Client
    clock: VirtualClock
    folder: Path
    spent: Spending = field(default_factory=Spending)

    @property
    def heard(self) -> list[str]:
        """Method and path of each call that came by way of the connector."""
        return [f"{method} {path.partition('?')[0]}" for method, path in self.relay.heard]

    def get(self, path: str) -> Any:
        """Return what the API itself shows."""
        answer = self.people.get(f"/v2{path}")
        assert answer.is_success, answer.text
        return answer.json()["data"]

    def call(self, method: str, path: str, **values: Any) -> int:
        """Do something by the API; return the id of what was made."""
        self.clock.forward(seconds=2)
        answer = self.people.request(method, f"/v2{path}", json=values)
        assert answer.is_success, answer.text
        return int(answer.json()["data"]["id"]) if answer.content else 0

    def person(self, name: str, **values: Any) -> str:
        """Add a person; return the id."""
        given = {"first_name": name, "email_address": f"{name.casefold()}@example.com"}
        return str(self.call("POST", "/people", **{**given, **values}))

    def by_hand(self, what: str, **values: Any) -> int:
        """Do what people do on the vendor's pages alone."""
        self.clock.forward(seconds=2)
        answer = self.people.post(f"/sandbox/salesloft/{what}", json=values)
        assert answer.is_success, answer.text
        return int(answer.json()["id"])

    def on(self, person: str) -> list[tuple[int, str]]:
        """Return (cadence, state) of each membership of a person, the first made first."""
        rows = self.get(f"/cadence_memberships?person_id={person}")
        found = [(row["id"], row["cadence"]["id"], row["current_state"]) for row in rows]
        return [(cadence, state) for _, cadence, state in sorted(found)]


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Team]:
    """Serve a clean team."""
    clock = VirtualClock(DAY)
    proof = {"Authorization": f"Bearer {API_KEY}"}
    with (
        beside(create_app(folder, now=clock, **options)) as url,
        Relay(url) as relay,
        httpx.Client(base_url=url, headers=proof, trust_env=False) as people,
    ):
        yield Team(relay=relay, people=people, clock=clock, folder=folder)


@contextmanager
def opened(
    team: Team, access: Access | None = None, description: Description | None = None
) -> Generator[Connector]:
    """Open a connection to a team."""
    context = context_for(
        TYPE,
        team.folder,
        settings={"url": team.relay.url},
        clock=team.clock,
        spend=team.spent,
        access=access or FakeAccess.of(API_KEY),
        description=description,
    )
    connector = TYPE.open(context)
    try:
        yield connector
    finally:
        connector.close()


def created(connector: Connector, key: str, **values: Value) -> str:
    """Create a prospect; return the id."""
    given: Mapping[str, Value] = {"email_address": f"{key}@example.com", **values}
    return done(connector.write("prospect", [Write(key=key, values=given)]))


def done(outcomes: Sequence[Outcome]) -> str:
    """Return the id of the one row, which must be done."""
    (outcome,) = outcomes
    assert outcome.status is OutcomeStatus.DONE, outcome
    return outcome.id or ""
