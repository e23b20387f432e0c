"""Comparisons in other words: what an operator, a list or a formula is called elsewhere."""

from __future__ import annotations

__all__ = ["comparison_at"]

import re
from collections.abc import Iterator

from .finding import Finding, Site, rewritten

_IGNORE = re.IGNORECASE
_NAME = r"(?:[^\W\d]\w*(?:\.[^\W\d]\w*)*|`[^`\n]+`)"
_VALUE = r'(?:"(?:\\.|[^"\\\n])*"|-?\d[\d_.]*)'


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s+"), _IGNORE)


#: Turns of phrase where a comparison was wanted, longer ones first, and how they are written here.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (_words(rf"(?:{pattern})(?!\w)"), better)
    for pattern, better in (
        (r"is not (?:empty|null|none|nil|nothing|missing|undefined)|has (?:a )?value|exists",
         "is not blank"),
        (r"is (?:empty|null|none|nil|nothing|missing|undefined)|(?:is )?unset", "is blank"),
        (r"(?:is )?(?:isn't|not) blank", "is not blank"),
        (r"blank", "is blank"),
        (r"is not (?:in|one of|any of)|not one of", "not in"),
        (r"is (?:in|one of|any of|either)|one of|any of", "in"),
        (r"(?:is )?(?:greater|more|larger|higher|bigger) than or equal(?: to)?|gte", ">="),
        (r"(?:is )?at least", ">="),
        (r"(?:is )?(?:less|smaller|lower|fewer) than or equal(?: to)?|(?:is )?at most|lte", "<="),
        (r"(?:is )?(?:greater|more|larger|higher|bigger) than|(?:is )?(?:above|over)|gt", ">"),
        (r"(?:is )?(?:less|smaller|lower|fewer) than|(?:is )?(?:below|under)|lt", "<"),
        (r"(?:is )?not equals?(?: to)?|(?:does not|doesn't) equal|isn't|is not(?= (?!blank)\S)",
         "!="),
        (r"(?:is )?equals?(?: to)?|eq", "="),
        (r"is(?= (?:before|after|between|contains|matches|starts|ends|was)(?!\w))", ""),
        (r"is not blank", "is not blank"),
        (r"is blank", "is blank"),
        (r"is new", "is new"),
        (r"starts with", "starts with"),
        (r"ends with", "ends with"),
        (r"changed to", "changed to"),
        (r"not in", "not in"),
        (r"is changed|has changed|was changed|changes(?! to)", "changed"),
        (r"becomes|became|changes to|has changed to|was changed to", "changed to"),
        (r"includes?|contain|containing|has", "contains"),
        (r"(?:begins?|start)(?: with)?|starts(?! with)", "starts with"),
        (r"end(?: with)?|ends(?! with)", "ends with"),
        (r"is(?= (?!not blank|blank|new)\S)", "="),
    )
)  # fmt: skip
_NOT_TEXT = _words(
    r"(?:not|does not|doesn't) (?P<op>contains?|starts? with|begins? with|ends? with|matches)(?!\w)"
)
_LIKE = re.compile(r'(?P<no>not\s+)?like\s+"(?P<any>%?)(?P<text>[^"%_]*)(?P<end>%?)"', _IGNORE)
_AGE = re.compile(
    r"(?:is\s+)?(?P<way>older|earlier|newer|later|more\s+recent)\s+than\s+(?P<span>\d[\d_]*\s+"
    r"(?:minute|hour|day|week|month|year)s?)(?P<ago>\s+ago)?(?!\w)",
    _IGNORE,
)
#: A stretch of time, but for its number and unit.
_STRETCH = re.compile(
    r"(?:in|within|during|over)\s+(?:the\s+)?(?P<way>last|past|previous|next|coming)\s+"
    r"(?P<span>\d[\d_]*\s+[a-z]+)",
    _IGNORE,
)
_SQUARE = re.compile(r"[^\W\d]\w*(?P<brackets>\[(?P<inner>[^\[\]\n]*)\])")
#: Functions of a formula field.
_FORMULA = re.compile(
    rf"\b(?:(?P<blank>ISBLANK|ISNULL)\(\s*(?P<a>{_NAME})\s*\)|(?P<new>ISNEW)\(\s*\)|"
    rf"(?P<changed>ISCHANGED)\(\s*(?P<b>{_NAME})\s*\)|"
    rf'(?P<picked>ISPICKVAL)\(\s*(?P<c>{_NAME})\s*,\s*(?P<value>"[^"\n]*")\s*\))\s*$',
    _IGNORE,
)
_OPERAND = re.compile(rf"(?<![\w.]){_NAME}\s*$")
_EITHER = re.compile(rf"(?P<op>=|!=)\s*(?P<one>{_VALUE})\s*(?:or|and)\s+(?P<two>{_VALUE})\s*$")
_SEVERAL = re.compile(rf"(?P<op>=|!=)\s*{_VALUE}\s*$")
_THOUSANDS = re.compile(r"(?<=\d),\d{3}(?!\d)")
_LIST = re.compile(
    r'\b(?:in|of|outcome)\s*[(\[](?P<list>(?:[^"()\[\]{}#]|"(?:\\.|[^"\\\n])*")*)[)\]]'
)
#: How far before the stop a list may have begun.
_LONGEST_LIST = 2_000
_OPENED_LIST = re.compile(r"\b(?:in|of|outcome)\s*[(\[]")


def comparison_at(site: Site) -> Iterator[Finding]:
    """Yield how the comparison is written at which reading stopped."""
    yield from _lists(site)
    yield from _square(site)
    yield from _stretch(site)
    yield from _comparison(site)


