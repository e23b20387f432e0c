"""The pace at which a vendor is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, strategies as st

from syncline import Pace
from syncline.testing import VirtualClock


@given(steps=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), min_size=1, max_size=30))
def test_no_span_holds_more_than_its_units(steps: list[tuple[float, int]]) -> None:
    """Whatever comes when, any second lets three units through, and nobody waits for nothing."""
    clock = VirtualClock()
    pace = Pace(3, 1.0, now=clock, sleep=lambda seconds: clock.forward(seconds=seconds))
    passed: list[tuple[datetime, int]] = []
    for pause, units in steps:
        clock.forward(seconds=pause)
        came = clock.now
        pace.wait(units)
        assert clock.now - came <= timedelta(seconds=1)
        passed.append((clock.now, min(units, 3)))
    for begin, _ in passed:
        within = [n for at, n in passed if begin <= at < begin + timedelta(seconds=1)]
        assert sum(within) <= 3


def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    """The longest wait is one span."""
    clock, waits = VirtualClock(), list[float]()
    pace = Pace(1, 2.0, now=clock, sleep=waits.append)
    pace.wait()
    clock.forward(days=-1)
    pace.wait()
    assert waits == [2.0]
