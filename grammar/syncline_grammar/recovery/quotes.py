"""Quotes: left open, curly, single, and names or texts that stand in the wrong ones."""

from __future__ import annotations

__all__ = ["quote_at"]

import re
from collections.abc import Iterator

from ..words import keywords
from .finding import Change, Finding, Site
from .wording import BLANKS

_CURLY = re.compile('[“”„«‟]([^“”„«»‟\\n"]*)[“”»‟"]?')
_SINGLE = re.compile("[‘’‚'´]([^‘’‚'´\\n\"]*)[‘’'´]?")
_PIECE = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`\n]*`|#[^\n]*|(")')
#: What surely stands outside of a text that was left open.
_AFTER = re.compile(r"\s+(?:on|for)\s+\w+\s*\{\s*$|\s*\{\s*$|\s+#[^\n]*$|\s*\)\s*$|\s*$")
#: A rest that may hold more than one text or a word of the language.
_UNSURE = re.compile(r"""[,=<>{}()"]|\b(?:and|or|then|default|required)\b""")
#: A text whose first quote is missing: it stands where a value does.
_OPENING = re.compile(
    r'(?:[=<>,]|\b(?:in|with|contains|matches|to|default|admin))\s*([^\s"][^",=]*)$'
)
#: A text whose first quote is missing is looked for so far before its last one.
_LONGEST = 200
_VALUE_END = re.compile(r"\s+(?:on|for)\s+\w+\s*\{|\s*->|\s*[{}#,\n]|\s*$")
#: In a row, more may follow a value than the end of the line.
_ROW_END = {
    "test": re.compile(r"\s+at\s+\d"),
    "map": re.compile(
        r"\s+(?:required|locked|erase|always|never|when|on\s+create|to\s+(?:crm|cadence)|using|as\s*\{|"
        r"(?:newest|crm|cadence)\s+wins|hold|else)(?!\w)"
    ),
    "form": re.compile(r"\s+(?:required|read\s+only|one\s+of)(?!\w)"),
}
#: Words of the language that stand in many a title.
_SMALL = frozenset({"a", "at", "of", "on", "the", "to", "from", "with", "new", "next", "last"})
#: Words without quotes behind a comparison: a text, or a name of several words.
_SEVERAL_WORDS = re.compile(
    r"(?:[=<>]|\b(?:contains|with|to|from|was|in))\s*"
    r"(?P<words>[^\W\d][\w&./-]*(?:[ \t]+[\w&./-]+)+)"
)
_BARE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TEXT = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def quote_at(site: Site) -> Iterator[Finding]:
    """Yield what may be wrong with the quotes around the place where reading stopped."""
    text = site.text
    for near in (site.at, site.at - 1):
        if near < site.line_start:
            continue
        if found := _CURLY.match(text, near) or _SINGLE.match(text, near):
            end = found.end()
            if text.count('"', near, site.line_end) == 1:
                # It was opened with one kind of quote and closed with the other.
                end += text[end : end + 1] == '"'
            straight = f'"{found[1]}"'
            yield Finding(
                code="E110",
                message='texts stand in straight double quotes: "Open"',
                start=near,
                end=end,
                change=Change(start=near, end=end, text=straight, title=f"write `{straight}`"),
            )
            return
    yield from _left_open(site)
    expected = site.stop.expected
    if site.stop.found.startswith('"') and "NAME" in expected and "STRING" not in expected:
        yield from _quoted_name(site)
    elif "STRING" in expected and "NAME" not in expected and "QUANTIFIER" not in expected:
        yield from _bare_text(site)
    elif site.head == "workflow":
        yield from _several_words(site)


