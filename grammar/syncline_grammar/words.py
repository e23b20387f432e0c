"""The parser's terminals in the reader's words, and the words that may stand in a place."""

from __future__ import annotations

__all__ = ["ROW_WORDS", "keywords", "listed", "nearest", "words_of"]

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from . import text as grammar_text

#: What may stand after a row of a map or a form.
ROW_WORDS = (
    "required", "locked", "erase", "default", "always", "never", "when blank", "on create",
    "using", "as", "newest wins", "crm wins", "cadence wins", "hold on conflict", "else skip",
    "else hold", "read only", "one of",
)  # fmt: skip

_TERMS = {
    "NAME": "a name",
    "QUOTED_NAME": "a name",
    "STRING": 'a text in quotes ("…")',
    "NUMBER": "a number",
    "MINUS": "a number",
    "DATE": "a date (2026-11-22)",
    "TIME": "a time (08:00)",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "EQUAL": "`=`",
    "COMMA": "`,`",
    "DAY_COMMA": "`,`",
    "BOTH": "an arrow (<->, ->, <-)",
    "TO_CADENCE": "an arrow (<->, ->, <-)",
    "TO_CRM": "an arrow (<->, ->, <-)",
    "COMPARE": "a comparison (=, !=, <, in, contains, is blank …)",
    "SIGN": "`+` or `-`",
    "TIMES": "`*` or `/`",
    "CALL": "a function",
    "DAY": "a day (Mon, Tue …)",
    "UNIT": "a unit of time (minutes, days …)",
    "QUANTIFIER": "`all {`, `any {` or `none {`",
    "FALLBACK": "`skip` or `hold`",
    "COUNTED": "`calls` or `actions`",
    "PERCENT": "`%`",
    "EVENT": "an event (deleted, merged, converted, undeleted)",
    "WHICH": "`last` or `next`",
    "PROSPECTS": "`prospect's`",
    "USERS": "`user's`",
    "$END": "the end of the file",
    "__ANON_0": "`time`",
    "__ANON_1": "`day`",
}
#: What stands for a whole family, when all of *marks* are wanted: the family's terminals are left
#: out of the list and the words stand in their place.
_FAMILIES = (
    (
        {"CONNECT", "WORKFLOW"},
        {"CONNECT", "SYNC", "ADMIN", "MAP", "WORKFLOW", "ACTIVITY", "ALLOW", "FORM", "TEST"},
        "a statement (connect, sync, admin, map, workflow, activity, allow, form or test)",
    ),
    (
        {"REQUIRED", "USING"},
        {
            "REQUIRED", "LOCKED", "ERASE", "ALWAYS", "NEVER", "WHEN", "ON", "TO", "DEFAULT",
            "USING", "AS", "NEWEST", "HOLD", "ELSE", "CRM", "CADENCE", "COMMA",
        },
        "a word of the row (required, default, when blank …)",
    ),
    (
        {"REQUIRED", "ONE"},
        {"REQUIRED", "READ", "ONE", "DEFAULT", "COMMA"},
        "a word of the row (required, read only, one of, default)",
    ),
    (
        {"COMPARE", "IS"},
        {
            "COMPARE", "EQUAL", "TEXT_TEST", "TIME_TEST", "IN", "NOT", "IS", "STARTS", "ENDS",
            "BETWEEN", "CHANGED", "WAS", "EXACTLY", "SIGN", "TIMES",
        },
        "a comparison (=, !=, <, in, contains, is blank …)",
    ),
    (
        {"QUANTIFIER", "NAME"},
        {
            "QUANTIFIER", "NAME", "QUOTED_NAME", "NOT", "IS", "LPAR", "CALL", "STRING", "NUMBER",
            "DATE", "TRUE", "FALSE", "DAYWORD",
        },
        "a condition (a field and what is asked of it)",
    ),
    (
        {"STRING", "NUMBER", "NAME"},
        {
            "STRING", "NUMBER", "NAME", "QUOTED_NAME", "DATE", "MINUS", "TRUE", "FALSE",
            "DAYWORD", "LPAR", "CALL",
        },
        "a value (a text in quotes, a number, a date) or a field",
    ),
    (
        {"STRING", "NUMBER"},
        {"STRING", "NUMBER", "DATE", "MINUS", "TRUE", "FALSE"},
        "a value (a text in quotes, a number, a date)",
    ),
)  # fmt: skip
#: The words that one terminal stands for.
_WORDS = {
    "UNIT": tuple(
        f"{unit}{end}"
        for unit in ("minute", "hour", "day", "week", "month", "year")
        for end in ("s", "")
    ),
    "DAY": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "DAYWORD": ("today", "yesterday", "tomorrow", "now"),
    "QUANTIFIER": ("all", "any", "none"),
    "TEXT_TEST": ("contains", "matches"),
    "TIME_TEST": ("before", "after"),
    "WHICH": ("last", "next"),
    "FALLBACK": ("skip", "hold"),
    "COUNTED": ("calls", "actions"),
    "EVENT": ("deleted", "merged", "converted", "undeleted"),
    "DELETES_ROW": ("deletes",),
    "DELETES_TOO": ("deletes",),
    "PROSPECTS": ("prospect's",),
    "USERS": ("user's",),
    "NO_ACTION": ("no action",),
    "PER_USER": ("per user",),
    "NOT_ON_HOLIDAYS": ("not on holidays",),
    "__ANON_0": ("time",),
    "__ANON_1": ("day",),
}
_SIGNS = {
    "NAME", "QUOTED_NAME", "STRING", "NUMBER", "MINUS", "DATE", "TIME", "LBRACE", "RBRACE", "LPAR",
    "RPAR", "EQUAL", "COMMA", "DAY_COMMA", "COMPARE", "BOTH", "TO_CADENCE", "TO_CRM", "SIGN",
    "TIMES", "CALL", "PERCENT", "$END",
}  # fmt: skip
#: Worth saying only when there is nothing else: each may follow nearly anything.
_SELDOM = {"SIGN", "TIMES", "CALL", "COMMA", "DAY_COMMA", "$END"}
_MOST = 5
#: A longer word is no misspelt name.
_LONGEST = 200


def listed(terminals: frozenset[str]) -> str:
    """Return what was wanted, as a short list in words; empty when there is too much to say."""
    names = set(terminals)
    words: set[str] = set()
    for marks, family, phrase in _FAMILIES:
        if marks <= names:
            names -= family
            words.add(phrase)
    if words or names - _SELDOM:
        names -= _SELDOM
    words |= {_term(name) for name in names}
    if len(words) > _MOST:
        return ""
    in_order = sorted(words)
    return " or ".join([", ".join(in_order[:-1]), in_order[-1]] if len(words) > 1 else in_order)


def _term(name: str) -> str:
    if name in _TERMS:
        return _TERMS[name]
    return " or ".join(f"`{word}`" for word in sorted(words_of(frozenset({name}))))


def words_of(terminals: Iterable[str]) -> frozenset[str]:
    """Return the words of the language among *terminals*: not names, values or signs."""
    found: set[str] = set()
    for name in terminals:
        if name not in _SIGNS:
            found.update(_WORDS.get(name, (name.lower(),)))
    return frozenset(found)


@cache
def keywords() -> frozenset[str]:
    """Return every word of the language."""
    plain = re.findall(r'"([a-z]+)"', grammar_text())
    return frozenset(plain).union(*_WORDS.values())


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to *word*, ignoring case; None when none is near."""
    if len(word) > _LONGEST:
        return None
    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.75)
    return by_fold[found[0]] if found else None
