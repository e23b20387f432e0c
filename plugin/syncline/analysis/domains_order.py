"""Numbers and times as intervals: the points that are asked about, and what lies between.

Days of the calendar and days counted from now lie on axes of their own, for which of them comes
first is known only on the day. So do months beside days, unless they are far enough apart.
"""

from __future__ import annotations

__all__ = ["number_domain", "time_domain"]

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from math import prod
from typing import NamedTuple

from syncline_grammar.syntax import Unit

from ..rules.values import Clock, instant
from .atoms import DayPoint, Ordered, Point, RelativePoint, Test
from .cells import UNKNOWN, Domain, Held

#: Cells of one field, beyond which an axis of its times is left out.
_CELLS = 4000
_DAY = 1440
_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: _DAY, Unit.WEEK: 7 * _DAY}
_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
_SHORTEST, _LONGEST = 28 * _DAY, 31 * _DAY

Positions = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Points in order. Point *i* has position 2i + 1; before, between and after are the even."""

    points: tuple[Point, ...]
    #: Points that are the same as one of ``points``, and the position of each.
    position: dict[Point, int]
    #: The positions that some value has.
    positions: tuple[int, ...]


def number_domain(points: Iterable[int | float]) -> Domain:
    """Return the intervals that *points* cut the numbers into, with their ends."""
    ends = sorted(set(points))
    axis = _axis([_Group([end], end, end) for end in ends], whole=False)

    def value(at: Positions) -> Held:
        (position,) = at
        after = position // 2
        if position % 2:
            return ends[after]
        if not ends:
            return 1
        if after == 0:
            return ends[0] - 1
        if after == len(ends):
            return ends[-1] + 1
        low, high = ends[after - 1], ends[after]
        middle = (low + high) / 2
        whole = int(low) + 1
        if low < whole < high:
            return whole
        return middle if low < middle < high else UNKNOWN

    return _domain([axis], value)


def time_domain(
    points: Iterable[DayPoint | RelativePoint], clock: Clock | None, *, dated: bool
) -> Domain:
    """Return the stretches that *points* cut the days, or the moments, into."""
    points = list(dict.fromkeys(points))
    axes = [_calendar([p for p in points if isinstance(p, DayPoint)])]
    for whole in (True, False):
        relative = [p for p in points if isinstance(p, RelativePoint)]
        axes += _counted([p for p in relative if p.whole_day is whole], whole=whole)
    axes = [axis for axis in axes if axis.points]
    while len(axes) > 1 and prod(len(axis.positions) for axis in axes) > _CELLS:
        axes.remove(min(axes, key=lambda axis: len(axis.points)))
    examples = {} if clock is None else _Examples(axes, clock, dated=dated).found()
    return _domain(axes, lambda at: examples.get(at, UNKNOWN))


def _domain(axes: Sequence[_Axis], value: Callable[[Positions], Held]) -> Domain:
    """Return a domain of all combinations of positions."""
    cells = list(product(*(axis.positions for axis in axes)))
    masks: dict[Test, int] = {}
    for number, axis in enumerate(axes):
        size = 2 * len(axis.points) + 1
        at = [0] * size
        for bit, cell in enumerate(cells, start=1):
            at[cell[number]] |= 1 << bit
        below = [0] * (size + 1)
        for position in range(size):
            below[position + 1] = below[position] | at[position]
        for point, position in axis.position.items():
            before, here = below[position], at[position]
            after = below[size] & ~before & ~here
            for sign, mask in (
                ("<", before), ("<=", before | here), ("==", here), (">=", here | after),
                (">", after),
            ):  # fmt: skip
                masks[Ordered(sign, point)] = mask
    return Domain((None, *(value(cell) for cell in cells)), masks)


class _Group(NamedTuple):
    """Points that are the same, and between how many minutes they lie."""

    points: Sequence[Point]
    low: float
    high: float


def _axis(groups: Sequence[_Group], *, whole: bool) -> _Axis:
    """Return an axis of *groups* in order; *whole* days leave nothing between two neighbours."""
    position = {
        point: 2 * number + 1 for number, group in enumerate(groups) for point in group.points
    }
    gaps = {
        2 * number
        for number, (left, right) in enumerate(pairwise(groups), start=1)
        if whole and left.low == left.high and right.low == right.high == left.low + _DAY
    }
    positions = tuple(at for at in range(2 * len(groups) + 1) if at not in gaps)
    return _Axis(tuple(group.points[0] for group in groups), position, positions)


def _calendar(points: Sequence[DayPoint]) -> _Axis:
    groups: list[_Group] = []
    for point in sorted(points, key=lambda point: point.day):
        minutes = date.fromisoformat(point.day).toordinal() * _DAY
        groups.append(_Group([point], minutes, minutes))
    return _axis(groups, whole=True)


def _counted(points: Sequence[RelativePoint], *, whole: bool) -> list[_Axis]:
    """Return one axis of moments counted from now, or two where months and days are too near."""
    exact: dict[int, list[RelativePoint]] = {}
    months: dict[int, list[RelativePoint]] = {}
    for point in points:
        if point.unit in _MONTHS and point.amount:
            months.setdefault(point.amount * _MONTHS[point.unit], []).append(point)
        else:
            minutes = point.amount * _MINUTES.get(point.unit, 0)
            exact.setdefault(minutes, []).append(point)
    days = [_Group(group, minutes, minutes) for minutes, group in exact.items()]
    spans = [
        _Group(group, min(n * _SHORTEST, n * _LONGEST), max(n * _SHORTEST, n * _LONGEST))
        for n, group in months.items()
    ]
    apart = all(day.low < span.low or span.high < day.low for day in days for span in spans)
    parts = [days + spans] if apart else [days, spans]
    return [_axis(sorted(part, key=lambda g: g.low + g.high), whole=whole) for part in parts]


class _Examples:
    """Days or moments near the points asked about, at a clock's now: a value for many a cell."""

    def __init__(self, axes: Sequence[_Axis], clock: Clock, *, dated: bool) -> None:
        self._dated = dated
        self._clock = clock
        self._axes = [([self._at(point) for point in axis.points], _of_days(axis)) for axis in axes]

    def found(self) -> dict[Positions, Held]:
        """Return one value for each cell in which a value was found."""
        known: dict[Positions, Held] = {}
        for moment in self._moments():
            cell = tuple(_position(moment, points, days) for points, days in self._axes)
            text = moment.isoformat().replace("+00:00", "Z")
            known.setdefault(cell, text[:10] if self._dated else text)
        return known

    def _at(self, point: Point) -> datetime:
        if isinstance(point, DayPoint):
            moment = instant(point.day)
        elif isinstance(point, RelativePoint) and point.whole_day:
            moment = instant(self._clock.day(point.amount, point.unit))
        else:
            assert isinstance(point, RelativePoint)
            moment = self._clock.moment(point.amount, point.unit)
        assert moment is not None
        return moment.astimezone(UTC)

    def _moments(self) -> list[datetime]:
        marks = sorted({mark for points, _days in self._axes for mark in points})
        near = marks or [self._clock.now.astimezone(UTC).replace(microsecond=0)]
        steps = [timedelta(hours=9), timedelta(0), timedelta(hours=-15), timedelta(hours=33)]
        steps += [timedelta(minutes=1), timedelta(minutes=-1)]
        found = [left + (right - left) / 2 for left, right in pairwise(marks)]
        for mark in near:
            for step in steps:
                try:
                    found.append(mark + step)
                except OverflowError:
                    continue
        if self._dated:
            return [_midnight(moment) for moment in found]
        return [
            moment.replace(microsecond=0) if moment not in marks else moment for moment in found
        ]


def _of_days(axis: _Axis) -> bool:
    return any(isinstance(p, DayPoint) or _whole(p) for p in axis.points)


def _whole(point: Point) -> bool:
    return isinstance(point, RelativePoint) and point.whole_day


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _position(moment: datetime, points: Sequence[datetime], days: bool) -> int:
    here = _midnight(moment) if days else moment
    number = bisect_left(points, here)
    return 2 * number + 1 if number < len(points) and points[number] == here else 2 * number
