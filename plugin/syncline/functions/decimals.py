"""Counting in decimals, as people do: 0.1 and 0.2 are 0.3.

A step forth and back arrives where it began, for numbers of up to 15 digits, so that a two-way row
that counts comes to rest.
"""

from __future__ import annotations

__all__ = ["EXACT", "decimal", "number_of"]

from decimal import Context, Decimal

#: Without traps nothing raises: what is beyond counting is no finite number, and so a blank.
EXACT = Context(prec=60, traps=[])
_SHORT = Context(prec=15, traps=[])
#: How far from a decimal of 15 digits a result may lie and still be meant to be that decimal. A
#: float, read by its shortest text, lies nearer to what was counted; two such decimals lie further
#: apart. So what is undone is found again.
_NEAR = Decimal("2.5e-16")


def decimal(number: float) -> Decimal:
    """Return *number* as the decimal that it is written as."""
    return Decimal(number) if isinstance(number, int) else Decimal(repr(number))


def number_of(exact: Decimal) -> int | float | None:
    """Return *exact* as a number: an ``int`` when it is whole, ``None`` when it is not finite."""
    if not exact.is_finite():
        return None
    if not _whole(exact):
        short = _SHORT.plus(exact)
        off = EXACT.subtract(short, exact).copy_abs()
        if off <= EXACT.multiply(exact.copy_abs(), _NEAR):
            exact = short
    if _whole(exact):
        return int(exact)
    number = float(exact)
    return int(number) if number.is_integer() else number


def _whole(exact: Decimal) -> bool:
    return exact == exact.to_integral_value()
