"""Trying a connector: every check against a clean system of its own, and the grade of it all."""

from __future__ import annotations

__all__ = ["KIT", "Grade", "Result", "Standing", "conform", "tried"]

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import SynclineError
from ..version import __version__ as KIT  # noqa: N812 - the kit's version is Syncline's
from .bench import Bench, bench
from .check import AbsentError, BrokenError, Check, Level, UnableError
from .checks import CHECKS
from .harness import HANDS, Harness, can
from .origin import origin_of


class Standing(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    #: The harness cannot do what it takes; this costs the level.
    SKIPPED = "skipped"
    #: The system has no such thing, so nothing was asked; this costs nothing.
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check, and how it ended."""

    check: Check
    standing: Standing
    #: Why, unless it passed.
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """All checks of one connector."""

    harness: type[Harness]
    results: tuple[Result, ...]

    @property
    def level(self) -> Level | None:
        """The highest level of which, as of those before it, every check passed or is absent."""
        reached: Level | None = None
        for level in Level:
            ours = [each for each in self.results if each.check.level is level]
            if any(r.standing in {Standing.FAILED, Standing.SKIPPED} for r in ours) or not ours:
                break
            reached = level
        return reached

    def to_json(self) -> dict[str, Any]:
        """Return a document of ``conformance.schema.json``."""
        origin = origin_of(self.harness.plugin)
        return {
            "connector": self.harness.connector,
            "side": str(self.harness.side),
            "object": self.harness.object_name,
            "distribution": origin.name if origin else "",
            "version": origin.version if origin else "",
            "kit": KIT,
            "level": None if self.level is None else str(self.level),
            "checks": [
                {
                    "name": result.check.name,
                    "level": str(result.check.level),
                    "sentence": result.check.sentence,
                    "outcome": str(result.standing),
                    "why": result.why,
                }
                for result in self.results
            ],
        }


def tried(check: Check, harness: type[Harness], folder: Path) -> Result:
    """Try one check against a clean system in *folder*, which is empty."""
    try:
        with bench(harness, folder) as made:
            _possible(check, made)
            _run(check, made)
    except UnableError as err:
        return Result(check=check, standing=Standing.SKIPPED, why=str(err))
    except AbsentError as err:
        return Result(check=check, standing=Standing.ABSENT, why=str(err))
    except BrokenError as err:
        return Result(check=check, standing=Standing.FAILED, why=check.told(err))
    return Result(check=check, standing=Standing.PASSED)


def conform(harness: type[Harness], checks: Iterable[Check] = CHECKS) -> Grade:
    """Try every check, each in a folder of its own; return the grade."""
    results: list[Result] = []
    for check in checks:
        with tempfile.TemporaryDirectory(prefix="syncline-kit-") as folder:
            results.append(tried(check, harness, Path(folder)))
    return Grade(harness=harness, results=_in_order(results))


def _in_order(results: Sequence[Result]) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda result: CHECKS.index(result.check)))


def _possible(check: Check, made: Bench) -> None:
    """Raise unless the harness, and the system, have what the check takes."""
    for hand in check.needs:
        if hand in made.harness.absent:
            raise AbsentError(made.harness.absent[hand])
        if not can(made.harness, hand):
            raise UnableError(f"the harness cannot {HANDS[hand]} (`{hand}`)")


def _run(check: Check, made: Bench) -> None:
    try:
        check.run(made)
    except (UnableError, AbsentError, BrokenError):
        raise
    except SynclineError as err:
        raise BrokenError(made.doing, f"{type(err).__name__} was raised: {err}") from err
    except Exception as err:
        # Anything that a connector raises beside our errors is a fault of its own.
        raise BrokenError(made.doing, f"{type(err).__name__} escaped: {err}") from err
