"""How names, texts, numbers and times are written in a rule file: one way for each value."""

from __future__ import annotations

__all__ = [
    "DAYS",
    "UnwritableError",
    "clock",
    "counted",
    "days",
    "literal",
    "name",
    "needs_back_ticks",
    "number",
    "period",
    "quote",
    "width",
]

import re
import unicodedata
from decimal import Decimal
from functools import cache

from .. import syntax as s, text as grammar_text

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Days that follow one another are written as a range from this many on.
_RANGE = 3
#: Integers from here on are grouped by threes.
_GROUPED = 10_000
#: Digits and underscores that the language reads before the point, and digits after it.
_BEFORE_POINT, _AFTER_POINT = 18, 9
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})
_PERIODS = ((1440, "day"), (60, "hour"), (1, "minute"))


class UnwritableError(ValueError):
    """What a tree or a document says cannot be written as rules; the message says why.

    ``line`` is the line of the text it was read from, None when there is none.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def name(node: s.Name) -> str:
    """Return a name; it keeps its back-ticks, and gets them where it cannot stand without."""
    if not node.text or "`" in node.text or "\n" in node.text:
        raise UnwritableError(
            f"the name {node.text!r} cannot be written: a name has a character or more, "
            "and no back-tick and no line end among them"
        )
    return f"`{node.text}`" if node.quoted or needs_back_ticks(node.text) else node.text


@cache
def needs_back_ticks(text: str) -> bool:
    """Tell whether *text* is no plain name, or equals a word of the language."""
    plain, words = _vocabulary()
    return plain.fullmatch(text) is None or text.partition(".")[0] in words


@cache
def _vocabulary() -> tuple[re.Pattern[str], frozenset[str]]:
    """Return what a plain name looks like and the words of the language, from the grammar."""
    plain = re.compile("")
    words: set[str] = set()
    for line in grammar_text().splitlines():
        if line.startswith(("//", "%")):
            continue
        words.update(re.findall(r'"([A-Za-z]+)"', line))
        terminal, _, pattern = line.partition(": /")
        if not terminal.partition(".")[0].isupper():
            continue
        if terminal == "NAME":
            plain = re.compile(pattern.removesuffix("/"))
        found = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\.", " ", pattern))
        words.update(found, (f"{word}s" for word in found if "s?" in pattern))
    return plain, frozenset(words)


def quote(text: str) -> str:
    """Return *text* in double quotes."""
    return f'"{text.translate(_ESCAPES)}"'


def number(value: float) -> str:
    """Return a number; from 10,000 on its digits are grouped: ``1_000_000``."""
    if value < 0:
        return f"-{number(-value)}"
    if isinstance(value, int):
        whole, fraction = str(value), ""
    else:
        whole, _, fraction = format(Decimal(repr(abs(value))), "f").partition(".")
        fraction = f".{fraction or '0'}"
    if not whole.isdecimal() or len(whole) > _BEFORE_POINT or len(fraction) > _AFTER_POINT + 1:
        raise UnwritableError(
            f"the number {value} cannot be written: it has more than {_BEFORE_POINT} digits before "
            f"or {_AFTER_POINT} after the point"
        )
    grouped = f"{int(whole):_}" if int(whole) >= _GROUPED else whole
    return (grouped if len(grouped) <= _BEFORE_POINT else whole) + fraction


def literal(node: s.Literal) -> str:
    """Return a text, number, date or truth."""
    match node:
        case s.Text():
            return quote(node.value)
        case s.Number():
            return number(node.value)
        case s.Truth():
            return "true" if node.value else "false"
        case s.Date():
            return node.value


def counted(amount: float, unit: str) -> str:
    """Return an amount of time: ``1 day``, ``30 days``."""
    return f"{number(amount)} {unit}{'' if amount == 1 else 's'}"


def period(minutes: int) -> str:
    """Return a stretch of time in the largest unit up to days in which it is whole."""
    size, unit = next((s, u) for s, u in _PERIODS if minutes % s == 0 and (minutes or s == 1))
    return counted(minutes // size, unit)


def clock(minutes: int) -> str:
    """Return minutes after midnight as a time: ``08:00``."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days(numbers: tuple[int, ...]) -> str:
    """Return weekdays, Monday being 0; three and more in a row as a range."""
    runs: list[list[int]] = []
    for day in sorted(set(numbers)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words: list[str] = []
    for run in runs:
        if len(run) >= _RANGE:
            words.append(f"{DAYS[run[0]]} to {DAYS[run[-1]]}")
        else:
            words += [DAYS[day] for day in run]
    return ", ".join(words)


def width(text: str) -> int:
    """Return how many columns *text* takes on a screen."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )
