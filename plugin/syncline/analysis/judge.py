"""One criterion by itself: rows that are never true, always true, or make no difference.

What is said here is said for every record whose values fit their fields' types, whatever the
other rules are. It is cheap, and needs a tree and a scope alone.
"""

from __future__ import annotations

__all__ = ["ROWS", "Verdict", "constant", "judge"]

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from syncline_grammar import syntax as s

from ..rules.catalog import Scope
from .atoms import Variable
from .findings import Kind
from .formula import Formula, every
from .solve import TooLarge, solve
from .space import Space, atoms_of
from .translate import translate

#: Rows of one group that are compared with one another.
ROWS = 100
Rows = tuple[s.Criterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is certain of some rows of a criterion."""

    kind: Kind
    #: The rows it is about. Several are so only together.
    rows: Rows
    #: For a row that makes no difference: the rows that make it so.
    because: Rows = ()
    #: Whether it is so of the whole criterion.
    whole: bool = False
    #: How the rows stand together.
    quantifier: s.Quantifier = s.Quantifier.ALL


def judge(criterion: s.Criterion, scope: Scope) -> tuple[Verdict, ...]:
    """Return what is certain of *criterion*, a checked one, over the records of *scope*."""
    judging = _Judge(criterion, scope)
    try:
        judging.run()
    except TooLarge:
        judging.say(Kind.TOO_LARGE, (criterion,), whole=True)
    return tuple(judging.found)


def constant(criterion: s.Criterion, scope: Scope) -> tuple[Verdict, ...]:
    """Return whether *criterion* as a whole never or always holds: what of ``judge`` is quick.

    Most criteria ask about each field once, and are done with at a glance.
    """
    asked: Counter[Variable] = Counter()
    for row in _comparisons(criterion):
        variables = {atom.variable for atom in atoms_of(translate(row, scope))}
        # `between` asks twice: its ends may be the wrong way round.
        asked.update([*variables, *(variables if row.op is s.Op.BETWEEN else ())])
    if max(asked.values(), default=0) < 2:
        return ()
    judging = _Judge(criterion, scope)
    try:
        judging.whole()
    except TooLarge:
        return ()
    return tuple(judging.found)


def _comparisons(row: s.Criterion) -> Iterator[s.Comparison]:
    if isinstance(row, s.Comparison):
        yield row
    else:
        for inner in row.rows if isinstance(row, s.Group) else (row.row,):
            yield from _comparisons(inner)


class _Judge:
    def __init__(self, criterion: s.Criterion, scope: Scope) -> None:
        self.found: list[Verdict] = []
        self._criterion = criterion
        self._scope = scope
        fields = {field.name: field for field in scope.type.fields}
        self._space = Space([translate(criterion, scope)], fields, None)
        self._formulas: dict[tuple[int, bool], Formula] = {}

    def run(self) -> None:
        """Judge the whole, and its parts where the whole can be both true and false."""
        if not self.whole():
            self._visit(self._criterion)

    def whole(self) -> bool:
        """Judge the whole; tell whether it never or always holds."""
        for kind, holds in ((Kind.ALWAYS_FALSE, True), (Kind.ALWAYS_TRUE, False)):
            if self._never([self._formula(self._criterion, holds)]):
                self._constant(kind, self._criterion, whole=True)
                return True
        return False

    def say(
        self,
        kind: Kind,
        rows: Iterable[s.Criterion],
        *,
        because: Iterable[s.Criterion] = (),
        whole: bool = False,
        quantifier: s.Quantifier = s.Quantifier.ALL,
    ) -> None:
        """Note a verdict."""
        self.found.append(
            Verdict(
                kind=kind,
                rows=tuple(rows),
                because=tuple(because),
                whole=whole,
                quantifier=quantifier,
            )
        )

    def _formula(self, row: s.Criterion, holds: bool) -> Formula:
        key = (id(row), holds)
        if key not in self._formulas:
            node = translate(row, self._scope, holds=holds)
            self._formulas[key] = self._space.formula(node)
        return self._formulas[key]

    def _never(self, formulas: Iterable[Formula]) -> bool:
        return solve(every(formulas), self._space.full) is None

    # -- parts

    def _visit(self, row: s.Criterion) -> None:
        if isinstance(row, s.Not):
            self._visit(row.row)
        elif isinstance(row, s.Group):
            self._visit_group(row)

    def _visit_group(self, group: s.Group) -> None:
        plain: list[s.Criterion] = []
        for row in group.rows:
            if self._never([self._formula(row, True)]):
                self._constant(Kind.ALWAYS_FALSE, row)
            elif self._never([self._formula(row, False)]):
                self._constant(Kind.ALWAYS_TRUE, row)
            else:
                plain.append(row)
        if len(plain) > ROWS:
            self.say(Kind.TOO_LARGE, (group,))
        else:
            plain = self._without_idle(plain, group.quantifier)
        for row in plain:
            self._visit(row)

    def _without_idle(
        self, rows: Sequence[s.Criterion], quantifier: s.Quantifier
    ) -> list[s.Criterion]:
        """Note the rows that make no difference, the last first; return those that do."""
        # In `all`, a row is idle that the others imply; in `any` and `none`, one that implies them.
        holds = quantifier is s.Quantifier.ALL
        kept = list(rows)
        # Of `>= 5`, `<= 5` and `= 5` the last is to be kept: it makes each of the others idle.
        for alone in (True, False):
            for row in reversed(rows):
                others = [other for other in kept if other is not row]
                if len(others) == len(kept) or not others:
                    continue
                because = self._because(row, others, holds, alone=alone)
                if because:
                    self.say(Kind.NO_DIFFERENCE, (row,), because=because, quantifier=quantifier)
                    kept = others
        return kept

    def _because(
        self, row: s.Criterion, others: Sequence[s.Criterion], holds: bool, *, alone: bool
    ) -> Rows:
        """Return the rows that make *row* idle, one alone or several; none if it is not."""
        against = self._formula(row, not holds)

        def idle(given: Sequence[s.Criterion]) -> bool:
            return self._never([*(self._formula(g, holds) for g in given), against])

        if alone:
            return next(((other,) for other in others if idle([other])), ())
        return _least(others, idle) if idle(others) else ()

    # -- why something is always so

    def _constant(self, kind: Kind, row: s.Criterion, *, whole: bool = False) -> None:
        rows, quantifier = self._core(row, kind is Kind.ALWAYS_TRUE)
        self.say(kind, rows, whole=whole, quantifier=quantifier)

    def _core(self, row: s.Criterion, truth: bool) -> tuple[Rows, s.Quantifier]:
        """Return the rows by which *row* is always *truth*, and how they stand together."""
        if isinstance(row, s.Not):
            return (row,), s.Quantifier.ALL
        if not isinstance(row, s.Group):
            return (row,), s.Quantifier.ALL
        quantifier = row.quantifier
        truth = truth is not (quantifier is s.Quantifier.NONE)
        # `all` fails, and `any` holds, by some of its rows; otherwise by each of them.
        if (quantifier is s.Quantifier.ALL) is truth:
            return (row,), quantifier

        def enough(rows: Sequence[s.Criterion]) -> bool:
            return self._never(self._formula(inner, not truth) for inner in rows)

        least = _least(row.rows, enough)
        if len(least) == 1 and quantifier is not s.Quantifier.NONE:
            return self._core(least[0], truth)
        return least, quantifier


def _least(rows: Sequence[s.Criterion], enough: Callable[[Sequence[s.Criterion]], bool]) -> Rows:
    """Return rows of which none can be left out for them to be *enough*."""
    kept = list(rows)
    if len(kept) > ROWS:
        return tuple(kept)
    for row in rows:
        fewer = [other for other in kept if other is not row]
        if fewer and enough(fewer):
            kept = fewer
    return tuple(kept)
