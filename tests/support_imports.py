"""What tests of imports share: files as others make them, and a workspace to bring them into."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from support import World
from syncline.imports.judging import Outcome
from syncline.imports.report import ImportReport
from syncline.imports.sources import Request

__all__ = ["HEADER", "counts_of", "import_file", "sheet", "stored"]

HEADER = "First name,Last name,Company,Email,Phone,Title"


def sheet(world: World, *rows: str, header: str = HEADER, name: str = "p.csv") -> Path:
    """Write a CSV file beside the workspace's own."""
    path = world.folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def import_file(world: World, path: Path, *, preview: bool = False, **more: str) -> ImportReport:
    """Import a file a minute later than whatever was before."""
    world.clock.forward(minutes=1)
    with world.workspace() as workspace:
        request = Request(file=path, country=more.get("country", "GB"))
        return (workspace.imports.preview if preview else workspace.imports.run)(request)


def counts_of(report: ImportReport) -> dict[str, int]:
    """Return the outcomes that came about."""
    assert sum(report.counts.values()) == report.rows
    return {str(outcome): n for outcome in Outcome if (n := report.counts.get(outcome, 0))}


def stored(world: World, fields: Iterable[str] = ("first_name", "last_name")) -> list[str]:
    """Return the prospects by some of their values, sorted."""
    from support import CADENCE

    found = world.all(CADENCE, "prospect")
    return sorted(" ".join(str(one.get(name) or "-") for name in fields) for one in found)
