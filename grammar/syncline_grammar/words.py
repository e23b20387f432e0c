"""The parser's terminals in the reader's words."""

from __future__ import annotations

__all__ = ["ROW_WORDS", "listed", "nearest"]

from collections.abc import Iterable
from difflib import get_close_matches

#: What may stand after a row of a map or a form.
ROW_WORDS = (
    "required", "locked", "erase", "default", "always", "never", "when blank", "on create",
    "using", "as", "newest wins", "crm wins", "cadence wins", "hold on conflict", "else skip",
    "else hold", "read only", "one of",
)  # fmt: skip

_WORDS = {
    "NAME": "a name",
    "QUOTED_NAME": "a name",
    "STRING": 'a text in quotes ("…")',
    "NUMBER": "a number",
    "DATE": "a date",
    "TIME": "a time (08:00)",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "EQUAL": "`=`",
    "COMMA": "`,`",
    "DAY_COMMA": "`,`",
    "COMPARE": "a comparison (=, !=, <, in, contains, is blank …)",
    "BOTH": "an arrow (<->, ->, <-)",
    "TO_CADENCE": "an arrow (<->, ->, <-)",
    "TO_CRM": "an arrow (<->, ->, <-)",
    "DAY": "a day (Mon, Tue …)",
    "UNIT": "a unit of time (minutes, days …)",
    "QUANTIFIER": "`all {`, `any {` or `none {`",
    "FALLBACK": "`skip` or `hold`",
    "$END": "the end of the file",
    "MINUS": "a number",
}
#: Part of an operator: COMPARE stands for the whole family.
_FAMILY = {
    "TEXT_TEST", "TIME_TEST", "IN", "NOT", "IS", "STARTS", "ENDS", "BETWEEN", "CHANGED", "WAS",
    "EXACTLY", "SIGN", "TIMES",
}  # fmt: skip
_CALLS = {"CALL", "DAYWORD", "TRUE", "FALSE"}
_MOST = 5


def listed(terminals: frozenset[str]) -> str:
    """Return what was wanted, as a short list in words; empty when there is too much to say."""
    names = set(terminals) - _CALLS
    if "COMPARE" in names:
        names -= _FAMILY | {"EQUAL"}
    words = sorted({_WORDS.get(n, f"`{n.lower()}`") for n in names if not n.startswith("__")})
    if len(words) > _MOST:
        return ""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to *word*, ignoring case; None when none is near."""
    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.75)
    return by_fold[found[0]] if found else None
