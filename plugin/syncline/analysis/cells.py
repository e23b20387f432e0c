"""The values that a field can hold, cut into cells in which each test gives one answer."""

from __future__ import annotations

__all__ = ["BLANK", "UNKNOWN", "Domain", "Held", "Unknown"]

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from ..model import Value
from .atoms import Test


class Unknown(Enum):
    """No value of a cell is known: perhaps there is none."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Held: TypeAlias = Value | Unknown

#: The mask of the first cell, the blank one.
BLANK = 1


@dataclass(frozen=True, slots=True)
class Domain:
    """The cells of one variable, the first of them blank.

    It has at least the cells that there are, so what it holds impossible is impossible. A test
    without a mask needed too many cells, and nothing is known of it.
    """

    #: A value of each cell.
    values: tuple[Held, ...]
    #: The cells in which a test holds, a bit each.
    masks: Mapping[Test, int]

    @property
    def full(self) -> int:
        """The mask of every cell."""
        return (1 << len(self.values)) - 1
