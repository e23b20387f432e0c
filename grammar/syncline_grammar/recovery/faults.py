"""What a parser's stop means to a reader, and what to set aside so that the rest can be read."""

from __future__ import annotations

__all__ = ["describe", "without"]

import re

from ..source import SIGNIFICANT
from ..words import ROW_WORDS, listed, nearest
from .chunks import opened_at
from .draft import Draft
from .finding import Change, Finding, Site
from .slips import slips_at
from .wording import ROW_SYNONYMS

_NAME_NOTE = ("A name of several words stands in back-ticks: `Job title`.",)
_ARROW = re.compile(r"(<->|->|<-)[ \t]*(?:#[^\n]*)?\r?\n\s*$")
_COMPARISON = re.compile(
    r"(!=|<=|>=|[=<>]|\b(?:in|contains|with|matches|before|after|was|to))"
    r"[ \t]*(?:#[^\n]*)?\r?\n\s*$"
)
_OPERATOR = re.compile(r"[!<>]?=|[<>]|(?:is|in|not|contains|starts|ends|changed)\b")
_LAST_WORD = re.compile(r"(?<!\w)[^\W\d]\w*$")
#: What holds the rest of a statement together, and what can stand there while it is read.
_STAND_INS = {
    "map": "map a <-> b {",
    "workflow": 'workflow "" on a {',
    "activity": "activity a -> b {",
    "form": 'form "" for a {',
    "test": 'test "" {',
}
_WHEN = re.compile(r"\s*when\b", re.IGNORECASE)
_THEN = re.compile(r"\s*then\b", re.IGNORECASE)


def describe(site: Site) -> list[Finding]:
    """Return what may be meant at *site*, the likeliest first; the last one offers no change."""
    found = list(slips_at(site))
    plain = _plain(site)
    if (stray := _stray_word(site)) is not None:
        found.append(stray)
        plain = stray if stray.change is None else plain
    # A slip whose place is known but not its remedy says more than that something is wrong.
    return [*found, next((f for f in found if f.change is None), plain)]


def _plain(site: Site) -> Finding:
    stop = site.stop
    wanted = listed(stop.expected)
    for place, missing in ((_arrow_above(site), "a name"), (_sign_above(site), "a value")):
        if place is not None:
            return Finding(
                code="E104",
                message="this row ends too early",
                start=place[0],
                end=place[1],
                labels=((*place, f"wanted after this: {missing}"),),
            )
    if not stop.found or _unfinished(site):
        end = max(site.before, 1)
        what = "row" if stop.found else "statement"
        return Finding(
            code="E104",
            message=f"this {what} ends too early",
            start=end - 1,
            end=end,
            labels=((end - 1, end, f"wanted after this: {wanted}"),) if wanted else (),
        )
    start, end = stop.at, stop.at + len(stop.found)
    if not stop.readable:
        named = stop.found.isalnum() or stop.found in "-./%$@&?"
        return Finding(
            code="E107",
            message=f"`{stop.found}` is not part of the language",
            start=start,
            end=end,
            notes=_NAME_NOTE if named else (),
        )
    return Finding(
        code="E104",
        message=f"`{stop.found}` cannot stand here",
        start=start,
        end=end,
        labels=((start, end, f"wanted: {wanted}"),) if wanted else (),
        notes=_NAME_NOTE if "BOTH" in stop.expected and stop.found.isidentifier() else (),
    )


def _unfinished(site: Site) -> bool:
    """Tell whether the line above lacks something, and what was found is only where it shows."""
    begins = site.stop.found == "}" or site.stop.found.isidentifier()
    above = {"RBRACE", "THEN", "WHEN", "WORKFLOW"}
    return site.starts_line and site.stop.readable and begins and not above & site.stop.expected


def _arrow_above(site: Site) -> tuple[int, int] | None:
    """Find an arrow without a name after it: the next row's was taken for it."""
    word = site.word_before
    if site.stop.found not in {"<->", "->", "<-"} or word is None:
        return None
    found = _ARROW.search(site.text, 0, word.start())
    return None if found is None else found.span(1)


def _sign_above(site: Site) -> tuple[int, int] | None:
    """Find a comparison without a value: the word below it was taken for one."""
    word = site.word_before
    if word is None or not (word[0] == "then" or _OPERATOR.match(site.text, site.at)):
        return None
    found = _COMPARISON.search(site.text, 0, word.start())
    return None if found is None else found.span(1)


def _stray_word(site: Site) -> Finding | None:
    """Find a misspelt word at a row's end: it was read as the next row's first name."""
    before = site.text[: site.before]
    if "BOTH" not in site.stop.expected or "\n" not in site.text[site.before : site.at]:
        return None
    found = _LAST_WORD.search(before)
    line_start = before.rfind("\n") + 1
    if found is None or not before[line_start : found.start()].strip():
        return None
    start, end = found.span()
    same = ROW_SYNONYMS.get(found[0].lower())
    near = same or nearest(found[0], ROW_WORDS)
    if near is None:
        return Finding(
            code="E104",
            message=f"`{found[0]}` is not a word known here",
            start=start,
            end=end,
            labels=((start, end, "wanted: a word of the row, or the end of the line"),),
            notes=_NAME_NOTE,
        )
    return Finding(
        code="E104",
        message=f"`{found[0]}` is written `{near}`"
        if same
        else f"`{found[0]}` is not a word known here; did you mean `{near}`?",
        start=start,
        end=end,
        change=Change(start=start, end=end, text=near, title=f"write `{near}`"),
    )


def without(draft: Draft, site: Site, found: Finding) -> tuple[Draft, bool]:
    """Return the draft with the fault taken out of the way, and whether it still says the same.

    A row of a block is blanked alone. A line that holds a statement together is replaced by one
    that can be read: the rest of the statement is then looked through, but is of no use as rules.
    """
    text = draft.text
    start = text.rfind("\n", 0, found.start) + 1
    end = text.find("\n", found.start)
    end = len(text) if end < 0 else end
    line = text[start:end]
    inside = opened_at(text, start)
    balance = _balance(line)
    if inside and _WHEN.match(line):
        put = " when is new" if balance == 0 else " when all {"
        return draft.replaced(start, end, put), balance not in {0, 1}
    if inside and _THEN.match(line):
        return draft.replaced(start, end, " then exit cadence" + " }" * -balance), True
    if inside and line.strip() and balance == 0 and not line.strip().startswith("}"):
        # A test that lost its only beginning or its only end would be told to lack it.
        word = line.split()[0]
        only = site.head == "test" and text.count(f"\n{line[: line.index(word)]}{word} ") == 1
        return draft.replaced(start, end, _blank(line)), only and word in {"given", "expect"}
    if not inside and balance == 1 and site.head in _STAND_INS and not text[:start].strip():
        return draft.replaced(start, end, _STAND_INS[site.head]), True
    # An unknown statement reaches to the end of the text; any other takes all of it along.
    first = start if not inside and text[:start].strip() else 0
    return draft.replaced(first, len(text), _blank(text[first:])), first == 0


def _balance(line: str) -> int:
    signs = [m[0] for m in SIGNIFICANT.finditer(line)]
    return sum((s in {"{", "("}) - (s in {"}", ")"}) for s in signs)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
