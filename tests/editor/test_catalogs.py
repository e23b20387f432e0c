"""Which fields an editor knows, and how it comes to know them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import syncline_local
import syncline_salesforce
from support_language import TYPES
from syncline.editor.catalogs import Catalogs
from syncline.memory import Memory
from syncline.model import Side
from syncline.plugins import Registry, load_plugins

SETTINGS = {"url": "http://127.0.0.1:9", "client_id": "x"}
TOML = 'version = 1\nrules = "main.rules"\n[connections.salesforce]\n' + "".join(
    f'{key} = "{value}"\n' for key, value in SETTINGS.items()
)
NAMED = {Side.CRM: "salesforce", Side.CADENCE: "local"}


@pytest.fixture
def registry() -> Registry:
    plugins = [("local", syncline_local), ("salesforce", syncline_salesforce)]
    return load_plugins(points=[], extra=plugins)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "syncline.toml").write_text(TOML, "utf-8")
    rules = tmp_path / "more" / "main.rules"
    rules.parent.mkdir()
    rules.write_text("connect crm to salesforce\nconnect cadence to local\n", "utf-8")
    return rules


def test_a_file_without_a_workspace_has_the_embedded_systems(registry: Registry) -> None:
    """B14: the embedded system of a side stands in for one that is not known."""
    catalog = Catalogs(registry).known(None, NAMED)
    assert catalog.systems == {Side.CRM: "local", Side.CADENCE: "local"}
    assert catalog.descriptions[Side.CRM].get("Lead") is not None
    assert catalog.connectors == ("local", "salesforce", "salesforce_engagement")


def test_what_a_workspace_remembers_is_known_at_once(registry: Registry, file: Path) -> None:
    """B14: the CRM's own fields, however old, without a call."""
    memory = Memory(
        file.parents[1] / "data" / "descriptions.json", Side.CRM, "salesforce", SETTINGS
    )
    memory.keep(TYPES.descriptions[Side.CRM], datetime(2020, 1, 1, tzinfo=UTC))
    catalog = Catalogs(registry).known(file, NAMED)
    assert catalog.systems[Side.CRM] == "salesforce"
    assert catalog.descriptions[Side.CRM] == TYPES.descriptions[Side.CRM]


def test_a_system_that_cannot_be_asked_says_why(
    registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B14: the reason is a sentence for the admin, and what is known stays."""
    monkeypatch.delenv("SYNCLINE_SALESFORCE_CLIENT_SECRET", raising=False)
    catalogs = Catalogs(registry)
    assert "SYNCLINE_SALESFORCE_CLIENT_SECRET" in catalogs.ask(file)
    assert catalogs.known(file, NAMED).systems[Side.CRM] == "local"


def test_what_a_system_says_is_known_from_then_on(registry: Registry, file: Path) -> None:
    """B14: the cadences of the workspace's own file, not those that every new one has."""
    file.write_text("connect crm to local\nconnect cadence to local\n", "utf-8")
    named = dict.fromkeys(Side, "local")
    catalogs = Catalogs(registry)
    before = catalogs.known(file, named)
    assert catalogs.ask(file) == ""
    after = catalogs.known(file, named)
    assert after.descriptions[Side.CADENCE].cadences == before.descriptions[Side.CADENCE].cadences
    assert after.descriptions[Side.CADENCE] is not before.descriptions[Side.CADENCE]


@pytest.mark.parametrize("content", ["", "version = 99", "\0", "version = 1"])
def test_a_damaged_workspace_is_no_hindrance(registry: Registry, file: Path, content: str) -> None:
    """B14: while syncline.toml is wrong, the embedded systems stand in, and one hears of it."""
    (file.parents[1] / "syncline.toml").write_text(content, "utf-8")
    catalogs = Catalogs(registry)
    assert catalogs.known(file, NAMED).systems[Side.CRM] == "local"
    assert "syncline.toml" in catalogs.ask(file)
