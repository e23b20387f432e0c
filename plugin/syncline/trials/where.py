"""``sync … where`` as a test asks it: a field that the test does not give keeps no record out.

So a test of a mapping need not repeat what lets a record into the sync at all.
"""

from __future__ import annotations

__all__ = ["Where"]

from collections.abc import Set

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ..rules.catalog import Catalog, Scope
from ..rules.compiled import Test, Values
from ..rules.explaining.explain import explainer
from ..rules.explaining.explanation import Explanation
from ..rules.values import Clock, now
from ..rules.walk import names_in
from .advice import needs_of
from .answers import answer, asker, rows_of


class Where:
    """The criteria of one direction for the object of one map, or of an activity rule."""

    def __init__(
        self, criterion: s.Criterion, scope: Scope, catalog: Catalog, source: Source
    ) -> None:
        self.criterion = criterion
        self._ask = asker(criterion, scope, catalog)
        self._explain = explainer(criterion, scope, catalog, source)
        self._needs = needs_of(criterion)
        self._names = [
            frozenset(field.name for name in names_in(row) if (field := scope.find(name)))
            for row in rows_of(criterion)
        ]

    def told(self, known: Set[str]) -> list[bool]:
        """Tell of each row whether the fields in *known* are all that it reads."""
        return [names <= known for names in self._names]

    def answers(self, record: Values, known: Set[str], clock: Clock) -> list[bool]:
        """Return what each row says of *record*; one that reads more than *known* lets it in."""
        said = self._ask(record, None, clock)
        return [
            one if told else needs.own
            for one, told, needs in zip(said, self.told(known), self._needs, strict=True)
        ]

    def asked(self, known: Set[str]) -> Test:
        """Return the criteria as the engine asks them, where *known* are the fields given."""

        def where(
            record: Values, /, before: Values | None = None, clock: Clock | None = None
        ) -> bool:
            return answer(self.criterion, self.answers(record, known, clock or now()))

        return where

    def exactly(self, record: Values, clock: Clock) -> tuple[bool, ...]:
        """Return what each row says of *record* as it is, whatever was given."""
        return self._ask(record, None, clock)

    def explain(self, record: Values, clock: Clock) -> Explanation:
        """Return what the criteria say of *record* as it is, explained."""
        return self._explain(record, None, clock)

    def against(self, record: Values, known: Set[str], clock: Clock) -> list[Explanation]:
        """Return the rows that keep *record* out, explained."""
        rows = list(self._explain(record, None, clock).rows())
        said = self.answers(record, known, clock)
        return [
            row
            for row, one, needs in zip(rows, said, self._needs, strict=True)
            if one is not needs.own
        ]
