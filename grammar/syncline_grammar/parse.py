"""Text to tree. A text without a fault is read at once; one with faults, statement by statement."""

from __future__ import annotations

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_FAULTS", "Parsed", "parse"]

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock

from .diagnostics import Diagnostic, Span
from .parsing.build import Builder
from .parsing.machine import Machine
from .parsing.stop import Stop, StoppedError
from .parsing.tables import load
from .recovery.chunks import MAX_DEPTH, MAX_FAULTS, depth_of
from .source import Source
from .syntax import RuleFile

#: Larger files are refused unread. 10,000 rules take about 1.5 MB.
MAX_BYTES = 4_000_000
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
    result = None if depth_of(content) > MAX_DEPTH else _read(content)
    faults: list[Diagnostic] = []
    if isinstance(result, RuleFile):
        tree = result
    else:
        from .recovery.recover import recover  # here: most files have no fault

        with _uncollected():
            tree, faults = recover(source, _read)
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


def _read(text: str) -> RuleFile | Stop:
    try:
        return _parse(text)
    except StoppedError as err:
        return err.stop


@cache
def _parser() -> Machine:
    return Machine(load(), Builder())


def _parse(text: str) -> RuleFile:
    with _parsing, _uncollected():
        # The builder makes the tree as the parser goes: what comes out is its own.
        tree = _parser().parse(text)
    assert isinstance(tree, RuleFile)
    return tree


@contextmanager
def _uncollected() -> Generator[None]:
    """Pause the collector: the tree has no cycles, and would be gone through as it grows."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


def _refused(name: str, code: str, message: str, note: str) -> Parsed:
    fault = Diagnostic(code=code, message=message, span=Span(0, 0, 1, 1), notes=(note,))
    return Parsed(_EMPTY, Source(name, ""), (fault,))
