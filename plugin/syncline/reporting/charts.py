"""Charts as SVG: columns and lines over time, and bars. Each has a title for who cannot see."""

from __future__ import annotations

__all__ = ["Series", "bars", "columns", "lines"]

from collections.abc import Callable, Sequence
from datetime import datetime
from math import ceil, log10
from typing import NamedTuple
from xml.etree import ElementTree as ET

from .markup import element

_WIDTH, _HEIGHT = 720.0, 220.0
_LEFT, _BOTTOM, _TOP = 56.0, 24.0, 10.0
#: Of one bar in a list, with its label above it.
_ROW = 36.0
_TICKS = 4


class Series(NamedTuple):
    """One colour of a chart: its name, its class in the style sheet, its values."""

    name: str
    colour: str
    values: Sequence[float]


def columns(
    title: str, times: Sequence[str], series: Sequence[Series], *, beside: bool = False
) -> ET.Element:
    """Return columns for each of *times*: its series on top of one another, or *beside*."""
    every = list(zip(*(each.values for each in series), strict=True))
    top = _round_up(max((max(v) if beside else sum(v) for v in every), default=0))
    svg = _frame(title, top, lambda value: f"{value:,.0f}")
    step = (_WIDTH - _LEFT) / max(1, len(times))
    wide = min(40.0, step * 0.8)
    each_wide = wide / len(series) if beside else wide
    for at in range(len(times)):
        base = _HEIGHT - _BOTTOM
        x = _LEFT + at * step + (step - wide) / 2
        for each in series:
            high = _scaled(each.values[at], top)
            y = base - high
            bar = element("rect", x=x, y=y, width=each_wide, height=high, class_=each.colour)
            bar.append(element("title", f"{times[at]}: {each.values[at]:,.0f} {each.name}"))
            if high > 0:
                svg.append(bar)
            if beside:
                x += each_wide
            else:
                base = y
    _label_times(svg, times, [_LEFT + (at + 0.5) * step for at in range(len(times))])
    return svg


def lines(
    title: str,
    span: tuple[datetime, datetime],
    series: Sequence[tuple[str, str, Sequence[tuple[datetime, float]]]],
    marks: Sequence[tuple[float, str]],
) -> ET.Element:
    """Return shares over time: name, colour and points of each, and *marks* across the chart."""
    highest = max((share for _n, _c, points in series for _at, share in points), default=0)
    top = max(1.0, highest)
    svg = _frame(title, top, lambda value: f"{value * 100:.0f} %")
    begin, end = span
    length = (end - begin).total_seconds() or 1.0

    def place(at: datetime) -> float:
        return _LEFT + (at - begin).total_seconds() / length * (_WIDTH - _LEFT)

    for share, name in marks:
        y = _HEIGHT - _BOTTOM - _scaled(share, top)
        svg.append(element("line", x1=_LEFT, x2=_WIDTH, y1=y, y2=y, class_="mark"))
        svg.append(element("text", name, x=_WIDTH - 4, y=y - 4, class_="label", text_anchor="end"))
    for name, colour, points in series:
        path = " ".join(
            f"{place(at):.1f},{_HEIGHT - _BOTTOM - _scaled(share, top):.1f}" for at, share in points
        )
        line = element("polyline", points=path, class_=f"line {colour}")
        line.append(element("title", name))
        svg.append(line)
    days = [begin + (end - begin) * part / _TICKS for part in range(_TICKS + 1)]
    _label_times(svg, [f"{day:%d %b %H:%M}" for day in days], [place(day) for day in days])
    return svg


def bars(title: str, rows: Sequence[tuple[str, float]], colour: str) -> ET.Element:
    """Return a bar for each row, its label above it and its number behind it."""
    top = max((value for _label, value in rows), default=1) or 1
    high = _ROW * len(rows)
    svg = element(
        "svg", element("title", title), viewBox=f"0 0 {_WIDTH:.0f} {high:.0f}", role="img"
    )
    for at, (label, value) in enumerate(rows):
        y = at * _ROW
        wide = max(2.0, value / top * (_WIDTH - 90))
        svg.append(element("text", label, x=0, y=y + 12, class_="label"))
        svg.append(element("rect", x=0, y=y + 17, width=wide, height=12, rx=2, class_=colour))
        svg.append(element("text", f"{value:,.0f}", x=wide + 6, y=y + 27, class_="label"))
    return svg


def _frame(title: str, top: float, word: Callable[[float], str]) -> ET.Element:
    """Return an empty chart with its lines across and what they stand for."""
    svg = element(
        "svg",
        element("title", title),
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        role="img",
    )
    for tick in range(_TICKS + 1):
        value = top * tick / _TICKS
        y = _HEIGHT - _BOTTOM - _scaled(value, top)
        svg.append(element("line", x1=_LEFT, x2=_WIDTH, y1=y, y2=y, class_="grid"))
        svg.append(
            element("text", word(value), x=_LEFT - 8, y=y + 4, class_="label", text_anchor="end")
        )
    return svg


def _label_times(svg: ET.Element, names: Sequence[str], places: Sequence[float]) -> None:
    """Write as many of *names* below the chart as fit without touching."""
    every = max(1, ceil(len(names) / 8))
    for at in range(0, len(names), every):
        anchor = "end" if places[at] > _WIDTH - 30 else "middle"
        anchor = "start" if places[at] < _LEFT + 4 else anchor
        svg.append(
            element(
                "text", names[at], x=places[at], y=_HEIGHT - 6, class_="label", text_anchor=anchor
            )
        )


def _scaled(value: float, top: float) -> float:
    return value / top * (_HEIGHT - _BOTTOM - _TOP)


def _round_up(value: float) -> float:
    """Return a round number not below *value*, of which a quarter is round too."""
    quarter = max(1.0, value / _TICKS)
    unit: float = 10.0 ** int(log10(quarter))
    return next(n * unit for n in (1, 2, 3, 4, 5, 6, 8, 10) if quarter <= n * unit) * _TICKS
