"""What a vendor counts for 1,000 records created, updated and left alone: us, and a naive loop.

``python -m bench.connectors [RECORDS]``. Each vendor's sandbox runs on loopback and counts as its
vendor does (Salesforce calls, Pipedrive tokens, HubSpot requests). The naive loop uses the vendor's
own client where PyPI has it (``simple-salesforce``, ``hubspot-api-client``), and for Pipedrive its
requests as its client makes them: a look-up by e-mail and a write for each record, every time.
The figures are counts, so they are the same on any machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import syncline
from bench.naive import NAIVE, people
from syncline import Sandbox, SandboxContext, Side
from syncline.demo.hands import Hands
from syncline.net.serving import beside
from syncline.plugins import load_plugins
from syncline.sandboxes.faults import Faults

BATCH = 200

MAPS = {
    "salesforce": (
        "map Lead <-> prospect { match Email = email\n FirstName <-> first_name\n"
        " LastName <-> last_name required\n Company <-> company_name required\n"
        " Email <-> email\n Title <-> job_title }"
    ),
    "pipedrive": (
        "map person <-> prospect { match email = email\n first_name <-> first_name\n"
        " last_name <-> last_name required\n email <-> email\n `Job title` <-> job_title }"
    ),
    "hubspot": (
        "map contact <-> prospect { match email = email\n firstname <-> first_name\n"
        " lastname <-> last_name required\n email <-> email\n jobtitle <-> job_title }"
    ),
}


class Clock:
    """A clock that goes on by itself and can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Return the time, as the systems keep it."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Vendor:
    """A sandbox that is served, and the requests that it heard."""

    name: str
    url: str
    settings: dict[str, Any]
    environ: dict[str, str]
    heard: list[str] = field(default_factory=list[str])


@contextmanager
def served(sandbox: Sandbox, folder: Path, now: Clock) -> Generator[Vendor]:
    """Serve *sandbox*; every request but those for a token is heard."""
    folder.mkdir(parents=True, exist_ok=True)
    app = sandbox.app(SandboxContext(folder=folder, now=now, faults=Faults()))
    heard: list[str] = []

    async def ears(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and "oauth" not in scope["path"]:
            heard.append(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    with beside(ears) as url:
        secrets = {
            f"SYNCLINE_{sandbox.name}_{key}".upper(): value
            for key, value in sandbox.secrets.items()
        }
        yield Vendor(sandbox.name, url, dict(sandbox.settings(url)), secrets, heard)


def write_workspace(folder: Path, vendor: Vendor) -> None:
    """Write the workspace: the embedded cadence, and the vendor's sandbox as the CRM."""
    folder.mkdir(parents=True, exist_ok=True)
    head = (
        f"connect crm to {vendor.name}\nconnect cadence to local\n"
        "sync every 15 minutes, at most 1_000_000 calls per 24 hours\n"
        "sync crm to cadence\nsync cadence to crm\n"
    )
    (folder / "main.rules").write_text(head + MAPS[vendor.name] + "\n", "utf-8")
    lines = ["version = 1", 'rules = "main.rules"', f"[connections.{vendor.name}]"]
    way = {"pipedrive": "token", "hubspot": "token"}.get(vendor.name)
    lines += [f'way = "{way}"'] if way else []
    lines += [f'{key} = "{value}"' for key, value in vendor.settings.items()]
    (folder / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")


def ours(vendor: Vendor, folder: Path, now: Clock, count: int) -> list[tuple[int, int]]:
    """Return (what the vendor counted, requests) for created, updated and unchanged records."""
    write_workspace(folder, vendor)
    registry = load_plugins()
    found: list[tuple[int, int]] = []

    def cycle() -> None:
        now.ahead += timedelta(minutes=5)
        with syncline.Workspace(folder, environ=vendor.environ, now=now) as workspace:
            before = len(vendor.heard)
            report = workspace.run()
            assert report.state == "done", report.faults
            found.append((report.calls[Side.CRM], len(vendor.heard) - before))

    hands = Hands(registry, {Side.CADENCE: "local"}, folder, now, {}, {})
    with hands:
        cycle()  # it describes the vendor, once for all that follows
        found.clear()
        rows = list(people(count, "Buyer"))
        ids = [
            id_
            for start in range(0, count, BATCH)
            for id_ in hands.add_all(Side.CADENCE, "prospect", rows[start : start + BATCH], start)
        ]
        cycle()
        now.ahead += timedelta(minutes=5)
        for start in range(0, count, BATCH):
            part = ids[start : start + BATCH]
            hands.change_all(Side.CADENCE, "prospect", part, {"job_title": "Head of buying"})
        cycle()
        cycle()
    return found


#: What a request of the naive loop costs, by its method and the end of its path's kind.
TOKENS = {"search": 20, "POST": 5, "PATCH": 5, "GET": 10}


def priced(vendor: str, heard: list[str]) -> int:
    """Return what the vendor counts for the requests of a naive loop."""
    if vendor != "pipedrive":
        return len(heard)
    return sum(
        TOKENS["search"] if request.endswith("/search") else TOKENS[request.split()[0]]
        for request in heard
    )


def loop(vendor: Vendor, now: Clock, count: int) -> list[tuple[int, int]]:
    """Return (what the vendor counted, requests) of the naive loop for the same three rounds."""
    found: list[tuple[int, int]] = []
    for title in ("Buyer", "Head of buying", "Head of buying"):
        before = len(vendor.heard)
        persons = people(count, title)
        while part := list(islice(persons, BATCH)):
            NAIVE[vendor.name](vendor.url, vendor.environ, part)
            # It would use up its vendor's budget of a day more than once.
            now.ahead += timedelta(days=1)
        heard = vendor.heard[before:]
        found.append((priced(vendor.name, heard), len(heard)))
    return found


UNITS = {"salesforce": "calls", "pipedrive": "tokens", "hubspot": "requests"}
ROUNDS = ("created", "updated", "unchanged")


def main(count: int) -> None:
    """Measure every vendor and print one table."""
    table = Table(title=f"What the vendor counts for {count:,} records")
    for name in ("vendor", "records", "counts", "Syncline", "naive loop", "times fewer"):
        table.add_column(name, justify="left" if name in {"vendor", "records"} else "right")
    for name, sandbox in sorted(load_plugins().sandboxes.items()):
        if name not in MAPS:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            now = Clock()
            with served(sandbox, Path(scratch) / "a", now) as vendor:
                mine = ours(vendor, Path(scratch) / "ws", now, count)
            with served(sandbox, Path(scratch) / "b", now) as vendor:
                theirs = loop(vendor, now, count)
        for what, (spent, _), (naive, _) in zip(ROUNDS, mine, theirs, strict=True):
            times = f"{naive / spent:,.0f}" if spent else "-"
            table.add_row(sandbox.title, what, UNITS[name], f"{spent:,}", f"{naive:,}", times)
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
