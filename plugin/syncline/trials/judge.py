"""Hold what a cycle did against what a test expects. Quick: the words for a fault come later."""

from __future__ import annotations

__all__ = ["Action", "Miss", "actions_met", "agree", "misses"]

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from syncline_grammar import syntax as s

from ..model import Field, Value
from ..rules.checking.tests import Case, Expected
from ..rules.values import normaliser
from .cycle import Outcome

#: What is done to a prospect, and the cadence it leads to.
Action: TypeAlias = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One expectation that was not met: of a field, of a record unchanged, or of an action."""

    expected: Expected | s.ExpectAction
    line: int
    #: The field and the value it was to have; None where the whole record is meant.
    field: Field | None = None
    value: Value = None


def misses(case: Case, outcome: Outcome) -> tuple[Miss, ...]:
    """Return the expectations of *case* that *outcome* does not meet, in the order written."""
    found: list[Miss] = []
    records = iter(case.expected)
    taken = {(step.action, step.target) for step in outcome.actions}
    for expect in case.test.expects:
        if isinstance(expect, s.ExpectAction):
            if not _is_met(expect, taken):
                found.append(Miss(expected=expect, line=expect.span.line))
        else:
            found += _of_record(next(records), outcome)
    return tuple(found)


def agree(field: Field, expected: Value, found: Value) -> bool:
    """Tell whether two values of *field* are the same, as the engine tells values apart."""
    if isinstance(expected, bool) is not isinstance(found, bool):
        return False
    same = normaliser(field)
    return same(expected) == same(found)


def actions_met(case: Case, taken: Collection[Action]) -> bool:
    """Tell whether all that *case* expects of actions is met by those *taken*."""
    return all(
        _is_met(expect, taken) for expect in case.test.expects if isinstance(expect, s.ExpectAction)
    )


def _is_met(expect: s.ExpectAction, taken: Collection[Action]) -> bool:
    wanted = expect.action
    if wanted is None:
        return not taken
    return (wanted.action, None if wanted.cadence is None else wanted.cadence.value) in taken


def _of_record(expected: Expected, outcome: Outcome) -> list[Miss]:
    side, played = expected.side, outcome.of(expected)
    if expected.object != played.objects[side]:
        # Another map took the record, or another rule the activity: this object was left alone.
        record, written = None, False
    else:
        record, written = played.after[side], played.is_written(side)
    if not expected.fields:
        return [Miss(expected=expected, line=expected.span.line)] if written else []
    missed = [
        Miss(expected=expected, line=span.line, field=field, value=value)
        for field, value, span in expected.fields
        if record is None or not agree(field, value, record.get(field.name))
    ]
    # Without a record, the first field says it all.
    return missed[:1] if record is None else missed
