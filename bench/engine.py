"""Cycles over linked pairs, for the embedded CRM and for the Salesforce sandbox over HTTP.

``python -m bench.engine [PAIRS [CHANGES]]``: PAIRS leads are linked to as many prospects, then
CHANGES of them change in the CRM, and one cycle brings them over; the median of three such
cycles. Seconds are whole cycles, the sandbox's own work included.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

import syncline
from syncline.demo.hands import Hands
from syncline.net.serving import beside
from syncline.plugins import load_plugins
from syncline_grammar.parse import parse
from syncline_sandbox.salesforce.app import create_app

ROUNDS = 3
BATCH = 200
SECRET = {"SYNCLINE_SALESFORCE_CLIENT_SECRET": "sandbox"}


class Clock:
    """The time that all parts share; it can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Return the time, as the systems keep it."""
        return datetime.now(UTC) + self.ahead


now = Clock()


@contextmanager
def system(name: str, folder: Path) -> Generator[Mapping[str, Any]]:
    """Yield the settings of the CRM, its server running if it needs one."""
    if name == "local":
        yield {}
        return
    with beside(create_app(folder, now=now, allowance=1_000_000)) as url:
        yield {"url": url, "client_id": "sandbox"}


def write_workspace(folder: Path, name: str, settings: Mapping[str, Any]) -> None:
    """Write the demo's rules with room for every call."""
    rules = (files("syncline") / "demo" / "demo.rules").read_text("utf-8")
    rules = rules.replace("{crm}", name).replace("at most 5000", "at most 1_000_000")
    (folder / "main.rules").write_text(rules, "utf-8")
    lines = ["version = 1", 'rules = "main.rules"']
    if settings:
        lines += [f"[connections.{name}]", *(f'{k} = "{v}"' for k, v in settings.items())]
    (folder / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")


def lead(number: int) -> dict[str, syncline.Value]:
    """Return one lead that resembles no other."""
    return {
        "FirstName": f"First{number}",
        "LastName": f"Last{number}",
        "Company": f"Company {number % 997}",
        "Title": "Buyer",
        "Email": f"person{number}@company{number % 997}.example.com",
        "Phone": f"(415) 555-{number % 10000:04}",
        "Country": "United States",
        "Status": "Working - Contacted",
        "Rating": "Warm",
    }


def cycle(folder: Path) -> float:
    """Run one cycle and return its seconds."""
    with syncline.Workspace(folder, environ=SECRET, now=now) as workspace:
        begin = time.perf_counter()
        report = workspace.run()
        seconds = time.perf_counter() - begin
        assert report.state == "done", report.faults
        reports.append(report)
    return seconds


reports: list[Any] = []


def measure(name: str, pairs: int, changes: int, table: Table) -> None:
    """Link *pairs*, change some three times, and add the figures to *table*."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with system(name, folder) as settings:
            write_workspace(folder, name, settings)
            hands = Hands(
                load_plugins(),
                {syncline.Side.CRM: name, syncline.Side.CADENCE: "local"},
                folder,
                now,
                {name: settings},
                {"client_secret": syncline.Secret("sandbox")},
            )
            with hands:
                ids = [
                    id_
                    for start in range(0, pairs, BATCH)
                    for id_ in hands.add_all(
                        syncline.Side.CRM,
                        "Lead",
                        [lead(n) for n in range(start, min(start + BATCH, pairs))],
                        start,
                    )
                ]
                row(table, name, f"first run, {pairs:,} creations", pairs, [cycle(folder)])
                cycle(folder)  # our own writes come back
                # Past the overlap of two minutes, in which every record would be read again.
                now.ahead += timedelta(minutes=15)
                cycle(folder)
                now.ahead += timedelta(minutes=15)
                times: list[float] = []
                for turn in range(ROUNDS):
                    for start in range(0, changes, BATCH):
                        part = ids[start : min(start + BATCH, changes)]
                        hands.change_all(
                            syncline.Side.CRM, "Lead", part, {"LastName": f"Changed{turn}"}
                        )
                    times.append(cycle(folder))
                    now.ahead += timedelta(minutes=15)
                row(table, name, f"{changes:,} changes in {pairs:,} pairs", changes, times)
                row(table, name, f"nothing new in {pairs:,} pairs", 0, [cycle(folder)])
                made = people_in_the_cadence(hands, changes)
                row(table, name, f"{changes:,} creations in the CRM", changes, [cycle(folder)])
                now.ahead += timedelta(minutes=15)
                cycle(folder)
                for start in range(0, changes, BATCH):
                    part = made[start : start + BATCH]
                    hands.change_all(
                        syncline.Side.CADENCE, "prospect", part, {"last_name": "Changed"}
                    )
                row(table, name, f"{changes:,} updates in the CRM", changes, [cycle(folder)])


def people_in_the_cadence(hands: Hands, count: int) -> list[str]:
    """Add prospects whom the CRM does not know; return their ids."""
    return [
        id_
        for start in range(0, count, BATCH)
        for id_ in hands.add_all(
            syncline.Side.CADENCE,
            "prospect",
            [
                {
                    "first_name": f"First{n}",
                    "last_name": f"Last{n}",
                    "company_name": f"Company {n % 997}",
                    "email": f"prospect{n}@company{n % 997}.example.com",
                }
                for n in range(start, min(start + BATCH, count))
            ],
            start,
        )
    ]


def row(table: Table, name: str, what: str, records: int, times: list[float]) -> None:
    """Add one line: the median's rate, and the calls of the last cycle."""
    seconds = median(times)
    report = reports[-1]
    rate = f"{records / seconds:,.0f}" if records else ""
    calls = [f"{report.calls[side]:,}" for side in syncline.Side]
    table.add_row(name, what, f"{seconds:.2f}", rate, *calls)


def measure_parser(out: Console) -> None:
    """Print how long 10,000 workflows take to parse."""
    rules = "\n".join(
        f'workflow "w{n}" on Lead {{ when all {{ Status in "a", "b" AnnualRevenue < {n} }} '
        "then exit cadence }"
        for n in range(10_000)
    )
    parse('admin "a@b.example"')
    begin = time.perf_counter()
    parsed = parse(rules)
    seconds = time.perf_counter() - begin
    out.print(f"parse {len(parsed.tree.statements):,} workflows, cold: {seconds:.2f} s")


def main() -> None:
    """Print the table."""
    sizes = [int(word) for word in sys.argv[1:]]
    pairs, changes = (*sizes, 10_000, 1_000)[:2] if len(sizes) != 1 else (sizes[0], 1_000)
    out = Console()
    table = Table(title="One cycle, from the command to the report", title_justify="left")
    table.add_column("CRM")
    table.add_column("Work")
    for head in ("Seconds", "Records/s", "CRM calls", "Cadence calls"):
        table.add_column(head, justify="right")
    for name in ("local", "salesforce"):
        measure(name, pairs, changes, table)
    out.print(table)
    measure_parser(out)


if __name__ == "__main__":
    main()
