"""Many histories, one after the other; one that fails is made smaller before it is told."""

from __future__ import annotations

__all__ = ["Failure", "Result", "replay", "simulate"]

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from traceback import format_exc

from .history import History
from .ledgers import Ledgers
from .promises import Breach, Promise
from .shape import Shape, shape_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A history in which promises were not kept."""

    seed: int
    breaches: tuple[Breach, ...]

    @property
    def command(self) -> str:
        """What plays it again and tells it step by step."""
        return f"syncline simulate --seed {self.seed} --histories 1 --verbose"


@dataclass(slots=True, kw_only=True)
class Result:
    """What came of some histories."""

    seed: int
    histories: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    #: What happened, and how often.
    tally: Counter[str] = field(default_factory=Counter[str])
    #: A digest of every plan made: the same seed gives the same on any machine.
    digest: str = ""


def simulate(
    seed: int,
    histories: int,
    *,
    heard: Callable[[Result], None] = lambda _result: None,
    enough: int = 10,
) -> Result:
    """Play *histories* from *seed* on, a seed each; stop after *enough* failures.

    *heard* is called after each.
    """
    result = Result(seed=seed)
    ledgers, plans = Ledgers(), sha256()
    for number in range(seed, seed + histories):
        history = _play(shape_of(number), ledgers, result.tally)
        result.histories += 1
        plans.update(history.story.planned.digest.digest())
        if history.story.breaches:
            failure = Failure(seed=number, breaches=tuple(history.story.breaches))
            result.failures.append(failure)
        heard(result)
        if len(result.failures) >= enough:
            break
    result.digest = plans.hexdigest()[:16]
    return result


def replay(seed: int, tell: Callable[[str], None]) -> Failure | None:
    """Play one history and tell it; one that fails is told in the smallest form that still does."""
    ledgers, whole = Ledgers(), shape_of(seed)
    if not _play(whole, ledgers, Counter()).story.breaches:
        _play(whole, ledgers, Counter(), tell)
        return None
    small = _smallest(whole, ledgers)
    if small != whole:
        kinds = ", ".join(sorted(small.kinds)) or "none"
        tell(
            f"It fails also with {small.people} people, {small.cycles} cycles, and faults: {kinds}"
        )
    history = _play(small, ledgers, Counter(), tell)
    return Failure(seed=seed, breaches=tuple(history.story.breaches))


def _smallest(shape: Shape, ledgers: Ledgers) -> Shape:
    """Return the smallest history found that fails: fewer people, cycles and kinds of faults."""
    while True:
        for smaller in _smaller(shape):
            if _play(smaller, ledgers, Counter()).story.breaches:
                shape = smaller
                break
        else:
            return shape


def _smaller(shape: Shape) -> Iterable[Shape]:
    if shape.cycles > 1:
        yield replace(shape, cycles=shape.cycles - 1)
    if shape.people > 1:
        yield replace(shape, people=shape.people // 2)
        yield replace(shape, people=shape.people - 1)
    for kind in sorted(shape.kinds):
        yield replace(shape, kinds=shape.kinds - {kind})


def _play(
    shape: Shape,
    ledgers: Ledgers,
    tally: Counter[str],
    tell: Callable[[str], None] = lambda _words: None,
) -> History:
    history = History(shape, ledgers, tally, tell)
    try:
        history.play()
    except Exception as err:  # noqa: BLE001 - whatever it is, its seed must be told
        history.say(format_exc())
        history.story.breach(Promise.ADDS_UP, f"the history broke off: {err!r}")
    finally:
        history.close()
    return history
