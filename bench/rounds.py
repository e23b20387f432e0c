"""Measuring contenders beside one another: in turns, so that a slow moment of the machine hits all.

A figure is the median of its rounds, and its ratio that of the medians of one run.
"""

from __future__ import annotations

__all__ = ["Contender", "Figure", "batched", "measure", "one_by_one"]

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from typing import Any

ROUNDS = 9
#: How long a contender works in one round, in seconds.
SLICE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Who does a piece of work: ``call`` does *units* of it."""

    name: str
    call: Callable[[], Any]
    units: int
    #: At most so many times the seconds of the work by hand, where we set ourselves a goal.
    goal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured; without seconds it could not be."""

    name: str
    #: For one unit of the work.
    seconds: float | None = None
    #: Of the seconds of the same work by hand, in the same run.
    ratio: float | None = None
    goal: float | None = None
    #: Why there is no figure.
    absent: str = ""


def one_by_one(
    name: str,
    ask: Callable[[Any], Any],
    records: Sequence[Any],
    goal: float | None = None,
) -> Contender:
    """Return the asking of *ask* about one record after another, for about ``SLICE`` seconds."""
    begin = time.perf_counter()
    for record in records[:50]:
        ask(record)
    each = (time.perf_counter() - begin) / len(records[:50])
    count = max(1, int(SLICE / each))
    chosen = list(islice(cycle(records), count))

    def call() -> None:
        for record in chosen:
            ask(record)

    return Contender(name=name, call=call, units=count, goal=goal)


def batched(name: str, call: Callable[[], Any], units: int, goal: float | None = None) -> Contender:
    """Return a contender that does all the work in one call."""
    return Contender(name=name, call=call, units=units, goal=goal)


def measure(contenders: Sequence[Contender], rounds: int = ROUNDS) -> list[Figure]:
    """Return the figures; ratios are to the first contender, the work by hand."""
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for turn in range(rounds):
        # Nobody is always first after somebody else.
        first = turn % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            gc.collect()
            begin = time.perf_counter()
            contender.call()
            seconds[contender.name].append((time.perf_counter() - begin) / contender.units)
    by_hand = median(seconds[contenders[0].name])
    return [
        Figure(
            name=contender.name,
            seconds=median(seconds[contender.name]),
            ratio=median(seconds[contender.name]) / by_hand,
            goal=contender.goal,
        )
        for contender in contenders
    ]
