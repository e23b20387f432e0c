"""That a cadence does what it is asked once."""

from __future__ import annotations

__all__ = ["same_action_once"]

from ...model import OutcomeStatus
from ..bench import Bench
from ..check import AbsentError, Level, UnableError, check
from ..harness import HANDS, can


@check(Level.GOLD, see="`act`")
def same_action_once(bench: Bench) -> None:
    """An action takes effect, and once, whatever the number of times its key arrives."""
    main, harness = bench.main, bench.harness
    bench.doing = "described the system"
    if not main.describe().actions:
        raise AbsentError("the system has no actions")
    if not can(harness, "action"):
        raise UnableError(f"the harness cannot {HANDS['action']} (`action`)")
    request = harness.action("kit-action-1")
    before = harness.effect(request)
    bench.doing = f"asked for {request.action!r}"
    (first,) = main.act([request])
    bench.want(first.status is OutcomeStatus.DONE, f"it came to {first}")
    once = harness.effect(request)
    bench.want(once != before, f"nothing came of it: {once!r}")
    for connector in (main, bench.connect()):
        bench.doing = f"asked for {request.action!r} again under the same key"
        bench.wait()
        (again,) = connector.act([request])
        bench.want(again.status is OutcomeStatus.DONE, f"it came to {again}")
        after = harness.effect(request)
        bench.want(after == once, f"its effect was {once!r}, and is {after!r}")
