"""Functions over numbers. A result that is whole is an ``int``."""

from __future__ import annotations

__all__ = ["NUMBERS"]

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from ..model import FieldType
from .arguments import count_of
from .decimals import EXACT, decimal, number_of
from .function import Example, Function, Parameter

#: More decimal places than a number of any field has.
_PLACES = 15


def _plus(number: float, n: float) -> int | float | None:
    if isinstance(number, int) and isinstance(n, int):
        return number + n
    return number_of(EXACT.add(decimal(number), decimal(n)))


def _minus(number: float, n: float) -> int | float | None:
    return _plus(number, -n)


def _times(number: float, n: float) -> int | float | None:
    if isinstance(number, int) and isinstance(n, int):
        return number * n
    return number_of(EXACT.multiply(decimal(number), decimal(n)))


def _divided_by(number: float, n: float) -> int | float | None:
    if isinstance(number, int) and isinstance(n, int) and n and number % n == 0:
        return number // n
    return number_of(EXACT.divide(decimal(number), decimal(n)))


def _round(number: float, digits: float = 0) -> int | float | None:
    return _rounded(number, digits, ROUND_HALF_UP)


def _round_up(number: float) -> int | float | None:
    return _rounded(number, 0, ROUND_CEILING)


def _round_down(number: float) -> int | float | None:
    return _rounded(number, 0, ROUND_FLOOR)


def _rounded(number: float, digits: float, way: str) -> int | float | None:
    exact = decimal(number)
    places = min(count_of(digits), _PLACES)
    if exact.is_finite() and exact.adjusted() + places < EXACT.prec - 1:
        exact = exact.quantize(Decimal(f"1e-{places}"), way, EXACT)
    return number_of(exact)  # a number too large for it has no such places


def _absolute(number: float) -> int | float | None:
    return number_of(decimal(abs(number)))


def _smallest(*numbers: float) -> int | float | None:
    return _picked(min, numbers)


def _largest(*numbers: float) -> int | float | None:
    return _picked(max, numbers)


def _picked(
    pick: Callable[[list[Decimal]], Decimal], numbers: tuple[float, ...]
) -> int | float | None:
    exact = [decimal(number) for number in numbers]
    return None if any(each.is_nan() for each in exact) else number_of(pick(exact))


_ONE = (Parameter(name="number", type=FieldType.NUMBER),)
_TWO = (*_ONE, Parameter(name="n", type=FieldType.NUMBER))
_MANY = (*_ONE, Parameter(name="number", type=FieldType.NUMBER, repeated=True))

NUMBERS: tuple[Function, ...] = (
    Function(
        name="round",
        summary=(
            "The number with as many digits after the decimal point as you say, or none; a half "
            "goes up, and below zero down."
        ),
        call=_round,
        takes=(*_ONE, Parameter(name="digits", type=FieldType.NUMBER, optional=True)),
        gives=FieldType.NUMBER,
        normaliser=True,
        cost=20,
        examples=(
            Example(call="round(2.5)", gives=3),
            Example(call="round(1234.567, 2)", gives=1234.57),
        ),
    ),
    Function(
        name="round_up",
        summary="The next whole number, unless the number is whole itself.",
        call=_round_up,
        takes=_ONE,
        gives=FieldType.NUMBER,
        normaliser=True,
        cost=12,
        examples=(Example(call="round_up(2.1)", gives=3), Example(call="round_up(2)", gives=2)),
    ),
    Function(
        name="round_down",
        summary="The whole number before this one, unless the number is whole itself.",
        call=_round_down,
        takes=_ONE,
        gives=FieldType.NUMBER,
        normaliser=True,
        cost=12,
        examples=(Example(call="round_down(2.9)", gives=2),),
    ),
    Function(
        name="absolute",
        summary="The number without its minus.",
        call=_absolute,
        takes=_ONE,
        gives=FieldType.NUMBER,
        cost=6,
        examples=(Example(call="absolute(3 - 10)", gives=7),),
    ),
    Function(
        name="smallest",
        summary="The smallest of the numbers; blank when one of them is blank.",
        call=_smallest,
        takes=_MANY,
        gives=FieldType.NUMBER,
        cost=15,
        examples=(Example(call="smallest(140, 100)", gives=100),),
    ),
    Function(
        name="largest",
        summary="The largest of the numbers; blank when one of them is blank.",
        call=_largest,
        takes=_MANY,
        gives=FieldType.NUMBER,
        cost=15,
        examples=(Example(call="largest(3, 12, 7)", gives=12),),
    ),
    Function(
        name="plus",
        summary="The number and n together.",
        call=_plus,
        takes=_TWO,
        gives=FieldType.NUMBER,
        inverse="minus",
        cost=15,
        examples=(
            Example(call="plus(2, 3)", gives=5),
            Example(call="plus(0.1, 0.2)", gives=0.3),
        ),
    ),
    Function(
        name="minus",
        summary="The number less n.",
        call=_minus,
        takes=_TWO,
        gives=FieldType.NUMBER,
        inverse="plus",
        cost=15,
        examples=(Example(call="minus(2026, 2000)", gives=26),),
    ),
    Function(
        name="times",
        summary="The number n times.",
        call=_times,
        takes=_TWO,
        gives=FieldType.NUMBER,
        inverse="divided_by",
        cost=15,
        examples=(Example(call="times(0.15, 100)", gives=15),),
    ),
    Function(
        name="divided_by",
        summary="The number divided by n; blank when n is 0.",
        call=_divided_by,
        takes=_TWO,
        gives=FieldType.NUMBER,
        inverse="times",
        cost=15,
        examples=(
            Example(call="divided_by(15, 100)", gives=0.15),
            Example(call="divided_by(15, 0)", gives=None),
        ),
    ),
)
