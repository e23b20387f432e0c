"""How large a history is, what may go wrong in it, and the habits of its systems: by its seed."""

from __future__ import annotations

__all__ = ["Shape", "habits_of", "shape_of"]

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from .faults import Fault
from .habits import Habits


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a history is, and what may go wrong in it."""

    seed: int
    people: int
    cycles: int
    kinds: frozenset[Fault]


def shape_of(seed: int) -> Shape:
    """Return the history of a seed, whole."""
    dice = Random(f"shape {seed}")  # noqa: S311 - to be repeated, not to be secret
    kinds = [kind for kind in Fault if dice.random() < 0.6]
    return Shape(
        seed=seed,
        # Many people for a mirage, few otherwise: a history should be quick.
        people=24 if dice.random() < 0.04 else dice.choice((2, 3, 5, 8)),
        cycles=dice.choice((1, 2, 2, 3, 4)),
        kinds=frozenset(kinds if dice.random() < 0.9 else ()),
    )


def habits_of(dice: Random) -> Habits:
    """Return a system's way with times and values, by lot."""
    return Habits(
        granularity=timedelta(microseconds=dice.choice((1, 1000, 1_000_000))),
        trims=dice.random() < 0.5,
        cuts=dice.random() < 0.5,
        bare_phones=dice.random() < 0.3,
        small_addresses=dice.random() < 0.3,
        touches=dice.random() < 0.6,
    )
