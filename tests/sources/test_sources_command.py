"""`syncline sources`: what it says to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support import command
from support_sources import Site, sited
from syncline_sandbox.ringover.app import create_app
from syncline_sandbox.ringover.gate import API_KEY
from syncline_schemas import check

ENVIRON = {"SYNCLINE_RINGOVER_API_KEY": API_KEY}


def utc() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    # The command goes by the clock of this machine, and so must the pace of the sandbox.
    with sited(tmp_path, "ringover", create_app, ENVIRON, now=utc) as found:
        yield found


def test_what_it_says(site: Site) -> None:
    """States without a call, figures of a fetch, and both as documents of one schema (RS3)."""
    folder = site.world.folder
    never = command("sources", folder=folder)
    assert (never.returncode, never.stdout) == (0, "ringover  Ringover, never\n")

    site.world.prospect("Ann", phone="+33612345678")
    for number in (33_612_345_678, None):
        site.by_hand("call", number=number, at=(utc() - timedelta(days=40)).isoformat())
    fetched = command("sources", "fetch", "--since", "45d", folder=folder, **ENVIRON)
    assert (fetched.returncode, fetched.stdout) == (
        0,
        "Ringover: 1 added, 1 left alone (a withheld number 1)\n",
    )
    shown = command("sources", folder=folder)
    assert "Ringover, last fetched 20" in shown.stdout
    assert "1 added" in shown.stdout
    for words in (("sources", "--json"), ("sources", "fetch", "ringover", "--json")):
        said = command(*words, folder=folder, **ENVIRON)
        assert check("sources", json.loads(said.stdout)) == []
    nothing = command("sources", "fetch", folder=folder, **ENVIRON)
    assert nothing.stdout == "Ringover: nothing new\n"
    site.by_hand("call", number=33_612_345_678, at=(utc() - timedelta(hours=1)).isoformat())
    run = command("run", folder=folder, **ENVIRON)
    assert run.returncode == 0, run.stderr
    assert "Ringover: 1 added" in run.stdout
    report = json.loads(command("run", "--json", folder=folder, **ENVIRON).stdout)
    assert check("report", report) == []
    assert [source["seen"] for source in report["sources"]] == [0]


def test_what_went_wrong_and_what_to_do(site: Site) -> None:
    """A source that is not connected needs a person (RS3)."""
    folder = site.world.folder
    lost = command("sources", "fetch", folder=folder)
    assert lost.returncode == 3
    assert "Ringover is not connected" in lost.stdout
    assert "SYNCLINE_RINGOVER_API_KEY" in lost.stdout
    shown = command("sources", folder=folder)
    assert "Ringover is not connected" in shown.stdout
    none = command("sources", "fetch", "fax", folder=folder)
    assert (none.returncode, "no source of this workspace" in none.stderr) == (3, True)


def test_how_it_is_connected(site: Site) -> None:
    """The key is kept, and shows whose it is; the rules can connect to no source (RS3)."""
    folder = site.world.folder
    key = folder / "key"
    key.write_text(API_KEY, "utf-8")
    sealed = {"SYNCLINE_KEY": "a key for what is kept, of many characters"}
    done = command("connect", "ringover", "--secret-file", str(key), folder=folder, **sealed)
    assert done.returncode == 0, done.stderr
    states = json.loads(command("connections", "--json", folder=folder, **sealed).stdout)
    (state,) = [each for each in states["connections"] if each["name"] == "ringover"]
    assert (state["state"], state["identity"]["account"]) == ("connected", "Sandbox Team")
    rules = folder / "main.rules"
    text = rules.read_text("utf-8").replace("cadence to local", "cadence to ringover")
    rules.write_text(text, "utf-8")
    wrong = command("check", folder=folder, **sealed)
    assert wrong.returncode == 1
    assert "error[E206]" in wrong.stdout
    listed = command("connectors", folder=folder).stdout
    assert "ringover  Ringover, as a source" in listed
