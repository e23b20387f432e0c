"""What a look into the ledger found: how many rows, which, and what is to be done."""

from __future__ import annotations

__all__ = ["EXAMPLES", "Finding", "Grade", "Repair", "found"]

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import Connection

#: How many examples of one finding are named.
EXAMPLES = 3

#: Puts a finding right, in the transaction that is handed in.
Repair: TypeAlias = Callable[[Connection], None]

_ONE = {"s": "", "es": "", "are": "is"}
_MANY = {"s": "s", "es": "es", "are": "are"}


class Grade(StrEnum):
    """How bad a finding is."""

    #: Worth knowing; nothing is wrong.
    NOTE = "note"
    #: It is wrong, and stays so until somebody acts.
    PROBLEM = "problem"
    #: It was wrong and has been put right.
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of thing that was found. Examples are ids, never values of records."""

    grade: Grade
    what: str
    count: int
    examples: tuple[str, ...]
    #: What to do about it, or what was done.
    advice: str
    #: None when a person must act.
    repair: Repair | None = None


def found(
    what: str,
    examples: Iterable[str],
    advice: str,
    repair: Repair | None = None,
    *,
    grade: Grade = Grade.PROBLEM,
) -> list[Finding]:
    """Return the finding of all *examples*, of which the first are named; none if there are none.

    *what* may say ``{n}``, and for the plural ``{s}``, ``{es}`` and ``{are}``.
    """
    count, named = 0, list[str]()
    for example in examples:
        count += 1
        if len(named) < EXAMPLES:
            named.append(example)
    if not count:
        return []
    return [
        Finding(
            grade=grade,
            what=what.format(n=f"{count:,}", **(_ONE if count == 1 else _MANY)),
            count=count,
            examples=tuple(named),
            advice=advice,
            repair=repair,
        )
    ]
