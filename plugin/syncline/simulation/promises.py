"""The promises of the engine, by name, and what it means that one was not kept."""

from __future__ import annotations

__all__ = ["Breach", "Promise"]

from dataclasses import dataclass
from enum import StrEnum


class Promise(StrEnum):
    """The promises, by the names under which a failure is told."""

    SETTLES = "1 settles"
    LOSES_NOTHING = "2 loses nothing"
    NO_TWINS = "3 no twins"
    ORIGINAL_OR_FINAL = "4 original or final"
    BUDGET = "5 budget"
    ADDS_UP = "6 adds up"
    REPEATABLE = "7 repeatable"
    INTERRUPTIBLE = "8 interruptible"
    ONCE = "actions happen once"


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was not kept."""

    promise: Promise
    words: str
