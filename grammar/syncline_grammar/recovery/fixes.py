"""Put the known fixes into a text, as long as each makes it better and none makes a new error."""

from __future__ import annotations

__all__ = ["Fixed", "fix_all"]

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..diagnostics import Diagnostic, Severity, Span

#: Each round mends what the last one brought to light; a text that needs more is checked again.
_ROUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A text after its fixes."""

    text: str
    #: The faults that are gone, each with its place in the text as it was in its round.
    mended: tuple[Diagnostic, ...]
    #: What is wrong with the text now.
    left: tuple[Diagnostic, ...]


def fix_all(
    text: str, found: Sequence[Diagnostic], judge: Callable[[str], Sequence[Diagnostic]]
) -> Fixed:
    """Return *text* with the fixes of *found* put in, and those that come to light by them.

    *judge* returns the diagnostics of a text. A fix that leads to another error in its place is
    left out.
    """
    mended: list[Diagnostic] = []
    refused: set[tuple[str, str]] = set()
    for _ in range(_ROUNDS):
        chosen: list[Diagnostic] = _apart(
            d for d in found if d.fix and (d.code, d.message) not in refused
        )
        while chosen:
            changed, places = _applied(text, chosen)
            after = judge(changed)
            harmful = _harmful(chosen, places, found, after)
            if not harmful:
                mended += chosen
                text, found = changed, after
                break
            refused |= {(d.code, d.message) for d in harmful}
            chosen = [d for d in chosen if d not in harmful]
        if not chosen:
            break
    return Fixed(text=text, mended=tuple(mended), left=tuple(found))


def _apart(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return those whose fixes do not touch one another, in the order of the text."""
    chosen: list[Diagnostic] = []
    last: Span | None = None
    for diagnostic in sorted(found, key=_place):
        span = _place(diagnostic)
        if last is None or (span.start >= last.end and span != last):
            chosen.append(diagnostic)
            last = span
    return chosen


def _place(diagnostic: Diagnostic) -> Span:
    assert diagnostic.fix is not None
    return diagnostic.fix.span


def _applied(text: str, chosen: Sequence[Diagnostic]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with the fixes put in, and where each of them then stands."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    done = length = 0
    for diagnostic in chosen:
        edit = diagnostic.fix
        assert edit is not None
        parts += [text[done : edit.span.start], edit.text]
        length += edit.span.start - done
        places.append((length, length + len(edit.text)))
        length += len(edit.text)
        done = edit.span.end
    return "".join([*parts, text[done:]]), places


def _harmful(
    chosen: Sequence[Diagnostic],
    places: Sequence[tuple[int, int]],
    before: Sequence[Diagnostic],
    after: Sequence[Diagnostic],
) -> list[Diagnostic]:
    """Return the diagnostics whose fix, now at its place, has an error that was not there before.

    An error elsewhere was hidden by the fault, and is not of the fix's making.
    """
    known = Counter(_said(d) for d in before)
    fresh = [
        d
        for d in after
        if d.severity is Severity.ERROR and (known.subtract([_said(d)]) or known[_said(d)] < 0)
    ]
    harmful = [
        diagnostic
        for diagnostic, (start, end) in zip(chosen, places, strict=True)
        if any(d.span.start < max(end, start + 1) and start < d.span.end for d in fresh)
    ]
    if not harmful and _unread(after) > _unread(before):
        return list(chosen)
    return harmful


def _said(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.message


def _unread(found: Sequence[Diagnostic]) -> int:
    """Return how many faults keep the text from being read."""
    return sum(d.code.startswith("E10") or d.code == "E110" for d in found)
