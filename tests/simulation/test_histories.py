"""A thousand histories with every promise kept, and fifty that nobody saw."""

from __future__ import annotations

import json
from collections import Counter
from random import SystemRandom

import pytest

from support import command
from syncline.simulation.faults import Fault
from syncline.simulation.history import History
from syncline.simulation.run import Result, replay, simulate
from syncline_schemas import check

#: The fixed thousand, in parts that can be played side by side.
_PART = 50
_PARTS = range(0, 1000, _PART)
#: What a thousand histories must have lived through, else they prove nothing.
_LIVED = {
    *Fault,
    "actions done",
    "creations",
    "cycles cut off",
    "cycles cut off beside one that is not",
    "cycles given up for another worker",
    "edits in the window, excused",
    "plans made twice",
    "records deferred",
    "records failed",
    "records held",
    "records skipped",
    "steps found out about after a crash",
    "values skipped for a reason",
}


def _told(result: Result) -> str:
    return "\n".join(
        f"{failure.command}\n  {breach.promise}: {breach.words}"
        for failure in result.failures
        for breach in failure.breaches
    )


@pytest.mark.parametrize("seed", _PARTS)
def test_every_promise_is_kept_in_the_fixed_thousand(seed: int) -> None:
    """The eight promises hold whatever goes wrong; each failure prints what replays it."""
    result = simulate(seed, _PART)
    assert not result.failures, _told(result)


def test_every_promise_is_kept_in_histories_nobody_saw() -> None:
    """The promises hold for a fresh fifty as well; the seed is in the failure."""
    result = simulate(SystemRandom().randrange(1_000, 1_000_000_000), 50)
    assert not result.failures, _told(result)


@pytest.mark.parametrize(
    "seed",
    [
        136_685,
        446_939,
        500_967,
        501_574,
        501_998,
        502_591,
        603_276,
        975_189,
        976_891,
        4_000_825,
    ],
)
def test_histories_that_failed_once_keep_every_promise(seed: int) -> None:
    """What a fresh history showed to be wrong stays right."""
    result = simulate(seed, 1)
    assert not result.failures, _told(result)


def test_the_histories_are_not_empty() -> None:
    """Every fault strikes, and every way of ending comes about, within some hundred histories."""
    lived: Counter[str] = Counter()
    for seed in range(5_000, 6_000, 25):
        lived += simulate(seed, 25).tally
        if not _LIVED - lived.keys():
            return
    pytest.fail(f"never seen: {_LIVED - lived.keys()}")


def test_the_same_seed_makes_the_same_plans_in_any_process() -> None:
    """Plans do not depend on the order in which a process happens to keep its sets (promise 7)."""
    digests: set[str] = set()
    for salt in ("1", "2"):
        done = command(
            "simulate", "--seed", "1", "--histories", "12", "--json", PYTHONHASHSEED=salt
        )
        document = json.loads(done.stdout)
        assert not check("simulation", document)
        digests.add(document["digest"])
    assert len(digests) == 1


def test_a_story_is_told_step_by_step() -> None:
    """A replay tells what people did, what was planned, and what was written."""
    told: list[str] = []
    assert replay(3, told.append) is None
    story = "\n".join(told)
    for words in ("a person writes", "a cycle begins", "plan: ", "we write", "the cycle is"):
        assert words in story


def test_a_history_that_breaks_off_is_a_failure_with_its_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is raised where no cycle catches it, the command that replays it is told."""

    def broken(_history: History) -> None:
        raise KeyError("Lead")

    monkeypatch.setattr(History, "play", broken)
    (failure,) = simulate(7, 1).failures
    assert failure.command == "syncline simulate --seed 7 --histories 1 --verbose"
    assert [breach.words for breach in failure.breaches] == [
        "the history broke off: KeyError('Lead')"
    ]


def test_a_story_needs_one_history() -> None:
    """`--verbose` with a thousand histories is refused with what to do."""
    done = command("simulate", "--verbose")
    assert done.returncode == 64
    assert "--histories 1" in done.stderr
