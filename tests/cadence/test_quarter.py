"""A few days of the quarter that `python -m bench.quarter` plays, with the same invariants."""

from __future__ import annotations

from bench.quarter import simulate


def test_no_touch_is_early_over_a_cap_after_an_exit_or_told_twice() -> None:
    """Users at work, a CRM that changes, and cycles between: RS7, RS12, K4, K11, B11 hold."""
    figures = simulate(users=3, prospects=30, cadences=3, days=6, seed=4)

    assert figures.wrong == []
    assert figures.touches > 10
    assert figures.left > 0
    assert figures.tasks > 0
