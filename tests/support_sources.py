"""What the tests of sources share: a local workspace, and a sandbox that goes by its clock."""

from __future__ import annotations

__all__ = ["RULES", "Site", "sited"]

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

import support
from support import CADENCE, World
from syncline import Context, Source, Workspace
from syncline.ledger.codec import dump
from syncline.ledger.database import write_meta
from syncline.net.serving import beside
from syncline.sources.fetched import Fate, Fetched
from syncline.testing import Relay

#: Each kind of activity becomes a task; a meeting an event.
RULES = (
    support.RULES
    + """
activity call -> Task {
    Subject               = "Call: {outcome}"
    Description           = "{comments}"
    CallDurationInSeconds = duration
}
activity sms -> Task {
    Subject     = "SMS {direction}"
    Description = "{comments}"
}
activity email -> Task {
    Subject     = "Mail: {email_subject}"
    Description = "{comments}"
}
activity meeting -> Event {
    deletes
    Subject = "{comments}"
}
"""
)


@dataclass
class Site:
    """A world with one sandbox of a source behind a relay, and the people on its other side."""

    world: World
    name: str
    relay: Relay
    people: httpx.Client
    environ: Mapping[str, str]

    @contextmanager
    def workspace(self) -> Generator[Workspace]:
        """Open the workspace; what a source waits for passes on the world's clock."""
        world = self.world
        kind = world.registry.connectors[self.name]
        opened = kind.source
        assert opened is not None

        def sleep(seconds: float) -> None:
            world.clock.forward(seconds=seconds)

        def source(context: Context) -> Source:
            return opened(replace(context, sleep=sleep))

        kinds = {**world.registry.connectors, self.name: replace(kind, source=source)}
        with Workspace(
            world.folder,
            registry=replace(world.registry, connectors=kinds),
            now=world.clock,
            environ=self.environ,
        ) as workspace:
            yield workspace

    def connect(self) -> None:
        """Let Syncline in by the vendor's own page, on which the user agrees."""
        with self.workspace() as workspace:
            admission = workspace.admission
            attempt = admission.begin(self.name, redirect="http://127.0.0.1:9/callback")
            page = httpx.get(attempt.url, trust_env=False)
            back = parse_qsl(urlsplit(page.headers["Location"]).query)
            admission.finish(attempt, dict(back))

    def fetch(self, **how: Any) -> Fetched:
        """Fetch once, a minute after whatever happened before; the figures add up (B8)."""
        self.world.clock.forward(minutes=1)
        with self.workspace() as workspace:
            (fetched,) = workspace.fetch(self.name, **how)
        assert fetched.seen == sum(fetched.counts.values())
        return fetched

    def good(self, **how: Any) -> dict[Fate, int]:
        """Fetch, which must go through; return the counts that are not zero."""
        fetched = self.fetch(**how)
        assert fetched.fault == "", fetched
        return {fate: count for fate, count in fetched.counts.items() if count}

    def by_hand(self, what: str, **values: Any) -> dict[str, Any]:
        """Do what people do on the vendor's own pages."""
        self.world.clock.forward(seconds=2)
        answer = self.people.post(f"/sandbox/{self.name}/{what}", json=values)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def forget(self, cursor: str | None = None) -> None:
        """Lose how far the source was read, or put *cursor* in its place."""
        with self.workspace() as workspace, workspace.ledger.begin() as db:
            write_meta(db, f"source:{self.name}", dump({"cursor": cursor}))

    def activities(self, *fields: str) -> list[tuple[Any, ...]]:
        """Return these fields of every activity of the cadence."""
        return [tuple(row[f] for f in fields) for row in self.world.all(CADENCE, "activity")]


@contextmanager
def sited(
    folder: Path,
    name: str,
    app: Callable[..., Any],
    environ: Mapping[str, str],
    settings: str = "",
    rules: str = RULES,
    *,
    now: Callable[[], datetime] | None = None,
) -> Generator[Site]:
    """Serve a source's sandbox beside a local workspace that names it, by the world's clock."""
    with (
        support.local_world(folder / "world") as world,
        beside(app(folder, now=now or world.clock)) as url,
        Relay(url) as relay,
        httpx.Client(base_url=url, trust_env=False) as people,
    ):
        world.rules(rules)
        toml = world.folder / "syncline.toml"
        lines = [f'sources = ["{name}"]', f"[connections.{name}]", f'url = "{relay.url}"', settings]
        toml.write_text(toml.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
        yield Site(world=world, name=name, relay=relay, people=people, environ=environ)
