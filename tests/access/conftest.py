"""A workspace that is to be let in by a vendor, and the vendor."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import support_acme
from support import Clock
from support_access import RULES, Office
from support_vendor import CLIENT_ID, House, Vendor, serving
from syncline.admission import endpoint
from syncline.net.http import Http
from syncline.plugins import Registry, load_plugins


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let requests for tokens wait for nobody; gives the seconds that they would have waited."""
    waits: list[float] = []

    def hasty(base_url: str, **how: Any) -> Http:
        return Http(base_url, sleep=waits.append, **how)

    monkeypatch.setattr(endpoint, "Http", hasty)
    return waits


@pytest.fixture(scope="session")
def house() -> Generator[House]:
    """Serve the vendors of all these tests, one after another."""
    with serving() as found:
        yield found


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Load the plugins that are installed, and the connector to the tests' vendor."""
    return load_plugins(extra=[("acme", support_acme)])


@pytest.fixture
def office(tmp_path: Path, house: House, registry: Registry) -> Office:
    """Give a workspace with the id of the app in its settings, and nothing else."""
    clock = Clock()
    vendor = Vendor(clock)
    house.let(vendor)
    site, folder = tmp_path / "site", tmp_path / "ws"
    info = site / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    folder.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[syncline]\nacme = support_acme\n")
    (folder / "main.rules").write_text(RULES)
    path = os.pathsep.join([str(site), str(Path(support_acme.__file__).parent)])
    made = Office(folder, house.url, vendor, clock, registry, {"PYTHONPATH": path})
    made.settings(f'url = "{house.url}"', f'client_id = "{CLIENT_ID}"')
    return made
