"""What a check is: a name, a sentence of the contract, a level, and a function."""

from __future__ import annotations

__all__ = ["AbsentError", "BrokenError", "Check", "Level", "UnableError", "check"]

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bench import Bench


class Level(StrEnum):
    """How far a connector can be trusted; each level asks for all checks of those before it."""

    #: It registers, describes itself, reads and writes.
    BRONZE = "bronze"
    #: Nothing is lost or done twice while people work in the system, and faults are told apart.
    SILVER = "silver"
    #: Nor in bad weather; it tells of ends, and its price is known.
    GOLD = "gold"


class BrokenError(AssertionError):
    """The connector did otherwise than the contract says."""

    def __init__(self, done: str, came: str) -> None:
        super().__init__(f"{done}: {came}")
        self.done = done
        self.came = came


class UnableError(Exception):
    """The harness cannot do what a check takes: the check is skipped, and costs its level."""


class AbsentError(Exception):
    """The system itself has no such thing: the check asks for nothing, and costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One promise of the contract, and how it is tried."""

    #: It stays the same from one version of the kit to the next.
    name: str
    #: What the contract says, for a person; one or more sentences.
    sentence: str
    level: Level
    #: The heading of docs/connectors.md under which the contract says it.
    see: str
    #: The methods of the harness that it takes beside the needed ones.
    needs: tuple[str, ...]
    run: Callable[[Bench], None]

    def told(self, fault: BrokenError) -> str:
        """Return what a failure says: what was done, what came, and what should have."""
        return (
            f"{self.name} ({self.level}): {fault.came}\n"
            f"  done:     {fault.done}\n"
            f"  contract: {self.sentence}\n"
            f"  see:      docs/connectors.md, {self.see}"
        )


def check(level: Level, *, see: str, needs: tuple[str, ...] = ()) -> Callable[..., Check]:
    """Make a check of a function: its name with dashes, and what its docstring says."""

    def made(run: Callable[[Bench], None]) -> Check:
        sentence = " ".join((inspect.getdoc(run) or "").split())
        return Check(
            name=run.__name__.replace("_", "-"),
            sentence=sentence,
            level=level,
            see=see,
            needs=needs,
            run=run,
        )

    return made
