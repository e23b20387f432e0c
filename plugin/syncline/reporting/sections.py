"""The sections of a report's page; one that has nothing to tell is left out."""

from __future__ import annotations

__all__ = ["conflicts", "endings", "open_questions", "reasons", "rules_at_work", "runs"]

from collections import Counter
from xml.etree import ElementTree as ET

from ..model import is_blank
from .charts import Series, bars, columns
from .figures import Figures
from .frame import figure, section, stretch_name
from .markup import Node, element, table
from .words import FATES, KINDS, OPEN, STATES, did, lasting, side_word

_COLOURS = {
    "written": "good",
    "unchanged": "blue",
    "skipped": "grey",
    "deferred": "violet",
    "held": "amber",
    "failed": "red",
}
#: The longest lists on the page.
_MOST = 12


def runs(figures: Figures) -> ET.Element:
    """Tell how records ended by day or hour, and which runs took longest."""
    days: dict[str, Counter[str]] = {}
    by_day = figures.stretch.days > 0
    for run in figures.runs:
        day = days.setdefault(stretch_name(run.started, by_day=by_day), Counter())
        day.update(run.counts)
        day["runs"] += 1
    shown = [fate for fate in FATES if any(day[fate] for day in days.values())]
    series = [
        Series(FATES[fate], _COLOURS[fate], [day[fate] for day in days.values()]) for fate in shown
    ]
    title = "Records by " + ("day" if by_day else "hour")
    numbers = table(
        title,
        ["When", "Runs", *(FATES[fate] for fate in shown)],
        [
            [name, f"{day['runs']:,}", *(f"{day[fate]:,}" for fate in shown)]
            for name, day in days.items()
        ],
        numbers=len(shown) + 1,
    )
    chart = figure(
        columns(title, list(days), series),
        "How the records that had changed ended, " + ("day by day." if by_day else "hour by hour."),
        [(each.name, each.colour) for each in series],
        numbers,
    )
    slowest = table(
        "The slowest runs",
        ["Run", "Began", "Ended as", "Records", "Took"],
        [
            [
                str(run.number),
                f"{run.started:%Y-%m-%d %H:%M}",
                run.state,
                f"{sum(run.counts.values()):,}",
                lasting(run.lasted),
            ]
            for run in figures.slowest
            if run.lasted is not None
        ],
        numbers=2,
    )
    return section("Runs", chart if shown else element("p", "No record changed."), slowest)


def endings(figures: Figures) -> ET.Element:
    """Tell what was written, by side, object and step."""
    if not figures.done:
        return section("What was done", element("p", "Nothing was written."))
    found = table(
        "Records by what was done to them",
        ["Side", "Object", "What", "Records"],
        [
            [side_word(each.side), each.object, did(each.what), f"{each.records:,}"]
            for each in figures.done
        ],
    )
    return section("What was done", element("div", found, class_="wide"))


def open_questions(figures: Figures) -> ET.Element | None:
    """Tell what waits now, and for whom."""
    if not figures.open and not figures.waiting:
        return None
    parts: list[Node] = []
    if figures.open:
        parts.append(
            element(
                "div",
                table(
                    "What a person is asked",
                    ["What", "Where", "Field", "Why", "Since", "Records"],
                    [
                        [
                            OPEN[each.what],
                            each.place,
                            each.field,
                            each.reason,
                            each.oldest[:16].replace("T", " "),
                            f"{each.records:,}",
                        ]
                        for each in figures.open
                    ],
                ),
                class_="wide",
            )
        )
    if figures.waiting:
        rows = [
            [STATES.get(state, state), f"{count:,}"] for state, count in figures.waiting.items()
        ]
        parts.append(table("All records that wait", ["State", "Records"], rows))
    return section("What is open now", *parts)


def reasons(figures: Figures) -> ET.Element | None:
    """Tell why records were not written."""
    if not figures.reasons:
        return None
    rows = [(f"{KINDS[each.kind]}: {each.reason}", each.times) for each in figures.reasons]
    numbers = table(
        "Reasons",
        ["What", "Map", "Why", "Times"],
        [[KINDS[each.kind], each.map, each.reason, f"{each.times:,}"] for each in figures.reasons],
    )
    words = "How often each reason was told"
    if len(rows) > _MOST:
        words += f", the {_MOST} most frequent of {len(rows)}"
    chart = bars("Reasons why nothing was written", rows[:_MOST], "grey")
    return section("Why records were not written", figure(chart, f"{words}.", [], numbers))


def conflicts(figures: Figures) -> ET.Element | None:
    """Tell who lost where both sides had changed."""
    if not figures.conflicts:
        return None
    parts: list[Node] = [
        element(
            "p",
            "Both sides had changed the same field, and a rule said which value stands. The value "
            "that lost is kept in the history: ",
            element("code", "syncline why"),
            " shows it.",
        ),
        table(
            "Conflicts by field",
            ["Map", "Field", "Whose value lost", "Times"],
            [
                [each.map, each.field, side_word(each.loser), f"{each.times:,}"]
                for each in figures.conflicts
            ],
        ),
    ]
    if figures.losses:
        parts.append(
            element(
                "div",
                table(
                    "The latest values that lost",
                    ["When", "Field", "CRM", "Cadence", "Lost", "Stands"],
                    [
                        [
                            each.at[:16].replace("T", " "),
                            each.field,
                            each.crm_id,
                            each.cadence_id,
                            _value(each.lost),
                            _value(each.won),
                        ]
                        for each in figures.losses
                    ],
                    numbers=0,
                ),
                class_="wide",
            )
        )
    return section("Conflicts", *parts)


def _value(value: object) -> str:
    return "(blank)" if value is None or is_blank(str(value)) else str(value)


def rules_at_work(figures: Figures) -> ET.Element | None:
    """Tell how often each row of the rules was at work, and how it ended."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for fate in figures.fates:
        if fate.rule:
            row = found.setdefault((fate.rule, fate.map, fate.field), Counter())
            row[fate.kind] += fate.times
    if not found:
        return None
    kinds = [kind for kind in KINDS if any(row[kind] for row in found.values())]
    ordered = sorted(found.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    rows = [
        [rule, name, field, *(f"{row[kind]:,}" if row[kind] else "" for kind in kinds)]
        for (rule, name, field), row in ordered
    ]
    behind = table(
        "Fields by the row of the rules that was at work",
        ["Row", "Map", "Field", *(KINDS[kind] for kind in kinds)],
        rows,
        numbers=len(kinds),
    )
    return section("Rules at work", element("div", behind, class_="wide"))
