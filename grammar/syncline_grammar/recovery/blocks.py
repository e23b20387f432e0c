"""Braces, brackets and words that are missing, or that close nothing."""

from __future__ import annotations

__all__ = ["block_at", "instead_at", "missing_at", "name_at"]

import re
from collections.abc import Iterator

from ..words import ROW_WORDS, keywords, nearest, words_of
from .finding import Change, Finding, Site
from .wording import ROW_SYNONYMS

_SIGNS = {"LBRACE": "{", "RPAR": ")", "EQUAL": "=", "PERCENT": "%"}
#: A label as people know it: words with one space between, none of which is an API name.
_SPACED = r"(?P<name>[^\W\d_][^\W_]*(?: [^\W_]+)+)"
_SPACED_NAME = re.compile(
    rf"{_SPACED}[ \t]*(?=<->|->|<-|=|!=|<|>|(?:is|in|not|contains|starts|ends|matches|before|after|"
    r"between|changed|was|exactly|required|default)\b)"
)
_LEADING = re.compile(r"^(?:when|then|match|and|or|not|where|given|expect)[ \t]+", re.IGNORECASE)
_RIGHT = re.compile(rf"(?:<->|->|<-)[ \t]*{_SPACED}$")
_BRACKET = re.compile(r'#[^\n]*|"(?:\\.|[^"\\\n])*"|`[^`\n]*`|[\[\]()]')
_OPERATOR = re.compile(r"<->|->|<-|!=|<=|>=|=|<|>|(?:is|in|contains)\b")


def block_at(site: Site) -> Iterator[Finding]:
    """Yield what may be wrong with the brackets around the place where reading stopped."""
    found, opened = site.stop.found, site.opened
    yield from _other_brackets(site)
    if opened and site.text[opened[-1]] == "(" and _leaves_bracket(site):
        start = opened[-1]
        change = Change(
            start=site.before, end=site.before, text=")", title="write `)`", guess=bool(found)
        )
        yield Finding(
            code="E106",
            message="this bracket is not closed: a `)` is missing",
            start=start,
            end=start + 1,
            change=change,
        )
    if opened and site.text[opened[-1]] == "{" and _leaves_block(site):
        yield _left_open(site, opened[-1])
    if found == "}" and "THEN" in site.stop.expected:
        yield Finding(
            code="E104",
            message="`then` is missing: nothing says what is to happen",
            start=site.at,
            end=site.at + 1,
            labels=((site.at, site.at + 1, "wanted before this: `then exit cadence` or another"),),
        )
    if found == "}" and not opened:
        yield _closes_nothing(site, site.at, "this brace closes nothing: no block is open")
    if found == ")" and (not opened or site.text[opened[-1]] == "{"):
        yield _closes_nothing(site, site.at, "this bracket closes nothing: none is open")
    early = site.before - 1
    if found not in {"", "}"} and not opened and site.text[early : early + 1] == "}":
        rest = site.text[site.at :]
        if rest.count("}") > rest.count("{"):
            message = "this brace closes the block too early: more of it stands below"
            yield _closes_nothing(site, early, message)


def _leaves_bracket(site: Site) -> bool:
    return site.stop.found in {"", "then", "}"} or (
        site.starts_line and "RPAR" in site.stop.expected
    )


def _leaves_block(site: Site) -> bool:
    if not site.stop.found:
        return True
    if not site.starts_line:
        return False
    inner = site.stop.found == "then" and len(site.opened) > 1
    return inner or (site.in_table and site.stop.found != "}" and "RBRACE" in site.stop.expected)


def _left_open(site: Site, opener: int) -> Finding:
    text = site.text
    at = site.before
    if "\n" in text[opener:at]:
        line_end = text.find("\n", at)
        at = len(text) if line_end < 0 else line_end
        at -= text[at - 1 : at] == "\r"
        put = f"{site.line_break}{site.indent(opener)}}}"
    else:
        put = " }"
    last = max(site.before - 1, 0)
    start, end = (
        (last, site.before) if not site.stop.found else (site.at, site.at + len(site.stop.found))
    )
    return Finding(
        code="E106",
        message="this block is not closed: a `}` is missing",
        start=start,
        end=end,
        labels=(
            (opener, opener + 1, "opened here"),
            (
                start,
                end,
                "a `}` is wanted before this" if site.stop.found else "wanted after this: `}`",
            ),
        ),
        change=Change(start=at, end=at, text=put, title="close the block with `}`"),
    )


