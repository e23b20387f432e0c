"""Explanations for people: a tree of TRUE and FALSE, what was seen, what would change it."""

from __future__ import annotations

__all__ = ["seen_in_words", "show_tree", "show_ways", "truth_word"]

from collections.abc import Iterator

import click

from syncline_grammar.source import Source

from ..rules.explaining.deciding import ways_to_change
from ..rules.explaining.explanation import Explanation, Seen, as_written

_WORDS = {True: ("TRUE", "green"), False: ("FALSE", "red")}
_GROUPS = {
    "all": "all of these", "any": "any of these", "none": "none of these", "not": "not this",
}  # fmt: skip


def truth_word(truth: bool, *, wide: bool = False) -> str:
    """Return TRUE or FALSE in its colour; both as wide as the longer if *wide*."""
    word, colour = _WORDS[truth]
    return click.style(word.ljust(5) if wide else word, fg=colour, bold=True)


def show_tree(explained: Explanation, source: Source | None) -> None:
    """Print the tree; places are shown when it stands in a file, *source*."""
    for line in _lines(explained, source, "", ""):
        click.echo(line)


def _lines(explained: Explanation, source: Source | None, first: str, rest: str) -> Iterator[str]:
    text = _GROUPS[explained.text] if explained.children else explained.text
    place = "" if source is None else click.style(f"  [{source.at(explained.span)}]", fg="cyan")
    yield f"{first}{truth_word(explained.truth, wide=True)} {text}{place}"
    seen = seen_in_words(explained)
    if seen:
        bar = "│  " if explained.children else "   "
        yield click.style(f"{rest}{bar}   {seen}", dim=True)
    for number, child in enumerate(explained.children, start=1):
        last = number == len(explained.children)
        start, on = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _lines(child, source, rest + start, rest + on)


def seen_in_words(explained: Explanation) -> str:
    """Return what a row saw, and what keeps it from holding, as sentences."""
    told = [_seen(seen) for seen in explained.seen]
    return "; ".join(dict.fromkeys((*told, *explained.faults)))


def _seen(seen: Seen) -> str:
    shown = as_written(seen.now)
    if not seen.field:
        if seen.text in {"from", "to"}:
            return f"{seen.text} {seen.now}"
        return f"{seen.text} gives " + ("nothing" if shown == "(blank)" else shown)
    told = f"{seen.text} is " + ("blank" if shown == "(blank)" else shown)
    if seen.before is not None and seen.before != seen.now:
        told += f" and was {as_written(seen.before)} before"
    return told


def show_ways(explained: Explanation, source: Source | None) -> None:
    """Print which rows would have to change for the answer to change, when they are few."""
    ways = ways_to_change(explained)
    if not ways:
        return
    click.echo(f"It would be {'FALSE' if explained.truth else 'TRUE'} if")
    for number, way in enumerate(ways):
        if number:
            click.echo("or if")
        for place, row in enumerate(way, start=1):
            was = "FALSE" if row.truth else "TRUE"
            at = "" if source is None else click.style(f"  [{source.at(row.span)}]", fg="cyan")
            word = " and" if place < len(way) else ""
            click.echo(f"  {row.text}  were {was}{word}{at}")
