"""From cells to a record: an example that a person can read, and that compiled rules are asked."""

from __future__ import annotations

__all__ = ["Example", "examples", "steady_examples", "witness_of"]

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from syncline_grammar import syntax as s

from ..model import Value
from ..rules.values import EVENT, normaliser
from .atoms import HAPPENED, Variable, Where
from .cells import BLANK, UNKNOWN, Held, Unknown
from .domains import HAPPENINGS, domain_of
from .findings import Witness
from .solve import State
from .space import HOLDS, Space
from .translate import changed

Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Example:
    """A record, and the record as last seen (None: it is new)."""

    record: Values
    before: Values | None


def examples(space: Space, state: State) -> Iterator[Example]:
    """Yield a few records that lie in the cells of *state*; not one of them is sure to fit."""
    for blank_first in (False, True):
        record: Values = {}
        before: Values = {}
        for number, mask in state.items():
            variable = space.variables[number]
            if variable.where is Where.FREE:
                continue
            value = _value(space, number, mask, blank_first=blank_first)
            if isinstance(value, Unknown):
                break
            (record if variable.where is Where.NOW else before)[str(variable.key)] = value
        else:
            found = _with_history(space, state, record, before)
            past = None if found.before is None else _ordered(space, found.before)
            yield Example(_ordered(space, found.record), past)


def _ordered(space: Space, values: Values) -> Values:
    """Return *values* in the order of the object's fields, as a person knows them."""
    return {name: values[name] for name in (*space.fields, EVENT) if name in values}


def steady_examples(space: Space, state: State) -> Iterator[Example]:
    """Yield records of which nothing that *state* asks about changed since they were last seen."""
    same: State = {}
    for number, mask in state.items():
        variable = space.variables[number]
        if variable.where is not Where.FREE:
            now = space.number(variable._replace(where=Where.NOW))
            target = number if now is None else now
            same[target] = same.get(target, space.full[target]) & mask
    if not all(same.values()):
        return
    for example in examples(space, same):
        # A field that is asked about only as it was is now as it was.
        record = _ordered(space, {**(example.before or {}), **example.record})
        yield Example(record, dict(record))


def _value(space: Space, number: int, mask: int, *, blank_first: bool) -> Held:
    """Return a value of one of the cells in *mask*, ``UNKNOWN`` when none is known."""
    if blank_first and mask & BLANK:
        return None
    return next(_values(space, number, mask), UNKNOWN)


def _values(space: Space, number: int, mask: int) -> Iterator[Value]:
    """Yield a value of each cell in *mask*, the blank one last."""
    values = space.domains[number].values
    for bit in (*range(1, len(values)), 0):
        value = values[bit]
        if mask >> bit & 1 and not isinstance(value, Unknown):
            yield value


def _with_history(space: Space, state: State, record: Values, before: Values) -> Example:
    """Give *record* a past, as the free atoms about it want."""
    number = space.number(HAPPENED)
    cells = 1 if number is None else state.get(number, 1)
    happened = next(asked for bit, asked in enumerate(HAPPENINGS) if cells >> bit & 1)
    if happened is s.Op.IS_NEW:
        return Example(record, None)
    for name in space.fields:
        number = space.number(changed(name))
        if number is not None and state.get(number) == HOLDS:
            _part(space, state, name, record, before)
    past = {**record, **before}
    if happened is not None:
        record[EVENT] = str(happened.event)
    return Example(record, past)


def _part(space: Space, state: State, name: str, record: Values, before: Values) -> None:
    """Make the field *name* differ from what it was, if a value for that is known."""
    now, past = (space.number(Variable(where, name)) for where in (Where.NOW, Where.BEFORE))
    same = normaliser(space.fields[name])
    if now is None and past is None:
        values = domain_of(space.fields[name], (), space.clock).values
        record[name] = next(v for v in values if v is not None and not isinstance(v, Unknown))
        before[name] = None
        return
    number = now if past is None else past
    assert number is not None
    mask = state.get(number, space.full[number]) if past is not None else space.full[number]
    if name not in record and now is not None:
        record[name] = next(_values(space, now, space.full[now]), None)
    for value in _values(space, number, mask):
        if same(value) != same(record.get(name)):
            before[name] = value
            return


def witness_of(
    object_name: str, example: Example, *, looks_back: bool, now: datetime | None
) -> Witness:
    """Return *example* as a finding shows it."""
    before = example.before if looks_back else None
    return Witness(
        object=object_name,
        record=tuple(example.record.items()),
        before=None if before is None else tuple(before.items()),
        looks_back=looks_back,
        now=now,
    )
