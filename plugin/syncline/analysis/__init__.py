"""What a whole rule file does that no single line shows: findings by reasoning, without records.

``analyse(rules)`` for a host or an editor; ``judge(criterion, scope)`` for one criterion alone,
and ``constant`` for the quick part of that.
"""

from __future__ import annotations

__all__ = [
    "Finding",
    "Kind",
    "Level",
    "Place",
    "Verdict",
    "Witness",
    "analyse",
    "constant",
    "judge",
]

from .analyse import analyse
from .findings import Finding, Kind, Level, Place, Witness
from .judge import Verdict, constant, judge
