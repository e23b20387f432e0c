"""Two ways to find the few formulas that matter to another, among a thousand.

A *reach* holds for each variable the cells outside of which a formula cannot hold; a variable that
it leaves open is not in it.
"""

from __future__ import annotations

__all__ = ["Crossings", "Points", "bits_of"]

from collections.abc import Iterator, Mapping, Sequence

from .formula import Every, Formula, Literal
from .solve import State

#: Entries of an index, beyond which it is no help.
_ENTRIES = 400_000


class Crossings:
    """Formulas sorted by the one variable that brings the fewest of them together."""

    def __init__(self, reach: Mapping[int, State], full: Sequence[int]) -> None:
        self._reach = reach
        self._full = full
        self._by = self._choose()
        #: The formulas that can hold in each cell of that variable.
        self.cells: dict[int, list[int]] = {}
        for number in reach:
            for cell in bits_of(self._mask(number)):
                self.cells.setdefault(cell, []).append(number)

    def meet_first_in(self, cell: int, one: int, other: int) -> bool:
        """Tell whether two formulas may hold together, and *cell* is the first where they may."""
        shared = self._mask(one) & self._mask(other)
        if shared & -shared != 1 << cell:
            return False
        left, right = self._reach[one], self._reach[other]
        return all(mask & right.get(variable, mask) for variable, mask in left.items())

    def _mask(self, number: int) -> int:
        return 1 if self._by is None else self._reach[number].get(self._by, self._full[self._by])

    def _choose(self) -> int | None:
        """Return the variable; None when each lets as many meet as none does."""
        count = len(self._reach)
        open_ = [count] * len(self._full)
        for reach in self._reach.values():
            for variable in reach:
                open_[variable] -= 1
        best, chosen = count**2, None
        for variable, full in enumerate(self._full):
            # All that leave a variable open meet in each of its cells.
            if open_[variable] ** 2 * full.bit_length() >= best:
                continue
            masks = [reach.get(variable, full) for reach in self._reach.values()]
            if sum(mask.bit_count() for mask in masks) > _ENTRIES:
                continue
            sizes = [0] * full.bit_length()
            for mask in masks:
                for cell in bits_of(mask):
                    sizes[cell] += 1
            pairs = sum(size * size for size in sizes)
            if pairs < best:
                best, chosen = pairs, variable
        return chosen


class Points:
    """One point for each of some formulas, and where among them another formula holds.

    A point says of each variable in which cell it lies, as a mask of one bit; *default* says it of
    the others.
    """

    def __init__(self, points: Sequence[Mapping[int, int]], default: Sequence[int]) -> None:
        self._points = points
        self._default = default
        self._all = (1 << len(points)) - 1
        self._cells: dict[int, dict[int, int]] = {}
        self._known: dict[Literal, int] = {}

    def where(self, formula: Formula) -> int:
        """Return the points at which *formula* holds, a bit each."""
        if isinstance(formula, Literal):
            if formula not in self._known:
                self._known[formula] = self._lying(formula)
            return self._known[formula]
        together = isinstance(formula, Every)
        found = self._all if together else 0
        for part in formula.parts:
            here = self.where(part)
            found = found & here if together else found | here
        return found

    def _lying(self, literal: Literal) -> int:
        variable = literal.variable
        if variable not in self._cells:
            cells = self._cells[variable] = {}
            for number, point in enumerate(self._points):
                cell = point.get(variable, self._default[variable])
                cells[cell] = cells.get(cell, 0) | 1 << number
        found = 0
        for cell, points in self._cells[variable].items():
            if cell & literal.mask:
                found |= points
        return found


def bits_of(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits set in *mask*, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
