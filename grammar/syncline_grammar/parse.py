"""Text to tree. One slip does not hide the next: it is set aside and the rest is read.

The parser knows no rows or lines; recovery does. When the parser stops, the line it stopped at is
told, blanked out (offsets stay), and the text is parsed again, up to ``MAX_FAULTS`` times.
"""

from __future__ import annotations

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_FAULTS", "Parsed", "parse"]

import gc
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, cast

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from . import text as grammar_text
from .build import Builder
from .diagnostics import Diagnostic, Span
from .faults import Stop, describe, forgive
from .source import SIGNIFICANT, Source
from .syntax import RuleFile

#: Larger files are refused unread. 10,000 rules take about 1.5 MB.
MAX_BYTES = 4_000_000
#: Brackets within brackets; no rule that a person can read comes near it.
MAX_DEPTH = 40
#: After so many faults in one file the rest waits for the next check.
MAX_FAULTS = 25

#: Characters that recovery may parse in all.
_PATIENCE = 5_000_000

_EMPTY = RuleFile(())
_parsing = Lock()


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of all that could be read, and what was wrong with the rest."""

    tree: RuleFile
    source: Source
    diagnostics: tuple[Diagnostic, ...]


def parse(content: str | bytes, name: str = "rules") -> Parsed:
    """Parse a rule file. Never raises for what *content* holds; *name* is for the reader."""
    if len(content) > MAX_BYTES:
        return _refused(
            name,
            "E102",
            f"the file is larger than {MAX_BYTES / 1e6:.0f} MB, the most a rule file may have",
            "Split the rules over several workspaces, or remove what was pasted by mistake.",
        )
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError as err:
            return _refused(
                name,
                "E101",
                f"byte {err.start + 1} of the file is not UTF-8 text",
                "Save it as plain text in UTF-8; a document of a word processor is no rule file.",
            )
    if "\0" in content:
        return _refused(
            name, "E101", "the file holds binary data, not rules", "Choose another file."
        )
    source = Source(name, content)
    if (deep := _too_deep(content)) is not None:
        span = source.span(deep, deep + 1)
        return Parsed(
            _EMPTY,
            source,
            (
                Diagnostic(
                    code="E103",
                    message=f"brackets are nested more than {MAX_DEPTH} deep",
                    span=span,
                    notes=("Break the rule up: several workflows may do the same thing.",),
                ),
            ),
        )
    tree, faults = _read(source)
    if not faults and not tree.statements:
        faults = [
            Diagnostic(
                code="E108",
                message="the file holds no rules",
                span=Span(0, 0, 1, 1),
                notes=("`syncline init` writes a file with examples to begin from.",),
            )
        ]
    return Parsed(tree, source, tuple(faults))


def _read(source: Source) -> tuple[RuleFile, list[Diagnostic]]:
    faults: list[Diagnostic] = []
    text = source.text
    # Each fault costs a parse of the whole: a file of a megabyte is told fewer at a time.
    most = max(3, min(MAX_FAULTS, _PATIENCE // max(len(text), 1)))
    while True:
        try:
            return _parse(text), faults
        except UnexpectedInput as err:
            stop = _stop(err, text)
        fault = describe(stop, text, source)
        faults.append(fault)
        rest = forgive(stop, text, fault)
        if rest == text or len(faults) >= most:
            return _EMPTY, faults
        text = rest


def _stop(err: UnexpectedInput, text: str) -> Stop:
    if isinstance(err, UnexpectedToken):
        token: Token = cast("Any", err).token
        expected = frozenset(str(name) for name in cast("Any", err).expected)
        if token.type == "$END":
            return Stop(len(text), "", expected)
        return Stop(token.start_pos or 0, str(token), expected)
    at = int(err.pos_in_stream or 0)
    return Stop(at, text[at], frozenset(), readable=False)


@cache
def _parser() -> Lark:
    return Lark(grammar_text(), parser="lalr", transformer=Builder(), cache=False)


def _parse(text: str) -> RuleFile:
    # The tree has no cycles: the collector would only look at it again and again while it grows.
    with _parsing:
        paused = gc.isenabled()
        gc.disable()
        try:
            # The builder makes the tree as the parser goes: what comes out is its own.
            tree = cast("Any", _parser()).parse(text)
        finally:
            if paused:
                gc.enable()
    assert isinstance(tree, RuleFile)
    return tree


def _too_deep(text: str) -> int | None:
    """Return where the brackets first go deeper than ``MAX_DEPTH``, in one pass over *text*."""
    depth = 0
    at = 0
    for at, sign in _brackets(text):
        depth = depth + 1 if sign in "{(" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return at
    return None


def _brackets(text: str) -> list[tuple[int, str]]:
    return [(m.start(), m[0]) for m in SIGNIFICANT.finditer(text) if m[0] in "{}()"]


def _refused(name: str, code: str, message: str, note: str) -> Parsed:
    fault = Diagnostic(code=code, message=message, span=Span(0, 0, 1, 1), notes=(note,))
    return Parsed(_EMPTY, Source(name, ""), (fault,))
