"""The section of a report's page about the budget: what was spent, and how full limits were."""

from __future__ import annotations

__all__ = ["budget"]

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from .charts import Series, columns, lines
from .figures import Figures, Run
from .frame import figure, section, stretch_name
from .markup import Node, table
from .words import share_words, side_word

_SIDES = {"crm": "blue", "cadence": "violet"}
_WARNED, _STOPPED = 0.8, 0.95


def budget(figures: Figures) -> ET.Element | None:
    """Tell what was spent, and how full the limits were."""
    if not figures.use:
        return None
    by_day = figures.stretch.days > 0
    times = list(dict.fromkeys(stretch_name(each.at, by_day=by_day) for each in figures.use))
    spent: Counter[tuple[str, str]] = Counter()
    for each in figures.use:
        spent[stretch_name(each.at, by_day=by_day), each.side] += each.price
    sides = [side for side in _SIDES if any(spent[time, side] for time in times)]
    names = {side: f"{side_word(side)} ({figures.units.get(side, 'call')}s)" for side in sides}
    title = "Spending by " + ("day" if by_day else "hour")
    numbers = table(
        title,
        ["When", *names.values()],
        [[time, *(f"{spent[time, side]:,}" for side in sides)] for time in times],
        numbers=len(sides),
    )
    series = [
        Series(names[side], _SIDES[side], [spent[time, side] for time in times]) for side in sides
    ]
    chart = figure(
        columns(title, times, series, beside=True),
        "What calls cost, in each side's own unit.",
        [(each.name, each.colour) for each in series],
        numbers,
    )
    return section("Budget", *_shares(figures), chart)


def _shares(figures: Figures) -> list[Node]:
    points = {
        side: [(run.finished, run.shares[side]) for run in figures.runs
               if run.finished is not None and side in run.shares]
        for side in _SIDES
    }  # fmt: skip
    known = {side: found for side, found in points.items() if any(share for _at, share in found)}
    if not known:
        return []
    rows = [
        [
            f"{run.finished:%Y-%m-%d %H:%M}",
            *(share_words(run.shares.get(side, 0.0)) for side in known),
        ]
        for run in _peaks(figures)
        if run.finished is not None
    ]
    title = "How full the limit of 24 hours was"
    chart = lines(
        title,
        (figures.runs[0].started, figures.until),
        [(side_word(side), _SIDES[side], found) for side, found in known.items()],
        [(_WARNED, "a person is told"), (_STOPPED, "only what cannot wait")],
    )
    behind = table(
        "The fullest moments by day", ["When", *map(side_word, known)], rows, numbers=len(known)
    )
    keys = [(side_word(side), _SIDES[side]) for side in known]
    return [figure(chart, f"{title}, after each run.", keys, behind)]


def _peaks(figures: Figures) -> Sequence[Run]:
    """Return of each day the run after which a limit was fullest."""
    days: dict[str, Run] = {}
    for run in figures.runs:
        if run.finished is None or not run.shares:
            continue
        day = f"{run.finished:%Y-%m-%d}"
        best = days.get(day)
        if best is None or max(run.shares.values()) > max(best.shares.values()):
            days[day] = run
    return list(days.values())
