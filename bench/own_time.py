"""The engine's own time: ``python -m bench.own_time [PAIRS [CHANGES [BACKFILL]]]``.

Both systems are synthetic and in memory; what they take is subtracted. Seconds are processor time
of this process, with the ledger in a file. The backfill reports memory and time as it goes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from syncline import Side, Value
from syncline.cli.main import collect_seldom
from syncline.ledger.database import Ledger
from syncline.sync.cycle import Cycle
from syncline.sync.meter import Meter
from syncline.sync.reconcile import reconcile, touched
from syncline.sync.report import Report
from syncline.sync.systems import System

from .synthetic import CADENCE, CRM, FIELDS, Clock, Memory, Sink, Source, rules, values

ROUNDS = 3
BOTH = frozenset(Side)
BySide: TypeAlias = dict[Side, dict[str, Value]]


class Bench:
    """A ledger between two synthetic systems."""

    def __init__(self, folder: Path, clock: Clock, crm: Memory, cadence: Memory) -> None:
        self.ledger = Ledger(folder / "ledger.sqlite")
        self.clock, self.crm, self.cadence = clock, crm, cadence
        self._rules = rules()

    def cycle(self, tell: Callable[[int], None] = lambda _done: None) -> tuple[float, Report]:
        """Run a cycle; return our own seconds, and its report."""
        self.crm.seconds = self.cadence.seconds = 0.0
        self.crm.calls = self.cadence.calls = 0
        systems = {
            Side.CRM: System(name="bench", connector=self.crm, description=CRM),
            Side.CADENCE: System(name="bench", connector=self.cadence, description=CADENCE),
        }
        meter = Meter(self.ledger, self.clock, {Side.CRM: None, Side.CADENCE: None})
        done = 0

        def progress(what: str, count: int, _total: int | None) -> None:
            nonlocal done
            if what == "answered":
                done += count
                tell(done)

        cycle = Cycle(
            self.ledger,
            systems,
            self._rules,
            meter,
            now=self.clock,
            progress=progress,
            before_apply=lambda _plan: None,
        )
        begin = time.process_time()
        report = cycle.run()
        seconds = time.process_time() - begin - self.crm.seconds - self.cadence.seconds
        assert report.state == "done", report.faults
        self.clock.time += timedelta(minutes=15)
        return seconds, report


def measure_reconcile(table: Table) -> None:
    """Measure the pure function alone: rows that differ are found, and decided about."""
    (rule,) = rules().maps.values()
    find = touched(rule)
    for name, share in (("one field changed in each", 1), ("one pair in ten changed", 10)):
        pairs: list[tuple[BySide, BySide]] = []
        for n in range(20_000):
            crm, cadence = values("F", n), values("f", n)
            base: BySide = {
                Side.CRM: {row.key: crm[row.crm.name] for row in rule.rows},
                Side.CADENCE: {row.key: cadence[row.cadence.name] for row in rule.rows},
            }
            if n % share == 0:
                crm[f"F{n % (FIELDS - 1)}"] = "changed"
            pairs.append((base, {Side.CRM: crm, Side.CADENCE: cadence}))
        rounds: list[float] = []
        for _ in range(9):
            begin = time.process_time()
            decided = 0
            for base, now in pairs:
                rows = find(base[Side.CRM], now[Side.CRM], base[Side.CADENCE], now[Side.CADENCE])
                if rows:
                    for _row, _state, _decision in reconcile(rule, rows, base, now, BOTH, Side.CRM):
                        decided += 1
            rounds.append(time.process_time() - begin)
            assert decided == len(pairs) // share
        rate = len(pairs) / median(rounds)
        table.add_row(f"reconcile, {FIELDS} fields, {name}", f"{rate:,.0f} pairs/s", "150,000", "")


def measure_cycles(table: Table, pairs: int, changes: int) -> None:
    """Measure a cycle with nothing changed, and one with some changes, over linked pairs."""
    clock = Clock()
    crm, cadence = Memory(CRM, clock), Memory(CADENCE, clock)
    for n in range(pairs):
        crm.put(f"L{n:09}", values("F", n))
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), clock, crm, cadence)
        bench.cycle()
        for _ in range(3):  # our own writes come back, and are past the overlap
            bench.cycle()
        seconds = median(bench.cycle()[0] for _ in range(ROUNDS))
        calls = f"{crm.calls} + {cadence.calls} calls"
        table.add_row(f"nothing changed in {pairs:,} pairs", f"{seconds:.3f} s", "1 s", calls)
        times: list[float] = []
        for turn in range(ROUNDS):
            for n in range(changes):
                crm.put(f"L{n:09}", {"F3": f"changed {turn}"})
            times.append(bench.cycle()[0])
            calls = f"{crm.calls} + {cadence.calls} calls"
            bench.cycle()  # the echo of it
        rate = changes / median(times)
        what = f"{changes:,} changes in {pairs:,} pairs"
        table.add_row(what, f"{rate:,.0f} records/s", "5,000", calls)
        bench.ledger.close()


def resident() -> float:
    """Return the memory that this process holds, in MB."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure_backfill(table: Table, out: Console, count: int) -> None:
    """Measure the first run over *count* records: its memory, and the time of each tenth."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), clock, Source(CRM, clock, count), Sink(CADENCE, clock))
        marks: list[tuple[int, float, float]] = []
        step = max(count // 10, 1)

        def tell(done: int) -> None:
            if done // step > len(marks):
                marks.append((done, time.process_time(), resident()))
                out.print(f"  {done:>9,} written, {marks[-1][2]:,.0f} MB", style="dim")

        seconds, _report = bench.cycle(tell)
        bench.ledger.close()
    tenths = [b[1] - a[1] for a, b in pairwise(marks)]
    spread = f"slowest tenth {max(tenths) / median(tenths):.2f} of the median" if tenths else ""
    most = max(mark[2] for mark in marks)
    rate = f"{count / seconds:,.0f} records/s, {most:,.0f} MB"
    table.add_row(f"first run over {count:,} records", rate, "400 MB, linear", spread)


def main() -> None:
    """Print the table."""
    sizes = [int(word) for word in sys.argv[1:]]
    pairs, changes, backfill = (*sizes, *(100_000, 10_000, 1_000_000)[len(sizes) :])
    collect_seldom()
    out = Console()
    table = Table(title="The engine's own time", title_justify="left")
    for head in ("Work", "Measured", "Goal", ""):
        table.add_column(head)
    measure_reconcile(table)
    # Before the cycles: the systems that those hold in memory would count as the engine's.
    measure_backfill(table, out, backfill)
    measure_cycles(table, pairs, changes)
    out.print(table)


if __name__ == "__main__":
    main()
