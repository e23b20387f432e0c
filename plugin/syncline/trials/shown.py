"""What the tests so far say of each row of one question, and what is still to be shown."""

from __future__ import annotations

__all__ = ["Shown", "always"]

from dataclasses import dataclass, field

from ..rules.compiled import Test, Values
from ..rules.values import Clock
from .advice import needs_of, sentence
from .report import Condition
from .rulebook import Question, Rulebook


@dataclass(slots=True)
class Shown:
    """By row of a question, in the order written."""

    #: The first test that shows the row, and the advice of one that comes close.
    by: dict[int, str] = field(default_factory=dict[int, str])
    near: dict[int, str] = field(default_factory=dict[int, str])

    def conditions(
        self, question: Question, book: Rulebook, expect: str, advice: str = ""
    ) -> list[Condition]:
        """Return the rows of *question*; *expect* is what a test of one would expect.

        *advice*, where there is some, stands in the place of what else would be said.
        """
        found: list[Condition] = []
        for number, (row, needs) in enumerate(
            zip(question.rows, needs_of(question.criterion), strict=True)
        ):
            by = self.by.get(number, "")
            told = advice or self.near.get(number) or sentence(needs, expect, book.text)
            found.append(
                Condition(
                    owner=question.owner,
                    at=book.rules.source.at(row.span),
                    line=row.span.line,
                    text=book.text(row),
                    shown_by=by,
                    advice="" if by else told,
                )
            )
        return found


def always(truth: bool) -> Test:
    """Return a test that gives one answer, whatever it is asked of."""

    def answer(
        _record: Values, /, before: Values | None = None, clock: Clock | None = None
    ) -> bool:
        return truth

    return answer
