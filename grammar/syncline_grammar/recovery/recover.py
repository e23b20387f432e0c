"""Read on after a slip: each statement by itself, so that one fault does not hide the next.

The work grows with the text: it is read in pieces of some statements, a piece with a fault is cut
down to the statement that holds it, and only that one is read again.
"""

from __future__ import annotations

__all__ = ["Read", "recover"]

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from ..diagnostics import Diagnostic, Edit, Label, Span
from ..parsing.stop import Stop
from ..source import Source
from ..syntax import RuleFile, Statement
from .chunks import MAX_DEPTH, MAX_FAULTS, Chunk, split
from .draft import Draft, moved
from .faults import describe, without
from .finding import Change, Finding, Site

#: Characters that are read at a time while statements are in order.
_PIECE = 32_000
#: Characters that may be read again and again because of faults, beside the length of the text.
_PATIENCE = 2_000_000
#: How often one place is tried in another wording.
_TRIES = 4

_SIGN = re.compile(r"\S")
_QUOTED = re.compile(r"`([^`]{60})[^`]+`")

Read: TypeAlias = "Callable[[str], RuleFile | Stop]"


@dataclass(slots=True)
class _Reading:
    """What was read of a file so far, and what was wrong with it."""

    source: Source
    read: Read
    #: Characters that may still be read.
    patience: int
    statements: list[Statement] = field(default_factory=list[Statement])
    faults: list[Diagnostic] = field(default_factory=list[Diagnostic])

    @property
    def done(self) -> bool:
        return len(self.faults) >= MAX_FAULTS or self.patience < 0

    def attempt(self, text: str) -> RuleFile | Stop:
        result = self.read(text)
        self.patience -= result.at if isinstance(result, Stop) else len(text)
        return result

    def keep(self, start: int, tree: RuleFile) -> None:
        """Add the statements of a stretch that was in order from offset *start* on."""
        lines = self.source.span(start, start).line - 1

        def place(span: Span) -> Span:
            return Span(span.start + start, span.end + start, span.line + lines, span.column)

        self.statements += moved(tree.statements, place) if start else tree.statements

    def tell(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic, once."""
        if all((d.code, d.span) != (diagnostic.code, diagnostic.span) for d in self.faults):
            self.faults.append(diagnostic)


def recover(source: Source, read: Read) -> tuple[RuleFile, list[Diagnostic]]:
    """Return all that can be read of *source*, and up to ``MAX_FAULTS`` faults of the rest."""
    text = source.text
    chunks = split(text)
    reading = _Reading(source, read, 2 * len(text) + _PATIENCE)
    first = 0
    while first < len(chunks) and not reading.done:
        if chunks[first].too_deep is not None:
            _mend(reading, chunks[first])
            first += 1
            continue
        last = _piece(chunks, first)
        start, end = chunks[first].start, chunks[last - 1].end
        result = reading.attempt(text[start:end])
        if not isinstance(result, Stop):
            reading.keep(start, result)
            first = last
            continue
        bad = next(k for k in range(first, last) if chunks[k].end > min(start + result.at, end - 1))
        # A block left open is noticed at the statement after it.
        while bad > first:
            before = reading.attempt(text[start : chunks[bad - 1].end])
            if not isinstance(before, Stop):
                reading.keep(start, before)
                break
            bad -= 1
        _mend(reading, chunks[bad])
        first = bad + 1
    return RuleFile(tuple(reading.statements)), reading.faults


def _piece(chunks: list[Chunk], first: int) -> int:
    """Return the end of a run of chunks that is read at once; one that is too deep is not read."""
    last = first + 1
    while (
        last < len(chunks)
        and chunks[last].end - chunks[first].start <= _PIECE
        and chunks[last].too_deep is None
    ):
        last += 1
    return last


def _mend(reading: _Reading, chunk: Chunk) -> None:
    """Tell every fault of one statement, and keep what can be read of it."""
    source = reading.source
    if chunk.too_deep is not None:
        reading.tell(
            Diagnostic(
                code="E103",
                message=f"brackets are nested more than {MAX_DEPTH} deep",
                span=source.span(chunk.too_deep, chunk.too_deep + 1),
                notes=("Break the rule up: several workflows may do the same thing.",),
            )
        )
        return
    draft = Draft(source=source, start=chunk.start, text=source.text[chunk.start : chunk.end])
    result = reading.attempt(draft.text)
    useful = True
    while isinstance(result, Stop) and not reading.done:
        site = Site(draft.text, result)
        options = describe(site)
        for found in options[:_TRIES]:
            if found.change is None:
                continue
            trial = _changed(draft, found.change)
            after = reading.attempt(trial.text)
            if _further(site, found.change, trial, after):
                reading.tell(_diagnostic(draft, found, found.change))
                draft, result = trial, after
                break
        else:
            found = options[-1]
            reading.tell(_diagnostic(draft, found, None))
            left, spoilt = without(draft, site, found)
            useful = useful and not spoilt
            after = reading.attempt(left.text)
            if isinstance(after, Stop) and len(left.text) - after.at >= len(draft.text) - site.at:
                # What was set aside was not all of it: the rest would be told in its wake.
                return
            draft, result = left, after
    if useful and not isinstance(result, Stop):
        reading.statements += moved(result.statements, draft.place)


def _changed(draft: Draft, change: Change) -> Draft:
    return draft.replaced(change.start, change.end, change.text)


def _further(site: Site, change: Change, trial: Draft, after: RuleFile | Stop) -> bool:
    """Tell whether more can be read after a change than before."""
    if not isinstance(after, Stop):
        return True
    if not site.stop.found:
        # At the end nothing is left to be read: another bracket was closed.
        return not after.found and after.at > site.at
    left = len(trial.text) - after.at
    passed = site.at
    if change.guess:
        beyond = _SIGN.search(site.text, site.line_end)
        if beyond is None:
            return False
        passed = beyond.start()
    return left < len(site.text) - passed


def _diagnostic(draft: Draft, found: Finding, change: Change | None) -> Diagnostic:
    fix = None
    if change is not None and draft.untouched(change.start, change.end):
        fix = Edit(
            span=draft.span(change.start, change.end), text=change.text, title=_brief(change.title)
        )
    return Diagnostic(
        code=found.code,
        message=_brief(found.message),
        span=draft.span(found.start, found.end),
        labels=tuple(
            Label(span=draft.span(start, end), text=text) for start, end, text in found.labels
        ),
        notes=found.notes,
        fix=fix,
    )


def _brief(words: str) -> str:
    """Return a sentence in which nothing that is quoted goes on and on."""
    return _QUOTED.sub(r"`\1…`", words)
