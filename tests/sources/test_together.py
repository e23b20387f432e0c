"""All sources of one workspace, behind the one address of the sandboxes (RS2, RS3, RS4)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from support import CRM, World, local_world
from support_sources import RULES
from syncline import Context, Faults, SandboxContext, Secret, Source, Workspace
from syncline.net.serving import beside
from syncline.sandboxes.house import house
from syncline.schedule.listen import Door
from syncline.sources.fetched import Fate

NAMES = ("ringover", "google", "microsoft")
KEY = "a key of the webhook, and no short one, for it signs with SHA-512"
ENVIRON = {
    "SYNCLINE_RINGOVER_API_KEY": "5a" * 20,
    "SYNCLINE_RINGOVER_WEBHOOK_KEY": KEY,
    "SYNCLINE_GOOGLE_CLIENT_SECRET": "sandbox",
    "SYNCLINE_MICROSOFT_CLIENT_SECRET": "sandbox",
    "SYNCLINE_KEY": "a key for what is kept, of many characters",
}


@dataclass
class Town:
    """A workspace with three sources, and the people on their other sides."""

    world: World
    people: httpx.Client

    @contextmanager
    def workspace(self) -> Generator[Workspace]:
        """Open the workspace; what a source waits for passes on the world's clock."""
        world = self.world
        kinds = dict(world.registry.connectors)
        for name in NAMES:
            opened = kinds[name].source
            assert opened is not None

            def source(context: Context, opened: Any = opened) -> Source:
                slept: Source = opened(replace(context, sleep=self.sleep))
                return slept

            kinds[name] = replace(kinds[name], source=source)
        registry = replace(world.registry, connectors=kinds)
        with Workspace(
            world.folder, registry=registry, now=world.clock, environ=ENVIRON
        ) as workspace:
            yield workspace

    def sleep(self, seconds: float) -> None:
        self.world.clock.forward(seconds=seconds)

    def by_hand(self, name: str, what: str, **values: Any) -> Mapping[str, Any]:
        self.world.clock.forward(seconds=2)
        answer = self.people.post(f"/sandbox/{name}/{what}", json=values)
        assert answer.is_success, answer.text
        return dict(answer.json())


@pytest.fixture
def town(tmp_path: Path) -> Generator[Town]:
    with local_world(tmp_path, RULES) as world:
        sandboxes = world.registry.sandboxes
        context = SandboxContext(folder=tmp_path / "house", now=world.clock, faults=Faults())
        # Every sandbox there is: their paths must not meet.
        with (
            beside(house(sandboxes.values(), context)) as url,
            httpx.Client(base_url=url, trust_env=False) as people,
        ):
            lines = [f"sources = {list(NAMES)}"]
            for name in NAMES:
                lines.append(f"[connections.{name}]")
                given = sandboxes[name].settings(url).items()
                lines += [f'{key} = "{value}"' for key, value in given]
            toml = world.folder / "syncline.toml"
            toml.write_text(toml.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
            town = Town(world=world, people=people)
            with town.workspace() as workspace:
                for name in ("google", "microsoft"):
                    attempt = workspace.admission.begin(name, redirect="http://127.0.0.1:9/back")
                    page = httpx.get(attempt.url, trust_env=False)
                    query = dict(parse_qsl(urlsplit(page.headers["Location"]).query))
                    workspace.admission.finish(attempt, query)
            yield town


def test_an_sms_and_two_mails_end_as_tasks_once(town: Town) -> None:
    """By webhook, by Gmail's history, by Graph's delta: each is one task of one lead (RS2)."""
    world = town.world
    world.prospect("Ann", phone="+33 6 12 34 56 78")
    with town.workspace() as workspace:
        assert workspace.run().state == "done"

    def deliver(name: str, delivery: Any) -> None:
        with town.workspace() as workspace:
            workspace.deliver(name, delivery)

    door = Door(Secret("a" * 20), lambda _wake: None, deliver, now=world.clock)
    with door.open("127.0.0.1", 0) as wake:
        hook = f"{wake.removesuffix('/wake')}/hooks/ringover"
        town.by_hand("ringover", "webhook", url=hook, key=KEY)
        said = town.by_hand("ringover", "sms", number=33_612_345_678, text="Call me")
    assert said["delivered"] == 202
    town.by_hand("google", "mail", **{"from": "ann@example.com", "subject": "Prices?"})
    address = {"emailAddress": {"address": "ann@example.com"}}
    town.by_hand("microsoft", "mail", **{"from": address, "subject": "Well?"})

    with town.workspace() as workspace:
        reports = [workspace.run() for _ in range(2)]
    assert [(r.state, r.writes, r.faults) for r in reports] == [("done", 3, ()), ("done", 0, ())]
    assert [f.counts.get(Fate.ADDED) for f in reports[0].sources] == [1, 1, 1]
    ann = world.one(CRM, "Lead", FirstName="Ann")["Id"]
    tasks = sorted((str(t["Subject"]), t["WhoId"]) for t in world.all(CRM, "Task"))
    assert tasks == [("Mail: Prices?", ann), ("Mail: Well?", ann), ("SMS inbound", ann)]


def test_one_that_fails_stands_in_nobodys_way(town: Town) -> None:
    """Each source has its own figures and its own fault; the cycle goes on (RS2)."""
    world = town.world
    world.prospect("Ann")
    with town.workspace() as workspace:
        workspace.admission.disconnect("google")
    address = {"emailAddress": {"address": "ann@example.com"}}
    town.by_hand("microsoft", "mail", **{"from": address})
    with town.workspace() as workspace:
        report = workspace.run()
        states = {state.name: state for state in workspace.sources()}
    assert (report.state, report.writes, report.exit_code) == ("done", 2, 0)
    ((message, hint),) = report.faults
    assert message == "Google: Google is not connected"
    assert "syncline connect google" in hint
    assert [f.exit_code for f in report.sources] == [0, 3, 0]
    assert states["google"].last["fault"] == "Google is not connected"
    assert states["microsoft"].last["counts"]["added"] == 1
