"""Words that say it otherwise: in another case, misspelt, or in the place of another word."""

from __future__ import annotations

__all__ = ["BLANKS", "ROW_SYNONYMS", "misspelt_at", "word_at"]

import re
from collections.abc import Iterator, Mapping

from ..words import keywords, nearest, words_of
from .finding import Change, Finding, Site, rewritten

_IGNORE = re.IGNORECASE
_NOT = re.compile(r"\b(not|and|or)(?=\s*\()", _IGNORE)
_DAYS = {
    "monday": "Mon", "tuesday": "Tue", "tues": "Tue", "wednesday": "Wed", "thursday": "Thu",
    "thurs": "Thu", "friday": "Fri", "saturday": "Sat", "sunday": "Sun",
}  # fmt: skip
_UNITS = {
    "min": "minutes", "mins": "minutes", "m": "minutes", "hr": "hours", "hrs": "hours",
    "h": "hours", "d": "days", "wk": "weeks", "wks": "weeks", "mo": "months", "yr": "years",
    "yrs": "years",
}  # fmt: skip
#: What blank is called elsewhere.
BLANKS = frozenset({"blank", "empty", "null", "none", "nil", "nothing"})
#: Words of a row as other forms call them.
ROW_SYNONYMS: Mapping[str, str] = {
    "mandatory": "required",
    "compulsory": "required",
    "obligatory": "required",
}
_CLOCK = re.compile(r"(?<![\w:.])(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))?\s*([ap])\.?m\.?(?!\w)", _IGNORE)
#: How far before the stop a clock time may begin: `12:30 pm`.
_LONGEST_CLOCK = 6
_EXIT = re.compile(
    r"(?:(?:remove|take|pull|drop)(?:\s+(?:(?:the\s+)?(?:prospect|lead|contact)|it|them))?"
    r"(?:\s+(?:from|out\s+of|out))?|stop|un-?enroll?(?:\s+from)?|leave|end|quit|"
    r"exit(?=\s+(?:from|the|this|its|their))(?:\s+from)?)(?:\s+(?:(?:the|this|its|their)\s+)?cadence)?"
    r"(?=\s*(?:[,}#\n]|$))",
    _IGNORE,
)
#: A misspelt word is near what was meant; these are near a word that means something else.
_OTHERWISE = frozenset({"remove"})
_CALLS = re.compile(
    r"(?P<what>calls?|actions?)(?P<per>\s*(?:/|per|an?|each|every)\s*(?P<unit>minute|hour|day|week|month)|\s+daily)(?!\w)",
    _IGNORE,
)
_KIND = re.compile(
    r"activity\s+(?:(?P<call>(?:phone|telephone)[ \t-]*calls?)|(?P<sms>text[ \t-]*messages?)|"
    r"(?P<email>e-mails?))(?!\w)",
    _IGNORE,
)
_OF_WHEN = {"if", "where", "whenever", "unless", "on"}
_OF_THEN = {"do", "action", "actions"}


def word_at(site: Site) -> Iterator[Finding]:
    """Yield what may be wrong with the words around the place where reading stopped."""
    yield from _actions(site)
    yield from _frame(site)
    yield from _counts(site)
    yield from _units(site)
    yield from _case(site)


def _frame(site: Site) -> Iterator[Finding]:
    expected, word = site.stop.expected, site.word
    if word is None:
        return
    said = word[0].lower()
    start, end = word.span()
    if "WHEN" in expected and "REQUIRED" not in expected and said != "when":
        if said in _OF_WHEN and word[0] != "on":
            yield rewritten(site, start, end, "when", f"`{word[0]}` is written `when` here")
        else:
            message = "`when` is missing before the condition"
            change = Change(start=start, end=start, text="when ", title="write `when`", guess=True)
            yield Finding(code="E104", message=message, start=start, end=end, change=change)
    above = site.word_before
    if above and above[0] == "then":
        # It was taken for a value that is missing above it.
        return
    if "THEN" in expected and said in {"exit", "move"}:
        message = f"`then` is missing before `{word[0]}`"
        change = Change(start=start, end=start, text="then ", title="write `then`")
        yield Finding(code="E104", message=message, start=start, end=end, change=change)
    elif "THEN" in expected and "COMMA" in expected and said == "and":
        message = "actions are separated by commas: then exit cadence, move to …"
        change = Change(start=site.before, end=end, text=",", title="write `,`", guess=True)
        yield Finding(code="E110", message=message, start=start, end=end, change=change)
    elif site.starts_line and expected == frozenset({"THEN", "EVERY"}) and said not in _OF_THEN:
        yield Finding(
            code="E104",
            message="several conditions stand in a group, or are joined by `and` or `or`",
            start=start,
            end=end,
            labels=((start, end, "wanted before this: `and`, `or`, or `all {` around them"),),
        )
    elif "THEN" in expected and said in _OF_THEN:
        yield rewritten(site, start, end, "then", f"`{word[0]}` is written `then` here")


