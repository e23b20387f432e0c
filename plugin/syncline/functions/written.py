"""The function that reads a number from a text, as people of several countries write it."""

from __future__ import annotations

__all__ = ["WRITTEN"]

import re
import unicodedata
from decimal import Decimal

from ..model import FieldType
from .arguments import shown
from .decimals import number_of
from .function import Example, Function, Parameter

#: A text with more characters writes no number of any field.
_LONGEST = 60


def _read(text: str, mark: str = ".") -> int | float | None:
    """Return the number that *text* writes, or raise ``ValueError``; nothing is guessed."""
    if mark not in _FORMS:
        raise ValueError(f'the decimal mark is "." or ",", and not {shown(mark)}')
    plain = _plain(text, mark)
    if plain is not None:
        return number_of(Decimal(plain))
    if any(_plain(text, other) is not None for other in _FORMS):
        raise ValueError(f'{shown(text)} is no number when "{mark}" is the decimal mark')
    raise ValueError(f"{shown(text)} is no number")


def _plain(text: str, mark: str) -> str | None:
    """Return the number of *text* as programs write it, ``-1234.5``; None when it is none."""
    rest = text.strip() if len(text) <= _LONGEST else ""
    sign = "-" if rest[:1] in {"-", "−"} else ""
    rest = rest[1:].lstrip() if rest[:1] in {"-", "−", "+"} else rest
    if rest and unicodedata.category(rest[0]) == "Sc":
        rest = rest[1:].lstrip()
    elif rest and unicodedata.category(rest[-1]) == "Sc":
        rest = rest[:-1].rstrip()
    found = _FORMS[mark].fullmatch(rest)
    if found is None:
        return None
    return f"{sign}{re.sub('[^0-9]', '', found['whole']) or 0}.{found['part'] or 0}"


def _form(mark: str, other: str) -> re.Pattern[str]:
    """Return how digits are written with *mark* before the decimals; *other* parts thousands."""
    parted = rf"[0-9]{{1,3}}(?P<gap>[ \u00a0\u202f'’{other}])[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*"
    return re.compile(rf"(?P<whole>{parted}|[0-9]+|(?=\{mark}))(?:\{mark}(?P<part>[0-9]+))?")


_FORMS = {".": _form(".", ","), ",": _form(",", ".")}


WRITTEN: tuple[Function, ...] = (
    Function(
        name="number",
        summary=(
            "The number that a text writes, with or without a currency sign and with its thousands "
            "apart or not. The decimal mark is a point unless you say that it is a comma."
        ),
        call=_read,
        takes=(Parameter(name="text"), Parameter(name="decimal mark", optional=True)),
        gives=FieldType.NUMBER,
        fails="the text is no number",
        cost=20,
        examples=(
            Example(call='number("$1,234.50")', gives=1234.5),
            Example(call='number("1.234,50 €", ",")', gives=1234.5),
            Example(call='number("1 000 000")', gives=1_000_000),
            Example(
                call='number("1.234,50")',
                fails='"1.234,50" is no number when "." is the decimal mark',
            ),
            Example(call='number("a dozen")', fails='"a dozen" is no number'),
        ),
    ),
)
