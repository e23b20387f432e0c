"""A workspace that is to be let in by a vendor."""

from __future__ import annotations

__all__ = ["RULES", "Office"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import httpx

import support_acme
from support import Clock, command
from support_vendor import CLIENT_SECRET, Vendor
from syncline import Access, Grant, Secret
from syncline.admission.kept import Card
from syncline.plugins import Registry
from syncline.workspace import Workspace

RULES = "connect crm to acme\nconnect cadence to local\n"


@dataclass
class Office:
    """A workspace whose rules name Acme, with Acme's server."""

    folder: Path
    url: str
    vendor: Vendor
    clock: Clock
    registry: Registry
    #: What processes get beside the tests' own environment: the plugin is installed for them.
    environ: dict[str, str] = field(default_factory=dict[str, str])

    def settings(self, *lines: str) -> None:
        """Write syncline.toml with these lines in Acme's table."""
        text = ["version = 1", 'rules = "main.rules"', "", "[connections.acme]", *lines]
        (self.folder / "syncline.toml").write_text("\n".join(text) + "\n", "utf-8")

    def workspace(self, **environ: str) -> Workspace:
        """Open the workspace with this environment alone."""
        return Workspace(self.folder, registry=self.registry, now=self.clock, environ=environ)

    def access(self, **environ: str) -> Access:
        """Return what a connection of the workspace gets as its access; it is asked who we are."""
        with self.workspace(**environ) as workspace:
            assert workspace.systems
            connection = support_acme.latest()
            connection.me()
        return connection.access

    def connect(
        self,
        way: Grant = Grant.WEB,
        secrets: Mapping[str, str] | None = None,
        redirect: str = "https://host.example/back",
    ) -> Card:
        """Connect as a host does: the person says yes on the vendor's page, and comes back."""
        given = {"client_secret": CLIENT_SECRET} if secrets is None else secrets
        with self.workspace() as workspace:
            attempt = workspace.admission.begin(
                "acme",
                way=way,
                secrets={name: Secret(text) for name, text in given.items()},
                redirect=redirect,
            )
            return workspace.admission.finish(attempt, self.page(attempt.url))

    def page(self, url: str) -> dict[str, str]:
        """Return what the vendor's page sends back; nothing when there is no page."""
        if not url:
            return {}
        answer = httpx.get(url, trust_env=False)
        assert answer.status_code == 302, answer.text
        return dict(httpx.URL(answer.headers["location"]).params)

    def command(self, *words: str, **environ: str) -> CompletedProcess[str]:
        """Run ``syncline`` in the workspace, in a process of its own."""
        return command(*words, folder=self.folder, **{**self.environ, **environ})