def _left_open(site: Site) -> Iterator[Finding]:
    text = site.text
    quotes = [m for m in _PIECE.finditer(text, site.line_start, site.line_end) if '"' in m[0]]
    lone = next((m.start() for m in quotes if m[1]), None)
    if lone is None:
        return
    found = _OPENING.search(text, max(site.line_start, lone - _LONGEST), lone)
    if quotes[0].start() > site.at and not (found and found.start(1) <= site.at):
        return
    if len(quotes) > 1:
        yield Finding(
            code="E105",
            message="a quote is missing on this line: one of them has no partner",
            start=quotes[0].start(),
            end=site.line_end,
        )
        return
    if found:
        yield Finding(
            code="E105",
            message='an opening `"` is missing on this line',
            start=found.start(1),
            end=lone + 1,
            change=Change(
                start=found.start(1),
                end=lone + 1,
                text=f'"{found[1]}"',
                title=f'write `"{found[1]}"`',
            ),
        )
        return
    after = _AFTER.search(text, lone + 1, site.line_end)
    end = site.line_end if after is None else after.start()
    inner = text[lone + 1 : end]
    change = None
    if inner.strip() and not _UNSURE.search(inner) and "\\" not in inner:
        change = Change(start=lone, end=end, text=f'"{inner}"', title=f'write `"{inner}"`')
    yield Finding(
        code="E105",
        message='a closing `"` is missing on this line',
        start=lone,
        end=lone + max(len(inner.rstrip()), 0) + 1,
        change=change,
    )


def _quoted_name(site: Site) -> Iterator[Finding]:
    found = _TEXT.match(site.text, site.at)
    if found is None or not found[1].strip() or "`" in found[1]:
        return
    name = found[1] if _BARE.fullmatch(found[1]) else f"`{found[1]}`"
    yield Finding(
        code="E110",
        message="a name stands without quotes, or in back-ticks if it has spaces",
        start=site.at,
        end=found.end(),
        change=Change(start=site.at, end=found.end(), text=name, title=f"write {_ticked(name)}"),
    )


def _ticked(name: str) -> str:
    return name if name.startswith("`") else f"`{name}`"


def _bare_text(site: Site) -> Iterator[Finding]:
    if not site.stop.found[:1].isalpha():
        return
    end = _VALUE_END.search(site.text, site.at)
    stop = site.line_end if end is None else min(end.start(), site.line_end)
    more = _ROW_END.get(site.head)
    if more is not None and (follows := more.search(site.text, site.at, stop)):
        stop = follows.start()
    inner = site.text[site.at : stop]
    if not inner.strip() or '"' in inner or "\\" in inner:
        return
    if inner.lower() in BLANKS:
        yield _blank(site, inner)
        return
    yield Finding(
        code="E110",
        message="a text stands in double quotes",
        start=site.at,
        end=stop,
        change=Change(
            start=site.at, end=stop, text=f'"{inner}"', title=f'write `"{inner}"`', guess=True
        ),
    )


def _blank(site: Site, word: str) -> Finding:
    """Return the finding of *word* where a value is wanted: in a test, blank is an empty text."""
    start, end = site.at, site.at + len(word)
    if site.head == "test":
        change = Change(start=start, end=end, text='""', title='write `""`')
        message = f'`{word}` is written `""` in a test'
        return Finding(code="E110", message=message, start=start, end=end, change=change)
    return Finding(
        code="E110",
        message=f"`{word}` is not a value",
        start=start,
        end=end,
        notes=("Leave the word before it out too: what nothing is said about stays blank.",),
    )


def _several_words(site: Site) -> Iterator[Finding]:
    start = max(site.code_start, site.at - _LONGEST)
    for found in _SEVERAL_WORDS.finditer(site.text, start, min(site.line_end, site.at + _LONGEST)):
        words = found["words"]
        strange = (keywords() - _SMALL) & set(words.split())
        if found.start("words") < site.at <= found.end() and not strange:
            yield Finding(
                code="E110",
                message="a text of several words stands in double quotes, and a field's name of "
                "several words in back-ticks",
                start=found.start("words"),
                end=found.end(),
                labels=((found.start("words"), found.end(), f'wanted: "{words}" or `{words}`'),),
            )
