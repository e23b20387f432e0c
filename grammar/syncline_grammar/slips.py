"""Slips known by name: what people write who know another language, and how it is written here."""

from __future__ import annotations

__all__ = ["Slip", "slip_at"]

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """A known slip from *start* to *end*; *better* replaces it when one thing is surely meant."""

    code: str
    message: str
    start: int
    end: int
    better: str | None = None
    title: str = ""


_KEYWORDS = frozenset(
    {
        "connect", "sync", "admin", "map", "workflow", "activity", "allow", "form", "test", "on",
        "when", "then", "all", "any", "none", "and", "or", "not", "in", "contains", "starts",
        "ends", "with", "matches", "is", "blank", "before", "after", "between", "changed", "from",
        "was", "new", "exactly", "exit", "move", "next", "touch", "cadence", "crm", "to",
        "required", "default", "locked", "erase", "using", "as", "else", "true", "false",
    }
)  # fmt: skip

_EMPTY = re.compile(r"\bis(\s+not)?\s+(empty|null|none|nothing)\b", re.IGNORECASE)
_LISTED = re.compile(r"\bin\s*\(")
_SLIPS: tuple[tuple[re.Pattern[str], str, str | None], ...] = (
    (re.compile(r"=="), "write one `=`, not two", "="),
    (re.compile(r"<>"), "`not equal` is written `!=`", "!="),
    (re.compile(r"&&"), "`and` is written as a word", "and"),
    (re.compile(r"\|\|"), "`or` is written as a word", "or"),
    (re.compile(r"=>"), "`=>` is no sign here: at least is `>=`, an arrow is `->`", None),
    (re.compile(r"=<"), "`at most` is written `<=`", "<="),
    (re.compile(r"!(?!=)"), "`not` is written as a word", "not "),
    (re.compile(r"//"), "comments begin with `#`", "#"),
    (re.compile(r"(?<=\d),(?=\d{3})"), "numbers have no commas; `_` may group: 5_000", "_"),
    (re.compile(r";"), "rows end with the line: no semicolon is needed", ""),
)
_CURLY = re.compile('[“”„«]([^“”„«»\\n"]*)[“”»]?')
_SINGLE = re.compile("[‘’']([^‘’'\n\"]*)[‘’']?")
_IS_VALUE = re.compile(r"\bis(?=\s+(?!not\s+blank|blank|new)\S)")
_IS_NOT = re.compile(r"\bis\s+not(?=\s+(?!blank)\S)")
_WORD = re.compile(r"[A-Za-z]+")


def slip_at(text: str, at: int) -> Slip | None:
    """Return the slip that stands at, or just before, the place where reading stopped."""
    line_start = text.rfind("\n", 0, at) + 1
    line_end = text.find("\n", at)
    line_end = len(text) if line_end < 0 else line_end
    for near in (at, at - 1):
        if near < line_start:
            continue
        if text[near : near + 1] == '"' and '"' not in text[near + 1 : line_end]:
            return Slip("E105", 'a closing `"` is missing on this line', near, line_end)
        if found := _CURLY.match(text, near) or _SINGLE.match(text, near):
            message = 'texts stand in straight double quotes: "Open"'
            straight = f'"{found[1]}"'
            return Slip("E110", message, near, found.end(), straight, f"write `{straight}`")
        for pattern, message, better in _SLIPS:
            if found := pattern.match(text, near):
                title = f"write `{better.strip()}`" if better and better.strip() else "remove it"
                return Slip("E110", message, near, found.end(), better, title)
    for found in _EMPTY.finditer(text, line_start, line_end):
        if found.start() <= at <= found.end() + 1:
            better = "is not blank" if found[1] else "is blank"
            message = f"blank is asked with `{better}`"
            return Slip("E110", message, found.start(), found.end(), better, f"write `{better}`")
    for found in _LISTED.finditer(text, line_start, at + 1):
        if "(" not in text[found.end() : at] and ")" not in text[found.end() : at]:
            start = found.end() - 1
            message = 'a list has no brackets: in "A", "B"'
            return Slip("E110", message, start, start + 1)
    for pattern, sign in ((_IS_NOT, "!="), (_IS_VALUE, "=")):
        for found in pattern.finditer(text, line_start, line_end):
            if found.start() <= at <= found.end() + 2:
                message = (
                    f"write `{sign}` to compare with a value: `is` goes with `blank` and `new`"
                )
                return Slip("E110", message, found.start(), found.end(), sign, f"write `{sign}`")
    return _capital(text, at)


def _capital(text: str, at: int) -> Slip | None:
    """Return the slip of a word of the language in capitals: ``AND``, ``When``."""
    for start in (at, len(text[:at].rstrip()) - 1):
        begin = max(start, 0)
        while begin > 0 and text[begin - 1].isalpha():
            begin -= 1
        found = _WORD.match(text, begin)
        if found and found[0] not in _KEYWORDS and found[0].lower() in _KEYWORDS:
            word = found[0].lower()
            return Slip(
                "E110",
                f"words of the language are lower case: `{word}`",
                found.start(),
                found.end(),
                word,
                f"write `{word}`",
            )
    return None