def _other_brackets(site: Site) -> Iterator[Finding]:
    """Find a group in other brackets than braces: `any (`, `all [`."""
    word = site.word_before
    sign = site.text[site.at : site.at + 1]
    if word is None or word[0].lower() not in {"all", "any", "none"} or sign not in {"(", "["}:
        return
    depth = 0
    for found in _BRACKET.finditer(site.text, site.at):
        depth += (found[0] in {"(", "["}) - (found[0] in {")", "]"})
        if depth == 0:
            inner = site.text[site.at + 1 : found.start()]
            title = f"write `{word[0]} {{ … }}`"
            yield Finding(
                code="E110",
                message="a group stands in braces, not in other brackets",
                start=site.at,
                end=site.at + 1,
                change=Change(start=site.at, end=found.end(), text=f"{{{inner}}}", title=title),
            )
            return


def _closes_nothing(site: Site, at: int, message: str) -> Finding:
    change = Change(start=at, end=at + 1, text="", title="remove it", guess=True)
    return Finding(code="E109", message=message, start=at, end=at + 1, change=change)


def missing_at(site: Site) -> Iterator[Finding]:
    """Yield the one word or sign that is missing before what was found."""
    if site.stop.expected == frozenset({"CALL"}) and (word := site.word):
        start, end = word.span()
        change = Change(start=end, end=end, text="()", title=f"write `{word[0]}()`", guess=True)
        message = f"brackets follow the name of a function: `{word[0]}()`"
        yield Finding(code="E104", message=message, start=start, end=end, change=change)
    put = _only(site)
    if put is None:
        return
    start, end, where = site.at, site.at + len(site.stop.found), "before"
    if site.starts_line and site.before:
        start, end, where = site.before - 1, site.before, "after"
    room = "" if put in {")", ","} else " "
    yield Finding(
        code="E104",
        message=f"`{put}` is missing here",
        start=start,
        end=end,
        labels=((start, end, f"wanted {where} this: `{put}`"),),
        change=Change(
            start=site.before, end=site.before, text=room + put, title=f"write `{put}`", guess=True
        ),
    )


def instead_at(site: Site) -> Iterator[Finding]:
    """Yield the one word or sign that can stand in the place of what was found."""
    put = _only(site)
    found = site.stop.found
    if put is None or not site.stop.readable or found[:1] in '"`{}()0123456789':
        return
    start, end = site.at, site.at + len(found)
    yield Finding(
        code="E104",
        message=f"`{found}` cannot stand here",
        start=start,
        end=end,
        labels=((start, end, f"wanted: `{put}`"),),
        change=Change(start=start, end=end, text=put, title=f"write `{put}`", guess=True),
    )


def _only(site: Site) -> str | None:
    """Return the one word or sign that can stand where reading stopped."""
    expected = site.stop.expected - {"SIGN", "TIMES"}
    if not site.stop.found:
        return None
    if site.text[site.at : site.at + 1] == '"' and expected == frozenset({"CADENCE", "NEXT"}):
        return "cadence"
    if expected == frozenset({"COMMA", "RBRACE"}) and not site.starts_line:
        return ","
    known = [_SIGNS[name] for name in expected if name in _SIGNS] + sorted(words_of(expected))
    return known[0] if len(known) == len(expected) == 1 else None


def name_at(site: Site) -> Iterator[Finding]:
    """Yield names that want back-ticks: of several words, or words of the language."""
    text = site.text
    line = text[site.line_start : site.line_end]
    lead = len(line) - len(line.lstrip())
    if found := _LEADING.match(line[lead:]):
        lead += found.end()
    found = _SPACED_NAME.match(line, lead)
    if found and not keywords() & set(found["name"].split()):
        yield _ticked(site, site.line_start + lead, found["name"])
    before = site.before
    found = _RIGHT.search(text, site.code_start, before)
    said = {*ROW_SYNONYMS, *keywords()}
    if found and not any(w in said or nearest(w, ROW_WORDS) for w in found["name"].split()):
        yield _ticked(site, found.start("name"), found["name"])
    word = site.word_before
    if word and word[0] in keywords() and _OPERATOR.match(text, site.at):
        start, end = word.span()
        message = f"`{word[0]}` is a word of the language: as a name it stands in back-ticks"
        yield Finding(
            code="E110",
            message=message,
            start=start,
            end=end,
            change=Change(
                start=start, end=end, text=f"`{word[0]}`", title=f"write `{word[0]}` in back-ticks"
            ),
        )


def _ticked(site: Site, start: int, name: str) -> Finding:
    name = name.rstrip()
    return Finding(
        code="E107" if not site.stop.readable else "E104",
        message=f"a name of several words stands in back-ticks: `{name}`",
        start=start,
        end=start + len(name),
        change=Change(
            start=start,
            end=start + len(name),
            text=f"`{name}`",
            title=f"write `{name}` in back-ticks",
            guess=True,
        ),
    )
