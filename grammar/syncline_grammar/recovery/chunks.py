"""A text cut into its statements without reading them, so that one slip stays in its own."""

from __future__ import annotations

__all__ = ["MAX_DEPTH", "MAX_FAULTS", "Chunk", "depth_of", "opened_at", "split"]

import re
from dataclasses import dataclass

from ..source import SIGNIFICANT

#: Brackets within brackets; no rule that a person can read comes near it.
MAX_DEPTH = 40
#: After so many faults in one file the rest waits for the next check.
MAX_FAULTS = 25

_STATEMENTS = "connect|sync|admin|map|workflow|activity|allow|form|test"
_NAME = r"(?:\w+|`[^`\n]*`)"
#: The beginning of a statement that nothing inside another looks like.
_SURE = "|".join(
    (
        r"connect[ \t]+\w+[ \t]+to\b",
        r"sync[ \t]+(?:every|crm|cadence)\b",
        r'(?:admin|workflow|form|test)[ \t]*"',
        rf"(?:map|activity)[ \t]+{_NAME}[ \t]*(?:<->|->|<-)",
        r"(?:activity|allow)[ \t]+\w+[ \t]+on\b",
    )
)
#: The first word of a statement; where a block is open, a field may have such a name.
_LIKELY = rf"(?:{_STATEMENTS})\b(?![ \t]*(?:[=!<>.(]|is\b|in\b|not\b))"
_HEAD = rf"^(?=[ \t\ufeff]*(?:(?P<sure>{_SURE})|(?P<likely>{_LIKELY})))"
_WALK = re.compile(f"{SIGNIFICANT.pattern}|{_HEAD}", re.MULTILINE | re.IGNORECASE)
#: A line that goes on in the next one.
_DANGLING = re.compile(r"(?:\b(?:and|or|not|where|to|from|with|in|is|at)|[,=<>+*/-])\s*$")
_NEAR = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One statement from its first line to the next one's; the first may begin with anything."""

    start: int
    end: int
    #: Where brackets go deeper than ``MAX_DEPTH``.
    too_deep: int | None


def split(text: str) -> list[Chunk]:
    """Cut *text* where statements begin, in one pass: balanced or not, braces keep to theirs."""
    chunks: list[Chunk] = []
    start = depth = 0
    deep: int | None = None
    for found in _WALK.finditer(text):
        sign = found[0]
        if sign in {"{", "("}:
            depth += 1
            if depth > MAX_DEPTH and deep is None:
                deep = found.start()
        elif sign in {"}", ")"}:
            depth = max(depth - 1, 0)
        elif found["sure"] or (
            found["likely"] and depth == 0 and not _goes_on(text, found.start())
        ):
            if found.start() > start:
                chunks.append(Chunk(start=start, end=found.start(), too_deep=deep))
            start, depth, deep = found.start(), 0, None
    return [*chunks, Chunk(start=start, end=len(text), too_deep=deep)]


def _goes_on(text: str, at: int) -> bool:
    return _DANGLING.search(text[max(at - _NEAR, 0) : at]) is not None


def opened_at(text: str, at: int) -> list[int]:
    """Return where the brackets stand that are open at *at*, the outermost first."""
    opened: list[int] = []
    for found in SIGNIFICANT.finditer(text, 0, at):
        if found[0] in {"{", "("}:
            opened.append(found.start())
        elif found[0] in {"}", ")"} and opened:
            opened.pop()
    return opened


def depth_of(text: str) -> int:
    """Return how deep brackets go in *text* at most."""
    depth = deepest = 0
    for found in SIGNIFICANT.finditer(text):
        if found[0] in {"{", "("}:
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in {"}", ")"}:
            depth = max(depth - 1, 0)
    return deepest
