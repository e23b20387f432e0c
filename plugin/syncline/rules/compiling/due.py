"""When time alone may change what a criterion says, as Python source over a record and a clock."""

from __future__ import annotations

__all__ = ["due_of"]

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from syncline_grammar import syntax as s

from ...functions import BUILT_IN
from ...model import FieldType
from ..catalog import Scope
from ..turns import days_turn, minutes_turn, never, soonest, turn_of_day, turn_of_moment
from ..types import TIMES
from ..values import plain
from ..walk import reads_clock
from .criteria import ORDER, Code, is_day
from .expressions import READ
from .program import Program

#: They ask what has changed, and time alone changes no value.
_OF_CHANGE = {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM}
_EQUAL = {s.Op.EQ, s.Op.NE, s.Op.IN, s.Op.NOT_IN, s.Op.WAS}
_OURS = {function.name: function for function in BUILT_IN}
_DAYS = {s.Unit.DAY, s.Unit.WEEK, s.Unit.MONTH, s.Unit.YEAR}


def due_of(program: Program, row: s.Criterion, scope: Scope) -> Callable[..., datetime | None]:
    """Return the function that says when time alone may change what *row* says of a record."""
    code = program.code
    source = ", ".join(dict.fromkeys(_turns(row, scope, code)))
    if not source:
        return never
    return program.late(
        "(r, t, /)", f"r = {code.bind(plain)}(r)", f"return {code.bind(soonest)}({source})"
    )


def _turns(row: s.Criterion, scope: Scope, code: Code) -> Iterator[str]:
    """Yield source of the moments at which *row* may turn."""
    if isinstance(row, s.Not):
        yield from _turns(row.row, scope, code)
    elif isinstance(row, s.Group):
        for inner in row.rows:
            yield from _turns(inner, scope, code)
    elif row.left is None or row.op in _OF_CHANGE:
        return
    elif reads_clock(row.left):
        yield _unknown([row.left, *row.right], code)
    elif row.unit is not None:
        yield from _stretch(row, row.left, row.unit, scope, code)
    else:
        known = list(_thresholds(row, code.kind_of(row.left, scope)))
        for sign, moment in known:
            yield _turn(row.left, sign, moment, scope, code)
        met = [moment for _sign, moment in known]
        rest = [value for value in row.right if value not in met and reads_clock(value)]
        if rest:
            yield _unknown(rest, code)


def _thresholds(row: s.Comparison, kind: FieldType) -> Iterator[tuple[str, s.Relative]]:
    """Yield the moments that *row* compares with as such, and the sign between."""
    signs = ["=="] * len(row.right) if row.op in _EQUAL else [ORDER.get(row.op, "")]
    signs = [">=", "<="] if row.op is s.Op.BETWEEN else signs
    for sign, value in zip(signs, row.right, strict=False):
        if sign and kind in TIMES and isinstance(value, s.Relative):
            yield sign, value


def _stretch(
    row: s.Comparison, left: s.Expression, unit: s.Unit, scope: Scope, code: Code
) -> Iterator[str]:
    """Yield when the value comes into ``in the last 7 days``, or leaves it."""
    (amount,) = row.right
    assert isinstance(amount, s.Number)
    last = row.op is s.Op.IN_LAST
    edge = s.Relative(-amount.value if last else amount.value, unit, "", row.span)
    here = s.Relative(0, s.Unit.DAY, "now", row.span)
    for sign, moment in ((">=", edge), ("<=", here)) if last else ((">=", here), ("<=", edge)):
        yield _turn(left, sign, moment, scope, code)


def _turn(left: s.Expression, sign: str, moment: s.Relative, scope: Scope, code: Code) -> str:
    kind = code.kind_of(left, scope)
    read, turn = READ[kind], turn_of_day if kind is FieldType.DATE else turn_of_moment
    if kind is FieldType.DATETIME and is_day(moment):
        read, turn = "t.day_of", turn_of_day
    value = f"{read}({code.expression(left, scope)})"
    rest = [code.bind(part) for part in (sign, moment.amount, moment.unit.value)]
    return f"{code.bind(turn)}(t, {rest[0]}, {value}, {rest[1]}, {rest[2]})"


def _unknown(values: Iterable[s.Expression], code: Code) -> str:
    """Return when something that reads the clock in its own way may say something else."""
    turn = days_turn if all(map(_is_of_days, values)) else minutes_turn
    return f"{code.bind(turn)}(t)"


def _is_of_days(value: s.Expression, taken: FieldType | None = None) -> bool:
    """Tell whether *value* reads no more of the clock than its day; *taken*: as an argument."""
    match value:
        case s.Call(name=name, args=args):
            ours = _OURS.get(name.text)
            types = [None if ours is None else ours.parameter(n).type for n in range(len(args))]
            return all(map(_is_of_days, args, types))
        case s.Arithmetic(first=first, rest=rest):
            return all(_is_of_days(part) for part in (first, *(right for _sign, right in rest)))
        case s.Relative():
            # Of a moment, our functions see the day.
            return taken in TIMES and value.unit in _DAYS
        case _:
            return True
