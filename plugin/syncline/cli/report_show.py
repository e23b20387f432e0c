"""A report as a person reads it in a terminal."""

from __future__ import annotations

__all__ = ["show_figures"]

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..reporting.figures import Figures
from ..reporting.words import FATES, KINDS, OPEN, amount, did, lasting, share_words, side_word
from .signs import tame

_MOST = 10


def show_figures(out: Console, figures: Figures) -> None:
    """Print the figures, the most telling first."""
    states = ", ".join(
        f"{count:,} {state}"
        for state in ("done", "stopped", "failed", "running")
        if (count := sum(run.state == state for run in figures.runs))
    )
    out.print(
        f"{amount(len(figures.runs), 'run')} since {figures.since:%Y-%m-%d %H:%M} UTC: {states}."
    )
    counts = figures.counts
    ended = ", ".join(
        f"{counts[fate]:,} {word}" for fate, word in FATES.items() if counts.get(fate)
    )
    out.print(Text(f"Records: {ended or 'none changed'}."))
    _table(
        out,
        "What was done",
        ("Side", "Object", "What", "Records"),
        (
            (side_word(each.side), each.object, did(each.what), f"{each.records:,}")
            for each in figures.done
        ),
    )
    _table(
        out,
        "Open now",
        ("What", "Where", "Field", "Why", "Records"),
        (
            (OPEN[each.what], each.place, each.field, each.reason, f"{each.records:,}")
            for each in figures.open
        ),
    )
    _table(
        out,
        "Why records were not written",
        ("What", "Why", "Times"),
        ((KINDS[each.kind], each.reason, f"{each.times:,}") for each in figures.reasons[:_MOST]),
    )
    _table(
        out,
        "Conflicts",
        ("Map", "Field", "Whose value lost", "Times"),
        (
            (each.map, each.field, side_word(each.loser), f"{each.times:,}")
            for each in figures.conflicts[:_MOST]
        ),
    )
    for side, unit in figures.units.items():
        spent = sum(run.calls.get(side, 0) for run in figures.runs)
        fullest = max((run.shares.get(side, 0.0) for run in figures.runs), default=0.0)
        limit = f"; the limit was {share_words(fullest)} full at most" if fullest else ""
        out.print(Text(f"Spent in the {side_word(side)}: {amount(spent, unit)}{limit}."))
    if figures.slowest and (lasted := figures.slowest[0].lasted) is not None:
        out.print(f"The slowest was run {figures.slowest[0].number}: {lasting(lasted)}.")


def _table(out: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number == len(heads) - 1 else "left")
    for row in rows:
        table.add_row(*(Text(tame(cell)) for cell in row))
    if table.rows:
        out.print(table)
