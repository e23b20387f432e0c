"""A report as one page: whole in one file, without a script, readable, printable."""

from __future__ import annotations

__all__ = ["page_of"]

from importlib.resources import files
from xml.etree import ElementTree as ET

from .figures import Figures
from .markup import Node, element, written
from .sections import conflicts, endings, open_questions, reasons, rules_at_work, runs
from .spending import budget
from .words import amount

_ABOUT_VALUES = (
    "This page holds values of records: treat it like the records themselves.",
    "This page holds no data of people: only ids, counts, names of fields and reasons.",
)


def page_of(figures: Figures) -> str:
    """Return the page, as HTML."""
    title = f"Sync report, {figures.since:%d %B %Y} to {figures.until:%d %B %Y}"
    style = files("syncline.reporting").joinpath("page.css").read_text("utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style),
    )
    parts = (runs, endings, open_questions, reasons, budget, conflicts, rules_at_work)
    sections = [section for part in parts if (section := part(figures)) is not None]
    body = element("main", *_beginning(title, figures), *sections, _end(figures))
    root = element("html", head, element("body", body), lang="en")
    return f"<!DOCTYPE html>\n{written(root)}\n"


def _beginning(title: str, figures: Figures) -> list[Node]:
    counts = figures.counts
    failed = sum(run.state == "failed" for run in figures.runs)
    held = sum(each.records for each in figures.open if each.what == "held")
    dead = sum(each.records for each in figures.open if each.what == "dead")
    lost = sum(each.times for each in figures.conflicts)
    tiles = [
        (f"{len(figures.runs):,}", "runs", ""),
        (f"{sum(each.records for each in figures.done):,}", "records written or acted on", ""),
        (f"{lost:,}", "conflicts settled by the rules", ""),
        (f"{held:,}", "wait for a person", "asks" if held else ""),
        (f"{dead:,}", "rest after failures", "alarm" if dead else ""),
        (f"{failed:,}", "failed runs", "alarm" if failed else ""),
    ]
    items = [
        element("li", element("strong", number), element("span", words), class_=colour)
        for number, words, colour in tiles
    ]
    return [
        element("h1", title),
        element("p", _sentence(figures, counts, held, dead, failed), class_="soft"),
        element("ul", *items, class_="tiles"),
    ]


def _sentence(figures: Figures, counts: dict[str, int], held: int, dead: int, failed: int) -> str:
    """Say in one line how it stands."""
    looked = sum(counts.values())
    text = f"{amount(len(figures.runs), 'run')} looked at {amount(looked, 'changed record')}. "
    asks = [
        words
        for number, words in (
            (held, f"{amount(held, 'question')} to a person"),
            (dead, f"{amount(dead, 'record')} that a system keeps refusing"),
            (failed, amount(failed, "failed run")),
        )
        if number
    ]
    return text + (f"Open: {', '.join(asks)}." if asks else "Nothing is open.")


def _end(figures: Figures) -> ET.Element:
    words = _ABOUT_VALUES[0 if figures.losses else 1]
    return element(
        "p",
        f"All times are UTC. Made at {figures.until:%Y-%m-%d %H:%M}. {words}",
        class_="soft",
    )
