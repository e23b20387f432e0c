"""Signs that other languages have: what stands for them here."""

from __future__ import annotations

__all__ = ["sign_at"]

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .finding import Change, Finding, Site


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sign, what is said of it, and what replaces it; None where more than one may be meant."""

    pattern: re.Pattern[str]
    message: str
    better: str | None
    #: A word wants room on both sides.
    spaced: bool = False
    guess: bool = False


def _sign(
    pattern: str, message: str, better: str | None, *, spaced: bool = False, guess: bool = False
) -> _Sign:
    return _Sign(re.compile(pattern), message, better, spaced, guess)


_ARROWS = (
    _sign(r"<={1,2}>|[↔⇔⟷]|<-{2,}>", "an arrow both ways is written `<->`", "<->"),
    _sign(r"=>|-{2,}>|[–—―]>|[→⇒➔➜⟶]", "an arrow to the cadence is written `->`", "->"),
    _sign(r"<-{2,}|<[–—―=]|[←⇐⟵]", "an arrow to the CRM is written `<-`", "<-"),
)
_COMPARISONS = (
    _sign(r"!==|<>|=/=|≠|~=", "`not equal` is written `!=`", "!="),
    _sign(r"={2,}", "equal is written with one `=`", "="),
    _sign(r"=<|≤|⩽", "`at most` is written `<=`", "<="),
    _sign(r"=>|≥|⩾", "`at least` is written `>=`", ">="),
    _sign(r":=", "equal is written `=`, without a colon", "="),
    _sign(r"&&?", "`and` is written as a word", "and", spaced=True),
    _sign(r"\|\|?", "`or` is written as a word", "or", spaced=True),
    _sign(r"!(?!=)", "`not` is written as a word", "not", spaced=True),
)
_OTHERS = (
    _sign(r"-- ?(?![->])", "comments begin with `#`, not with `--`", "# "),
    _sign(r"// ?", "comments begin with `#`, not with `//`", "# "),
    _sign(r"(?<=\d),(?=\d{3}(?!\d))", "digits are grouped with `_`, not with a comma: 5_000", "_"),
    _sign(r"(?<=\d)['’ \u00a0\u202f](?=\d{3}(?!\d))", "digits are grouped with `_`: 5_000", "_"),
    _sign(r"[$€£](?=\d)", "an amount is written as a number alone, without its currency", ""),
    _sign(r"(?<=\d)\s?%", "a share is written as a number alone: 10, not 10%", "", guess=True),
    _sign(
        r"[-–—](?=\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b)",
        "a run of days is written with `to`: Mon to Fri",
        "to",
        spaced=True,
    ),
    _sign(r";", "a row ends with its line: no semicolon is needed", ""),
    _sign(
        r"[.](?=[ \t]*(?:[\r\n#]|$))",
        "a row ends with its line: no full stop is needed",
        "",
        guess=True,
    ),
)
_COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_DASH = re.compile(r"[ \t]*(?:(?:when|and|or)[ \t]+)?(-)[ \t]")
_NAMES = {",": "a comma", "=": "`=`"}
_COLON = re.compile(r":(?!=)")
_BLOCK_WORD = re.compile(r"\b(when|then|all|any|none|match|given|expect|else)\s*$", re.IGNORECASE)
#: How far before the stop a sign may begin whose first part could be read.
_BACK = 2


def sign_at(site: Site) -> Iterator[Finding]:
    """Yield what may be wrong with the sign at which reading stopped."""
    text, at = site.text, site.at
    yield from _block_comment(site)
    signs = [*(_ARROWS if site.in_rows else ()), *_COMPARISONS, *_OTHERS]
    if not site.opened:
        signs = [*_COMPARISONS, *_ARROWS, *_OTHERS]
    if text[at : at + 1] == ";" and site.in_table:
        change = Change(start=at, end=at + 1, text=",", title="write `,`")
        message = "the entries of a table are separated by commas"
        yield Finding(code="E110", message=message, start=at, end=at + 1, change=change)
        return
    for near in range(max(at - _BACK, site.line_start), at + 1):
        for sign in signs:
            found = sign.pattern.match(text, near)
            if found and found.end() > at:
                yield _told(site, sign, *found.span())
                return
    if _COLON.match(text, at):
        yield _colon(site)
    if text[at : at + 1] in {",", "="} and site.stop.found:
        if text[at] == "=" and "BOTH" in site.stop.expected:
            yield _not_an_arrow(site, "`=`")
        else:
            yield _unwanted(site, at, f"{_NAMES[text[at]]} is not wanted here")
    if dash := _DASH.match(text, site.line_start):
        yield _unwanted(site, dash.start(1), "a row begins with its field, without a dash")


def _unwanted(site: Site, at: int, message: str) -> Finding:
    change = Change(
        start=at, end=_removed(site.text, at, at + 1), text="", title="remove it", guess=True
    )
    return Finding(code="E110", message=message, start=at, end=at + 1, change=change)


def _removed(text: str, start: int, end: int) -> int:
    """Return how far to remove, so that no two spaces are left where one was."""
    return end + (text[start - 1 : start] in {"", " ", "\n"} and text[end : end + 1] == " ")


def _told(site: Site, sign: _Sign, start: int, end: int) -> Finding:
    better, title = sign.better, ""
    if better is not None:
        shown = better.strip()
        title = f"write `{shown}`" if shown else "remove it"
        if sign.spaced:
            before, after = site.text[:start][-1:], site.text[end : end + 1]
            better = ("" if before.isspace() else " ") + better + ("" if after.isspace() else " ")
            if before == "(" or not before:
                better = better.lstrip()
    change = (
        None
        if better is None
        else Change(start=start, end=end, text=better, title=title, guess=sign.guess)
    )
    shown_end = start + max(len(site.text[start:end].rstrip()), 1)
    return Finding(code="E110", message=sign.message, start=start, end=shown_end, change=change)


def _block_comment(site: Site) -> Iterator[Finding]:
    text = site.text
    for near in (site.at, site.at - 1):
        if near < 0 or not text.startswith("/*", near):
            continue
        message = "comments begin with `#` and end with their line, not with `/*` and `*/`"
        found = _COMMENT.match(text, near)
        if found is None:
            yield Finding(code="E110", message=message, start=near, end=near + 2)
            return
        end = found.end()
        line_end = text.find("\n", end)
        rest = text[end : len(text) if line_end < 0 else line_end]
        change = None
        if not rest.strip():
            lines = found[1].rstrip().split("\n")
            mended = [f"# {lines[0].strip()}".rstrip()]
            for line in lines[1:]:
                bare = line.strip().lstrip("*").strip()
                mended.append(f"{line[: len(line) - len(line.lstrip())]}# {bare}".rstrip())
            change = Change(start=near, end=end, text="\n".join(mended), title="write `# …`")
        yield Finding(code="E110", message=message, start=near, end=end, change=change)
        return


def _colon(site: Site) -> Finding:
    at, text = site.at, site.text
    if _BLOCK_WORD.search(text, site.line_start, at):
        change = Change(start=at, end=at + 1, text="", title="remove the colon")
        message = "no colon is wanted after a word of the language"
    elif "BOTH" in site.stop.expected:
        return _not_an_arrow(site, "a colon")
    elif "STRING" in site.stop.expected:
        return _unwanted(site, at, "a colon is not wanted here")
    elif not text[at + 1 : site.line_end].strip():
        change = Change(start=at, end=at + 1, text=" {", title="write `{`", guess=True)
        message = "a block begins with `{` and ends with `}`, not with a colon"
    else:
        change = Change(start=at, end=at + 1, text=" =", title="write `=`", guess=True)
        message = "a value is given with `=`, not with a colon"
    return Finding(code="E110", message=message, start=at, end=at + 1, change=change)


def _not_an_arrow(site: Site, what: str) -> Finding:
    return Finding(
        code="E110",
        message=f"an arrow joins the two sides, not {what}",
        start=site.at,
        end=site.at + 1,
        labels=(
            (site.at, site.at + 1, "wanted: `->` to the cadence, `<-` to the CRM, `<->` both"),
        ),
    )