def _actions(site: Site) -> Iterator[Finding]:
    """Find an action that takes a prospect out of its cadence, in other words."""
    able = {"EXIT", "MOVE"} <= site.stop.expected
    before = site.word_before
    for near in (site.at if able else None, None if before is None else before.start()):
        found = None if near is None else _EXIT.match(site.text, near)
        if found is not None and found.end() >= site.at:
            message = f"`{' '.join(found[0].split())}` is written `exit cadence`"
            yield rewritten(site, *found.span(), "exit cadence", message)
            return


def _counts(site: Site) -> Iterator[Finding]:
    """Find calls that are not counted per 24 hours, and kinds of activity in two words."""
    for found in _CALLS.finditer(site.text, site.line_start, site.line_end):
        if site.head != "sync" or not found.start() <= site.at <= found.end():
            continue
        message = f"{found['what'].lower().removesuffix('s')}s are counted per 24 hours"
        start, end = found.span("per")
        start += len(found["per"]) - len(found["per"].lstrip())
        if found["unit"] is None or found["unit"].lower() == "day":
            room = "" if site.text[start - 1].isspace() else " "
            yield rewritten(site, start, end, f"{room}per 24 hours", message)
        else:
            message += f", not per {found['unit'].lower()}"
            notes = ("Say how many a day and a night may take.",)
            yield Finding(code="E110", message=message, start=start, end=end, notes=notes)
    if site.head == "activity" and (kind := _KIND.search(site.text, 0, site.line_end)):
        start, end = kind.span(str(kind.lastgroup))
        if start <= site.at <= end:
            better = str(kind.lastgroup)
            yield rewritten(
                site, start, end, better, f"this kind of activity is written `{better}`"
            )


def _units(site: Site) -> Iterator[Finding]:
    expected, word = site.stop.expected, site.word
    said = "" if word is None else word[0].lower()
    if word is not None and "DAY" in expected and said in _DAYS:
        message = f"days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun: `{_DAYS[said]}`"
        yield rewritten(site, word.start(), word.end(), _DAYS[said], message)
    if word is not None and "UNIT" in expected and said in _UNITS:
        yield rewritten(
            site,
            *word.span(),
            _UNITS[said],
            f"units of time are written in full: `{_UNITS[said]}`",
        )
    for near in range(site.at, max(site.before - _LONGEST_CLOCK, -1), -1):
        found = _CLOCK.match(site.text, near)
        if found and found.end() > site.at:
            hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
            better = f"{hour:02}:{found[2] or '00'}"
            yield rewritten(
                site,
                *found.span(),
                better,
                f"times have hours and minutes, from 00:00 to 24:00: {better}",
            )
            return
    whole = re.fullmatch(r"[01]?\d|2[0-4]", site.stop.found)
    if "TIME" in expected and whole and site.text[site.at + len(whole[0]) :][:1] not in {":", "."}:
        better = f"{int(whole[0]):02}:00"
        message = f"a time has hours and minutes: {better}"
        yield rewritten(site, site.at, site.at + len(whole[0]), better, message)


def _case(site: Site) -> Iterator[Finding]:
    known = words_of(site.stop.expected)
    for word, able in ((site.word, known), (site.word, keywords()), (site.word_before, keywords())):
        if word is None:
            continue
        for better in (word[0].lower(), word[0].title()):
            if better in able and better != word[0]:
                yield _cased(site, *word.span(), better)
                break
    # `NOT(` looks like a function.
    for found in _NOT.finditer(site.text, site.line_start, site.at):
        if found[0] != found[0].lower():
            yield _cased(site, *found.span(), found[0].lower())


def _cased(site: Site, start: int, end: int, better: str) -> Finding:
    how = "in lower case" if better == better.lower() else "with one capital letter"
    return rewritten(site, start, end, better, f"this word is written `{better}`, {how}")


def misspelt_at(site: Site) -> Iterator[Finding]:
    """Yield the word of the language that is nearest to what was found."""
    word = site.word
    known = words_of(site.stop.expected)
    if word is None or word[0] in known or word[0].lower() in _OTHERWISE:
        return
    near = nearest(word[0], known)
    if near is None:
        return
    change = Change(start=word.start(), end=word.end(), text=near, title=f"write `{near}`")
    yield Finding(
        code="E104",
        message=f"`{word[0]}` is not a word known here; did you mean `{near}`?",
        start=word.start(),
        end=word.end(),
        change=change,
    )
