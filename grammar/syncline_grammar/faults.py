"""What a parser's stop means to a reader, and what to set aside so that the rest can be read."""

from __future__ import annotations

__all__ = ["Stop", "describe", "forgive"]

import re
from dataclasses import dataclass

from .diagnostics import Diagnostic, Edit, Label, Span
from .slips import slip_at
from .source import SIGNIFICANT, Source
from .words import ROW_WORDS, listed, nearest

_STATEMENT = re.compile(r"(connect|sync|admin|map|workflow|activity|allow|form|test)\b")
_NAME_NOTE = ("A name of several words stands in back-ticks: `Job title`.",)
_LAST_WORD = re.compile(r"[^\W\d]\w*$")
#: A line that holds a statement together: without it the rest of the statement means nothing.
_FRAME = re.compile(r"[{}]|^\s*(when|then)\b")


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser could not go on, what stood there, and the terminals it could have read."""

    at: int
    found: str
    expected: frozenset[str]
    #: False when not even a word could be made out.
    readable: bool = True


def describe(stop: Stop, text: str, source: Source) -> Diagnostic:
    """Say what is wrong at *stop* in the reader's words."""
    here = source.span(stop.at, stop.at + max(len(stop.found), 1))
    if (opened := _left_open(stop, text)) is not None:
        return Diagnostic(
            code="E106",
            message="this block is not closed: a `}` is missing",
            span=here if stop.found else source.span(max(len(text.rstrip()) - 1, 0), len(text)),
            labels=(Label(span=source.span(opened, opened + 1), text="opened here"),),
            fix=Edit(span=source.span(stop.at, stop.at), text="}\n\n", title="close the block"),
        )
    if (slip := slip_at(text, stop.at)) is not None:
        return Diagnostic(
            code=slip.code,
            message=slip.message,
            span=source.span(slip.start, slip.end),
            fix=None
            if slip.better is None
            else Edit(span=source.span(slip.start, slip.end), text=slip.better, title=slip.title),
        )
    if stop.found == "}" and _depth(text, stop.at) == 0:
        return Diagnostic(
            code="E109", message="this brace closes nothing: no block is open", span=here
        )
    if (word := _stray_word(stop, text)) is not None:
        start, end = word
        near = nearest(text[start:end], ROW_WORDS)
        return Diagnostic(
            code="E104",
            message=f"`{text[start:end]}` is not a word known here"
            + (f"; did you mean `{near}`?" if near else ""),
            span=source.span(start, end),
            fix=None
            if near is None
            else Edit(span=source.span(start, end), text=near, title=f"write `{near}`"),
        )
    if not stop.readable:
        return Diagnostic(
            code="E107",
            message=f"`{stop.found}` is not part of the language",
            span=here,
            notes=_NAME_NOTE if stop.found.isalnum() or stop.found in "-./%$" else (),
        )
    wanted = listed(stop.expected)
    place = here if stop.found else _last(text, source)
    return Diagnostic(
        code="E104",
        message=f"`{stop.found}` was not expected here"
        if stop.found
        else "the file ends too early",
        span=place,
        labels=(Label(span=place, text=f"wanted: {wanted}"),) if wanted else (),
        notes=_NAME_NOTE if "BOTH" in stop.expected and stop.found.isidentifier() else (),
    )


def _last(text: str, source: Source) -> Span:
    """Return the place of the last sign of the file."""
    end = len(text.rstrip())
    return source.span(max(end - 1, 0), end)


def forgive(stop: Stop, text: str, fault: Diagnostic) -> str:
    """Return *text*, of the same length, with the fault taken out of the way; or as it is.

    A known slip is mended; a row of a block is blanked; anything else takes its statement along,
    so that one fault is told once.
    """
    if fault.code == "E106":
        return _close_before(text, stop.at)
    if fault.fix is not None and (mended := _mend(text, fault.fix)) is not None:
        return mended
    start = text.rfind("\n", 0, fault.span.start) + 1
    end = text.find("\n", fault.span.start)
    end = len(text) if end < 0 else end
    line = text[start:end]
    if _depth(text, start) > 0 and not _FRAME.search(line) and line.strip():
        return text[:start] + _blank(line) + text[end:]
    return _without_statement(text, start)


def _mend(text: str, fix: Edit) -> str | None:
    """Put the fix in, over the space that follows if it is longer; None if there is no room."""
    missing = len(fix.text) - (fix.span.end - fix.span.start)
    end = fix.span.end + max(missing, 0)
    runs_on = fix.text[-1:].isalnum() and text[end : end + 1].isalnum()
    if text[fix.span.end : end].strip(" ") or runs_on or end > len(text):
        return None
    return text[: fix.span.start] + fix.text.ljust(end - fix.span.start) + text[end:]


def _stray_word(stop: Stop, text: str) -> tuple[int, int] | None:
    """Find a misspelt word at a row's end: it was read as the next row's first name."""
    before = text[: stop.at].rstrip()
    if "BOTH" not in stop.expected or "\n" not in text[len(before) : stop.at]:
        return None
    found = _LAST_WORD.search(before)
    if found is None or not before[before.rfind("\n") + 1 : found.start()].strip():
        return None
    return found.start(), found.end()


def _left_open(stop: Stop, text: str) -> int | None:
    """Return where a block was opened that the statement (or end) at *stop* shows to be open."""
    line_start = text.rfind("\n", 0, stop.at) + 1
    prefix = text[line_start : stop.at].strip()
    head = _STATEMENT.match(text, line_start)
    # The statement's own word may have been read as a name, and the word after it stops us.
    new_statement = head is not None and prefix in {"", head[0]}
    inner = stop.found == "then" and not prefix and _depth(text, stop.at) > 1
    if stop.found and not new_statement and not inner:
        return None
    opened: list[int] = []
    for found in SIGNIFICANT.finditer(text, 0, stop.at):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _depth(text: str, at: int) -> int:
    depth = 0
    for found in SIGNIFICANT.finditer(text, 0, at):
        depth = depth + 1 if found[0] == "{" else depth - (found[0] == "}")
    return max(depth, 0)


def _close_before(text: str, at: int) -> str:
    """Put the missing brace over white space before *at*, so that offsets stay."""
    line_start = text.rfind("\n", 0, at) + 1
    if at < len(text) and text[line_start:at].strip():
        at = line_start
    space = len(text[:at].rstrip())
    if not text[space:].strip():
        return text[:space] + "}" + text[space + 1 :]
    return text if space >= at else text[:space] + "}" + text[space + 1 :]


def _without_statement(text: str, at: int) -> str:
    """Blank the statement around *at*: from its first line to the line that begins the next."""
    depth = 0
    start, end = 0, len(text)
    braces = {m.start(): m[0] for m in SIGNIFICANT.finditer(text) if m[0] in "{}"}
    for line in re.finditer(r"[^\n]*\n|[^\n]+$", text):
        if depth <= 0 and _STATEMENT.match(text, line.start()):
            if line.start() > at:
                end = line.start()
                break
            start = line.start()
        for where in range(line.start(), line.end()):
            sign = braces.get(where)
            depth += (sign == "{") - (sign == "}")
        depth = max(depth, 0)
    return text[:start] + _blank(text[start:end]) + text[end:]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