def _lists(site: Site) -> Iterator[Finding]:
    text, at = site.text, site.at
    for found in _OPENED_LIST.finditer(text, max(at - _LONGEST_LIST, 0), at + 1):
        if not re.search(r"[)\]{}]", text[found.end() : at]):
            message = 'a list stands without brackets: in "A", "B"'
            whole = _LIST.match(text, found.start())
            if whole is None:
                start = found.end() - 1
                yield Finding(code="E110", message=message, start=start, end=start + 1)
                continue
            inner = " ".join(part.strip() for part in whole["list"].splitlines()).strip(" ,")
            start = whole.start("list") - 1
            room = "" if text[start - 1].isspace() else " "
            yield rewritten(site, start, whole.end(), room + inner, message)
    line = site.code_start
    before = text[line : site.before]
    if either := _EITHER.search(before):
        word, sign = ("in", "=") if either["op"] == "=" else ("not in", "!=")
        better = f"{word} {either['one']}, {either['two']}"
        message = f"`{sign}` compares with one value; several stand after `{word}`"
        yield rewritten(
            site, line + either.start(), line + either.end(), better, message, guess=True
        )
    several = _SEVERAL.search(before)
    goes_on = text[at + 1 : site.line_end].strip()
    if site.stop.found == "," and several and goes_on and not _THOUSANDS.match(text, at):
        word = "in" if several["op"] == "=" else "not in"
        message = f"`{several['op']}` compares with one value; several stand after `{word}`"
        start = line + several.start()
        yield rewritten(site, start, start + len(several["op"]), word, message, guess=True)


def _square(site: Site) -> Iterator[Finding]:
    """Find a function whose values stand in square brackets."""
    word = site.word_before
    for near in (site.at, None if word is None else word.start()):
        found = None if near is None else _SQUARE.match(site.text, near)
        if found and found.end() > site.at:
            message = "the values of a function stand in round brackets"
            yield rewritten(site, *found.span("brackets"), f"({found['inner']})", message)


def _stretch(site: Site) -> Iterator[Finding]:
    """Find a stretch of time in other words; what follows it may have been read as its end."""
    for found in _STRETCH.finditer(site.text, site.code_start, site.line_end):
        way = "next" if found["way"].lower() in {"next", "coming"} else "last"
        words = site.text[found.start() : found.start("span")].split()
        reached = found.start() <= site.at <= found.end() or site.before == found.end()
        if reached and words != ["in", "the", way]:
            message = f"a stretch of time is written `in the {way} {found['span']}`"
            end = found.start("span")
            yield rewritten(site, found.start(), end, f"in the {way} ", message)
            return


def _comparison(site: Site) -> Iterator[Finding]:
    text = site.text
    if found := _FORMULA.search(text, site.code_start, site.before):
        if found["new"]:
            better = "is new"
        elif found["picked"]:
            better = f"{found['c']} = {found['value']}"
        else:
            better = f"{found['a']} is blank" if found["blank"] else f"{found['b']} changed"
        message = f"here this is written `{better}`"
        yield rewritten(site, found.start(), site.before, better, message)
    for near in _near_words(site):
        if (found := _LIKE.match(text, near)) and found["text"]:
            wild = (bool(found["any"]), bool(found["end"]))
            word = {(True, True): "contains", (True, False): "ends with"}.get(wild, "starts with")
            yield from _negated(site, near, found.end(), f'{word} "{found["text"]}"', found["no"])
            return
        if found := _NOT_TEXT.match(text, near):
            word = " ".join(found["op"].lower().split()).replace("begin", "start")
            first, *rest = word.split()
            word = " ".join([first if first.endswith("s") else f"{first}s", *rest])
            yield from _negated(site, near, found.end(), word, "not")
            return
        if found := _AGE.match(text, near):
            past = found["way"].lower() in {"older", "earlier"}
            better = f"{'before' if past else 'after'} {found['span']} ago"
            yield rewritten(site, near, found.end(), better, f"here this is written `{better}`")
            return
        if "COMPARE" not in site.stop.expected and near == site.at:
            continue
        for pattern, better in _PHRASES:
            found = pattern.match(text, near)
            if found is None or found[0] == better or found.end() < site.before:
                continue
            said = found[0].strip()
            message = (
                f"`{said}` is written `{better}`" if better else f"`{said}` is not wanted here"
            )
            if better and said.lower() in {"is", "is not"}:
                message = (
                    f"`{better}` compares with a value; `is` goes with `blank`, with `new`, and "
                    "with what became of a record (`deleted`, `merged`)"
                )
            end = found.end()
            if not better:
                end += len(text[end:]) - len(text[end:].lstrip(" "))
            room = " " if better and text[end : end + 1] not in {" ", "\n", "\r", "\t", ""} else ""
            yield rewritten(site, near, end, better + room, message)
            return


def _near_words(site: Site) -> Iterator[int]:
    """Yield where the word at the stop begins, and before it up to three words of its line."""
    starts = [m.start() for m in re.finditer(r"[\w']+", site.text[site.line_start : site.at])]
    for start in starts[-3:]:
        yield site.line_start + start
    yield site.at


def _negated(site: Site, start: int, end: int, better: str, no: str | None) -> Iterator[Finding]:
    if not no:
        message = f"`like` is written `contains`, `starts with` or `ends with`: {better}"
        yield rewritten(site, start, end, better, message)
        return
    operand = _OPERAND.search(site.text, site.line_start, start)
    if operand is None:
        return
    better = f"not {operand[0].rstrip()} {better}"
    message = f"`not` stands before the whole comparison: `{better}`"
    yield rewritten(site, operand.start(), end, better, message)
