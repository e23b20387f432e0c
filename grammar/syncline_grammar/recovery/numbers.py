"""Numbers and days as they are written elsewhere: grouped with points, cut short, or spelt out."""

from __future__ import annotations

__all__ = ["TWO_DAYS", "day_written", "number_at"]

import re
from collections.abc import Iterator
from datetime import date

from .finding import Finding, Site, rewritten

#: What is said of a day such as 05/06/2026.
TWO_DAYS = "This may be two days: the 5th of June 2026 is written 2026-06-05."
_IGNORE = re.IGNORECASE
_GROUPED = re.compile(r"(?<![\w.])\d{1,3}(?:(?:\.\d{3}){2,}|(?:[ \u00a0\u202f]\d{3})+)(?![\w.])")
_SHORT = re.compile(
    r"(?<![\w.])(?P<number>\d[\d_]{0,11}(?:\.\d{1,3})?)[ \t]?"
    r"(?P<word>k|m|mn|mio|bn|b|thousand|million|billion)(?!\w)",
    _IGNORE,
)
_TIMES = {"k": 10**3, "thousand": 10**3, "million": 10**6, "mio": 10**6, "billion": 10**9}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SPELT = tuple(
    re.compile(rf"(?<![\w.]){pattern}[ \t]*,?[ \t]*(?P<year>\d{{4}})(?!\w)", _IGNORE)
    for pattern in (rf"{_MONTH}[ \t]+{_DAY}", rf"{_DAY}[ \t]+(?:of[ \t]+)?{_MONTH}")
)
_FIGURES = re.compile(r"(?<![\w./-])(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?![\w/-])")
#: A slip reaches no further than this from the place where reading stopped.
_NEAR = 40


def number_at(site: Site) -> Iterator[Finding]:
    """Yield how the number or the day is written at which reading stopped."""
    start = max(site.code_start, min(site.at, site.before) - _NEAR)
    end = min(site.line_end, site.at + _NEAR)
    for pattern in (*_SPELT, _FIGURES):
        for found in pattern.finditer(site.text, start, end):
            if _reached(site, found):
                yield _day(site, found)
                return
    for found in _GROUPED.finditer(site.text, start, end):
        if _reached(site, found):
            better = re.sub(r"\D", "_", found[0])
            message = f"digits are grouped with `_`: {better}"
            yield rewritten(site, *found.span(), better, message)
            return
    for found in _SHORT.finditer(site.text, start, end):
        if _reached(site, found):
            yield _short(site, found)
            return


def _reached(site: Site, found: re.Match[str]) -> bool:
    """Tell whether reading stopped in *found*, or when its last word was taken for a name."""
    return found.start() <= site.at <= found.end() or site.before == found.end()


def _short(site: Site, found: re.Match[str]) -> Finding:
    times = _TIMES.get(found["word"].lower())
    message = "a number is written in full"
    notes = ("Group its digits with `_`: 50_000 or 1_000_000.",)
    whole, _point, parts = found["number"].replace("_", "").partition(".")
    if times is None:
        return Finding(
            code="E110", message=message, start=found.start(), end=found.end(), notes=notes
        )
    better = f"{int(whole + parts) * times // 10 ** len(parts):_}"
    return rewritten(site, *found.span(), better, f"a number is written in full: {better}")


def _day(site: Site, found: re.Match[str]) -> Finding:
    if found.re is _FIGURES:
        better = day_written(int(found[1]), int(found[3]), int(found[4]))
    else:
        month = _MONTHS.index(found["month"][:3].lower()) + 1
        better = _iso(int(found["year"]), month, int(found["day"]))
    message = "a day is written year, month, day: "
    if better is None:
        message = "a day is written year, month, day, as in 2026-11-22"
        return Finding(
            code="E110", message=message, start=found.start(), end=found.end(), notes=(TWO_DAYS,)
        )
    return rewritten(site, *found.span(), better, message + better)


def day_written(first: int, second: int, third: int) -> str | None:
    """Return the day that three numbers surely mean, as ISO 8601; None when it may be two."""
    if first > 31:
        return _iso(first, second, third)
    if third < 1000 or (first <= 12 and second <= 12 and first != second):
        return None
    return _iso(third, second, first) or _iso(third, first, second)


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
